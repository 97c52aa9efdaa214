"""Limits of slow clients: a time-out and a maximum size for the head of a request.

uvicorn waits for the end of a head without limit, and stores all of it: thousands of connections could stay open by
sending a byte now and then (slowloris), and endless headers could fill the memory. `parindex.http.limits` limits the
body while the app reads it, and this module limits it after the app has answered.

    uvicorn survey.app:create_app --factory --http parindex.hosting.slow_clients:SlowClientProtocol
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S = 20.0
"""Seconds for a head, from its first byte, or from the start of the connection, to its end."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a head, in however many packets; trailers count too."""
MOST_HEADERS = 200
"""Headers of a request."""
LINGER_S = 2.0
"""Seconds for which data after a refused head is discarded: a reset could reach the client before the answer."""
MOST_THROWN = 2**20
"""Bytes that are discarded so; a client that sends more does not read the answer."""
TOO_LARGE = "The head of the request is too large."
NAME = f"{__name__}:SlowClientProtocol"
"""The protocol's name for uvicorn's `--http`."""


class SlowClientProtocol(HttpToolsProtocol):
    """Closes a connection whose head or trailers take too long or are too large."""

    head_within = HEAD_WITHIN_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start to wait for the first head."""
        self._in_head = self._in_request = self._got_on = self._refused = False
        self._head = self._named = self._thrown = 0  # bytes and headers of the current head; discarded bytes
        self._unread = 0  # bytes since the last complete head or piece of a body
        self._clock: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read data. Most heads arrive in one packet, for which no timer is started."""
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
        elif self._answering() or not self._in_request:  # the app has the request, or uvicorn waits for the next one
            self._stop_waiting()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Handle the first byte of a request."""
        self._in_head = self._in_request = True
        self._head = self._named = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count a piece of the request's address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header or a trailer."""
        self._named += 1
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Handle the end of a head."""
        self._in_head, self._got_on = False, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Handle a piece of a body."""
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Handle the end of a request."""
        self._in_request, self._got_on = False, True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse a head that can't be parsed, and give the client time to read the answer."""
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
            self.transport.close()  # trailers, or a pipelined head: no answer can be sent for it
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


def protocol_with(head_within: float) -> type[SlowClientProtocol]:
    """Return a protocol class with this time-out of a head, in seconds."""
    return type("SlowClientProtocol", (SlowClientProtocol,), {"head_within": head_within})
