"""The second factor: codes of six digits from a second device (TOTP, RFC 6238), and recovery codes. Pure.

A step of time is 30 seconds; a device's clock may be one step off. A code is used once: the account holds the step of
its last code, and no code of that step or an earlier one is taken.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar

import pyotp

from parindex.auth.account_rules import MOST_RECOVERY
from parindex.auth.accounts_file import Account
from parindex.auth.devices import Entropy, digest_of, new_code, typed_code
from parindex.auth.principal import Role
from parindex.auth.refusals import WrongCredentialsError
from parindex.refusal import Kind, Refused

STEP = 30
"""Seconds of a step, as every authenticator app has them."""
SKEW = 1
"""Steps by which a device's clock may differ."""
LONGEST_CODE = 40
ISSUER = "Chi so CCHC"
"""The name that authenticator apps show; plain letters keep the QR code small."""
_DIGITS = re.compile(r"[0-9]{6}")


class SecondFactorNeededError(Refused):
    """The password is right, and the account needs a second factor, for which the token endpoint has no parameter."""

    code = "second-factor-needed"
    kind = Kind.BAD_REQUEST
    members: ClassVar[Mapping[str, str]] = {"error": "invalid_grant"}
    advice = (
        "Người đăng nhập ở trang /sign-in/; phần mềm dùng tài khoản riêng (client_credentials).",
        "People sign in at /sign-in/; a program uses an account of its own (client_credentials).",
    )
    vi = "Tài khoản này đăng nhập hai lớp nên không lấy mã truy cập bằng mật khẩu được."
    en = "This account has a second factor, so a password alone gets no access token."


class CodeWrongError(WrongCredentialsError):
    """A code is wrong, too old, or was used before; the answer does not say which."""

    code = "wrong-second-factor"
    advice = ("Chờ mã mới trên thiết bị rồi nhập lại.", "Wait for the next code of the device, and type that.")
    vi = "Mã không đúng, đã hết hạn hoặc đã dùng. Hãy chờ mã mới trên thiết bị."
    en = "The code is wrong, too old, or was used before. Wait for the next one."


class SecondFactorMissingError(Refused):
    """A role of the person needs a second factor, and this process can't write one into the accounts file."""

    code = "second-factor-missing"
    kind = Kind.FORBIDDEN
    advice = (
        "Quản trị viên cho phần đăng nhập ghi tệp tài khoản, hoặc bỏ PARINDEX_SECOND_FACTOR_ROLES.",
        "The operator lets sign-in write the accounts file, or removes PARINDEX_SECOND_FACTOR_ROLES.",
    )
    vi = "Vai trò của tài khoản này cần đăng nhập hai lớp, mà ở hệ thống này chưa bật được. Hãy báo quản trị viên."
    en = "A role of this account needs a second factor, which can't be set up here. Ask the operator."


@dataclass(frozen=True, slots=True)
class Accepted:
    """A code that is right: the account's new last step, and the recovery codes that are left."""

    totp_step: str
    recovery: tuple[str, ...]


def new_key() -> str:
    """Return a new secret key of 160 bits, in base32."""
    return pyotp.random_base32()


def address_of(key: str, name: str) -> str:
    """Return the address that the QR code shows to an authenticator app."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(key: str, code: str, now: datetime, last: str = "") -> str:
    """Return the step of a code that is right now and newer than the last one; or ""."""
    digits = re.sub(r"\s", "", code)
    if not _DIGITS.fullmatch(digits):
        return ""
    present, generator = int(now.timestamp()) // STEP, pyotp.TOTP(key)
    for step in range(present - SKEW, present + SKEW + 1):
        if step > int(last or 0) and compare_digest(generator.generate_otp(step), digits):
            return str(step)
    return ""


def accepted(account: Account, code: str, now: datetime) -> Accepted | None:
    """Return what follows from a code of an account's device, or one of its recovery codes; None for a wrong code."""
    if step := step_of(account.totp, code, now, account.totp_step):
        return Accepted(step, account.recovery)
    digest = digest_of(typed_code(code))
    if digest not in account.recovery:
        return None
    return Accepted(account.totp_step, tuple(each for each in account.recovery if each != digest))


def recovery_codes(drawn: Sequence[Entropy]) -> list[str]:
    """Return new recovery codes, of 80 bits each, as a person types them."""
    return [new_code(entropy) for entropy in drawn[:MOST_RECOVERY]]


def digests_of(codes: Collection[str]) -> list[str]:
    """Return the hashes by which recovery codes are stored."""
    return [digest_of(code) for code in codes]


def is_required(account: Account, roles: Collection[Role]) -> bool:
    """Return whether one of the roles that need a second factor is among an account's rights."""
    return any(right.role in roles for right in account.rights)
