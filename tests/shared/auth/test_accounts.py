"""Accounts are read from a checked file, and passwords are hashed with argon2id."""

import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import yaml
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password, new_id, unusable_hash
from parindex.auth.accounts_file import LARGEST_FILE, Account, AccountsFileError
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.principal import Right, Role
from parindex.auth.refusals import SecretFileError
from parindex.refusal import MOST_PLACES
from parindex.testing.passwords import QUICK


def write(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "accounts.yaml"
    path.write_text(yaml.safe_dump({"accounts": list(rows)}), "utf-8")
    return path


def row(**changes: object) -> dict[str, object]:
    given = {"name": "lan", "kind": "person", "password_hash": hash_password("đúng", QUICK), "rights": ["office@H09"]}
    return given | changes


def pointers(refused: AccountsFileError) -> list[str]:
    return [place.at.partition(" ")[2] for place in refused.places]


@pytest.mark.parametrize("hasher", [QUICK, PasswordHasher()])
def test_the_hash_that_no_password_has_costs_as_much_to_verify_as_any(hasher: PasswordHasher) -> None:
    hashed = unusable_hash(hasher)
    assert not hasher.check_needs_rehash(hashed)
    assert len(hashed) == len(hasher.hash("mật khẩu"))
    with pytest.raises(VerifyMismatchError):  # computed and compared: a malformed hash raises InvalidHashError
        hasher.verify(hashed, "mật khẩu")


def test_an_account_is_found_by_name_and_password(tmp_path: Path) -> None:
    accounts = Accounts.from_file(write(tmp_path, row(), row(name="binh", rights=[])), QUICK)
    found = accounts.verify("lan", AccountKind.PERSON, "đúng")
    assert found is not None
    assert (found.name, found.rights) == ("lan", (Right(Role.OFFICE, "H09"),))


def test_a_json_file_does_as_well(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text('{"accounts": []}', "utf-8")
    assert Accounts.from_file(path, QUICK).verify("lan", AccountKind.PERSON, "đúng") is None


@pytest.mark.parametrize(
    ("name", "kind", "password"),
    [
        ("lan", AccountKind.PERSON, "sai"),
        ("lan", AccountKind.CLIENT, "đúng"),
        ("nobody", AccountKind.PERSON, "đúng"),
        ("nobody", AccountKind.PERSON, "nobody has this password"),
    ],
)
def test_anything_else_finds_no_account(tmp_path: Path, name: str, kind: AccountKind, password: str) -> None:
    assert Accounts.from_file(write(tmp_path, row()), QUICK).verify(name, kind, password) is None


def test_a_name_that_does_not_exist_costs_a_verification_too(tmp_path: Path) -> None:
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # the library's name
            checked.append(str(hash))
            return super().verify(hash, password)

    accounts = Accounts.from_file(write(tmp_path, row()), Counting(time_cost=1, memory_cost=8, parallelism=1))
    accounts.verify("nobody", AccountKind.PERSON, "x")
    assert [made.rpartition("$")[0].rpartition("$")[0] for made in checked] == ["$argon2id$v=19$m=8,t=1,p=1"]


def test_a_wrong_file_is_refused_with_every_place_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        row(),
        row(password_hash="plain text", rights=["office@H09", "king@H09"]),
        row(name=""),
    )
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(path, QUICK)
    assert pointers(refused.value) == [
        "/accounts/1/password_hash",
        "/accounts/1/rights/1",
        "/accounts/2/name",
        "/accounts/1/name",
    ]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"rights": ["kiosk@H09.01"]}, "/accounts/0/rights/0"),
        ({"rights": ["office@H09", "service@H09"]}, "/accounts/0/rights/1"),
        ({"rights": ["service@services"]}, "/accounts/0/rights/0"),
        ({"rights": ["service@H09"], "kind": "client"}, "/accounts/0/rights/0"),
        ({"name": "anonymous"}, "/accounts/0/name"),
        ({"name": "Operator"}, "/accounts/0/name"),
        ({"name": "kiosk-may-1"}, "/accounts/0/name"),
        ({"name": "ＫＩＯＳＫ-may-1"}, "/accounts/0/name"),
        ({"name": "  "}, "/accounts/0/name"),
        ({"name": "lan anh", "id": "a0123456789"}, "/accounts/0/name"),
        ({"id": "kiosk-1"}, "/accounts/0/id"),
        ({"id": "short"}, "/accounts/0/id"),
        ({"id": "operator"}, "/accounts/0/id"),
        ({"id": "anonymous"}, "/accounts/0/id"),
        ({"name": "аn", "id": "a0123456789"}, "/accounts/0/name"),
    ],
)
def test_what_belongs_to_the_system_is_given_to_nobody(tmp_path: Path, changes: dict[str, object], at: str) -> None:
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(write(tmp_path, row(**changes)), QUICK)
    assert pointers(refused.value) == [at]


@pytest.mark.parametrize(
    "other", [{"name": "LAN"}, {"name": "ＬＡＮ"}, {"name": "lаn"}, {"name": "binh", "id": "a0123456789"}]
)
def test_two_accounts_are_never_one(tmp_path: Path, other: dict[str, object]) -> None:
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(write(tmp_path, row(id="a0123456789"), row(**other)), QUICK)
    assert pointers(refused.value) == [f"/accounts/1/{'id' if 'id' in other else 'name'}"]


def test_our_own_services_are_clients_with_their_own_right(tmp_path: Path) -> None:
    ours = row(name="scoring", kind="client", rights=["service@services"])
    accounts = Accounts.from_file(write(tmp_path, ours, row()), QUICK)
    assert accounts.is_service("scoring")
    assert not accounts.is_service("lan")


