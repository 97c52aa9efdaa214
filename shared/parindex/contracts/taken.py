"""An id that another authority has: one refusal for everything that people give an id to."""

from parindex.auth.ids import own_prefix
from parindex.refusal import Kind, Place, Refused


class IdOfAnotherError(Refused):
    """The id belongs to another authority, by its prefix or because that authority took it first."""

    code = "id-of-another-authority"
    kind = Kind.CONFLICT

    def __init__(self, id_: str, authority: str, at: str) -> None:
        prefix = own_prefix(authority)
        vi = f"Mã “{id_}” thuộc cơ quan khác. Mã bắt đầu bằng “{prefix}” chỉ {authority} được dùng."
        en = f"The id “{id_}” belongs to another authority. Ids that begin with “{prefix}” are for {authority} alone."
        super().__init__(vi, en, [Place(at, vi, en)])
