"""Refusals of the pages and the API of people, programs and rights."""

from parindex.refusal import Kind, Refused


class AccountUnknownError(Refused):
    """No such account, or none that has or had a right at a node that the asker may look into."""

    code = "unknown-account"
    kind = Kind.UNKNOWN
    vi, en = "Không có tài khoản này.", "There is no such account."


class AccountNameTakenError(Refused):
    """An account has this name, or one that looks the same; the asker may have no right to see that account."""

    code = "account-name-taken"
    kind = Kind.CONFLICT
    at = "/name"
    advice = ("Chọn tên đăng nhập khác.", "Choose another name.")
    vi = "Đã có tài khoản mang tên này, hoặc tên trông giống hệt."
    en = "An account has this name, or one that looks the same."


class OwnAccountError(Refused):
    """A person of the office changes the own account; a second person has to do that."""

    code = "own-account"
    kind = Kind.FORBIDDEN
    advice = (
        "Nhờ người khác của cơ quan chủ trì làm việc này.",
        "Ask another person of the office to do it.",
    )
    vi = "Không tự thay đổi tài khoản của chính mình được."
    en = "No person changes the own account."


class AccountElsewhereError(Refused):
    """The account also has rights at nodes that the office does not cover, so the office does not manage it."""

    code = "account-of-others-too"
    kind = Kind.FORBIDDEN
    advice = (
        "Kết thúc quyền ở đơn vị mình, hoặc nhờ quản trị viên.",
        "End the rights at your own nodes, or ask the operator.",
    )
    vi = "Tài khoản này còn có quyền ở nơi cơ quan của bạn không phụ trách, nên chỉ quản trị viên thay đổi được."
    en = "The account has rights where your office has none, so only the operator changes it."


class AccountsFixedError(Refused):
    """The accounts are from a file that this process does not write: those of the demo, or a container's secret."""

    code = "accounts-fixed"
    kind = Kind.CONFLICT
    advice = (
        "Quản trị viên sửa tệp tài khoản bằng `parindex accounts`.",
        "The operator changes the accounts file with `parindex accounts`.",
    )
    vi = "Ở hệ thống này, tệp tài khoản do quản trị viên sửa; chưa ghi gì."
    en = "In this installation the operator changes the accounts file; nothing was written."


class AccountNotWrittenError(Refused):
    """The accounts file could not be changed: it has mistakes, or a form in which one account can't be changed."""

    code = "account-not-written"
    kind = Kind.CONFLICT
    advice = (
        "Mở lại trang; nếu vẫn không được, nhờ quản trị viên kiểm tra tệp tài khoản.",
        "Open the page again; if it fails again, ask the operator to check the accounts file.",
    )
    vi = "Không ghi được vào tệp tài khoản; chưa có gì thay đổi."
    en = "The accounts file could not be written; nothing has changed."


class NotAPersonError(Refused):
    """Invitations and the second factor are for people; a program has a secret."""

    code = "not-a-person"
    kind = Kind.CONFLICT
    advice = ("Thay mật khẩu của phần mềm.", "Replace the program's secret.")
    vi, en = "Tài khoản này là của phần mềm, không phải của người.", "This account is a program's, not a person's."


class OutsideAccountTakenError(Refused):
    """The outside identity is linked to another account; the asker may have no right to see that account."""

    code = "outside-account-taken"
    kind = Kind.CONFLICT
    at = "/subject"
    advice = (
        "Kiểm tra lại mã với người này; nếu đúng, gỡ liên kết ở tài khoản kia trước.",
        "Check the subject with the person; if it is right, first remove the link of the other account.",
    )
    vi = "Danh tính bên ngoài này đã liên kết với một tài khoản khác."
    en = "This outside identity is linked to another account."


class NoOutsideIssuerError(Refused):
    """The installation has no outside issuer, so a link could not be used."""

    code = "no-outside-issuer"
    kind = Kind.CONFLICT
    advice = (
        "Quản trị viên đặt PARINDEX_OUTSIDE__ISSUER trước.",
        "The operator sets PARINDEX_OUTSIDE__ISSUER first.",
    )
    vi = "Hệ thống này không dùng nơi đăng nhập bên ngoài; chưa liên kết gì."
    en = "This installation has no outside issuer; nothing was linked."


class TooManyLinksError(Refused):
    """An account has as many links to outside identities as it may have."""

    code = "too-many-links"
    kind = Kind.CONFLICT
    at = "/subject"
    advice = ("Gỡ một liên kết không còn dùng.", "Remove a link that is not used any more.")
    vi = "Tài khoản này đã có {most} liên kết, là số nhiều nhất."
    en = "The account has {most} links, which is the most that it may have."

    most: int


class NotAProgramError(Refused):
    """Secrets are for programs; a person gets an invitation and chooses a password."""

    code = "not-a-program"
    kind = Kind.CONFLICT
    advice = ("Gửi lời mời mới cho người này.", "Give the person a new invitation.")
    vi, en = "Tài khoản này là của người, không phải của phần mềm.", "This account is a person's, not a program's."
