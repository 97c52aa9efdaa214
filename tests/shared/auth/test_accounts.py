"""Accounts come from a checked file, and passwords are argon2id."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import yaml
from argon2 import PasswordHasher

from parindex.auth.accounts import Account, AccountKind, Accounts, AccountsFileError, hash_password, new_id
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.principal import Right, Role

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def write(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "accounts.yaml"
    path.write_text(yaml.safe_dump({"accounts": list(rows)}), "utf-8")
    return path


def row(**changes: object) -> dict[str, object]:
    given = {"name": "lan", "kind": "person", "password_hash": hash_password("đúng", QUICK), "rights": ["office@H09"]}
    return given | changes


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
def test_anything_else_finds_nobody(tmp_path: Path, name: str, kind: AccountKind, password: str) -> None:
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
    assert [place.at for place in refused.value.places] == [
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
    ],
)
def test_what_belongs_to_the_system_is_given_to_nobody(tmp_path: Path, changes: dict[str, object], at: str) -> None:
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(write(tmp_path, row(**changes)), QUICK)
    assert [place.at for place in refused.value.places] == [at]


@pytest.mark.parametrize("other", [{"name": "LAN"}, {"name": "binh", "id": "a0123456789"}])
def test_two_accounts_are_never_one(tmp_path: Path, other: dict[str, object]) -> None:
    with pytest.raises(AccountsFileError) as refused:
        Accounts.from_file(write(tmp_path, row(id="a0123456789"), row(**other)), QUICK)
    assert [place.at for place in refused.value.places] == [f"/accounts/1/{'id' if 'id' in other else 'name'}"]


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


@pytest.mark.parametrize("text", ["", "[", "accounts: 5", "accounts: [{name: lan}]", "accounts: []\nextra: 1"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(AccountsFileError):
        Accounts.from_file(path, QUICK)
