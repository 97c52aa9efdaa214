"""A real ClamAV daemon in a test, with a database of one signature: that of EICAR's test file, which harms nothing."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CLAMD = "/usr/sbin/clamd"
STARTS_WITHIN = 30.0
SIGNATURE = "Test.EICAR.UNOFFICIAL"
"""What the daemon calls the signature: it adds the last word to those that are not of its publisher."""
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""In parts, so that a scanner does not take this module for the test file."""
LIMIT = 4 * 2**20
"""Bytes of one stream."""


class Clamd:
    """A daemon on a Unix socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "own.ndb").write_text(f"Test.EICAR:0:*:{EICAR.hex()}\n", "ascii")
        (folder / "clamd.conf").write_text(
            f"DatabaseDirectory {folder}\nLocalSocket {folder}/clamd.sock\nForeground yes\nMaxThreads 2\n"
            f"StreamMaxLength {LIMIT}\nAlertExceedsMax yes\nMaxScanSize 3M\n",
            "ascii",
        )

    @property
    def address(self) -> str:
        return f"unix:{self._folder}/clamd.sock"

    def start(self) -> None:
        """Start the daemon, and wait until it answers."""
        said = (self._folder / "said").open("wb")
        with said:
            self._process = subprocess.Popen((CLAMD, "-c", str(self._folder / "clamd.conf")), stdout=said, stderr=said)
        end = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise TimeoutError((self._folder / "said").read_text("utf-8", "replace"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the daemon, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as asked:
            asked.connect(f"{self._folder}/clamd.sock")
            asked.sendall(b"zPING\0")
            return asked.recv(16) == b"PONG\0"
        return False


@contextmanager
def started_clamd() -> Iterator[Clamd]:
    """Run a daemon; the path of its folder is short, as those of sockets have to be."""
    with tempfile.TemporaryDirectory(prefix="clamd-", dir="/tmp") as folder:
        clamd = Clamd(Path(folder))
        clamd.start()
        try:
            yield clamd
        finally:
            clamd.stop()


@pytest.fixture(scope="module")
def clamd() -> Iterator[Clamd]:
    """A daemon for the tests of a module, which are marked `clamd`."""
    with started_clamd() as started:
        yield started
