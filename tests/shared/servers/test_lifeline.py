"""A server lives as long as the process that wanted it, and not longer."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parindex.servers.lifeline import Lifeline, Recipe, ServerNotRunError

FOR_EVER = ["/bin/sleep", "1000"]
POLITE = ["/bin/sh", "-c", "trap 'echo farewell; exit 0' TERM; echo ready; while :; do sleep 0.05; done"]
STUBBORN = ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]
OWNER = """
import sys
from pathlib import Path
from parindex.servers.lifeline import Lifeline, Recipe
print(Lifeline(Recipe(sys.argv[2:], Path(sys.argv[1]), {})).pid, flush=True)
sys.stdin.read()
"""


def wait_for_end(pid: int) -> None:
    handle = os.pidfd_open(pid)
    ready, _, _ = select.select([handle], [], [], 60)
    os.close(handle)
    assert ready, f"process {pid} did not end"


def recipe(command: list[str], folder: Path, grace_s: float = 20) -> Recipe:
    return Recipe(command=command, log=folder / "log", env={"PATH": os.defpath}, grace_s=grace_s)


def ready(command: list[str], folder: Path, grace_s: float = 20) -> Lifeline:
    lifeline = Lifeline(recipe(command, folder, grace_s))
    while "ready" not in (folder / "log").read_text():
        assert not lifeline.ended
    return lifeline


def test_a_server_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path / "log"), *FOR_EVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
        wait_for_end(server)


def test_ctrl_c_at_the_terminal_is_for_the_owner_alone(tmp_path: Path) -> None:
    lifeline = Lifeline(recipe(FOR_EVER, tmp_path))
    assert os.getpgid(lifeline.pid) != os.getpgid(0)
    assert os.getsid(lifeline.pid) != os.getsid(0)
    lifeline.cut()


def test_cutting_asks_first(tmp_path: Path) -> None:
    lifeline = ready(POLITE, tmp_path)
    assert lifeline.cut() == 0
    assert (tmp_path / "log").read_text().split() == ["ready", "farewell"]


def test_a_server_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    assert ready(STUBBORN, tmp_path, grace_s=0.1).cut() == 128 + signal.SIGKILL


def test_a_frozen_server_can_still_be_ended(tmp_path: Path) -> None:
    lifeline = Lifeline(recipe(FOR_EVER, tmp_path))
    os.kill(lifeline.pid, signal.SIGSTOP)
    assert lifeline.cut() == 128 + signal.SIGTERM


def test_helpers_of_a_killed_server_end_with_it(tmp_path: Path) -> None:
    lifeline = Lifeline(recipe(["/bin/sh", "-c", "sleep 1000 & echo $!; wait"], tmp_path))
    while not (told := (tmp_path / "log").read_text()).endswith("\n"):
        assert not lifeline.ended
    helper = os.pidfd_open(int(told))
    lifeline.kill()
    ready, _, _ = select.select([helper], [], [], 60)
    os.close(helper)
    assert ready


def test_a_server_that_ended_by_itself_is_seen(tmp_path: Path) -> None:
    lifeline = Lifeline(recipe(["/bin/sh", "-c", "exit 3"], tmp_path))
    assert lifeline.wait() == 3
    assert lifeline.ended
    assert lifeline.cut() == 3


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerNotRunError, match="no-such-program"):
        Lifeline(recipe(["/no-such-program"], tmp_path))
