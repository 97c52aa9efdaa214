"""Authentication and authorisation: bearer tokens, rights on the unit tree, one access rule per route."""

from parindex.auth.access import AccessRule, Asker, Audience, NodeNotCheckedError
from parindex.auth.fastapi import (
    Authenticator,
    Devices,
    RuledRoute,
    access_rule_of,
    access_rules,
    allow,
    authenticate_with,
    nearby,
    public,
    signed_in,
    trace_reads,
)
from parindex.auth.keys import DiscoveredKeys, Keys, StaticKeys
from parindex.auth.principal import Principal, Right, Role, anonymous, covers
from parindex.auth.refusals import ForbiddenError, UnauthenticatedError
from parindex.auth.tokens import Tokens

__all__ = [
    "AccessRule",
    "Asker",
    "Audience",
    "Authenticator",
    "Devices",
    "DiscoveredKeys",
    "ForbiddenError",
    "Keys",
    "NodeNotCheckedError",
    "Principal",
    "Right",
    "Role",
    "RuledRoute",
    "StaticKeys",
    "Tokens",
    "UnauthenticatedError",
    "access_rule_of",
    "access_rules",
    "allow",
    "anonymous",
    "authenticate_with",
    "covers",
    "nearby",
    "public",
    "signed_in",
    "trace_reads",
]
