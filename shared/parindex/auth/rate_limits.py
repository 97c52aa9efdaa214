"""Nobody floods us, and nobody guesses: how much one account, one device, one address may ask, and how often be wrong.

Each process counts for itself and forgets when it ends; an installation with several copies of a process allows as many
times as much. Whoever is held up is told for how long (429, `Retry-After`), and no one else is held up with them.
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

STRANGERS_AT_ONCE = 8
"""Unknown device secrets that may be looked up at the same time: each asks the database."""
LONGEST_ADDRESS = 64  # characters of what a proxy says; it may say anything

BROUGHT = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")
"""Headers by which proxies say so."""

Ask = Callable[[str], Awaitable[Principal]]
"""Finds out whose token it is."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rates:
    """What an installation may set: `PARINDEX_RATES__ACCOUNT__AT_ONCE`, `…__A_MINUTE`.

    Not here, and fixed: wrong passwords of one account at one address (`attempts.py`), sign-ins that wait for one
    address (`issuing.py`), STRANGERS_AT_ONCE.

    An account may send a year's claims of a whole province in one go (30,000), and then 300 a second. A kiosk presses
    about 30 times a second in the benchmark; a day's worth takes it a few requests. Many people share one address.
    """

    account: Rate = field(default=Rate(at_once=30_000, a_minute=18_000))
    device: Rate = field(default=Rate(at_once=2_000, a_minute=6_000))
    address: Rate = field(default=Rate(at_once=2_000, a_minute=6_000))  # requests without a token, at any door
    wrong_token_address: Rate = field(default=Rate(at_once=30, a_minute=30))
    wrong_code_address: Rate = field(default=Rate(at_once=10, a_minute=5))
    wrong_password_address: Rate = field(default=Rate(at_once=30, a_minute=6))  # many names from one address: spraying
    wrong_password_account: Rate = field(default=Rate(at_once=100, a_minute=2))  # one name from many addresses


class RateLimits:
    """What one process remembers of who asked how much."""

    def __init__(self, rates: Rates | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        rates = rates or Rates()
        self._accounts = Buckets[str](rates.account, clock)
        self._devices = Buckets[str](rates.device, clock)
        self._addresses = Buckets[str](rates.address, clock)
        self._wrong_tokens = Buckets[str](rates.wrong_token_address, clock)
        self._wrong_codes = Buckets[str](rates.wrong_code_address, clock)
        self._good = Recent[int, int]()
        self._strangers = asyncio.Semaphore(STRANGERS_AT_ONCE)
        self._logged = Buckets[str](Rate(at_once=1, a_minute=1), clock)

    def anonymous(self, scope: Scope) -> None:
        """Count a request without a token. Raises TooManyRequestsError."""
        address = address_of(scope)
        if wait := self._addresses.take(address):
            self._refuse("address", address, wait)

    async def principal(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        """Find out who brings a token, and count the request for them; our own services count for nothing.

        A token that was good a moment ago is asked about, however many wrong ones come from the same address. Raises
        what `ask` raises; TooManyAttemptsError; TooManyRequestsError.
        """
        device = is_device_secret(bearer)
        principal = await self._known(scope, bearer, ask)
        wait = (self._devices if device else self._accounts).take(mark(principal.subject))
        if wait and not principal.has(Role.SERVICE):
            self._refuse("device" if device else "account", principal.subject, wait)
        return principal

    def check_guess(self, scope: Scope) -> None:
        """Raise TooManyAttemptsError where too many one-time codes were wrong from this address.

        A device is not held up by guesses from elsewhere: its code has too many bits to be guessed within its hour.
        """
        if wait := self._wrong_codes.wait(address_of(scope)):
            raise TooManyAttemptsError(wait)

    def guessed_wrong(self, scope: Scope) -> None:
        """Count a wrong one-time code."""
        self._wrong_codes.take(address_of(scope))

    async def _known(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        mark = hash(bearer)  # of this process alone; the token itself is not kept
        try:
            if self._good.get(mark) is not None:
                return await ask(bearer)
            principal = await self._stranger(scope, bearer, ask)
        except UnauthenticatedError:
            self._good.pop(mark)
            self._wrong_tokens.take(address_of(scope))
            raise
        self._good.put(mark, mark)
        return principal

    async def _stranger(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        if not is_device_secret(bearer):
            return await self._checked(scope, bearer, ask)
        async with self._strangers:  # whoever waits here finds out below that others were wrong meanwhile
            return await self._checked(scope, bearer, ask)

    async def _checked(self, scope: Scope, bearer: str, ask: Ask) -> Principal:
        if wait := self._wrong_tokens.wait(address_of(scope)):
            raise TooManyAttemptsError(wait)
        return await ask(bearer)

    def _refuse(self, kind: str, who: str, wait: float) -> None:
        if not self._logged.take(mark(kind, who)):  # a flood of requests must not become one of log lines
            logger.warning("flood", kind=kind, who=who)
        raise TooManyRequestsError(wait)


def address_of(scope: Scope) -> str:
    """Say whose address a request comes from: of an IPv6 address its network, which is one household or office.

    It is the connection's, or what a proxy says that uvicorn trusts: those in FORWARDED_ALLOW_IPS, else this machine's.
    """
    client = scope.get("client")
    host: str = client[0] if client else ""
    return _network(host) if ":" in host else host[:LONGEST_ADDRESS]


def is_nearby(scope: Scope) -> bool:
    """True if a request comes from this machine itself, and no proxy on it says that it brings somebody else's."""
    client = scope.get("client")
    if client is None or any(name in BROUGHT for name, _ in scope["headers"]):
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
