"""How long a connection may take to say what it wants, and how long that may be.

uvicorn waits for the end of a request's head for ever, and keeps all of it: thousands of connections that send a byte
now and then would stay, and one whose headers never end would fill the memory. The body that follows is watched by
`parindex.http.limits` for as long as the app waits for it, and here when it has answered already.

    uvicorn survey.app:create_app --factory --http parindex.running.slow_heads:PatientProtocol
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S = 20.0
"""Seconds for a head: from its first byte, or the connection's beginning, to its end."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a head."""
NAME = f"{__name__}:PatientProtocol"
"""As uvicorn wants to be told."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection that takes too long, or too many words, for what no app reads: a head, or trailers."""

    head_within = HEAD_WITHIN_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first head."""
        self._in_head = self._in_request = self._got_on = False
        self._unread = 0  # bytes since a head was complete, or a piece of a body was there
        self._clock: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on. Most heads come in one piece, and no clock is ever started for them."""
        self._got_on = False
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._unread = 0 if self._got_on else self._unread + len(data)
        answering = bool(self.cycle) and not self.cycle.response_complete  # there is none before the first request
        if self._unread > LARGEST_HEAD:
            self._too_large(answering=answering)
        elif answering or not self._in_request:  # the app has it in its hands, or uvicorn waits for the next one
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
        super().on_message_begin()

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

    def _too_large(self, *, answering: bool) -> None:
        if self._in_head and not answering:
            self.send_400_response("The head of the request is too large.")
        else:  # trailers, or a head behind a request that is being answered: there is nothing to say it in
            self.transport.close()

    def _wait(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.head_within, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def patient(head_within: float) -> type[PatientProtocol]:
    """Make a protocol that is patient for so many seconds."""
    return type("PatientProtocol", (PatientProtocol,), {"head_within": head_within})
