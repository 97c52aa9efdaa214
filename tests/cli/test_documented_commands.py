"""The commands of README and docs/ run as written, against a new `parindex serve`."""

import asyncio
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from parindex.auth.minting import minted_with
from parindex.auth.principal import Role
from parindex.servers.rabbitmq_folder import free_ports
from parindex.service import installed_services

ROOT = Path(__file__).parents[2]
HERE = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(?:sh|bash|yaml)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = [sys.executable, "-c", "from parindex.cli import main; main()"]

pytestmark = pytest.mark.slow


def commands_of(page: str, begin: str) -> list[str]:
    """Return the code blocks of a page whose first line begins with a command."""
    blocks = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [block for block in blocks if re.match(begin, block)]


@dataclass(frozen=True, slots=True)
class Served:
    """A running `parindex serve`, with its address and its folder.

    `root` has the tree's files that commands read, and takes what they write: the user's own `var/` is left alone.
    """

    url: str
    folder: Path
    root: Path

    def run(self, script: str) -> str:
        """Run commands as a reader would, in the root of a tree, and return what they print."""
        ours = script.replace(HERE, self.url).replace("var/serve", str(self.folder))
        ours = ours.replace(".venv/bin/parindex", shlex.join(PROGRAM))
        shell = ["/bin/bash", "-euo", "pipefail", "-c", ours]
        ended = subprocess.run(shell, cwd=self.root, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{ours}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def heads(self) -> dict[str, Any]:
        """Return where each service's log ends, with the hash of its newest entry."""
        return asyncio.run(self._heads())

    async def _heads(self) -> dict[str, Any]:
        token = await minted_with(self.folder / "issuer.key", self.url)(Role.AUDITOR, "H09")
        bearer = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=self.url, headers=bearer) as client:
            answers = {name: await client.get(f"/{name}/v1/log") for name in installed_services()}
        return {name: answer.raise_for_status().json() for name, answer in answers.items()}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("tree")
    (root / "deploy").symlink_to(ROOT / "deploy")
    [port] = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="parindex-documented-"))
    command = [*PROGRAM, "serve", "--port", str(port), "--folder", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    yield Served(f"http://127.0.0.1:{port}", folder, root)
    process.send_signal(signal.SIGINT)
    process.communicate()
    shutil.rmtree(folder)


def test_the_readme_runs_a_round_twice_and_recomputes_it(served: Served) -> None:
    [script] = [block for block in commands_of("README.md", r"\.venv/bin/parindex round run") if "replay" in block]
    served.run(script)
    heads = served.heads()
    said = served.run(script)  # as the comment says, a second run repeats nothing
    assert "vinhphuc-2019" in said
    assert served.heads() == heads
    assert all(head["head"] > 0 for head in heads.values())
    assert (served.root / "var" / "rounds" / "vinhphuc-2019.json").exists()


def test_the_commands_for_round_files_check_and_run_one(served: Served, tmp_path: Path) -> None:
    [script] = commands_of("README.md", r"\.venv/bin/parindex round check FILE")
    file = tmp_path / "round.yaml"
    shutil.copy(ROOT / "deploy" / "demo" / "binhduong-2017-districts.yaml", file)
    served.run(script.replace("FILE", str(file)))


@pytest.mark.curl
def test_a_kiosk_is_enrolled_sends_presses_and_is_revoked_as_its_page_says(served: Served) -> None:
    blocks = commands_of("docs/kiosks.md", r"(?:H|SECRET|CODE)=|curl ")
    said = served.run("\n".join(blocks))
    assert len(blocks) == 8
    assert re.search(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", said, re.MULTILINE)  # the code, as the page shows one
    assert '"accepted":2,"repeated":0,"last_seq":2' in said
    assert said.count('"last_seq":2') > 1  # the kiosk asks where it is
