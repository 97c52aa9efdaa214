"""What waits for a person (bàn làm việc): each service finds its own part, and the desk of sign-in shows all parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from parindex.web import vietnamese
from parindex.web.assets import KIT
from parindex.web.parts import Tag, Task
from parindex.web.rendering import Templates, Visitor

DESK: Final = "../sign-in/desk"
"""The way from a service's root to the desk, which shows the parts of all services."""
SIGN_OUT: Final = "../sign-in/sign-out"
TEMPLATES: Final = Templates(KIT, home=DESK)
WITHOUT_END: Final = "~"
"""Sorts after every instant."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person.

    `kind` is its stable code, `what` says in Vietnamese what to do, `about` names the round, and the unit where there
    may be several. `count` says how much is left. `until` is an instant, "" where there is no deadline. `address` is
    the page on which it is done, relative to the service's root; "" where there is none yet.
    """

    kind: str
    what: str
    about: str
    round: str = ""
    unit: str = ""
    count: int = 0
    until: str = ""
    address: str = ""

    def overdue(self, now: str) -> bool:
        """Return whether the deadline has passed at an instant."""
        return "" < self.until < now


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return what waits, the earliest deadline first, and what has none at the end."""
    return sorted(waiting, key=lambda one: (one.until or WITHOUT_END, one.about, one.unit, one.kind))


def waiting_task(one: Waiting, now: str) -> Task:
    """Return a line of the list: the round as a link where there is a page, what to do, and until when, in words."""
    if not one.until:
        return Task(one.about, "Không có hạn", Tag.PLAIN, one.address, one.what)
    words = f"Hạn {vietnamese.deadline(one.until)}"
    if one.overdue(now):
        return Task(one.about, f"Quá hạn. {words}", Tag.TO_DO, one.address, one.what)
    return Task(one.about, words, Tag.PLAIN, one.address, one.what)


def desk_part(title: str, waiting: Iterable[Waiting], now: str, account: str) -> bytes:
    """Return the page of a service's part. The desk shows its list, and links to it for browsers without scripts."""
    tasks = [waiting_task(one, now) for one in in_order(waiting)]
    return TEMPLATES.render("desk.html", "", Visitor("", SIGN_OUT, account), part=title, tasks=tasks, desk=DESK)
