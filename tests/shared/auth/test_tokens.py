"""Only a token of our issuer, for our audience and the present time, authenticates a principal."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.keys import StaticKeys
from parindex.auth.principal import Principal, Right, Role
from parindex.auth.refusals import (
    TokenAlgorithmError,
    TokenAudienceError,
    TokenExpiredError,
    TokenIssuerError,
    TokenKeyUnknownError,
    TokenMalformedError,
    TokenNotYetValidError,
    TokenSignatureError,
    TokenSubjectError,
    TokenTypeError,
    UnauthenticatedError,
)
from parindex.auth.tokens import LONGEST_TOKEN, Registry, Tokens

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
ISSUER = "https://login.h09.example"
KEY = new_key()
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "lan",
    "aud": "parindex",
    "exp": NOW + 60,
    "rights": ["office@H09", "unit@H09.05"],
}
LAN = Principal("lan", (Right(Role.OFFICE, "H09"), Right(Role.UNIT, "H09.05")))


def sign(claims: dict[str, Any], key: Key = KEY, **header: Any) -> str:
    full = {"alg": "EdDSA", "kid": KEY.kid, "typ": "at+jwt", **header}
    return jwt.encode({k: v for k, v in full.items() if v is not None}, claims, key, [full["alg"]], Registry())


def verifier(*keys: Key) -> Tokens:
    return Tokens(StaticKeys(ISSUER, {"keys": [key.as_dict(private=False) for key in keys]}), lambda: NOON)


TOKENS = verifier(KEY)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_good_token_speaks_for_its_subject_with_its_rights() -> None:
    assert await TOKENS.principal(sign(CLAIMS)) == LAN


@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("Ed25519", lambda: OKPKey.generate_key("Ed25519", auto_kid=True)),
        ("RS256", lambda: RSAKey.generate_key(2048, auto_kid=True)),
        ("PS256", lambda: RSAKey.generate_key(2048, auto_kid=True)),
        ("ES256", lambda: ECKey.generate_key("P-256", auto_kid=True)),
    ],
)
async def test_the_algorithms_of_common_issuers_are_taken(algorithm: str, make: Callable[[], Key]) -> None:
    key = make()
    assert await verifier(KEY, key).principal(sign(CLAIMS, key, alg=algorithm, kid=key.kid)) == LAN


async def test_an_audience_may_be_one_of_several() -> None:
    assert await TOKENS.principal(sign(CLAIMS | {"aud": ["other", "parindex"]})) == LAN


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"aud": "another-system"}, TokenAudienceError),
        ({"aud": ["another-system"]}, TokenAudienceError),
        ({"iss": "https://evil.example"}, TokenIssuerError),
        ({"iss": ISSUER + "/"}, TokenIssuerError),
        ({"exp": NOW - 31}, TokenExpiredError),
        ({"exp": NOW - 30}, TokenExpiredError),
        ({"nbf": NOW + 31}, TokenNotYetValidError),
        ({"iat": NOW + 31}, TokenNotYetValidError),
        ({"exp": "never"}, TokenMalformedError),
        ({"exp": None}, TokenMalformedError),
        ({"aud": None}, TokenAudienceError),
        ({"iss": None}, TokenIssuerError),
        ({"sub": None}, TokenMalformedError),
        ({"sub": ""}, TokenMalformedError),
        ({"sub": 7}, TokenMalformedError),
        ({"sub": "x" * 201}, TokenMalformedError),
        ({"sub": "a\0b"}, TokenMalformedError),
        ({"sub": "a\u202eb"}, TokenMalformedError),
        ({"sub": "\u200b"}, TokenMalformedError),
        ({"sub": "la\u0301n"}, TokenMalformedError),
        ({"rights": "office@H09"}, TokenMalformedError),
        ({"rights": [7]}, TokenMalformedError),
        ({"rights": ["office"]}, TokenMalformedError),
        ({"rights": ["office@H09 OR 1=1"]}, TokenMalformedError),
        ({"rights": ["office@H09"] * 501}, TokenMalformedError),
    ],
)
async def test_a_wrong_claim_is_refused_by_name(change: dict[str, Any], refusal: type[UnauthenticatedError]) -> None:
    claims = {name: value for name, value in (CLAIMS | change).items() if value is not None}
    with pytest.raises(UnauthenticatedError) as refused:
        await TOKENS.principal(sign(claims))
    assert type(refused.value) is refusal


NO_TIMES = [10**400, -(10**400), -1, 1e300, float("inf"), float("nan"), True, False, str(NOW + 60), "", [], {}, None]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", NO_TIMES, ids=lambda value: repr(value)[:12])
async def test_a_time_that_is_none_is_refused_and_is_no_accident(name: str, value: object) -> None:
    with pytest.raises(TokenMalformedError):
        await TOKENS.principal(sign(CLAIMS | {name: value}))


async def test_a_time_may_have_parts_of_a_second() -> None:
    assert await TOKENS.principal(sign(CLAIMS | {"exp": NOW + 0.5, "iat": NOW - 0.5})) == LAN


SCALARS = st.none() | st.booleans() | st.integers() | st.integers(10**300, 10**400) | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
NAMES = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "rights", "act", "typ", "scope", "client_id"]


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=3))
async def test_whatever_a_claim_says_the_token_is_good_or_refused(change: dict[str, Any]) -> None:
    try:
        await TOKENS.principal(sign(CLAIMS | change))
    except UnauthenticatedError:
        return
    assert all(isinstance(change.get(name, NOW), int | float) for name in ("exp", "nbf", "iat"))


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["typ", "cty", "crit", "b64", "jku", "x5c", "jwk"]), VALUES, min_size=1))
async def test_whatever_a_header_says_the_token_is_good_or_refused(header: dict[str, Any]) -> None:
    try:
        signed = sign(CLAIMS, **header)
    except (JoseError, ValueError, TypeError, AttributeError):  # the library can't encode such a token
        head = part({"alg": "EdDSA", "kid": KEY.kid, "typ": "at+jwt", **header})
        signed = ".".join([head, *sign(CLAIMS).split(".")[1:]])
    try:
        assert await TOKENS.principal(signed) == LAN
    except UnauthenticatedError:
        return


@pytest.mark.parametrize("change", [{"exp": NOW - 29}, {"nbf": NOW + 30}, {"iat": NOW + 30}])
async def test_clocks_may_differ_by_half_a_minute(change: dict[str, Any]) -> None:
    assert await TOKENS.principal(sign(CLAIMS | change)) == LAN


async def test_a_role_from_a_newer_version_gives_no_right_and_does_no_harm() -> None:
    assert await TOKENS.principal(sign(CLAIMS | {"rights": ["archivist@H09", "unit@H09.05"]})) == Principal(
        "lan", (Right(Role.UNIT, "H09.05"),)
    )


@pytest.mark.parametrize("right", ["kiosk@H09.05", "service@H09", "service@H09.05"])
async def test_a_right_of_our_own_machines_is_none_in_a_token(right: str) -> None:
    assert (await TOKENS.principal(sign(CLAIMS | {"rights": [right]}))).rights == ()


async def test_a_service_has_its_right_where_services_have_it() -> None:
    found = await TOKENS.principal(sign(CLAIMS | {"rights": ["service@services"]}))
    assert found.has(Role.SERVICE)


@pytest.mark.parametrize("subject", ["anonymous", "operator", "kiosk-may-1"])
async def test_nobody_is_called_what_means_something_else_in_a_log(subject: str) -> None:
    with pytest.raises(TokenSubjectError):
        await TOKENS.principal(sign(CLAIMS | {"sub": subject}))


KEYCLOAK = {"typ": "Bearer", "azp": "cong-tinh", "nonce": "n-1", "scope": "openid"}


@pytest.mark.parametrize(
    ("typ", "more"),
    [
        ("at+jwt", {}),
        ("application/AT+JWT", {}),
        ("JWT", {"scope": "openid"}),
        (None, {"scp": "rounds"}),
        ("JWT", {"client_id": "cong-tinh"}),
        ("JWT", KEYCLOAK),
    ],
)
async def test_access_tokens_of_other_issuers_are_taken(typ: str | None, more: dict[str, Any]) -> None:
    assert await TOKENS.principal(sign(CLAIMS | more, typ=typ)) == LAN


@pytest.mark.parametrize(
    ("typ", "more"),
    [
        ("JWT", {}),
        (None, {}),
        ("JWT", {"nonce": "n-1", "at_hash": "x", "auth_time": NOW}),
        ("JWT", {"scope": "openid", "at_hash": "x"}),
        ("JWT", {"typ": "ID", "scope": "openid"}),
        ("JWT", {"typ": "Refresh", "scope": "openid"}),
        ("logout+jwt", {"scope": "openid"}),
        ("secevent+jwt", {}),
    ],
)
async def test_an_id_token_opens_nothing(typ: Any, more: dict[str, Any]) -> None:
    with pytest.raises((TokenTypeError, TokenMalformedError)):
        await TOKENS.principal(sign(CLAIMS | more, typ=typ))


async def test_who_acts_for_the_subject_is_known() -> None:
    issuer = LocalIssuer(KEY, ISSUER)
    token = issuer.mint("unit-H09.05", ["unit@H09.05"], timedelta(minutes=1), NOON, via="operator")
    found = await TOKENS.principal(token)
    assert (found.subject, found.via) == ("unit-H09.05", "operator")
    assert LAN.via == ""


@pytest.mark.parametrize("claim", ["operator", {}, {"sub": ""}, {"sub": 7}, None, {"sub": "x" * 201}])
async def test_who_acts_is_said_rightly_or_the_token_is_refused(claim: object) -> None:
    with pytest.raises(TokenMalformedError):
        await TOKENS.principal(sign(CLAIMS | {"act": claim}))


async def test_an_unsigned_token_is_refused() -> None:
    for name in ("none", "None", "NONE"):
        with pytest.raises(TokenAlgorithmError):
            await TOKENS.principal(f"{part({'alg': name, 'kid': KEY.kid})}.{part(CLAIMS)}.")


async def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    shared = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    token = jwt.encode({"alg": "HS256", "kid": KEY.kid}, dict(CLAIMS), shared, ["HS256"])
    with pytest.raises(TokenAlgorithmError):
        await TOKENS.principal(token)


async def test_a_shared_secret_among_the_issuers_keys_is_never_a_key() -> None:
    secret = OctKey.generate_key(256, auto_kid=True)
    keys = StaticKeys(ISSUER, {"keys": [KEY.as_dict(private=False), secret.as_dict(private=True)]})
    assert await keys.find(str(secret.kid)) is None
    assert await keys.find(str(KEY.kid)) is not None


async def test_an_encryption_key_is_not_a_signing_key() -> None:
    rsa = RSAKey.generate_key(2048, auto_kid=True)
    keys = StaticKeys(ISSUER, {"keys": [rsa.as_dict(private=False, use="enc")]})
    assert await keys.find(str(rsa.kid)) is None


async def test_a_foreign_key_under_a_known_id_is_found_out() -> None:
    with pytest.raises(TokenSignatureError):
        await TOKENS.principal(sign(CLAIMS, new_key(), kid=KEY.kid))


async def test_a_foreign_key_under_its_own_id_is_unknown() -> None:
    foreign = new_key()
    with pytest.raises(TokenKeyUnknownError):
        await TOKENS.principal(sign(CLAIMS, foreign, kid=foreign.kid))


async def test_a_key_that_the_token_brings_along_is_not_looked_at() -> None:
    foreign = new_key()
    with pytest.raises(TokenSignatureError):
        await TOKENS.principal(sign(CLAIMS, foreign, jwk=foreign.as_dict(private=False)))


async def test_an_algorithm_of_another_kind_of_key_is_refused() -> None:
    rsa = RSAKey.generate_key(2048)
    with pytest.raises(TokenMalformedError):
        await TOKENS.principal(sign(CLAIMS, rsa, alg="RS256"))


async def test_a_payload_that_was_changed_after_signing_is_found_out() -> None:
    header, _, signature = sign(CLAIMS).split(".")
    more = part(CLAIMS | {"rights": ["council@H09"]})
    with pytest.raises(TokenSignatureError):
        await TOKENS.principal(f"{header}.{more}.{signature}")


NOT_TOKENS = [
    "",
    ".",
    "..",
    "a.b.c",
    "é.é.é",
    f"{part([])}.e30.AA",
    f"{part({'alg': 'EdDSA'})}.e30.AA",
    f"{part({'kid': 'k'})}.e30.AA",
    f"{part({'alg': 'EdDSA', 'kid': 7})}.e30.AA",
    "[" * 9_000,
    "A" * (LONGEST_TOKEN + 1),
]


@pytest.mark.parametrize("token", NOT_TOKENS)
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await TOKENS.principal(token)


async def test_a_signed_token_that_holds_no_object_is_malformed() -> None:
    token = jws.serialize_compact({"alg": "EdDSA", "kid": KEY.kid}, b"[1]", KEY, ["EdDSA"], Registry())
    with pytest.raises(TokenMalformedError):
        await TOKENS.principal(token)


HEADERS = st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode() + ".e30.AA")


@settings(max_examples=200)
@given(st.text(max_size=60) | HEADERS)
async def test_no_input_whatever_breaks_the_verifier(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await TOKENS.principal(token)


async def test_a_refusal_holds_no_part_of_the_token() -> None:
    token = sign(CLAIMS | {"sub": "nguyen-thi-lan", "aud": "nguyen-thi-lan"})
    with pytest.raises(TokenAudienceError) as refused:
        await TOKENS.principal(token)
    told = f"{refused.value!r} {refused.value.vi} {refused.value.places}"
    assert "nguyen-thi-lan" not in told
    assert refused.value.__cause__ is None


async def test_the_local_issuer_mints_what_its_own_keys_verify() -> None:
    issuer = LocalIssuer(KEY, "http://127.0.0.1:8000/", new_id=lambda: "id-1")
    token = issuer.mint("lan", ["office@H09", Right(Role.UNIT, "H09.05")], timedelta(minutes=15), NOON)
    assert await Tokens(issuer.keys(), lambda: NOON).principal(token) == LAN
    with pytest.raises(TokenExpiredError):
        await Tokens(issuer.keys(), lambda: NOON + timedelta(minutes=16)).principal(token)


async def test_a_token_that_is_too_long_is_refused_however_true_it_is() -> None:
    issuer = LocalIssuer(new_key(), "http://issuer", new_id=lambda: "x" * LONGEST_TOKEN)
    token = issuer.mint("lan", ["office@H09"], timedelta(minutes=1), NOON)
    with pytest.raises(TokenMalformedError):
        await Tokens(issuer.keys(), lambda: NOON).principal(token)
