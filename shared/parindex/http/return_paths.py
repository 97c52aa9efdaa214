"""The address to which a person returns after sign-in: a path of this origin, and nothing else."""

import re
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from parindex.auth.page_cookies import SIGN_IN_PATH

RENEW = f"{SIGN_IN_PATH}/renew"
OUTSIDE, OUTSIDE_RETURN = f"{SIGN_IN_PATH}/outside", f"{SIGN_IN_PATH}/outside-return"
LONGEST_PATH = 2_000
_OWN = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""One slash, and visible ASCII without a backslash: browsers read `\\` as `/`, and drop tabs and line ends."""
_KEPT = "/:@!$&'()*+,;=~-._"


def own_path(text: str, default: str) -> str:
    """Return a path of this origin that a link or a form names, or the default for anything else.

    The pages of sign-in that only pass a person on are no such path: a redirect to one might never end.
    """
    passing_on = text.partition("?")[0].rstrip("/") in {SIGN_IN_PATH, RENEW, OUTSIDE, OUTSIDE_RETURN}
    return default if passing_on or len(text) > LONGEST_PATH or not _OWN.fullmatch(text) else text


def to_renewal(scope: Scope) -> Response:
    """Redirect a person whose cookie is not valid; sign-in leads back to the same address.

    A form that was sent goes along and comes back (307), so nothing that was typed is lost.
    """
    query = scope["query_string"].decode("latin-1")
    asked = quote(scope["path"], safe=_KEPT) + (f"?{query}" if query else "")
    status = 303 if scope["method"] in {"GET", "HEAD"} else 307
    return RedirectResponse(f"{RENEW}?next={quote(own_path(asked, '/'), safe='/')}", status)
