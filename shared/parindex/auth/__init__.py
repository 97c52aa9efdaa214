"""Authentication and authorisation: bearer tokens, rights on the unit tree, one access rule per route.

The package itself holds what is pure, so that a rule may ask about a right; `fastapi`, `keys` and `tokens` are imported
by name.
"""

from parindex.auth.access import AccessRule, Asker, Audience, NodeNotCheckedError
from parindex.auth.principal import Principal, Right, Role, anonymous, covers
from parindex.auth.refusals import ForbiddenError, UnauthenticatedError

__all__ = [
    "AccessRule",
    "Asker",
    "Audience",
    "ForbiddenError",
    "NodeNotCheckedError",
    "Principal",
    "Right",
    "Role",
    "UnauthenticatedError",
    "anonymous",
    "covers",
]
