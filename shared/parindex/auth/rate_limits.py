"""Rate limits: of requests and of wrong credentials, per account, device and address.

Each process counts for itself, in memory; an installation with several copies of a process allows a multiple. A limited
client gets 429 with `Retry-After`; other clients are not affected.
"""

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from starlette.types import Scope

from parindex.auth.buckets import Buckets, Rate, Recent, mark
from parindex.auth.devices import is_device_secret
from parindex.auth.principal import Principal, Role
from parindex.auth.refusals import TooManyAttemptsError, TooManyRequestsError, UnauthenticatedError

UNKNOWN_AT_ONCE = 8
"""Unknown device secrets that are looked up at the same time; each lookup is a database query."""
LONGEST_ADDRESS = 64  # characters of an address; a proxy may send any text

PROXY_HEADERS = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")
"""Headers that proxies add to a request."""

Ask = Callable[[str], Awaitable[Principal]]
"""Returns the principal of a token."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates that an installation may set: `PARINDEX_RATES__ACCOUNT__AT_ONCE`, `…__A_MINUTE`.

    Other limits are fixed: wrong passwords of one account at one address (`attempts.py`), waiting sign-ins of one
    address (`fair_queue.py`), UNKNOWN_AT_ONCE.

    An account may send a year's claims of a whole province at once (30,000), and then 300 a second. A kiosk sends about
    30 presses a second in the benchmark, and a day's presses in a few requests. Many people share one address.
    """

    account: Rate = field(default=Rate(at_once=30_000, a_minute=18_000))
    device: Rate = field(default=Rate(at_once=2_000, a_minute=6_000))
    address: Rate = field(default=Rate(at_once=2_000, a_minute=6_000))  # requests without a token
    wrong_token_address: Rate = field(default=Rate(at_once=30, a_minute=30))
    wrong_code_address: Rate = field(default=Rate(at_once=10, a_minute=5))
    wrong_password_address: Rate = field(default=Rate(at_once=30, a_minute=6))  # many names from one address: spraying
    wrong_password_account: Rate = field(default=Rate(at_once=100, a_minute=2))  # one name from many addresses


class RateLimits:
    """The rate limits of one process, with their counts."""

    def __init__(self, rates: Rates | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        rates = rates or Rates()
        self._accounts = Buckets[str](rates.account, clock)
        self._devices = Buckets[str](rates.device, clock)
        self._addresses = Buckets[str](rates.address, clock)
        self._wrong_tokens = Buckets[str](rates.wrong_token_address, clock)
        self._wrong_codes = Buckets[str](rates.wrong_code_address, clock)
        self._good = Recent[int, int]()
        self._lookups = asyncio.Semaphore(UNKNOWN_AT_ONCE)
        self._logged = Buckets[str](Rate(at_once=1, a_minute=1), clock)

    def anonymous(self, scope: Scope) -> None:
        """Count a request without a token. Raises TooManyRequestsError."""
        address = address_of(scope)
        if wait := self._addresses.take(address):
            self._refuse("address", address, wait)

    async def principal(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        """Return the principal of a token, and count the request for it; the system's own services are not limited.

        A token that was valid recently is checked also where the same address has sent many wrong ones. Raises
        TooManyAttemptsError, TooManyRequestsError, and the errors of `ask`.
        """
        device = is_device_secret(bearer)
        principal = await self._known(scope, bearer, ask)
        wait = (self._devices if device else self._accounts).take(mark(principal.subject))
        if wait and not principal.has(Role.SERVICE):
            self._refuse("device" if device else "account", principal.subject, wait)
        return principal

    def check_guess(self, scope: Scope) -> None:
        """Raise TooManyAttemptsError if this address has sent too many wrong one-time codes.

        There is no limit per code: it has too many bits to be guessed within its hour, and so guesses from elsewhere
        never block a device.
        """
        if wait := self._wrong_codes.wait(address_of(scope)):
            raise TooManyAttemptsError(wait)

    def guessed_wrong(self, scope: Scope) -> None:
        """Count a wrong one-time code."""
        self._wrong_codes.take(address_of(scope))

    async def _known(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        token_mark = hash(bearer)  # valid in this process only, so that no token is stored
        try:
            if self._good.get(token_mark) is not None:
                return await ask(bearer)
            principal = await self._unknown(scope, bearer, ask)
        except UnauthenticatedError:
            self._good.pop(token_mark)
            self._wrong_tokens.take(address_of(scope))
            raise
        self._good.put(token_mark, token_mark)
        return principal

    async def _unknown(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        if not is_device_secret(bearer):
            return await self._checked(scope, bearer, ask)
        async with self._lookups:  # the check below runs after the wait, so it counts failures during it
            return await self._checked(scope, bearer, ask)

    async def _checked(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        if wait := self._wrong_tokens.wait(address_of(scope)):
            raise TooManyAttemptsError(wait)
        return await ask(bearer)

    def _refuse(self, kind: str, who: str, wait: float) -> None:
        if not self._logged.take(mark(kind, who)):  # log lines are limited too
            logger.warning("rate_limited", kind=kind, who=who)
        raise TooManyRequestsError(wait)


def address_of(scope: Scope) -> str:
    """Return the client address of a request; of an IPv6 address its /64 network, which is one household or office.

    It is the connection's address, or the one that a trusted proxy forwards: uvicorn trusts FORWARDED_ALLOW_IPS, by
    default this machine.
    """
    client = scope.get("client")
    host: str = client[0] if client else ""
    return _network(host) if ":" in host else host[:LONGEST_ADDRESS]


def is_nearby(scope: Scope) -> bool:
    """Return whether a request comes from this machine, and not through a proxy on it."""
    client = scope.get("client")
    if client is None or any(name in PROXY_HEADERS for name, _ in scope["headers"]):
        return False
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _network(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host[:LONGEST_ADDRESS]
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
