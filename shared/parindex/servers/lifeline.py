"""The lifeline of a server: it ends the server when the process that started it ends.

A guard process runs between the parent and the server. While its standard input is open it does nothing. When that is
closed (the parent closed it, ended, or was killed with -9), the guard sends the server a signal, waits some seconds,
and then kills its process group. It runs this file and imports no other module of the project, so that it starts in
milliseconds.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to run and end a server. `user` is a uid (None: the parent's), `grace_s` the time from signal to SIGKILL."""

    command: Sequence[str]
    log: Path
    env: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 20.0
    user: int | None = None
    cwd: Path = Path("/")
    keep_open: Sequence[int] = field(default=())  # file descriptors (locks) that the guard holds open


class ServerNotRunError(OSError):
    """The program is not there, or may not be run; its log says more."""

    def __init__(self, program: str, log: Path) -> None:
        super().__init__(f"Could not run {program}; see {log}.")


class Lifeline:
    """One server that cannot outlive this process. `pid` is the server's own process id."""

    def __init__(self, recipe: Recipe) -> None:
        user = "-" if recipe.user is None else str(recipe.user)
        arguments = [recipe.stop_signal.name, str(recipe.grace_s), user, *recipe.command]
        with recipe.log.open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(recipe.env),
                cwd=recipe.cwd,
                pass_fds=recipe.keep_open,
                start_new_session=True,  # Ctrl-C at the terminal is for the parent, which then ends the server
            )
        self.pid = self._told_pid(recipe)

    @property
    def ended(self) -> bool:
        """Whether the server has ended."""
        return self._guard.poll() is not None

    def wait(self) -> int:
        """Wait until the server has ended; return its exit status (negative: the signal that ended it)."""
        return self._guard.wait()

    def cut(self) -> int:
        """End the server by its signal (see `Recipe`); return its exit status. It is harmless when it has ended."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        return self._guard.wait()

    def kill(self) -> None:
        """Send SIGKILL to the server, as a fault, and wait for its end. It is harmless when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.cut()

    def _told_pid(self, recipe: Recipe) -> int:
        if self._guard.stdout is None:
            raise AssertionError
        with self._guard.stdout as told:
            line = told.readline()
        if not line:
            self.cut()
            raise ServerNotRunError(recipe.command[0], recipe.log)
        return int(line)


def guard(stop_signal: signal.Signals, grace_s: float, user: int | None, command: Sequence[str]) -> int:
    """Run the command, print its process id, wait until it or standard input ends; return its exit status."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: None)  # only the lifeline's end ends the guard; the server inherits no handlers
    groups: list[int] | None = None if user is None else []
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        process_group=0,
        user=user,
        group=user,
        extra_groups=groups,
    )
    print(server.pid, flush=True)
    _wait_for_either_end(server)
    if server.poll() is None:
        _end(server, stop_signal, grace_s)
    _kill_group(server.pid)  # helpers that outlived their server
    return server.wait()


def _wait_for_either_end(server: subprocess.Popen[bytes]) -> None:
    ended = os.pidfd_open(server.pid)
    select.select([sys.stdin.fileno(), ended], [], [])
    os.close(ended)


def _end(server: subprocess.Popen[bytes], how: signal.Signals, grace_s: float) -> None:
    server.send_signal(how)
    server.send_signal(signal.SIGCONT)  # a stopped server would not handle the signal
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(grace_s)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    _how, _grace, _user, *_command = sys.argv[1:]
    _status = guard(signal.Signals[_how], float(_grace), None if _user == "-" else int(_user), _command)
    sys.exit(_status if _status >= 0 else 128 - _status)
