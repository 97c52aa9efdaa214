"""Expressions of formula rules: a small grammar, read by a parser of our own and computed exactly.

    sum      = product { ("+" | "-") product }
    product  = factor { ("*" | "/") factor }
    factor   = "-" factor | number | name | ("min" | "max") "(" sum { ";" sum } ")" | "(" sum ")"

A number is digits with an optional point and decimals; a name has small letters, digits and underscores. The signs ×, ÷
and − stand for *, / and -. There are no powers, no comparisons and no calls but min and max, so that an expression is
read in one glance, and costs no more than its length.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, assert_never

from parindex.numbers import NotANumberError, declared
from parindex.refusal import Refused
from parindex.wording import Wording

LONGEST: Final = 500
"""Characters of an expression."""
DEEPEST: Final = 20
"""Parentheses, calls and signs within one another."""
MOST_PARTS: Final = 100
"""Numbers, names, operators and calls of an expression."""
FUNCTIONS: Final = ("max", "min")
MAXIMUM: Final = "maximum"
"""The name of the row's maximum."""
CACHED: Final = 1_024

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[a-z_][a-z0-9_]*)|(?P<sign>[-+*/();]))")
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", ":": "/"})


class ExpressionWrongError(Refused):
    """An expression is not of the grammar. `character` is its place, from 1."""

    code = "expression-wrong"
    vi = "Công thức sai ở ký tự thứ {character}: {fault}."
    en = "The expression is wrong at character {character}: {fault}."

    character: int
    fault: Wording


TOO_LONG = Wording(f"dài quá {LONGEST} ký tự", f"it is longer than {LONGEST} characters")
TOO_DEEP = Wording(f"lồng nhau quá {DEEPEST} lớp", f"it is nested more than {DEEPEST} deep")
TOO_MANY = Wording(f"có quá {MOST_PARTS} phần", f"it has more than {MOST_PARTS} parts")
LEFT_OVER = Wording("thừa “{sign}”", "“{sign}” is too much")
MISSING = Wording("thiếu “{sign}”", "“{sign}” is missing")
NOT_KNOWN = Wording("không hiểu “{sign}”", "“{sign}” has no meaning here")
VALUE_NEEDED = Wording("cần một số hoặc một tên", "a number or a name is needed")
NUMBER_WRONG = Wording("số không đúng dạng hoặc quá dài", "the number is not of the right form, or too long")


class ZeroDividedError(ArithmeticError):
    """An expression divides by zero."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of an expression."""

    of: "Expression"


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and the sign between them: +, -, * or /."""

    left: "Expression"
    sign: str
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """The least or the greatest of some expressions; `function`: min or max."""

    function: str
    among: tuple["Expression", ...]


Expression = Number | Name | Negative | Operation | Call


@lru_cache(CACHED)
def parse(text: str) -> Expression:
    """Read an expression. Raises ExpressionWrongError."""
    return _Parser(text).whole()


def names_in(expression: Expression) -> Iterator[str]:
    """Yield the names of an expression, as often as they occur."""
    match expression:
        case Number():
            return
        case Name():
            yield expression.name
        case Negative():
            yield from names_in(expression.of)
        case Operation():
            yield from names_in(expression.left)
            yield from names_in(expression.right)
        case Call():
            for one in expression.among:
                yield from names_in(one)
        case _:
            assert_never(expression)


def value_of(expression: Expression, values: Mapping[str, Fraction]) -> Fraction:
    """Return the value of an expression, exactly. Raises ZeroDividedError, and KeyError for a name without a value."""
    match expression:
        case Number():
            return expression.value
        case Name():
            return values[expression.name]
        case Negative():
            return -value_of(expression.of, values)
        case Operation():
            return _operated(expression.sign, value_of(expression.left, values), value_of(expression.right, values))
        case Call():
            found = [value_of(one, values) for one in expression.among]
            return max(found) if expression.function == "max" else min(found)
        case _:
            assert_never(expression)


def digits_of(expression: Expression, each: int) -> tuple[int, int]:
    """Return the most digits of a value's numerator and denominator, where a number or variable has `each` of both."""
    match expression:
        case Number() | Name():
            return each, each
        case Negative():
            return digits_of(expression.of, each)
        case Call():
            sizes = [digits_of(one, each) for one in expression.among]
            return max(above for above, _ in sizes), max(below for _, below in sizes)
        case Operation():
            above, below = digits_of(expression.left, each)
            above_right, below_right = digits_of(expression.right, each)
            if expression.sign == "*":
                return above + above_right, below + below_right
            if expression.sign == "/":
                return above + below_right, below + above_right
            return max(above + below_right, above_right + below) + 1, below + below_right
        case _:
            assert_never(expression)


def _operated(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if right == 0:
        raise ZeroDividedError
    return left / right


class _Parser:
    """Reads one expression. `_next` is the token that comes: its kind, its text, and its place from 0."""

    def __init__(self, text: str) -> None:
        self._text = text.translate(_SIGNS)
        self._at, self._parts, self._depth = 0, 0, 0
        if len(text) > LONGEST:
            raise self._wrong(LONGEST, TOO_LONG)
        self._advance()

    def whole(self) -> Expression:
        found = self._sum()
        if self._kind:
            raise self._wrong(self._from, LEFT_OVER.of(sign=self._coming))
        return found

    def _sum(self) -> Expression:
        found = self._product()
        while self._coming in {"+", "-"}:
            found = Operation(found, self._take(), self._product())
        return found

    def _product(self) -> Expression:
        found = self._factor()
        while self._coming in {"*", "/"}:
            found = Operation(found, self._take(), self._factor())
        return found

    def _factor(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(self._from, TOO_DEEP)
        found = self._one()
        self._depth -= 1
        return found

    def _one(self) -> Expression:
        if self._kind == "number":
            return self._number()
        if self._kind == "name":
            name = self._take()
            return self._call(name) if name in FUNCTIONS else Name(name)
        if self._coming == "-":
            self._take()
            return Negative(self._factor())
        if self._coming == "(":
            self._take()
            found = self._sum()
            self._expect(")")
            return found
        raise self._wrong(self._from, VALUE_NEEDED)

    def _number(self) -> Number:
        at, text = self._from, self._take()
        try:
            return Number(text, declared(text))
        except NotANumberError as refused:
            raise self._wrong(at, NUMBER_WRONG) from refused

    def _call(self, function: str) -> Call:
        self._expect("(")
        among = [self._sum()]
        while self._coming == ";":
            self._take()
            among.append(self._sum())
        self._expect(")")
        return Call(function, tuple(among))

    def _expect(self, sign: str) -> None:
        if self._coming != sign:
            raise self._wrong(self._from, MISSING.of(sign=sign))
        self._take()

    def _take(self) -> str:
        token = self._coming
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise self._wrong(self._from, TOO_MANY)
        self._advance()
        return token

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            rest = self._text[self._at :]
            self._from = self._at + len(rest) - len(rest.lstrip())
            if rest.strip():
                raise self._wrong(self._from, NOT_KNOWN.of(sign=self._text[self._from]))
            self._kind, self._coming = "", ""
            return
        self._kind = found.lastgroup or ""
        self._coming, self._from, self._at = found[self._kind], found.start(self._kind), found.end()

    def _wrong(self, at: int, fault: Wording) -> ExpressionWrongError:
        return ExpressionWrongError(at + 1, fault)
