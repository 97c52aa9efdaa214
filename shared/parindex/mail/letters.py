"""A letter, and what became of it at a mail server. Pure."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain text for one mailbox. `message_id` is the same for each attempt; `at` is an instant."""

    to: str
    subject: str
    text: str
    message_id: str
    at: str
    reply_to: str = ""


class DeliveryKind(StrEnum):
    """What became of an attempt.

    `DELIVERED`: the server took the letter. `AWAY`: the server itself is away, too slow or refuses us, so other letters
    would fare no better. `DEFERRED`: the server wants this letter later. `REFUSED`: the server does not take it.
    `UNKNOWN`: the letter was handed over, and the answer did not come.
    """

    DELIVERED = "delivered"
    AWAY = "away"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MailDelivery:
    """The end of an attempt. `code` has the server's codes, such as "550 5.1.1"; "" where it gave none.

    The server's own words are left out: they often repeat the address.
    """

    kind: DeliveryKind
    code: str = ""
