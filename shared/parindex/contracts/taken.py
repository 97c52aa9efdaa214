"""The refusal of an id that another authority has, for all things with an id that users choose."""

from parindex.refusal import Kind, Refused
from parindex.values.identifiers import ID
from parindex.values.owned_ids import own_prefix
from parindex.wording import Wording


class IdOfAnotherError(Refused):
    """The id belongs to another authority, by its prefix or because that authority took it first.

    `holder` is the authority that took it first, "" where the prefix decides. The text names the holder, so that the
    two can agree, and an id that no other authority can have taken.
    """

    code = "id-of-another-authority"
    kind = Kind.CONFLICT
    vi, en = "{whose} {own_ids}", "{whose} {own_ids}"

    id_: str
    authority: str
    at: str
    holder: str = ""

    @property
    def whose(self) -> Wording:
        """The holder of the id, in words."""
        return _whose(self.id_, "" if self.holder == self.authority else self.holder)

    @property
    def own_ids(self) -> Wording:
        """The ids that the authority can take, in words."""
        return _own_ids(self.id_, self.authority)


def _whose(id_: str, holder: str) -> Wording:
    said = _TAKEN_FIRST if holder else _OF_ANOTHER
    return said.of(id=id_, holder=holder)


def _own_ids(id_: str, authority: str) -> Wording:
    prefix = own_prefix(authority)
    if not prefix:
        return _CHOOSE
    above = _AND_ABOVE if "." in authority else _ALONE
    own = prefix + id_
    example = _EXAMPLE if ID.fits(own) else _NO_EXAMPLE
    return above.of(prefix=prefix, authority=authority, then=example.of(own=own))


_TAKEN_FIRST = Wording("Mã “{id}” đã được {holder} dùng trước.", "The id “{id}” was taken by {holder} first.")
_OF_ANOTHER = Wording("Mã “{id}” thuộc cơ quan khác.", "The id “{id}” belongs to another authority.")
_CHOOSE = Wording("Hãy chọn mã khác.", "Choose another id.")
_ALONE = Wording(
    "Mã bắt đầu bằng “{prefix}” chỉ {authority} được dùng{then}.",
    "Ids that begin with “{prefix}” are for {authority} alone{then}.",
)
_AND_ABOVE = Wording(
    "Mã bắt đầu bằng “{prefix}” chỉ {authority} và cấp trên của {authority} được dùng{then}.",
    "Ids that begin with “{prefix}” are for {authority} and those above{then}.",
)
_EXAMPLE = Wording(", ví dụ “{own}”", ": “{own}”, for example")
_NO_EXAMPLE = Wording("", "")
