"""An office gives rights where it has its own, and manages accounts all of whose rights it covers."""

import pytest

from parindex.auth.principal import Principal, Right
from parindex.sign_in.powers import Powers


def powers(*rights: str) -> Powers:
    return Powers(Principal("a00000lan", tuple(map(Right.parse, rights))))


@pytest.mark.parametrize(
    ("own", "right", "gives"),
    [
        ("office@H09", "unit@H09.05", True),
        ("office@H09", "office@H09", True),
        ("office@H09", "auditor@H09.05.01", True),
        ("office@H09", "unit@H091", False),
        ("office@H09", "unit@H62.01", False),
        ("office@H09.05", "office@H09", False),
        ("office@H09", "auditor@installation", False),
        ("office@H09", "service@services", False),
        ("office@services", "service@services", False),
        ("office@H09", "kiosk@H09.05", False),
        ("council@H09", "unit@H09.05", False),
        ("unit@H09.05", "unit@H09.05", False),
    ],
)
def test_an_office_gives_the_rights_that_it_covers(own: str, right: str, *, gives: bool) -> None:
    assert powers(own).gives(Right.parse(right)) is gives
    assert powers(own).manages([Right.parse(right)]) is gives


def test_an_account_with_one_right_elsewhere_is_seen_and_not_managed() -> None:
    rights = [Right.parse("unit@H09.05"), Right.parse("unit@H62.01")]
    assert powers("office@H09").sees(rights)
    assert not powers("office@H09").manages(rights)
    assert powers("office@H09", "office@H62").manages(rights)
    assert not powers("office@H62").sees(rights[:1])


def test_an_account_that_never_had_a_right_is_the_operators() -> None:
    assert not powers("office@H09").sees([])
    assert not powers("office@H09").manages([])
