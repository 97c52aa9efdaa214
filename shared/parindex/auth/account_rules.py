"""Rules for the rows of an accounts file. Pure; all mistakes are found at once."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain

import msgspec

from parindex.auth.account_links import OutsideAccount, faults_of_links, faults_of_twice
from parindex.auth.principal import SERVICE_RIGHT, Right, Role, is_reserved
from parindex.auth.typed import LONGEST_NAME, is_name, looks, name_fault, one_name
from parindex.refusal import Refused
from parindex.values.identifiers import ACCOUNT
from parindex.values.texts import LINE

MOST_RIGHTS = 500
"""Rights of one account; its token has all of them, so their number is bounded."""

_HASH = re.compile(
    r"\$argon2id\$(v=\d\d\$)?m=(\d{1,7}),t=(\d{1,2}),p=\d{1,2}\$[A-Za-z0-9+/]{11,88}\$[A-Za-z0-9+/]{5,88}"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FORMS = {
    "invitation": re.compile(r"[0-9a-f]{64} (used|\d{4}-\d\d-\d\dT[0-9:.]{8,15}Z)"),
    "totp": re.compile(r"[A-Z2-7]{32,128}"),
    "totp_step": re.compile(r"\d{1,15}"),
}
MOST_RECOVERY = 8
"""Recovery codes of one person."""
_MOST_MEMORY = 2**20
"""KiB that verifying one password may take; passwords are verified one at a time."""

Fault = tuple[str, str, str]
"""A JSON pointer, and the mistake there in Vietnamese and in English."""


class AccountKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"


class AccountRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A row of the accounts file. The fields from `full_name` on are those of people, and the pages write them.

    `invitation`: SHA-256 of the code in the newest link, and until when it can be used, or `used`. `totp`: the key of
    the second factor in base32; `totp_step`: the last step of time whose code was used. `recovery`: SHA-256 of each
    recovery code that was not used.
    """

    name: str
    kind: AccountKind
    password_hash: str
    rights: list[str]
    id: str = ""
    full_name: str = ""
    invitation: str = ""
    totp: str = ""
    totp_step: str = ""
    recovery: list[str] = []
    linked: list[OutsideAccount] = []


def faults_of(rows: Sequence[AccountRow]) -> Iterator[Fault]:
    """Yield the mistakes of rows whose shape is right: in each row, and names or ids that two rows share."""
    each = (fault for number, row in enumerate(rows) for fault in _faults_in(f"/accounts/{number}", row))
    names = [looks(one_name(row.name)) if len(row.name) <= LONGEST_NAME else "" for row in rows]
    links = faults_of_twice([row.linked for row in rows])
    return chain(each, _twice("name", names), _twice("id", [row.id for row in rows]), links)


def _twice(field: str, values: Sequence[str]) -> Iterator[Fault]:
    seen = set[str]()
    for number, value in enumerate(values):
        if value in seen:
            vi = f"{field} này đã có ở trên, hoặc trông giống hệt."
            yield (
                f"/accounts/{number}/{field}",
                vi,
                f"This {field}, or one that looks the same, is in a row above already.",
            )
        seen |= {value} - {""}


def _faults_in(at: str, row: AccountRow) -> Iterator[Fault]:
    yield from _faults_in_name(f"{at}/name", row)
    if row.id and (not ACCOUNT.fits(row.id) or is_reserved(row.id)):
        yield f"{at}/id", "Mã phải gồm 8 đến 64 chữ thường và chữ số.", "An id has 8 to 64 small letters and digits."
    if row.password_hash or not row.linked:  # a person may sign in at an outside issuer alone
        yield from _faults_in_hash(f"{at}/password_hash", row.password_hash)
    yield from faults_of_links(f"{at}/linked", row.linked, person=row.kind is AccountKind.PERSON)
    yield from _faults_of_people(at, row)
    if len(row.rights) > MOST_RIGHTS:
        yield f"{at}/rights", f"Nhiều nhất {MOST_RIGHTS} quyền.", f"At most {MOST_RIGHTS} rights."
        return
    for position, text in enumerate(row.rights):
        yield from _faults_in_right(f"{at}/rights/{position}", text, row.kind)


def _faults_in_name(at: str, row: AccountRow) -> Iterator[Fault]:
    if wrong := name_fault(row.name):
        yield at, wrong.vi, wrong.en
    elif is_reserved(one_name(row.name)):
        vi = "Tên này dành riêng cho hệ thống; hãy chọn tên khác."
        yield at, vi, "This name is reserved for the system; choose another."
    elif row.id and not is_name(row.name):
        vi = "Tên có dấu cách hoặc ký tự không dùng được."
        yield at, vi, "The name has a space or a character that names can't have."


def _faults_of_people(at: str, row: AccountRow) -> Iterator[Fault]:
    """Yield the mistakes in the fields that only people's accounts have."""
    if wrong := LINE.fault(row.full_name):
        yield f"{at}/full_name", wrong.vi, wrong.en
    for name, text in (("invitation", row.invitation), ("totp", row.totp), ("totp_step", row.totp_step)):
        if text and not _FORMS[name].fullmatch(text):
            yield f"{at}/{name}", "Trường này do phần mềm ghi; hãy bỏ đi.", "The software writes this field; remove it."
    if len(row.recovery) > MOST_RECOVERY or not all(_DIGEST.fullmatch(each) for each in row.recovery):
        yield f"{at}/recovery", "Trường này do phần mềm ghi; hãy bỏ đi.", "The software writes this field; remove it."
    if row.kind is AccountKind.CLIENT and (row.invitation or row.totp or row.recovery):
        yield f"{at}/kind", "Chỉ tài khoản của người có lời mời và mã lớp hai.", "Only people have these fields."


def _faults_in_hash(at: str, text: str) -> Iterator[Fault]:
    made = _HASH.fullmatch(text)
    if made is None:
        yield at, "Phải là mã băm argon2id.", "It has to be an argon2id hash."
    elif int(made[2]) > _MOST_MEMORY:
        vi = f"Mã băm cần hơn {_MOST_MEMORY} KiB bộ nhớ cho mỗi lần đăng nhập."
        yield at, vi, f"This hash takes more than {_MOST_MEMORY} KiB of memory for each sign-in."


def _faults_in_right(at: str, text: str, kind: AccountKind) -> Iterator[Fault]:
    try:
        right = Right.parse(text)
    except Refused as refused:
        yield at, refused.vi, refused.en
        return
    if right.role is Role.KIOSK:
        vi = "Kiosk không phải tài khoản: hãy đăng ký kiosk như một thiết bị."
        yield at, vi, "A kiosk is no account: register it as a device."
    elif not right.may_be_granted or (right.role is Role.SERVICE and kind is not AccountKind.CLIENT):
        vi = f"Quyền này chỉ dành cho dịch vụ của hệ thống: {SERVICE_RIGHT}, kind: client."
        yield at, vi, f"This right is for the system's own services alone: {SERVICE_RIGHT}, kind: client."
