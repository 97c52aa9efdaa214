"""Names have a form by their kind: commands, events, refusals. No other distribution has our package names."""

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest

from parindex.contracts import CONTRACTS
from parindex.refusal import Refused
from parindex.sign_in.service import SIGN_IN

ROOT = Path(__file__).parents[2]
OURS = ["assessment", "survey", "scoring", "publication", "parindex", "parindex_cli"]
REGULAR = re.compile(r"[A-Z][a-z]*[^e]ed")
IRREGULAR = {"Frozen", "Seen", "Sent", "SetAside", "Upheld", "Withdrawn"}
"""The ends of the events whose verb does not end in -ed."""
WORD = re.compile(r"[A-Z][a-z0-9]*")
IMPERATIVES = {
    "Admit", "Announce", "Approve", "Assign", "Bring", "Close", "Complete", "Compose", "Compute", "Conclude", "Count",
    "Cut", "Enact", "End", "Enrol", "Enter", "Erase", "Explain", "Extend", "Freeze", "Issue", "Learn", "List", "Make",
    "Need", "Open", "Prepare", "Queue", "Recall", "Receive", "Record", "Refer", "Register", "Release", "Remove",
    "Reopen", "Report", "Return", "Reuse", "Revoke", "See", "Send", "Settle", "State", "Submit", "Upload", "Withdraw",
}  # fmt: skip
TWO_MEANINGS = {"Evidence", "Kiosk", "Press", "Presses"}
"""Classes that two modules still define: a round file has records of its own for what the services have, too."""
SERVICES = {entry.name: entry.load() for entry in entry_points(group="parindex.services")}


def modules(pattern: str) -> list[str]:
    files = sorted(file for top in ("services", "shared") for file in (ROOT / top).rglob(pattern))
    dotted = [".".join(file.with_suffix("").relative_to(ROOT).parts[1:]) for file in files]
    return [name.removesuffix(".__init__") for name in dotted if ".migrations" not in name]


def classes_of(module: str) -> list[type]:
    here = importlib.import_module(module)
    return [cls for _, cls in inspect.getmembers(here, inspect.isclass) if cls.__module__ == module]


def is_frozen(cls: type) -> bool:
    if is_dataclass(cls):
        return bool(cls.__dataclass_params__.frozen) and (not fields(cls) or "__slots__" in vars(cls))  # type: ignore[attr-defined]
    config = getattr(cls, "__struct_config__", None)  # msgspec's
    return bool(config and config.frozen)


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_claims_our_names(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"parindex"}


@pytest.mark.parametrize("module", [*modules("commands.py"), *modules("events.py")])
def test_commands_and_events_are_frozen(module: str) -> None:
    thawed = [cls.__name__ for cls in classes_of(module) if not is_frozen(cls)]
    assert not thawed, f"{module}: @dataclass(frozen=True, slots=True), or a helper file for what is neither"


@pytest.mark.parametrize("module", modules("commands.py"))
def test_a_module_of_commands_holds_imperatives_alone(module: str) -> None:
    words = {cls.__name__: WORD.findall(cls.__name__) for cls in classes_of(module)}
    others = {name for name, (first, *rest) in words.items() if first not in IMPERATIVES or not rest}
    others |= {name for name, parts in words.items() if parts[-1] in {"Command", "Request", "Dto", "Input"}}
    assert not others, f"{module}: parts of a command have a file of their own"


def test_a_class_has_one_meaning() -> None:
    """Outside contracts and events (there a contract has the name of its event), no two modules define one class."""
    names = Counter(
        node.name
        for file in sorted(file for top in ("services", "shared") for file in (ROOT / top).rglob("*.py"))
        if not {"contracts", "migrations", "testing"} & set(file.parts) and file.name != "events.py"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, times in names.items() if times > 1} == TWO_MEANINGS, "TWO_MEANINGS only shrinks"


def events_of_all() -> list[str]:
    return [name for service in [*SERVICES.values(), SIGN_IN] for name in service.types.classes]


def is_past(name: str) -> bool:
    """Return whether a name ends in a verb in the past tense, and something that it happened to is before it."""
    *thing, verb = WORD.findall(name)
    is_irregular = any(name.endswith(end) and name != end for end in IRREGULAR)
    return is_irregular or bool(thing and REGULAR.fullmatch(verb))


def test_an_event_is_in_the_past_tense() -> None:
    assert [name for name in events_of_all() if not is_past(name)] == []


@pytest.mark.parametrize("name", ["RecordedRating", "Recorded", "SetNeed", "SetSeed", "SetChange", "Frozen", "SetSet"])
def test_a_name_that_does_not_end_in_a_verb_in_the_past_is_found(name: str) -> None:
    assert not is_past(name)


def test_no_irregular_verb_is_listed_that_no_event_has() -> None:
    assert {end for end in IRREGULAR for name in events_of_all() if name.endswith(end)} == IRREGULAR


def test_no_module_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [name for name in modules("*.py") if drawers & set(name.split("."))] == []


def refusals(family: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in family.__subclasses__():
        yield each
        yield from refusals(each)


def shipped_refusals() -> set[type[Refused]]:
    for name in modules("*.py"):
        if not name.startswith(("parindex.testing", "parindex_cli.testing")):
            importlib.import_module(name)
    return {each for each in refusals() if each.__module__.split(".")[0] in OURS and ".testing" not in each.__module__}


def test_every_refusal_has_its_own_stable_code() -> None:
    codes = Counter(vars(each).get("code", f"none on {each.__name__}") for each in shipped_refusals())
    assert [code for code, times in codes.items() if times > 1] == []
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)] == []


def test_every_refusal_says_that_it_is_one() -> None:
    assert [each.__name__ for each in shipped_refusals() if not each.__name__.endswith("Error")] == []


def bus_functions() -> list[tuple[str, str]]:
    return [
        (str(file.relative_to(ROOT)), node.name)
        for file in sorted((ROOT / "services").rglob("bus.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]


def test_a_handler_of_a_contract_is_named_after_it() -> None:
    words = (WORD.findall(contract.__name__) for contract in CONTRACTS.values())
    handlers = {"on_contracts", *("on_" + "_".join(map(str.lower, each)) for each in words)}
    assert [each for each in bus_functions() if each[1] not in handlers] == []


def test_the_handler_of_every_consumer_is_on_contracts() -> None:
    consumers = [consumer for service in SERVICES.values() for consumer in service.consumers]
    assert {consumer.handle.__name__ for consumer in consumers} == {"on_contracts"}
