"""Ids that people choose (of rounds, criteria sets, kiosks), and whose they are. Pure.

Ids are unique in an installation. An id that begins with an agency code (`h62-2027`) belongs to that agency: nobody
else can take it, so every authority has ids that are its own. All other ids go to who takes them first.
"""

import re

_AGENCY_CODE = re.compile(r"[a-z][0-9]{2}-")


def own_prefix(authority: str) -> str:
    """Return what the ids of an authority may begin with so that they are its own: H62.05 has `h62-05-`."""
    return re.sub(r"[^a-z0-9]", "-", authority.lower()) + "-"


def is_of_another(id_: str, authority: str) -> bool:
    """Tell whether an id begins with the code of another agency."""
    return _AGENCY_CODE.match(id_) is not None and not id_.startswith(own_prefix(authority))
