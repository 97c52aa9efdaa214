"""A file counts as clean only where the scanner said so of all its bytes; the scanner here is a real clamd."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from parindex.files.refusals import FileNotScannedError, FileTooLargeToScanError
from parindex.files.scanning import Scanner
from parindex.testing.clamd import EICAR, LIMIT, SIGNATURE, Clamd, started_clamd

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def a_file(folder: Path, content: bytes) -> Path:
    path = folder / "draft"
    path.write_bytes(content)
    return path


@pytest.mark.clamd
async def test_a_clean_file_and_one_with_a_signature_are_told_apart(clamd: Clamd, tmp_path: Path) -> None:
    scanner = Scanner(clamd.address)
    clean = await scanner.scan(a_file(tmp_path, b"a plan" * 300_000))
    assert (clean.signature, clean.scanner[:7]) == ("", "ClamAV ")
    found = await scanner.scan(a_file(tmp_path, b"a plan" * 300_000 + EICAR))
    assert (found.signature, found.scanner) == (SIGNATURE, clean.scanner)


@pytest.mark.clamd
async def test_what_is_beyond_a_limit_of_the_daemon_is_not_clean(clamd: Clamd, tmp_path: Path) -> None:
    scanner = Scanner(clamd.address)
    with pytest.raises(FileTooLargeToScanError):  # of the stream
        await scanner.scan(a_file(tmp_path, bytes(8 * LIMIT)))
    with pytest.raises(FileTooLargeToScanError):  # of what is scanned
        await scanner.scan(a_file(tmp_path, bytes(LIMIT - 1)))


@pytest.mark.clamd
async def test_a_daemon_that_is_away_is_no_scan_and_one_that_is_back_is(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"a plan")
    with started_clamd() as clamd:
        scanner = Scanner(clamd.address)
        clamd.stop()
        with pytest.raises(FileNotScannedError):
            await scanner.scan(path)
        clamd.start()
        assert (await scanner.scan(path)).signature == ""


@asynccontextmanager
async def a_daemon_that(answer: Answer) -> AsyncIterator[str]:
    """Serve at a port of this machine; the version is asked first."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"tcp:127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(version: bytes, scan: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\0")
        if asked == b"zINSTREAM\0":
            await reader.readuntil(bytes(4))
        writer.write(version if asked == b"zVERSION\0" else scan)
        writer.close()

    return answer


@pytest.mark.parametrize(
    ("version", "scan"),
    [
        (b"ClamAV 1.4.6\0", b""),
        (b"ClamAV 1.4.6\0", b"stream: OK"),
        (b"ClamAV 1.4.6\0", b"stream: OK, so far\0"),
        (b"ClamAV 1.4.6\0", b"stream: OK\0stream: X FOUND\0"),
        (b"ClamAV 1.4.6\0", b"stream: out of memory ERROR\0"),
        (b"ClamAV 1.4.6\0", b"stream:  FOUND\0"),
        (b"ClamAV 1.4.6\0", b"\xff" * 10_000),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"stream: OK\0"),
        (b"", b"stream: OK\0"),
    ],
)
async def test_an_answer_that_is_no_answer_is_no_scan(version: bytes, scan: bytes, tmp_path: Path) -> None:
    async with a_daemon_that(saying(version, scan)) as address:
        with pytest.raises(FileNotScannedError):
            await Scanner(address).scan(a_file(tmp_path, b"a plan"))


async def test_a_daemon_over_tcp_that_says_clean_is_believed(tmp_path: Path) -> None:
    async with a_daemon_that(saying(b"ClamAV 1.4.6/27500/Fri Nov 27\0", b"stream: OK\0")) as address:
        scan = await Scanner(address).scan(a_file(tmp_path, b"a plan"))
    assert (scan.signature, scan.scanner) == ("", "ClamAV 1.4.6/27500/Fri Nov 27")


async def test_a_daemon_that_says_clean_before_it_has_all_bytes_is_not_believed(tmp_path: Path) -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\0")
        writer.write(b"ClamAV 1.4.6\0" if asked == b"zVERSION\0" else b"stream: OK\0")
        await writer.drain()
        writer.close()

    async with a_daemon_that(hasty) as address:
        with pytest.raises(FileNotScannedError):
            await Scanner(address).scan(a_file(tmp_path, bytes(64 * 2**20)))


async def test_a_daemon_that_never_answers_is_no_scan(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async with a_daemon_that(silent) as address:
        with pytest.raises(FileNotScannedError):
            await Scanner(address, within=0.2).scan(a_file(tmp_path, b"a plan"))
        ended.set()


@pytest.mark.parametrize(
    "address", ["/run/clamd.ctl", "unix:clamd.ctl", "tcp:clamav", "tcp::3310", "http://clamav:3310"]
)
def test_an_address_that_can_not_be_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="clamd"):
        Scanner(address)
