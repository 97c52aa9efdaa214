"""The tree shows the yearly round: steps with captions, and in each step files with fixed names.

At most four helpers may be beside them; `helpers.toml` lists each with its reason. A step with more is in `TOO_MANY`,
whose numbers only go down.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from parindex_cli import flow

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
TRIP = {"api", "bus", "commands", "decisions", "events", "outgoing", "projections", "queries"}
BESIDE = {"bodies", "checks", "refusals", "state"}
FOR_PAGES = {"forms", "pages"}
MOST_HELPERS = 4
TOO_MANY: dict[str, int] = {}
"""The steps that have more helpers than they may, and how many: an entry goes when its step is there."""
DOORS_AND_RULES = {"api", "bus", "commands", "decisions"}
PROCESS = {"__init__", "app", "examining", "recounting", "rehearsal", "service", "settings", "worker"}
HELPERS = tomllib.loads((ROOT / "tests" / "architecture" / "helpers.toml").read_text(encoding="utf-8"))
STEPS = {f"{folder.parent.name}.{folder.name}": folder for folder in flow.folders(SERVICES)}


def helpers_in(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py")} - TRIP - BESIDE - FOR_PAGES - {"__init__"}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_has_a_caption_of_one_line(name: str) -> None:
    assert flow.step(STEPS[name]), f"{name}/__init__.py should be one docstring: N · What happens here."
    assert len((STEPS[name] / "__init__.py").read_text(encoding="utf-8").splitlines()) == 1


def test_no_two_steps_have_one_number() -> None:
    numbers = [step.number for step in flow.steps(SERVICES)]
    assert numbers == sorted(set(numbers))


def test_a_service_is_a_run_of_steps() -> None:
    order = [step.service for step in flow.steps(SERVICES)]
    assert len([service for service, before in zip(order, ["", *order], strict=False) if service != before]) == len(
        set(order)
    ), f"data goes one way, and so do the numbers: {order}"


@pytest.mark.parametrize("name", STEPS)
def test_every_helper_beside_the_fixed_names_is_listed_with_its_reason(name: str) -> None:
    listed = HELPERS.get(name, {})
    assert helpers_in(STEPS[name]) == set(listed), f"compare {name} with tests/architecture/helpers.toml"
    assert all(len(reason.split()) > 2 for reason in listed.values())


@pytest.mark.parametrize("name", STEPS)
def test_a_step_has_four_helpers_at_most(name: str) -> None:
    most = TOO_MANY.get(name, MOST_HELPERS)
    assert len(helpers_in(STEPS[name])) <= most, f"{name}: merge what is read together, or find a step of its own"


def test_a_step_that_has_become_smaller_does_not_grow_again() -> None:
    now = {name: len(helpers_in(STEPS[name])) for name in TOO_MANY if name in STEPS}
    assert {name: count for name, count in now.items() if count > MOST_HELPERS} == TOO_MANY, "lower the numbers"


def test_no_list_of_helpers_outlives_its_step() -> None:
    assert set(HELPERS) <= set(STEPS)


@pytest.mark.parametrize("service", sorted({folder.parent for folder in STEPS.values()}), ids=lambda path: path.name)
def test_beside_its_steps_a_service_has_only_its_processes(service: Path) -> None:
    assert {file.stem for file in service.glob("*.py")} <= PROCESS


@pytest.mark.parametrize("name", STEPS)
def test_sister_steps_are_not_entered_by_their_doors_nor_asked_for_their_rules(name: str) -> None:
    forbidden = [
        f"{file.relative_to(ROOT)}: {module}"
        for file in STEPS[name].glob("*.py")
        for module in imported(file)
        if is_inside_a_sister(module, name) and module.split(".")[2] in DOORS_AND_RULES
    ]
    assert not forbidden, "a sister step's events, queries and helpers may be read; nothing else"


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_inside_a_sister(module: str, name: str) -> bool:
    service, step, *rest = [*module.split("."), "", ""]
    return f"{service}.{step}" in STEPS and f"{service}.{step}" != name and any(rest)
