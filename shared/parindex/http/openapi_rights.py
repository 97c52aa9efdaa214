"""Access rights in the OpenAPI document, from the access rule that each route declares."""

from typing import Any

from fastapi import FastAPI

from parindex.auth.access import AccessRule, Audience
from parindex.auth.fastapi import access_rules
from parindex.http.openapi_shape import operations

SIGN_IN = "sign-in"
BEARER = "bearer"
SIGNED: list[dict[str, list[str]]] = [{BEARER: []}, {SIGN_IN: []}]
SCHEMES: dict[str, Any] = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Mã truy cập của người hoặc chương trình, hoặc mã bí mật của kiosk. An access token (from "
        "the token endpoint of `sign-in`, or of another OpenID Connect issuer), or a kiosk's secret.",
    }
}
ABOUT_SIGN_IN = """Lấy mã truy cập ở địa chỉ cấp mã. `POST {token_url}` with a form
(`application/x-www-form-urlencoded`): a person sends `grant_type=password`, `username` and `password`; a program sends
`grant_type=client_credentials`, `client_id` and `client_secret` (or HTTP Basic). The answer is JSON with
`access_token`, `token_type` and `expires_in` (seconds). Send it as `Authorization: Bearer …`. A wrong name or password
is answered 400 `invalid_grant`."""
_WORDS = {
    Audience.PUBLIC: "Mọi người, không cần đăng nhập. Public: no sign-in is needed.",
    Audience.SIGNED_IN: "Mọi tài khoản đã đăng nhập. Any account that is signed in.",
    Audience.NEARBY: "Ai ở trên máy này, và mọi tài khoản đã đăng nhập. Requests of this machine, and any account.",
}


def describe_rights(app: FastAPI, document: dict[str, Any], token_url: str) -> None:
    """Add each operation's rights: `security`, `x-rights` (roles, one of which is enough) and a sentence."""
    rules = {(path, method): rule for rule, path, methods in _rules(app) for method in methods}
    for path, method, operation in operations(document):
        if rule := rules.get((path, method.upper())):
            _describe(operation, rule)
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    flow = {"tokenUrl": token_url, "scopes": {}}
    about = ABOUT_SIGN_IN.format(token_url=token_url)
    flows = {"password": flow, "clientCredentials": flow}
    schemes.update(SCHEMES | {SIGN_IN: {"type": "oauth2", "description": about, "flows": flows}})


def _rules(app: FastAPI) -> list[tuple[AccessRule, str, tuple[str, ...]]]:
    return [(route.rule, route.path, route.methods) for route in access_rules(app) if route.rule is not None]


def _describe(operation: dict[str, Any], rule: AccessRule) -> None:
    roles = sorted(role.value for role in rule.roles)
    operation["security"] = _security(rule)
    operation["x-rights"] = roles
    listed = ", ".join(f"`{role}`" for role in roles)
    words = _WORDS.get(rule.audience, f"Cần một trong các quyền / needs one of the rights: {listed}.")
    operation["description"] = f"{operation.get('description', '').strip()}\n\n{words}".strip()


def _security(rule: AccessRule) -> list[dict[str, list[str]]]:
    if rule.audience is Audience.PUBLIC:
        return []
    return [{}, *SIGNED] if rule.audience is Audience.NEARBY else SIGNED
