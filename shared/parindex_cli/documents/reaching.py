"""Which refusals a door may answer: found in the code that its function leads to, for the OpenAPI documents.

A name leads to what it stands for: a function, a class and its methods, the rules of a decider. An arm
`case Command():` counts where the door's own code makes that command; what a `try` catches does not count. Not found
here is what a method of an unknown object raises, and what every door may answer (`parindex.http.problem_openapi`).
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

UNSAID = (
    *(DecimalsOutOfRangeError, NotANumberError, NumberTooLongError, NumberTooWideError, ProfileError),
    *(AccountsFileError, MalformedRightError, SecretFileError),
)
"""Of the kernel's own types, where a door checks first what would raise them and names the place; of the operator's
files."""
CLOSED = (BaseModel, Log)
"""Classes whose methods are not looked at: every door may meet them."""


def refusals_of(endpoint: Callable[..., Any], packages: tuple[str, ...]) -> set[type[Refused]]:
    """Return the refusals that an endpoint's code raises, as far as it is in these packages."""
    reach, before = _Reach(packages), -1
    while before != len(reach.made):  # a command that is made opens arms that were shut
        before = len(reach.made)
        reach.seen.clear()
        reach.follow(inspect.unwrap(endpoint))
    return {each for each in reach.found if each is not Refused and not issubclass(each, UNSAID)}


class _Reach:
    """Walks from function to function. `made`: classes that are called on the way, commands among them."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        self.seen: set[tuple[int, tuple[type, ...]]] = set()
        self.made: set[type] = set()
        self.found: set[type[Refused]] = set()
        self.caught: tuple[type, ...] = ()

    def follow(self, thing: Any) -> None:
        """Look at what a name stands for."""
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
            if isinstance(child, ast.Name | ast.Attribute) and (known := _stands_for(child, names)) is not None:
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
        known = [_stands_for(each, names) for each in kinds]
        self.caught = (*before, *(each for each in known if isinstance(each, type)))
        yield
        self.caught = before

    def _next(self, node: ast.AST, names: Names) -> Iterator[ast.AST]:
        """Yield the parts that are carried out: no annotations, no arms that are shut, no state that is only read."""
        if isinstance(node, ast.Match):
            yield from (line for case in node.cases if self._is_open(case.pattern, names) for line in case.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.body
        elif isinstance(node, ast.AnnAssign):
            yield from [node.value] if node.value else []
        elif isinstance(node, ast.Call) and _stands_for(node.func, names) is load:
            yield from node.args[:-1]  # with a decider that folds, and decides nothing
        else:
            yield from ast.iter_child_nodes(node)

    def _is_open(self, pattern: ast.pattern, names: Names) -> bool:
        classes = [_stands_for(each.cls, names) for each in ast.walk(pattern) if isinstance(each, ast.MatchClass)]
        return not classes or any(each in self.made for each in classes)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler))


def _stands_for(node: ast.AST, names: Names) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _stands_for(node.value, names)
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
    """Return the function as it is written; None where a program wrote it (methods of dataclasses)."""
    code = function.__code__
    return _functions(code.co_filename).get(code.co_firstlineno) if code.co_filename.endswith(".py") else None


@functools.cache
def _functions(file: str) -> Mapping[int, ast.AST]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [each for each in ast.walk(tree) if isinstance(each, kinds)]
    return {min([each.lineno, *(one.lineno for one in each.decorator_list)]): each for each in found}
