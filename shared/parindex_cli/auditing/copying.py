"""An auditor's copy: feeds, heads and editions as plain files in one folder, for a comparison later.

`NAME.ndjson` is a feed as served, `NAME.log.json` the log's head as served before; `published/` has the lists and the
snapshots.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import msgspec

from parindex_cli.auditing.asking import ended_by, read, says_gone


class LogStatement(msgspec.Struct, frozen=True):
    """The head of a log as its service states it (`/v1/log`): newest position, epoch, hash of the newest entry."""

    source: str
    epoch: int
    head: int
    hash: str
    recorded_at: str


class AnnouncedRound(msgspec.Struct, frozen=True):
    """A round in the public list of results."""

    round: str
    authority: str
    year: int
    title: str
    edition: int
    checksum: str
    announced_at: str


class Results(msgspec.Struct, frozen=True):
    """The public list of results."""

    results: list[AnnouncedRound]


class ListedEdition(msgspec.Struct, frozen=True):
    """An edition in the public list of a round."""

    edition: int
    checksum: str
    frozen_at: str
    announced_at: str
    supersedes: str
    formula: str


class EditionsListed(msgspec.Struct, frozen=True):
    """The public list of a round's editions."""

    round: str
    editions: list[ListedEdition]


class Copy:
    """The folder of a copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def feed(self, name: str) -> Path:
        """Return the path of a service's feed."""
        return self.folder / f"{name}.ndjson"

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a feed, without their line feeds."""
        with self.feed(name).open("rb") as file:
            for line in file:
                yield line.rstrip(b"\n")

    def statement(self, name: str) -> LogStatement:
        """Return the head of a log when it was copied."""
        return msgspec.json.decode(self._statement(name).read_bytes(), type=LogStatement)

    @property
    def published(self) -> Path:
        """The folder of the published lists and snapshots."""
        return self.folder / "published"

    def results(self) -> list[AnnouncedRound]:
        """Return the public list of results."""
        return msgspec.json.decode((self.published / "results.json").read_bytes(), type=Results).results

    def editions(self, round_id: str) -> list[ListedEdition]:
        """Return the public list of a round's editions; none if publication reported that it has no such round."""
        path = self.published / f"{round_id}.json"
        return msgspec.json.decode(path.read_bytes(), type=EditionsListed).editions if path.exists() else []

    def snapshot(self, round_id: str, edition: int) -> bytes:
        """Return the bytes of a snapshot; none if publication reported it as missing or damaged."""
        path = self.published / f"{round_id}.{edition}.snapshot.json"
        return path.read_bytes() if path.exists() else b""

    def _statement(self, name: str) -> Path:
        return self.folder / f"{name}.log.json"

    async def take(self, clients: Mapping[str, httpx.AsyncClient], report: Callable[[str], None]) -> None:
        """Copy everything that the signed-in clients may read.

        A log is copied before the logs that it reads from, which `clients` has before it: so every entry that it names
        is in the copy, even while the system runs.
        Raises AuditEndedError if a request is refused, AnswerUnreadableError, httpx.RequestError.
        """
        self.published.mkdir(parents=True, exist_ok=True)
        for name in reversed([*clients]):
            report(f"Chép sổ {name}")
            await self._take_log(name, clients[name])
            if name == "publication":
                report("Chép các ấn bản đã công bố")
                await self._take_published(clients[name])

    async def _take_log(self, name: str, client: httpx.AsyncClient) -> None:
        stated = await client.get("/v1/log")
        head = read(stated, LogStatement).head
        self._statement(name).write_bytes(stated.content)
        with self.feed(name).open("wb") as file:
            if head:
                async with client.stream("GET", "/v1/feed", params={"after": 0, "limit": head}) as answer:
                    if not answer.is_success:
                        raise ended_by(answer)
                    async for chunk in answer.aiter_bytes():
                        file.write(chunk)

    async def _take_published(self, client: httpx.AsyncClient) -> None:
        listed = await client.get("/v1/results")
        results = read(listed, Results).results
        (self.published / "results.json").write_bytes(listed.content)
        for one in results:
            answer = await client.get(f"/v1/rounds/{one.round}/editions")
            if says_gone(answer):
                continue  # E2 and E3 report it
            editions = read(answer, EditionsListed).editions
            (self.published / f"{one.round}.json").write_bytes(answer.content)
            for edition in editions:
                await self._take_snapshot(client, one.round, edition.edition)

    async def _take_snapshot(self, client: httpx.AsyncClient, round_id: str, edition: int) -> None:
        answer = await client.get(f"/v1/rounds/{round_id}/editions/{edition}/snapshot")
        if says_gone(answer):
            return  # E1 reports it
        if not answer.is_success:
            raise ended_by(answer)
        (self.published / f"{round_id}.{edition}.snapshot.json").write_bytes(answer.content)
