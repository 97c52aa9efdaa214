"""Refusals of authentication and authorisation. No text has a token or a password, or shows which accounts exist."""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import ClassVar, Self

from parindex.reasons import system_reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording


class UnauthenticatedError(Refused):
    """The request has no credentials."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    vi, en = "Cần đăng nhập.", "Sign in first."


class TokenMalformedError(UnauthenticatedError):
    code = "token-malformed"
    vi, en = "Mã truy cập không đúng định dạng.", "The access token is malformed."


class TokenAlgorithmError(UnauthenticatedError):
    code = "token-algorithm-not-allowed"
    vi, en = "Thuật toán ký của mã truy cập không được phép.", "The token's signing algorithm is not allowed."


class TokenKeyUnknownError(UnauthenticatedError):
    code = "token-key-unknown"
    vi, en = "Mã truy cập được ký bằng khóa lạ.", "The access token is signed with an unknown key."


class TokenSignatureError(UnauthenticatedError):
    code = "token-signature-invalid"
    vi, en = "Chữ ký của mã truy cập không đúng.", "The access token's signature is wrong."


class TokenExpiredError(UnauthenticatedError):
    code = "token-expired"
    vi, en = "Phiên đăng nhập đã hết hạn. Hãy đăng nhập lại.", "The session has expired. Sign in again."


class TokenNotYetValidError(UnauthenticatedError):
    code = "token-not-yet-valid"
    vi, en = "Mã truy cập chưa có hiệu lực. Hãy kiểm tra đồng hồ máy.", "The token is not valid yet. Check the clock."
    advice = (
        "Quản trị viên chỉnh đồng hồ của nơi cấp mã và của dịch vụ; rồi gửi lại.",
        "The operator sets the clocks of the sign-in and of the service; then send it again.",
    )


class TokenIssuerError(UnauthenticatedError):
    code = "token-wrong-issuer"
    vi, en = "Mã truy cập do nơi khác cấp.", "The access token comes from another issuer."


class TokenAudienceError(UnauthenticatedError):
    code = "token-wrong-audience"
    vi, en = "Mã truy cập được cấp cho hệ thống khác.", "The access token is meant for another system."


class TokenTypeError(UnauthenticatedError):
    code = "token-not-for-access"
    vi = "Đây không phải mã truy cập (access token); không dùng ID token ở đây."
    en = "This is no access token; an ID token opens nothing here."


class TokenSubjectError(UnauthenticatedError):
    code = "token-subject-reserved"
    vi, en = "Tên người dùng trong mã truy cập dành riêng cho hệ thống.", "The token's subject is a reserved name."


class DeviceUnknownError(UnauthenticatedError):
    code = "device-unknown"
    vi, en = "Thiết bị chưa đăng ký hoặc đã bị thu hồi.", "The device is not enrolled, or no longer."
    advice = (
        "Dùng khóa mới nhất của kiosk; nếu không còn, xin mã mới và đăng ký lại thiết bị.",
        "Use the newest secret of the kiosk; where it is lost, get another code and enrol the device again.",
    )


class WrongCredentialsError(UnauthenticatedError):
    """A person's name or password is wrong; the answer does not say which. RFC 6749 5.2 asks for 400."""

    code = "wrong-credentials"
    kind = Kind.BAD_REQUEST
    advice = ("Kiểm tra tên và mật khẩu.", "Check the name and the password.")
    vi, en = "Tên hoặc mật khẩu không đúng.", "The name or the password is wrong."
    members: ClassVar[Mapping[str, str]] = {"error": "invalid_grant"}


class WrongClientCredentialsError(UnauthenticatedError):
    """A program's name or secret is wrong; `basic`: they came in the header, and are asked for in that way again."""

    code = "wrong-client-credentials"
    advice = ("Kiểm tra `client_id` và `client_secret`.", "Check `client_id` and `client_secret`.")
    vi, en = "Tên hoặc mật khẩu của phần mềm không đúng.", "The program's name or its secret is wrong."
    members: ClassVar[Mapping[str, str]] = {"error": "invalid_client"}

    basic: bool = False

    @property
    def challenge(self) -> str:
        """The header `WWW-Authenticate`."""
        return 'Basic realm="sign-in", charset="UTF-8"' if self.basic else "Bearer"


class SecretFileError(Refused):
    """A file with accounts, passwords or keys can't be used; the text names the file and says why."""

    code = "secret-file-unusable"
    vi, en = "Tệp {path}: {why}", "File {path}: {why}"

    path: Path
    why: Wording

    @classmethod
    def unread(cls, path: Path, error: OSError) -> Self:
        """For a file that is not there, or can't be read."""
        if isinstance(error, FileNotFoundError):
            return cls(path, Wording("không có tệp này.", "there is no such file."))
        return cls(path, Wording(f"không đọc được ({system_reason(error).vi}).", f"can't be read ({error.strerror})."))


class ForbiddenError(Refused):
    """The asker is known and has no right to this; the text names the roles that have, and a node that they named."""

    code = "forbidden"
    kind = Kind.FORBIDDEN
    vi = "Tài khoản không có quyền làm việc này ở đơn vị này{needed}."
    en = "You have no right to do this here{needed}."

    roles: Collection[str] = ()
    node: str = ""

    @property
    def needed(self) -> Wording:
        """The rights that would do, if they are known."""
        rights = [f"{role}@{self.node}" if self.node else str(role) for role in sorted(self.roles)]
        if not rights:
            return Wording("", "")
        return Wording(f"; cần quyền {' hoặc '.join(rights)}", f"; it needs {' or '.join(rights)}")


class KeysUnavailableError(Refused):
    """The issuer's keys could not be fetched, so no token can be checked at the moment."""

    code = "keys-unavailable"
    kind = Kind.UNAVAILABLE
    vi = "Chưa liên lạc được với hệ thống đăng nhập. Hãy thử lại sau."
    en = "The sign-in system can't be reached. Retry."


class TooManyAttemptsError(Refused):
    """Too many wrong passwords, codes or tokens in a short time; `retry_after` in seconds."""

    code = "too-many-attempts"
    kind = Kind.TOO_MANY
    members: ClassVar[Mapping[str, str]] = {"error": "slow_down"}
    vi, en = (
        "Thử sai quá nhiều lần. Hãy chờ {wait} giây rồi thử lại.",
        "Too many failed attempts. Wait {wait} s, then try again.",
    )

    retry_after: float

    @property
    def wait(self) -> int:
        """The same in whole seconds."""
        return whole_seconds(self.retry_after)


class TooManyRequestsError(Refused):
    """More requests than one account, one device or one address may send; `retry_after` in seconds."""

    code = "too-many-requests"
    kind = Kind.TOO_MANY
    quiet = True  # logged where it is counted, once in a while
    vi, en = (
        "Gửi quá nhiều yêu cầu. Hãy chờ {wait} giây rồi gửi lại.",
        "Too many requests. Wait {wait} s, then send again.",
    )

    retry_after: float

    @property
    def wait(self) -> int:
        """The same in whole seconds."""
        return whole_seconds(self.retry_after)


def whole_seconds(wait: float) -> int:
    """Return seconds as texts and `Retry-After` have them: rounded up, and at least 1."""
    return max(1, math.ceil(wait))
