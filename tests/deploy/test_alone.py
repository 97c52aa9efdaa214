"""A service and the kernel, copied to an empty folder, can be built and tested without the other services."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from parindex.service import installed_services

ROOT = Path(__file__).parents[2]
SERVICES = list(installed_services())
PACKAGES = sysconfig.get_path("purelib")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Bench:
    """The folder of the copy, the wheel built from it, and the folder of the unpacked wheel."""

    service: str
    folder: Path
    wheel: Path
    installed: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python on the wheel. With -S no .pth file is read, so the developer installation is not importable."""
        environment = {
            "PYTHONPATH": f"{self.installed}{os.pathsep}{PACKAGES}",
            "PATH": os.defpath,
            "HOME": str(self.folder),
        }
        command = [sys.executable, "-S", *words]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", params=SERVICES)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    service = request.param
    folder = tmp_path_factory.mktemp(service)
    no_caches = shutil.ignore_patterns("__pycache__")
    for part in ("shared/parindex", f"services/{service}", f"tests/{service}", "tests/contracts"):
        shutil.copytree(ROOT / part, folder / part, ignore=no_caches)
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, folder / file)
    (folder / "README.md").touch()
    build = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", "dist", "."]
    subprocess.run([sys.executable, "-m", "pip", *build], cwd=folder, check=True)
    (wheel,) = (folder / "dist").iterdir()
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    for part in ("shared", "services"):
        shutil.rmtree(folder / part)  # from now on only the wheel remains
    return Bench(service, folder, wheel, folder / "installed")


def test_the_wheel_holds_that_service_and_the_kernel_and_nothing_else(bench: Bench) -> None:
    names = zipfile.ZipFile(bench.wheel).namelist()
    assert {name.split("/")[0] for name in names} == {bench.service, "parindex", "parindex-0.1.0.dist-info"}
    migrations = {name for name in names if name.startswith(f"{bench.service}/migrations/versions/")}
    assert migrations, "what is no module has to come along too"


def test_the_service_can_be_imported_and_no_other(bench: Bench) -> None:
    others = [name for name in SERVICES if name != bench.service]
    script = f"import importlib.util, {bench.service}.app, {bench.service}.worker, parindex.service as kernel; "
    script += f"assert list(kernel.installed_services()) == ['{bench.service}']; "
    script += f"print([name for name in {others} if importlib.util.find_spec(name)], {bench.service}.__file__)"
    ended = bench.run("-c", script)
    assert (ended.stdout.strip(), ended.stderr) == (f"[] {bench.installed}/{bench.service}/__init__.py", "")


def test_its_commands_can_be_asked_for(bench: Bench) -> None:
    ended = bench.run("-c", "from parindex.cli import main; main()", "version")
    assert ended.stdout.splitlines()[-1] == bench.service, ended.stderr


def test_all_its_tests_are_found_and_its_rules_pass(bench: Bench) -> None:
    ended = bench.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "test_decisions or test_goldens")
    assert ended.returncode == 0, ended.stdout
    assert re.search(r"^[1-9]\d* passed, [1-9]\d* deselected", ended.stdout, re.MULTILINE), ended.stdout
