"""The state of a kiosk's stream, `kiosk-<id>`, as it is stored beside the log."""

from dataclasses import dataclass

import msgspec

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Codec


class Kiosk(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kiosk. `chain` hashes all its presses; `marks` are the ends of its last batches, with the chain up to there."""

    unit: str = ""
    question: str = ""
    group: str = ""
    options: tuple[str, ...] = ()
    enrolments: int = 0
    revoked: bool = False
    last_seq: int = 0
    chain: str = ""
    marks: tuple[tuple[int, str], ...] = ((0, ""),)
    day: str = ""  # the newest day of a press, in Việt Nam
    pressed: int = 0  # on that day
    aside: dict[str, int] = {}  # how many presses no round counts, by reason

    @property
    def registered(self) -> bool:
        return self.unit != ""


@dataclass(frozen=True, slots=True)
class CountsNow:
    """The round that counts a press made now; or, with a `reason`, the one beside whose tallies it is set aside."""

    round: str
    reason: str
    options_unknown: tuple[str, ...]


_decoder = msgspec.json.Decoder(Kiosk)


def kiosk_of(head: StreamHead) -> Kiosk:
    """Read the state of a kiosk's stream; an unknown kiosk is not `registered`."""
    return _decoder.decode(head.state) if head.state else Kiosk()


KIOSK_CODEC: Codec[Kiosk] = Codec(kiosk_of, msgspec.json.encode)
STARS = ("1", "2", "3", "4", "5")
