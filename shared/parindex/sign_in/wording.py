"""Rights in the words of the people who have them. Pure."""

from collections.abc import Iterable

from parindex.auth.principal import Right, Role

ROLES = {
    Role.OFFICE: "Cơ quan chủ trì",
    Role.COUNCIL: "Hội đồng thẩm định",
    Role.PUBLISHER: "Người công bố kết quả",
    Role.APPRAISER: "Người thẩm định",
    Role.UNIT: "Đơn vị được đánh giá",
    Role.LEADER: "Lãnh đạo đơn vị",
    Role.SURVEYOR: "Đơn vị điều tra xã hội học",
    Role.COUNTER: "Nhân viên bộ phận một cửa",
    Role.KIOSK: "Kiosk",
    Role.AUDITOR: "Kiểm toán",
    Role.SERVICE: "Dịch vụ của hệ thống",
}


def in_words(rights: Iterable[Right]) -> list[str]:
    """Return each right as a line: the role, and the node where it holds."""
    return [f"{ROLES[right.role]} tại {right.node}" for right in rights]
