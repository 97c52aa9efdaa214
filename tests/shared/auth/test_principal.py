"""Rights are roles at nodes of the unit tree; without a right, access is denied."""

import pytest

from parindex.auth.principal import MalformedRightError, Principal, Right, Role, anonymous, covers


@pytest.mark.parametrize(
    ("above", "node", "covered"),
    [
        ("H09", "H09", True),
        ("H09", "H09.05", True),
        ("H09", "H09.05.01", True),
        ("H09.05", "H09", False),
        ("H09.05", "H09.06", False),
        ("H09", "H091", False),
        ("H09.05", "H09.051", False),
        ("H09", "H10.09", False),
        ("H09", "H09.", False),
        ("H09", "H09..05", False),
        ("H09", "H09.05/../06", False),
        ("H09", "", False),
        ("H09", "H09" + ".05" * 50, False),
    ],
)
def test_a_node_covers_itself_and_what_lies_below(above: str, node: str, covered: bool) -> None:
    assert covers(above, node) is covered


def test_an_office_reaches_down_the_tree_and_not_up_or_sideways() -> None:
    office = Principal("lan", (Right(Role.OFFICE, "H09.05"),))
    reached = [node for node in ("H09", "H09.05", "H09.05.01", "H09.06") if office.may(Role.OFFICE, node)]
    assert reached == ["H09.05", "H09.05.01"]


@pytest.mark.parametrize("role", ["unit", "leader", "counter"])
def test_those_who_act_for_a_unit_act_for_it_alone(role: str) -> None:
    unit = Principal("so-y-te", (Right.parse(f"{role}@H09.05"),))
    spoken_for = [node for node in ("H09", "H09.05", "H09.05.01", "H09.06") if unit.may(Role(role), node)]
    assert spoken_for == ["H09.05"]


def test_a_right_of_one_role_is_no_right_of_another() -> None:
    both = Principal("an", (Right(Role.UNIT, "H09.05"), Right(Role.AUDITOR, "H09")))
    assert both.may((Role.OFFICE, Role.AUDITOR), "H09.05")
    assert not both.may({Role.OFFICE, Role.COUNCIL}, "H09.05")
    assert not both.may(Role.UNIT, "H09.06")
    assert not both.may((), "H09.05")


def test_nobody_in_particular_may_nothing() -> None:
    assert not anonymous().signed_in
    assert not any(anonymous().may(role, "H09") or anonymous().has(role) for role in Role)


@pytest.mark.parametrize("role", Role)
def test_a_right_is_read_as_it_is_written(role: Role) -> None:
    right = Right(role, "H09.05")
    assert Right.parse(str(right)) == right


@pytest.mark.parametrize(
    "text", ["", "office", "office@", "@H09", "king@H09", "office@H09@H10", "office@H 9", "Office@H09"]
)
def test_what_is_no_right_is_refused(text: str) -> None:
    with pytest.raises(MalformedRightError):
        Right.parse(text)
