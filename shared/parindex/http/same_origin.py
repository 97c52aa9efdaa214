"""Forged requests: a request that writes is taken from a page only if one of our own pages sent it.

Browsers say where a request comes from, in headers that no script can set: `Sec-Fetch-Site` (Fetch Metadata), and for
plain-http addresses, where that is missing, `Origin` (RFC 6454). So no form needs a token of its own.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from parindex.auth.access import AccessRule
from parindex.auth.page_cookies import PageCookies
from parindex.http.reading import BODILESS
from parindex.refusal import Kind, Refused


class NotSameOriginError(Refused):
    """A request that writes came to a page from elsewhere than our own pages; nothing was written."""

    code = "not-same-origin"
    kind = Kind.FORBIDDEN
    advice = (
        "Mở trang của hệ thống rồi gửi lại từ đó; chương trình thì dùng API với mã truy cập.",
        "Open the page here and send it from there; programs use the API, with an access token.",
    )
    vi = "Yêu cầu không được gửi từ chính trang này nên không được thực hiện; chưa ghi gì. Hãy mở trang rồi gửi lại."
    en = "The request was not sent from this page, so nothing was written. Open the page and send it from there."


def check_same_origin(request: Request, rule: AccessRule) -> None:
    """Raise NotSameOriginError for a request that writes through a page and was not sent by one of our pages.

    `same-site` is not enough: another system of the province may be on a neighbouring host.
    """
    if not rule.page or request.method in BODILESS:
        return
    if sites := request.headers.getlist("sec-fetch-site"):
        same = sites == ["same-origin"]
    else:
        same = _is_own(request, request.headers.get("origin", ""))
    if not same:
        raise NotSameOriginError


def _is_own(request: Request, origin: str) -> bool:
    """Return whether an origin is the installation's public one, or has the host that the browser asked for.

    Which host that is, the browser says in `Host`; a proxy that changes it leaves the public address to compare with.
    Where that is https, a page of http is another origin.
    """
    cookies: PageCookies = request.app.state.authenticator.cookies
    given = urlsplit(origin.lower())
    hosts = {request.headers.get("host", "").lower(), cookies.host}
    schemes = {"https"} if cookies.secure else {"http", "https"}
    return (
        given.scheme in schemes
        and given.netloc in hosts - {""}
        and origin.lower() == f"{given.scheme}://{given.netloc}"
    )
