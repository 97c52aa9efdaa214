"""How long a connection may take to say what it wants, and how long that may be.

uvicorn waits for the end of a request's head for ever, and keeps all of it: thousands of connections that send a byte
now and then would stay, and one whose headers never end would fill the memory. The body that follows is watched by
`parindex.http.limits` for as long as the app waits for it, and here when it has answered already.

    uvicorn survey.app:create_app --factory --http parindex.hosting.slow_clients:SlowClientProtocol
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S = 20.0
"""Seconds for a head: from its first byte, or the connection's beginning, to its end."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a head, however it is cut into pieces on its way; trailers count as part of it."""
MOST_HEADERS = 200
"""Headers of a request."""
LINGER_S = 2.0
"""Seconds for which what follows a head that was refused is thrown away: a reset would overtake the answer."""
MOST_THROWN = 2**20
"""Bytes that are thrown away so; who sends more than that is not reading."""
TOO_LARGE = "The head of the request is too large."
NAME = f"{__name__}:SlowClientProtocol"
"""As uvicorn wants to be told."""


class SlowClientProtocol(HttpToolsProtocol):
    """Closes a connection that takes too long, or too many words, for what no app reads: a head, or trailers."""

    head_within = HEAD_WITHIN_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first head."""
        self._in_head = self._in_request = self._got_on = self._refused = False
        self._head = self._named = self._thrown = 0  # bytes and headers of the present head; bytes thrown away
        self._unread = 0  # bytes since a head was complete, or a piece of a body was there
        self._clock: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on. Most heads come in one piece, and no clock is ever started for them."""
        if self._over():
            self._throw_away(len(data))
            return
        self._got_on = False
        super().data_received(data)
        if self._over():
            return
        self._unread = 0 if self._got_on else self._unread + len(data)
        if self._unread > LARGEST_HEAD:
            self._too_large()
        elif (
            self._answering() or not self._in_request
        ):  # the app has it in its hands, or uvicorn waits for the next one
            self._stop_waiting()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head = self._in_request = True
        self._head = self._named = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers, or a trailer."""
        self._named += 1
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The last byte of its head."""
        self._in_head, self._got_on = False, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The last byte of it all."""
        self._in_request, self._got_on = False, True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what can't be read, and leave its sender time to see that."""
        if self._head > LARGEST_HEAD or self._named > MOST_HEADERS:
            self._too_large()
        else:
            super().send_400_response(msg)

    def _throw_away(self, size: int) -> None:
        self._thrown += size
        if self._thrown > MOST_THROWN:
            self.transport.close()

    def _over(self) -> bool:
        return self._refused or self.transport.is_closing()

    def _answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete  # there is no cycle before the first request

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > LARGEST_HEAD or self._named > MOST_HEADERS:
            raise ValueError(TOO_LARGE)  # the parser stops here, and uvicorn calls `send_400_response`

    def _too_large(self) -> None:
        self._refused = True
        if not self._in_head or self._answering():
            self.transport.close()  # trailers, or a head behind a request that is being answered: nothing to say it in
            return
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {len(TOO_LARGE)}\r\n"
        self.transport.write(f"{head}connection: close\r\n\r\n{TOO_LARGE}".encode())
        self.transport.write_eof()
        self._stop_waiting()
        self._clock = self.loop.call_later(LINGER_S, self.transport.close)

    def _wait(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.head_within, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def patient(head_within: float) -> type[SlowClientProtocol]:
    """Make a protocol that is patient for so many seconds."""
    return type("SlowClientProtocol", (SlowClientProtocol,), {"head_within": head_within})
