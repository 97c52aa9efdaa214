"""Static analysis of the refusals that an endpoint may raise, for the OpenAPI documents.

It follows each name in the endpoint's code to a function, to a class with its methods, or to a decider's rules. An arm
`case Command():` counts if the endpoint's code makes that command; a refusal that a `try` catches does not count. It
does not see the methods of unknown objects, nor the refusals of every route (`parindex.http.openapi_examples`).
"""

import ast
import functools
import inspect
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import MethodType
from typing import Any

from pydantic import BaseModel

from parindex.auth.accounts_file import AccountsFileError
from parindex.auth.principal import MalformedRightError
from parindex.auth.refusals import SecretFileError
from parindex.canonical import ProfileError
from parindex.eventstore.command_handling import load
from parindex.eventstore.decider import Decider, StatefulDecider
from parindex.eventstore.log import Log
from parindex.numbers.declared import NumberTooWideError
from parindex.numbers.exact import NotANumberError, NumberTooLongError
from parindex.numbers.rounding import DecimalsOutOfRangeError
from parindex.refusal import Refused

Names = Mapping[str, Any]

EXCLUDED = (
    *(DecimalsOutOfRangeError, NotANumberError, NumberTooLongError, NumberTooWideError, ProfileError),
    *(AccountsFileError, MalformedRightError, SecretFileError),
)
"""Refusals that no endpoint answers: endpoints validate numbers first and name the place; the others are about the
operator's files."""
CLOSED = (BaseModel, Log)
"""Classes whose methods are not followed: their refusals are those of every endpoint."""


def refusals_of(endpoint: Callable[..., Any], packages: tuple[str, ...]) -> set[type[Refused]]:
    """Return the refusals that an endpoint's code in these packages raises."""
    reach, before = _Reach(packages), -1
    while before != len(reach.made):  # a newly found command opens more arms
        before = len(reach.made)
        reach.seen.clear()
        reach.follow(inspect.unwrap(endpoint))
    return {each for each in reach.found if each is not Refused and not issubclass(each, EXCLUDED)}


class _Reach:
    """Walks from function to function. `made` collects the classes that the code calls, commands among them."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        self.seen: set[tuple[int, tuple[type, ...]]] = set()
        self.made: set[type] = set()
        self.found: set[type[Refused]] = set()
        self.caught: tuple[type, ...] = ()

    def follow(self, thing: Any) -> None:
        """Follow the object of a name."""
        function = getattr(thing, "__func__", thing)
        if (id(function), self.caught) in self.seen or not self._ours(function):
            return
        self.seen.add((id(function), self.caught))
        if isinstance(thing, Decider | StatefulDecider):
            self.follow(thing.decide)
        elif isinstance(thing, type):
            self._follow_class(thing)
        elif inspect.isfunction(function) and (tree := _tree(function)) is not None:
            self._walk(tree, ChainMap({"self": getattr(thing, "__self__", None)}, _names(function)))

    def _ours(self, thing: Any) -> bool:
        named = thing if isinstance(thing, type) or inspect.isfunction(thing) else type(thing)
        return str(named.__module__).startswith(self.packages)

    def _follow_class(self, cls: type) -> None:
        self.made.add(cls)
        if issubclass(cls, Refused):
            self.found.update([] if issubclass(cls, self.caught) else [cls])
        elif not issubclass(cls, CLOSED):
            for method in vars(cls).values():
                self.follow(inspect.unwrap(getattr(method, "__func__", method)))

    def _walk(self, node: ast.AST, names: Names) -> None:
        for child in self._next(node, names):
            if isinstance(child, ast.Name | ast.Attribute) and (known := _object_of(child, names)) is not None:
                self.follow(known)
            elif isinstance(child, ast.Try):
                self._walk_try(child, names)
            else:
                self._walk(child, names)

    def _walk_try(self, node: ast.Try, names: Names) -> None:
        with self._catching(node, names):
            self._walk(ast.Module(node.body, []), names)
        self._walk(ast.Module([*(line for each in node.handlers for line in each.body), *node.orelse], []), names)

    @contextmanager
    def _catching(self, node: ast.Try, names: Names) -> Iterator[None]:
        before = self.caught
        swallowing = [each for each in node.handlers if each.type and not _raises_again(each)]
        kinds = [part for each in swallowing if each.type for part in ast.walk(each.type)]
        known = [_object_of(each, names) for each in kinds]
        self.caught = (*before, *(each for each in known if isinstance(each, type)))
        yield
        self.caught = before

    def _next(self, node: ast.AST, names: Names) -> Iterator[ast.AST]:
        """Yield the parts that run: no annotations, no closed arms, no decider that is used only to load state."""
        if isinstance(node, ast.Match):
            yield from (line for case in node.cases if self._is_open(case.pattern, names) for line in case.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.body
        elif isinstance(node, ast.AnnAssign):
            yield from [node.value] if node.value else []
        elif isinstance(node, ast.Call) and _object_of(node.func, names) is load:
            yield from node.args[:-1]  # the last argument is a decider, which only folds here
        else:
            yield from ast.iter_child_nodes(node)

    def _is_open(self, pattern: ast.pattern, names: Names) -> bool:
        classes = [_object_of(each.cls, names) for each in ast.walk(pattern) if isinstance(each, ast.MatchClass)]
        return not classes or any(each in self.made for each in classes)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler))


def _object_of(node: ast.AST, names: Names) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _object_of(node.value, names)
    if inspect.ismodule(owner) or isinstance(owner, Decider | StatefulDecider):
        return getattr(owner, node.attr, None)
    if owner is None or isinstance(owner, type):
        return None
    method = vars(type(owner)).get(node.attr)
    return MethodType(method, owner) if inspect.isfunction(method) else getattr(owner, "__dict__", {}).get(node.attr)


def _names(function: Any) -> MutableMapping[str, Any]:
    closed = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return ChainMap({name: cell.cell_contents for name, cell in closed.items()}, function.__globals__)


def _tree(function: Any) -> ast.AST | None:
    """Return the syntax tree of a function; None for generated code (methods of dataclasses)."""
    code = function.__code__
    return _functions(code.co_filename).get(code.co_firstlineno) if code.co_filename.endswith(".py") else None


@functools.cache
def _functions(file: str) -> Mapping[int, ast.AST]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [each for each in ast.walk(tree) if isinstance(each, kinds)]
    return {min([each.lineno, *(one.lineno for one in each.decorator_list)]): each for each in found}
