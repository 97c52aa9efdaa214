"""HTTP to the outside issuer: only over https (or on this machine), bounded in size and time, without redirects.

Its answers are another party's: one that is too large, too slow, compressed or redirected is an error like any other
of `httpx`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx

LARGEST_ANSWER = 256 * 1024  # bytes
ANSWER_WITHIN = 8.0
"""Seconds for one answer, from the connection to the last byte."""
NEARBY = ("localhost", "127.0.0.1", "::1")


def is_safe(url: str) -> bool:
    """Return whether a URL is one that we ask or lead a browser to: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in NEARBY)


def bounded_client() -> httpx.AsyncClient:
    """Return a client for the outside issuer. It holds no connection between requests, so nothing has to close it."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.AsyncClient(transport=_Bounded(), headers=headers, follow_redirects=False, trust_env=False)


class _Bounded(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not is_safe(str(request.url)):
            raise httpx.UnsupportedProtocol("neither https nor on this machine", request=request)
        try:
            async with asyncio.timeout(ANSWER_WITHIN), _opened(request) as response:
                body = await _read(response)
        except TimeoutError:
            raise httpx.ReadTimeout("no whole answer in time", request=request) from None
        headers = [pair for pair in response.headers.multi_items() if pair[0] != "transfer-encoding"]
        return httpx.Response(response.status_code, headers=headers, content=body, request=request)


@asynccontextmanager
async def _opened(request: httpx.Request) -> AsyncIterator[httpx.Response]:
    async with httpx.AsyncHTTPTransport(verify=_trusted()) as transport:
        response = await transport.handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()


async def _read(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":  # a small one may become large
        raise httpx.DecodingError("a compressed answer was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise httpx.RemoteProtocolError("the answer is too large")
    return bytes(body)


@cache
def _trusted() -> SSLContext:
    """The trusted authorities, read once: it takes some hundredths of a second."""
    return httpx.create_ssl_context()
