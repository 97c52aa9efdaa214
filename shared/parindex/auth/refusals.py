"""Every way in which somebody is not let in, by name. No text ever repeats a token, a password or who exists."""

from collections.abc import Mapping
from typing import ClassVar

from parindex.refusal import Kind, Refused


class UnauthenticatedError(Refused):
    """The asker did not say who they are. Subclasses say what is wrong with what they showed instead."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    says: ClassVar[tuple[str, str]] = ("Cần đăng nhập.", "Sign in first.")

    def __init__(self) -> None:
        super().__init__(*self.says)


class TokenMalformedError(UnauthenticatedError):
    code = "token-malformed"
    says = ("Mã truy cập không đúng định dạng.", "The access token is malformed.")


class TokenAlgorithmError(UnauthenticatedError):
    code = "token-algorithm-not-allowed"
    says = ("Thuật toán ký của mã truy cập không được phép.", "The token's signing algorithm is not allowed.")


class TokenKeyUnknownError(UnauthenticatedError):
    code = "token-key-unknown"
    says = ("Mã truy cập được ký bằng khóa lạ.", "The access token is signed with an unknown key.")


class TokenSignatureError(UnauthenticatedError):
    code = "token-signature-invalid"
    says = ("Chữ ký của mã truy cập không đúng.", "The access token's signature is wrong.")


class TokenExpiredError(UnauthenticatedError):
    code = "token-expired"
    says = ("Phiên đăng nhập đã hết hạn. Hãy đăng nhập lại.", "The session has expired. Sign in again.")


class TokenNotYetValidError(UnauthenticatedError):
    code = "token-not-yet-valid"
    says = ("Mã truy cập chưa có hiệu lực. Hãy kiểm tra đồng hồ máy.", "The token is not valid yet. Check the clock.")


class TokenIssuerError(UnauthenticatedError):
    code = "token-wrong-issuer"
    says = ("Mã truy cập do nơi khác cấp.", "The access token comes from another issuer.")


class TokenAudienceError(UnauthenticatedError):
    code = "token-wrong-audience"
    says = ("Mã truy cập được cấp cho hệ thống khác.", "The access token is meant for another system.")


class DeviceUnknownError(UnauthenticatedError):
    code = "device-unknown"
    says = ("Thiết bị chưa đăng ký hoặc đã bị thu hồi.", "The device is not enrolled, or no longer.")


class WrongCredentialsError(UnauthenticatedError):
    code = "wrong-credentials"
    says = ("Tên hoặc mật khẩu không đúng.", "The name or the password is wrong.")
    members: ClassVar[Mapping[str, str]] = {"error": "invalid_client"}  # where OAuth 2 libraries look (RFC 6749 5.2)


class ForbiddenError(Refused):
    """The asker is known and has no right to this."""

    code = "forbidden"
    kind = Kind.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("Tài khoản không có quyền làm việc này ở đơn vị này.", "You have no right to do this here.")


class KeysUnavailableError(Refused):
    """The issuer's keys could not be fetched, so nobody can be recognised at the moment."""

    code = "keys-unavailable"
    kind = Kind.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "Chưa liên lạc được với hệ thống đăng nhập. Hãy thử lại sau.", "The sign-in system can't be reached. Retry."
        )


class TooManyAttemptsError(Refused):
    """Too many wrong passwords, codes or tokens in a short time; `retry_after` in seconds."""

    code = "too-many-attempts"
    kind = Kind.TOO_MANY
    members: ClassVar[Mapping[str, str]] = {"error": "slow_down"}

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            "Thử sai quá nhiều lần. Hãy chờ rồi thử lại.", "Too many failed attempts. Wait, then try again."
        )
        self.retry_after = retry_after


class TooManyRequestsError(Refused):
    """More requests than one account, one device or one address may send; `retry_after` in seconds."""

    code = "too-many-requests"
    kind = Kind.TOO_MANY
    quiet = True  # logged where it is counted, once in a while

    def __init__(self, retry_after: float) -> None:
        super().__init__("Gửi quá nhiều yêu cầu. Hãy chờ rồi gửi lại.", "Too many requests. Wait, then send again.")
        self.retry_after = retry_after