def test_ids_are_random() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("a[0-9a-f]{20}", one) for one in ids)


def test_without_ids_in_the_file_the_issuers_key_makes_them() -> None:
    account = Account("Nguyễn.An", AccountKind.PERSON, "", ())
    key = new_key()
    issuer, again, other = (LocalIssuer(one, "http://issuer") for one in (key, key, new_key()))
    assert issuer.id_of(account) == again.id_of(replace(account, name=unicodedata.normalize("NFD", "nguyễn.an")))
    assert issuer.id_of(account) != other.id_of(account)
    assert issuer.id_of(account) != issuer.id_of(replace(account, name="binh"))
    assert issuer.id_of(replace(account, id="a0123456789")) == "a0123456789"


HASH = hash_password("x", QUICK)
RIGHT = f"accounts:\n  - name: lan\n    kind: person\n    password_hash: {HASH}\n    rights: [office@H09]\n"
ALIASES = "accounts: &a [" + "x, " * 30_000 + "]\n" + "".join(f"k{number}: *a\n" for number in range(9))
BAD_TEXTS = {
    "empty": ("", "1:1"),
    "comments": ("# chưa có\n", "1:1"),
    "not closed": ("[", "2:1"),
    "a list": ("- name: lan\n", "1:1"),
    "a number": ("5\n", "1:1"),
    "accounts that are none": ("accounts: 5", "1:11"),
    "rows that are none": ("accounts: [lan]", "1:12"),
    "a row that lacks fields": ("accounts: [{name: lan}]", "1:12"),
    "one key too many": (RIGHT + "extra: 1\n", "6:8"),
    "one field too many": (RIGHT + "    email: a\n", "6:12"),
    "a merge key": (RIGHT + "    <<: {id: a0123456789}\n", "6:9"),
    "a key twice": (RIGHT + "    name: binh\n", "6:5"),
    "the list twice": (RIGHT + RIGHT, "6:1"),
    "tabs": (RIGHT.replace("    ", "\t"), "3:1"),
    "indented by one more": (RIGHT.replace("    kind", "     kind"), "3:10"),
    "indented by one less": (RIGHT.replace("    kind", "   kind"), "3:4"),
    "two documents": (f"{RIGHT}---\n{RIGHT}", "6:1"),
    "U+0000": (RIGHT.replace("lan", "l\0n"), "1:1"),
    "U+0000, escaped": (RIGHT.replace("lan", r'"l\0n"'), "2:11"),
    "a direction": (RIGHT.replace("lan", r'"l\u202en"'), "2:11"),
    "nothing that is seen": (RIGHT.replace("lan", r'"\u200b"'), "2:11"),
    "something that is not seen": (RIGHT.replace("lan", r'"l\u200bn"'), "2:11"),
    "a very long name": (RIGHT.replace("lan", "l" * 100_000), "2:11"),
    "a tag of Python's": (RIGHT.replace("lan", "!!python/name:os.system lan"), "2:11"),
    "a tag of numbers": (RIGHT.replace("lan", "!!int lan"), "2:11"),
    "another kind": (RIGHT.replace("person", "robot"), "3:11"),
    "the beginning of a hash": (RIGHT.replace(HASH, "$argon2id$"), "4:20"),
    "a hash that fills the memory": (RIGHT.replace("m=8,", "m=9999999,"), "4:20"),
    "a hash that takes hours": (RIGHT.replace("t=1,", "t=999,"), "4:20"),
    "a right that is no list": (RIGHT.replace("[office@H09]", "office@H09"), "5:13"),
    "a right that is none": (RIGHT.replace("office", "vua"), "5:14"),
    "too many rights": (RIGHT.replace("office@H09", "office@H09, " * 600), "5:13"),
    "nested": ("accounts: " + "[" * 5_000, "1:50"),
    "nested in lines": ("- " * 5_000, "1:81"),
    "aliases that blow up": (ALIASES, "3:5"),
    "more values than accounts have": ("accounts: [" + "a,\n" * 200_000, "99998:1"),
}


@pytest.mark.parametrize(("text", "at"), BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_a_bad_file_is_refused_with_line_and_column(tmp_path: Path, text: str, at: str) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(path, QUICK)
    assert refused.value.places[0].at.partition(" ")[0] == at
    assert str(path) in refused.value.en
    assert HASH not in repr(refused.value.places)


def test_a_file_that_is_not_utf_8_is_refused_where_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_bytes(RIGHT.replace("lan", "bình").encode("latin-1"))
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(path, QUICK)
    assert [place.at for place in refused.value.places] == ["2:12 /"]


def test_what_is_no_file_of_accounts_is_refused_before_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_text(RIGHT + "#" * LARGEST_FILE, "utf-8")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "large", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(SecretFileError):
            Accounts.from_file(path, QUICK)


@pytest.mark.parametrize(
    "name", ["yes", "no", "on", "off", "true", "0o12", "1_000", "1:30", "1.50", "2026-01-01", "=", "<<"]
)
def test_a_name_is_the_text_that_is_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(RIGHT.replace("lan", name), "utf-8")
    assert [account.name for account in Accounts.from_file(path, QUICK).all] == [name]


def test_a_file_with_very_many_mistakes_is_refused_with_the_first_of_them(tmp_path: Path) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(RIGHT + RIGHT.removeprefix("accounts:\n") * 5_000, "utf-8")
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(path, QUICK)
    assert len(refused.value.places) == MOST_PLACES
