"""The client of a virus scanner: a ClamAV daemon (clamd), asked over a Unix socket or TCP with its command INSTREAM.

A file counts as clean only where the daemon said so about all of its bytes; every other end is a refusal.
"""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parindex.files.refusals import FileNotScannedError, FileTooLargeToScanError

AT_ONCE: Final = 2
"""Files that one process of a service has scanned at the same time."""
WITHIN: Final = 20.0
"""Seconds for one file, its turn included; an answer of the service has some more."""
BLOCK: Final = 2**18
MOST_SAID: Final = 1_024
"""Bytes of an answer of the daemon."""
ADDRESS: Final = re.compile(r"unix:(?P<path>/.+)|tcp:(?P<host>[^:\[\]]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")
CLEAN: Final = "stream: OK"
_VERSION: Final = re.compile(r"ClamAV [\x20-\x7e]{1,200}")
_FOUND: Final = re.compile(r"stream: (?P<signature>[\x21-\x7e]{1,200}) FOUND")
_TOO_LARGE: Final = ("INSTREAM size limit exceeded. ERROR", "stream: Heuristics.Limits.Exceeded")
"""How an answer begins where the daemon's own limits end a scan (StreamMaxLength; the others with AlertExceedsMax)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner says of a file: the name of the signature that it found ("" for none), and what it is itself.

    `scanner` is the program, its version, and the version and day of its database where that has one.
    """

    signature: str
    scanner: str


class Scanner:
    """Has files scanned by the daemon at an address: `unix:/run/clamav/clamd.ctl` or `tcp:clamav:3310`."""

    def __init__(self, address: str, within: float = WITHIN) -> None:
        if not (parts := ADDRESS.fullmatch(address)):
            raise ValueError(f"not the address of a clamd: {address!r}")
        self._parts, self._within = parts, within
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def scan(self, path: Path) -> Scan:
        """Return what the daemon says of a file.

        Raises FileNotScannedError where it is away, too slow or says something else, and FileTooLargeToScanError.
        """
        try:
            async with asyncio.timeout(self._within), self._turns:
                version, said = await self._version(), await self._said_of(path)
        except (OSError, TimeoutError) as error:
            raise FileNotScannedError from error
        if said.startswith(_TOO_LARGE):
            raise FileTooLargeToScanError
        if said == CLEAN:
            return Scan("", version)
        if found := _FOUND.fullmatch(said):
            return Scan(found["signature"], version)
        raise FileNotScannedError

    async def _version(self) -> str:
        async with self._connected() as connection:
            await asyncio.get_running_loop().sock_sendall(connection, b"zVERSION\0")
            said = await _answer(connection)
        if not _VERSION.fullmatch(said):
            raise FileNotScannedError
        return said

    async def _said_of(self, path: Path) -> str:
        async with self._connected() as connection:
            sending = asyncio.create_task(_send(connection, path))
            try:
                said = await _answer(connection)  # before all is sent, where the daemon stops reading at its limit
                if said == CLEAN and not await sending:
                    return ""
                return said
            finally:
                sending.cancel()
                await asyncio.wait([sending])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[socket.socket]:
        loop = asyncio.get_running_loop()
        if path := self._parts["path"]:
            family, address = socket.AF_UNIX, path
        else:
            host, port = self._parts["host"].strip("[]"), int(self._parts["port"])
            family, _, _, _, address = (await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))[0]
        with socket.socket(family) as connection:
            connection.settimeout(0)
            await loop.sock_connect(connection, address)
            yield connection


async def _send(connection: socket.socket, path: Path) -> bool:
    """Send a file; return whether all of it was sent. Where the daemon does not read it, its answer says why."""
    loop = asyncio.get_running_loop()
    with suppress(OSError), path.open("rb", 0) as file:
        await loop.sock_sendall(connection, b"zINSTREAM\0")
        while block := await asyncio.to_thread(file.read, BLOCK):
            await loop.sock_sendall(connection, struct.pack(">I", len(block)) + block)
        await loop.sock_sendall(connection, bytes(4))
        return True
    return False


async def _answer(connection: socket.socket) -> str:
    """Return an answer of the daemon, which ends with a zero byte; "" for one that doesn't."""
    said = bytearray()
    while not said.endswith(b"\0") and len(said) <= MOST_SAID:
        if not (more := await asyncio.get_running_loop().sock_recv(connection, MOST_SAID)):
            break
        said += more
    return said[:-1].decode("ascii", "replace") if said.endswith(b"\0") else ""
