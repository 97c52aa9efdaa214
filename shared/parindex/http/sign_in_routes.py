"""The local issuer's HTTP routes: discovery, keys, and tokens for names and passwords (OAuth 2, RFC 6749)."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal, Self

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import FormData

from parindex.auth.client_credentials import ClientCredentials, of_client
from parindex.auth.fastapi import public
from parindex.auth.issuer import LIFETIME, LocalIssuer
from parindex.auth.principal import Role
from parindex.auth.rate_limits import address_of
from parindex.auth.second_factor import SecondFactorNeededError, is_required
from parindex.auth.sign_in_queue import SignIn
from parindex.auth.typed import LONGEST_NAME, LONGEST_SECRET, one_name
from parindex.http.problems import problems
from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording

logger = structlog.stdlib.get_logger(__name__)

PASSWORD, CLIENT_CREDENTIALS = "password", "client_credentials"  # kinds of grants

_LONGEST = {
    "grant_type": LONGEST_NAME,
    "username": LONGEST_NAME,
    "password": LONGEST_SECRET,
    "client_id": LONGEST_NAME,
    "client_secret": LONGEST_SECRET,
}
_Short = Annotated[str, Form(json_schema_extra={"maxLength": LONGEST_NAME})]
_Secret = Annotated[str, Form(json_schema_extra={"maxLength": LONGEST_SECRET})]

_FORM_EXAMPLE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "example": {"grant_type": "client_credentials", "client_id": "mot-cua", "client_secret": "…"}
            }
        },
    }
}


class GrantUnknownError(Refused):
    """A grant type that is neither `password` nor `client_credentials`."""

    code = "grant-type-unknown"
    kind = Kind.BAD_REQUEST
    members: ClassVar[Mapping[str, str]] = {"error": "unsupported_grant_type"}
    vi = "grant_type phải là password hoặc client_credentials."
    en = "grant_type has to be password or client_credentials."


class TokenRequestError(Refused):
    """A form that no sign-in has: a parameter that is missing, twice there, or too long (RFC 6749 3.2, 5.2)."""

    code = "token-request-malformed"
    kind = Kind.BAD_REQUEST
    members: ClassVar[Mapping[str, str]] = {"error": "invalid_request"}
    vi, en = "Tham số {name} {why}.", "The parameter {name} {why}."

    name: str
    why: Wording

    def __post_init__(self) -> None:
        self.places = [Place(f"/{self.name}", *self.why)]
        super().__post_init__()

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Return the RFC 6749 form of a refusal from before the form was read: a parameter twice, or in the query."""
        made = cls("", Wording("", ""))
        made.vi, made.en, made.places, made.args = refused.vi, refused.en, refused.places, (refused.en,)
        return made


class TokenOut(BaseModel):
    """An OAuth 2 token answer."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the kind of token, not one
    expires_in: int = Field(description="seconds")


class DiscoveryOut(BaseModel):
    """OpenID Connect discovery metadata of this issuer."""

    issuer: str
    jwks_uri: str
    token_endpoint: str
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]


class KeyOut(BaseModel):
    """A public key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class KeysOut(BaseModel):
    """The keys that access tokens are signed with."""

    keys: list[KeyOut]


def routes(
    issuer: LocalIssuer, sign_in: SignIn, now: Callable[[], datetime], second_factor_roles: Collection[Role] = ()
) -> APIRouter:
    """Return the routes of an issuer; mount them at the path of `issuer.url`."""
    # the form of a token's request is named after its operation
    router = APIRouter(tags=["sign-in"], dependencies=[public], generate_unique_id_function=attrgetter("name"))

    @router.get("/.well-known/openid-configuration", response_model=DiscoveryOut)
    async def discovery() -> dict[str, Any]:
        """Nơi đăng nhập tự giới thiệu. OpenID Connect discovery."""
        return issuer.discovery()

    @router.get("/jwks", response_model=KeysOut)
    async def jwks() -> dict[str, Any]:
        """Khóa để kiểm tra chữ ký của mã truy cập. The keys that access tokens are signed with."""
        return issuer.jwks()

    @router.post("/token", responses=problems(400, 401, 429), openapi_extra=_FORM_EXAMPLE)
    async def token(
        request: Request,
        response: Response,
        grant_type: _Short = "",
        username: _Short = "",
        password: _Secret = "",
        client_id: _Short = "",
        client_secret: _Secret = "",
    ) -> TokenOut:
        """Đăng nhập và nhận mã truy cập.

        People: grant_type=password, with their name and password in the form. Provincial systems: client_credentials,
        with `client_id` and `client_secret` in the form or as HTTP Basic.
        """
        _check_form(await request.form())
        address, client = address_of(request.scope), of_client(request, client_id, client_secret)
        _check_one_way(client, client_id, client_secret)
        if grant_type == PASSWORD:
            account = await sign_in.person(username, password, client, address)
            if account.totp or is_required(account, second_factor_roles):
                raise SecondFactorNeededError
        elif grant_type == CLIENT_CREDENTIALS:
            account = await sign_in.program(client, address)
        else:
            raise GrantUnknownError
        subject = issuer.id_of(account)
        logger.info("signed_in", account=subject, kind=account.kind)
        response.headers["Cache-Control"] = "no-store"
        minted = issuer.mint(subject, account.rights, LIFETIME, now())
        return TokenOut(access_token=minted, expires_in=int(LIFETIME.total_seconds()))

    return router


def _check_one_way(client: ClientCredentials | None, client_id: str, client_secret: str) -> None:
    """Raise TokenRequestError where a program authenticates in two ways, or as two (RFC 6749 2.3, 5.2)."""
    if client is None or not client.basic:
        return
    if client_secret:
        raise TokenRequestError("client_secret", Wording("có cả ở Authorization", "is in Authorization, too"))
    if client_id and one_name(client_id) != one_name(client.name):
        raise TokenRequestError("client_id", Wording("khác với Authorization", "is another than in Authorization"))


def _check_form(form: FormData) -> None:
    """Raise TokenRequestError where RFC 6749 requires `invalid_request`."""
    if not form.get("grant_type"):
        raise TokenRequestError("grant_type", Wording("bị thiếu", "is missing"))
    for name, longest in _LONGEST.items():
        given = form.getlist(name)
        if len(given) > 1:
            raise TokenRequestError(name, Wording("có nhiều lần", "is there more than once"))
        if any(len(text) > longest for text in given if isinstance(text, str)):
            why = Wording(f"dài quá {longest} ký tự", f"is longer than {longest} characters")
            raise TokenRequestError(name, why)
