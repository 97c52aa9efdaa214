"""Accounts come from a checked file, and passwords are argon2id."""

from pathlib import Path
from typing import Literal

import pytest
import yaml
from argon2 import PasswordHasher

from parindex.auth.accounts import AccountKind, Accounts, AccountsFileError, hash_password
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


@pytest.mark.parametrize("text", ["", "[", "accounts: 5", "accounts: [{name: lan}]", "accounts: []\nextra: 1"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(AccountsFileError):
        Accounts.from_file(path, QUICK)
