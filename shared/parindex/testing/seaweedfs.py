"""A real S3 server in a test: SeaweedFS, whose program comes in a wheel, with one bucket for each test."""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import pytest

from parindex.files.bucket import BucketSettings
from parindex.servers.rabbitmq_folder import free_ports

WEED = "var/seaweedfs/bin/weed"
STARTS_WITHIN = 60.0
KEY, SECRET = "key-of-tests", "secret-key-of-tests"
_PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


class SeaweedFS:
    """A server of all its parts in one process, on ports that were free."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ports = free_ports(len(_PORTS) + 2)
        self._port = ports.pop()
        identity = {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}), "utf-8")
        (folder / "data").mkdir()
        flags = [f"-{name}={port}" for name, port in zip(_PORTS, ports, strict=False)]
        here = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}/data", "-volume.max=500", "-s3", "-filer")
        s3 = (f"-s3.port={self._port}", f"-s3.port.grpc={ports[-1]}", f"-s3.config={folder}/s3.json")
        self._command = (str(Path(WEED).absolute()), "server", *here, *flags, *s3, "-master.volumeSizeLimitMB=64")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server, and wait until it listens; the store tries again where another part is not ready yet."""
        with (self._folder / "said").open("wb") as said:
            self._process = subprocess.Popen(self._command, stdout=said, stderr=said, cwd=self._folder)
        end = time.monotonic() + STARTS_WITHIN
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > end:
                raise TimeoutError((self._folder / "said").read_text("utf-8", "replace")[-2_000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def bucket(self) -> BucketSettings:
        """Return the settings of a bucket of its own; the server makes it with its first file."""
        return BucketSettings(
            name=f"evidence-{token_hex(6)}", endpoint=self.endpoint, access_key=KEY, secret_key=SECRET
        )

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
            return True
        return False


@pytest.fixture(scope="module")
def seaweedfs() -> Iterator[SeaweedFS]:
    """A server for the tests of a module, which are marked `seaweedfs`."""
    with tempfile.TemporaryDirectory(prefix="seaweedfs-") as folder:
        server = SeaweedFS(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
