"""What enacting refuses: a code that is taken; a set with mistakes is refused by `parindex.contracts.invalid`."""

from parindex.refusal import Kind, Refused


class CriteriaSetEnactedBeforeError(Refused):
    """The code is taken: a set never changes, so an amended one is a new set."""

    code = "criteria-set-enacted-before"
    kind = Kind.CONFLICT
    vi = "Bộ chỉ số “{set_code}” đã ban hành và không sửa được nữa; hãy ban hành bản sửa đổi dưới một mã mới."
    en = "The criteria set “{set_code}” is enacted and cannot change; enact the amended one under a new code."

    set_code: str
