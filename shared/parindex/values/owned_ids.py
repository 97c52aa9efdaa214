"""The owners of ids that users choose (of rounds, criteria sets, kiosks). It is pure.

Ids are unique in an installation. An id that begins with an agency code (`h62-2027`) belongs to that agency: no other
can take it, so each authority with such a code has ids of its own. Each other id belongs to the authority that takes it
first.
"""

import re

_BEGINS_WITH_CODE = re.compile(r"[a-z][0-9]{2}-")
_AGENCY_CODE = re.compile(r"[A-Z][0-9]{2}(\.[A-Za-z0-9_-]+)*")


def own_prefix(authority: str) -> str:
    """Return the prefix of an authority's own ids: H62.05 has `h62-05-`.

    It is "" for an authority without an agency code of the national form, which has no ids of its own.
    """
    return re.sub(r"[^a-z0-9]", "-", authority.lower()) + "-" if _AGENCY_CODE.fullmatch(authority) else ""


def is_of_another(id_: str, authority: str) -> bool:
    """Return whether an id begins with the code of another agency."""
    prefix = own_prefix(authority)
    return _BEGINS_WITH_CODE.match(id_) is not None and not (prefix and id_.startswith(prefix))
