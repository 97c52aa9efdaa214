"""Checks of the items of a plan, and of its costs; each finds all its mistakes at once. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from assessment.enacting.mistakes import Mistakes
from assessment.scheduling.items import MOST_ITEMS, CostLine, PlanItem, RoundDeadline
from assessment.scheduling.state import ExercisePlan
from parindex.auth.principal import Principal, Role, covers
from parindex.numbers import NotANumberError, declared
from parindex.refusal import Place
from parindex.values.days import ends_before_it_begins

OF_AGENCIES: Final = (Role.OFFICE, Role.UNIT, Role.LEADER, Role.APPRAISER)
"""The roles by which a person acts for an agency that an item names."""


def mistakes_in_item(item: PlanItem, plan: ExercisePlan, *, new: bool = False) -> list[Place]:
    """Return the mistakes of a plan with this item, as places of the item's own fields; a new item has a new code."""
    mistakes, others = Mistakes(), {code: one.item for code, one in plan.items.items() if code != item.code}
    with mistakes:
        _check(item, {**others, item.code: item}, mistakes, "")
        mistakes.unless(
            not new or item.code not in plan.items, "/code", f"Kế hoạch đã có nội dung “{item.code}”.",
            f"The plan has an item “{item.code}” already.",
        )  # fmt: skip
        mistakes.unless(
            len(others) < MOST_ITEMS, "/code", f"Kế hoạch có nhiều nhất {MOST_ITEMS} nội dung.",
            f"A plan has at most {MOST_ITEMS} items.",
        )  # fmt: skip
    return mistakes.places


def mistakes_in_items(items: Sequence[PlanItem]) -> list[Place]:
    """Return the mistakes of a list of items, each with its JSON pointer."""
    mistakes, all_items, seen = Mistakes(), {item.code: item for item in items}, set[str]()
    with mistakes:
        for at, item in enumerate(items):
            _check(item, all_items, mistakes, f"/items/{at}")
            if item.code in seen:
                mistakes.add(
                    f"/items/{at}/code",
                    f"Hai nội dung cùng mã “{item.code}”.",
                    f"Two items have the code “{item.code}”.",
                )
            seen.add(item.code)
    return mistakes.places


def mistakes_in_costs(lines: Sequence[CostLine], contingency: str) -> list[Place]:
    """Return the mistakes of an estimate: a text that is no number, or a negative one."""
    mistakes = Mistakes()
    numbers = [*((f"/lines/{at}/unit_cost", line.unit_cost) for at, line in enumerate(lines))]
    with mistakes:
        for at, number in [*numbers, ("/contingency", contingency)]:
            try:
                mistakes.unless(declared(number) >= 0, at, "Không được là số âm.", "It must not be negative.")
            except NotANumberError as error:
                mistakes.add(at, error.vi, error.en)
    return mistakes.places


def _check(item: PlanItem, items: Mapping[str, PlanItem], mistakes: Mistakes, at: str) -> None:
    mistakes.unless(
        not ends_before_it_begins(item.since, item.until), f"{at}/until", "Ngày kết thúc trước ngày bắt đầu.",
        "The item ends before it begins.",
    )  # fmt: skip
    mistakes.unless(
        not (item.after and item.until), f"{at}/until",
        "Hạn được tính từ nội dung khác thì không ghi ngày kết thúc.", "An end that is counted has no day of its own.",
    )  # fmt: skip
    mistakes.unless(
        bool(item.after) == bool(item.working_days), f"{at}/working_days",
        "Số ngày làm việc đi cùng mã của nội dung được tính từ đó.", "Working days need the item that they follow.",
    )  # fmt: skip
    mistakes.unless(
        not item.after or item.after in items, f"{at}/after", f"Kế hoạch không có nội dung “{item.after}”.",
        f"The plan has no item “{item.after}”.",
    )  # fmt: skip
    mistakes.unless(
        not _in_a_circle(item, items), f"{at}/after", "Các nội dung tính hạn vòng quanh nhau.",
        "The items count their days from each other in a circle.",
    )  # fmt: skip
    same = [one.code for one in items.values() if one.sets is item.sets and one.code != item.code]
    mistakes.unless(
        item.sets is RoundDeadline.NONE or not same, f"{at}/sets", f"Nội dung {', '.join(same)} đã đặt mốc này.",
        f"Item {', '.join(same)} sets this deadline already.",
    )  # fmt: skip
    mistakes.unless(
        item.lead not in item.partners or not item.lead, f"{at}/partners",
        "Cơ quan chủ trì không ghi lại ở phối hợp.", "The responsible agency is no partner as well.",
    )  # fmt: skip


def _in_a_circle(item: PlanItem, items: Mapping[str, PlanItem]) -> bool:
    seen, at = {item.code}, item.after
    while at in items:
        if at in seen:
            return True
        seen.add(at)
        at = items[at].after
    return False


def may_mark(principal: Principal, authority: str, item: PlanItem) -> bool:
    """Return whether a person is of the office of a plan's authority, or of an agency that the item names."""
    return principal.may(Role.OFFICE, authority) or any(principal.may(OF_AGENCIES, node) for node in item.agencies)


def takes_part(nodes: Sequence[str], authority: str) -> bool:
    """Return whether one of these nodes is within an authority, or above it."""
    return any(covers(node, authority) or covers(authority, node) for node in nodes)
