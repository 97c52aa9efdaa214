"""Kiosks that send presses over real HTTP, with a client that is lean, so that the server is the bottleneck."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx
import msgspec

from parindex.instant import instant, utc_now

CREATED = b" 201 "


@dataclass(slots=True)
class Kiosk:
    """One enrolled kiosk with its own connection."""

    name: str
    unit: str
    token: str
    host: str
    port: int
    seq: int = 0
    waits: list[float] = field(default_factory=list)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    @classmethod
    async def enrolled(cls, office: httpx.AsyncClient, name: str, unit: str) -> Self:
        """Register and enrol a kiosk, as the office and the device do."""
        registered = await office.post("/v1/kiosks", json={"kiosk": name, "unit": unit, "question": "hai-long"})
        code = {"code": registered.raise_for_status().json()["code"]}
        answer = await office.post(f"/v1/kiosks/{name}/enrolment", json=code)
        parts = urlsplit(str(office.base_url))
        return cls(name, unit, answer.raise_for_status().json()["token"], parts.hostname or "", parts.port or 80)

    async def press(self, count: int) -> int:
        """Send the next presses; return their position in the log. Any status but 201 is an error."""
        began = time.perf_counter()
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._writer.write(self._request(count))
        head, body = await _answer(self._reader)
        if CREATED not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"{self.name}: {head!r} {body!r}")
        self.waits.append(time.perf_counter() - began)
        position: int = msgspec.json.decode(body)["position"]
        return position

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _request(self, count: int) -> bytes:
        now = instant(utc_now())
        presses = [{"seq": self.seq + n, "stars": 5, "pressed_at": now} for n in range(1, count + 1)]
        self.seq += count
        body = msgspec.json.encode(presses)
        head = (
            f"POST /v1/kiosks/{self.name}/ratings HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def press_in_turn(kiosks: Sequence[Kiosk], turns: int, batch: int) -> int:
    """Let all kiosks send presses concurrently, each after its last answer; return the number of presses."""

    async def one(kiosk: Kiosk) -> None:
        for _ in range(turns):
            await kiosk.press(batch)

    await asyncio.gather(*(one(kiosk) for kiosk in kiosks))
    return len(kiosks) * turns * batch


async def _answer(reader: asyncio.StreamReader | None) -> tuple[bytes, bytes]:
    assert reader is not None  # noqa: S101  # opened with the writer
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return head, await reader.readexactly(int(length.partition(b":")[2]))
