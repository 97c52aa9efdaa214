"""The two cookies of a person's browser: the access token for pages, and the renewal token for sign-in alone.

No script can read them (HttpOnly), and requests that other sites start do not carry them, but for links (SameSite=Lax).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import Scope

from parindex.refusal import Kind, Refused

SIGN_IN_PATH = "/sign-in"
"""The path of the sign-in app at every address of an installation; the issuer's URL ends with it."""
RENEWAL_COOKIE = "parindex-session"
STEP_COOKIE = "parindex-step"
"""Between the two steps of a sign-in with a second factor."""
LONGEST_COOKIE = 4_096
"""Characters of a cookie's name and value together; browsers drop a longer one without a word (RFC 6265 6.1)."""


class CookieTwiceError(Refused):
    """A browser sends a sign-in cookie twice, so another program has set one of them; neither is used."""

    code = "cookie-given-twice"
    kind = Kind.BAD_REQUEST
    advice = (
        "Xóa cookie của địa chỉ này trong trình duyệt rồi đăng nhập lại.",
        "Delete the cookies of this address in the browser, and sign in again.",
    )
    headers: ClassVar[Mapping[str, str]] = {"Clear-Site-Data": '"cookies"'}
    vi = "Trình duyệt gửi hai cookie đăng nhập cùng tên. Hãy xóa cookie của địa chỉ này rồi đăng nhập lại."
    en = "The browser sends two sign-in cookies of one name. Delete the cookies of this address, and sign in again."


class PageCookies:
    """Reads and sets the cookies of an installation. `issuer` is its issuer's URL: https makes the cookies Secure.

    A cookie with the prefix `__Host-` can be set by this host alone, over https (RFC 6265bis 4.1.3.2).
    """

    def __init__(self, issuer: str) -> None:
        self.secure = issuer.startswith("https://")
        self.name = "__Host-parindex" if self.secure else "parindex"
        address = urlsplit(issuer)
        self.host = address.netloc.lower() if address.path == SIGN_IN_PATH else ""
        """The host and port of the installation's public address; "" where the issuer is elsewhere."""

    def access_token(self, scope: Scope) -> str | None:
        """Return the access token that a browser sends, or None. Raises CookieTwiceError."""
        return cookie_in(scope, self.name)

    def renewal_token(self, scope: Scope) -> str | None:
        """Return the renewal token that a browser sends, or None. Raises CookieTwiceError."""
        return cookie_in(scope, RENEWAL_COOKIE)

    def step_token(self, scope: Scope) -> str | None:
        """Return the token between the two steps of a sign-in, or None. Raises CookieTwiceError."""
        return cookie_in(scope, STEP_COOKIE)

    def fits(self, token: str) -> bool:
        """Return whether browsers store an access token of this length."""
        return len(self.name) + len(token) <= LONGEST_COOKIE

    def set_access(self, response: Response, token: str, life: timedelta) -> None:
        """Give the browser an access token, for as long as it is valid."""
        seconds = int(life.total_seconds())
        response.set_cookie(
            self.name, token, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def set_renewal(self, response: Response, token: str) -> None:
        """Give the browser a renewal token, until the browser is closed: several people may use one computer."""
        response.set_cookie(RENEWAL_COOKIE, token, path=SIGN_IN_PATH, secure=self.secure, httponly=True, samesite="lax")

    def set_step(self, response: Response, token: str) -> None:
        """Give the browser the token between the two steps, until the browser is closed."""
        response.set_cookie(STEP_COOKIE, token, path=SIGN_IN_PATH, secure=self.secure, httponly=True, samesite="lax")

    def delete_step(self, response: Response) -> None:
        """Make the browser delete that token."""
        response.delete_cookie(STEP_COOKIE, SIGN_IN_PATH, secure=self.secure, httponly=True, samesite="lax")

    def delete(self, response: Response) -> None:
        """Make the browser delete both cookies."""
        for name, path in ((self.name, "/"), (RENEWAL_COOKIE, SIGN_IN_PATH)):
            response.delete_cookie(name, path, secure=self.secure, httponly=True, samesite="lax")


def cookie_in(scope: Scope, name: str) -> str | None:
    """Return the cookie of a name that a browser sends, or None. Raises CookieTwiceError."""
    headers = (value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie")
    pairs = (pair.strip().partition("=") for header in headers for pair in header.split(";"))
    found = [value.strip() for given, _, value in pairs if given.strip() == name]
    if len(found) > 1:
        raise CookieTwiceError
    return (found[0] or None) if found else None
