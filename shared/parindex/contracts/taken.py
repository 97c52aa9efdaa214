"""An id that another authority has: one refusal for everything that people give an id to."""

from parindex.refusal import Kind, Place, Refused
from parindex.values.identifiers import ID
from parindex.values.owned_ids import own_prefix


class IdOfAnotherError(Refused):
    """The id belongs to another authority, by its prefix or because that authority took it first.

    `holder` is who took it first, "" where the prefix decides. The text names the holder, so that the two can settle
    it between them, and an id that no stranger can have taken.
    """

    code = "id-of-another-authority"
    kind = Kind.CONFLICT

    def __init__(self, id_: str, authority: str, at: str, holder: str = "") -> None:
        vi, en = _whose(id_, "" if holder == authority else holder)
        own_vi, own_en = _own_ids(id_, authority)
        vi, en = f"{vi} {own_vi}", f"{en} {own_en}"
        super().__init__(vi, en, [Place(at, vi, en)])


def _whose(id_: str, holder: str) -> tuple[str, str]:
    if holder:
        return f"Mã “{id_}” đã được {holder} dùng trước.", f"The id “{id_}” was taken by {holder} first."
    return f"Mã “{id_}” thuộc cơ quan khác.", f"The id “{id_}” belongs to another authority."


def _own_ids(id_: str, authority: str) -> tuple[str, str]:
    prefix = own_prefix(authority)
    if not prefix:
        return "Hãy chọn mã khác.", "Choose another id."
    vi, en = f"Mã bắt đầu bằng “{prefix}” chỉ {authority}", f"Ids that begin with “{prefix}” are for {authority} alone"
    if "." in authority:
        vi, en = (
            f"{vi} và cấp trên của {authority}",
            f"Ids that begin with “{prefix}” are for {authority} and those above",
        )
    if ID.fits(own := prefix + id_):
        return f"{vi} được dùng, ví dụ “{own}”.", f"{en}: “{own}”, for example."
    return f"{vi} được dùng.", f"{en}."
