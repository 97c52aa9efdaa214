"""An image contains one service, the kernel, and the packages that they import, at the versions of the lock file."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
OURS = {"assessment", "survey", "scoring", "publication", "parindex", "parindex_cli"}
OF_DEVELOPERS = [ROOT / "shared" / package / "testing" for package in ("parindex", "parindex_cli")]


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def imported() -> set[str]:
    """Return the packages that shipped code imports, anywhere in a file."""
    found: set[str] = set()
    for file in (each for top in ("services", "shared") for each in (ROOT / top).rglob("*.py")):
        if any(file.is_relative_to(folder) for folder in OF_DEVELOPERS):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).split(".")[0])
    return found - OURS - sys.stdlib_module_names


def test_an_image_gets_everything_that_shipped_code_imports() -> None:
    locked = {name.replace("-", "_") for name in pins("requirements-services.lock")}
    known = packages_distributions()
    missing = {
        name for name in imported() if not {each.lower().replace("-", "_") for each in known.get(name, [])} & locked
    }
    assert missing == set(), "these are dependencies, not tools of developers"


def test_images_are_built_with_what_developers_build_with() -> None:
    building, everything = pins("requirements-build.lock"), pins("requirements.lock")
    assert "hatchling" in building
    assert {name: everything.get(name) for name in building} == building


@pytest.mark.parametrize(
    ("lock", "folder"), [("requirements-services.lock", "/opt"), ("requirements-build.lock", "/src")]
)
def test_every_package_in_an_image_is_known_by_its_hash(lock: str, folder: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.findall(r"^\S+==.*(?:\n    .*)*", text, re.MULTILINE)
    assert len(blocks) == len(pins(lock))
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert f"--require-hashes --no-deps -r {folder}/{lock}" in DOCKERFILE


def test_a_recipe_takes_the_kernel_one_service_and_the_locks_and_nothing_else() -> None:
    copied = {tuple(line.split()[1:-1]) for line in re.findall(r"^COPY (?!--from).*", DOCKERFILE, re.MULTILINE)}
    assert {path for paths in copied for path in paths} == {
        "pyproject.toml",
        "requirements-services.lock",
        "requirements-build.lock",
        "shared/parindex",
        "services/${SERVICE}",
    }
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert {path.removesuffix("/${SERVICE}") for paths in copied for path in paths} == sent


def test_nobody_in_an_image_is_root() -> None:
    assert re.findall(r"^USER (.*)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]


def test_there_are_no_websockets() -> None:
    assert "UVICORN_WS=none " in DOCKERFILE
