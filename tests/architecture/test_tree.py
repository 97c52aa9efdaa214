"""The tree shows the yearly round: steps with captions, and in each step files with fixed names.

At most four helpers may be beside them; `helpers.toml` lists each with its reason.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from parindex_cli import flow

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
TRIP = {"api", "bus", "commands", "decisions", "events", "outgoing", "projections", "queries"}
BESIDE = {"bodies", "checks", "refusals", "state"}
FOR_PAGES = {"pages", "forms"}
MOST_HELPERS = 4
DOORS_AND_RULES = {"api", "bus", "commands", "decisions"}
PROCESSES = {"app", "worker"}
OF_THE_RECORD = {"client_checks", "examining", "recounting", "rehearsal", "service", "waiting"}
"""The records that describe a service and its checks, and what the doctor, the audit, the client and the desk call."""
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
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
    count = len(helpers_in(STEPS[name]))
    assert count <= MOST_HELPERS, f"{name}: merge files that are read together, or find a step of its own"


def test_a_helper_that_is_said_to_be_pure_is_proven_so_by_the_import_rules() -> None:
    [rules] = [each for each in CONTRACTS if each["name"] == "Rules are pure"]
    said = {f"{step}.{name}" for step, names in HELPERS.items() for name in names if "pure" in names[name].lower()}
    assert said == {module for module in rules["source_modules"] if "*" not in module}


def test_every_fixed_name_is_in_the_layers_of_a_step_and_in_contributing() -> None:
    [step] = [each for each in CONTRACTS if each["name"] == "A step reads one way"]
    fixed = TRIP | BESIDE | FOR_PAGES
    assert set(re.findall(r"\w+", " ".join(step["layers"]))) == fixed
    assert set(step["containers"]) == set(STEPS)
    [listed] = re.findall(r"^The files of a step are .*\n.*$", CONTRIBUTING, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", listed)) == fixed


def test_every_fixed_name_is_used() -> None:
    used = {file.stem for folder in STEPS.values() for file in folder.glob("*.py")}
    assert used >= TRIP | BESIDE | FOR_PAGES


def test_no_list_of_helpers_outlives_its_step() -> None:
    assert set(HELPERS) <= set(STEPS)


@pytest.mark.parametrize("service", sorted({folder.parent for folder in STEPS.values()}), ids=lambda path: path.name)
def test_beside_its_steps_a_service_has_only_its_processes_and_its_record(service: Path) -> None:
    assert {file.stem for file in service.glob("*.py")} - {"__init__"} <= PROCESSES | OF_THE_RECORD


def test_no_file_is_allowed_beside_the_steps_that_no_service_has() -> None:
    beside = {file.stem for folder in STEPS.values() for file in folder.parent.glob("*.py")} - {"__init__"}
    assert beside == PROCESSES | OF_THE_RECORD


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
