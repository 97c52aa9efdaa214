"""The commands of rating."""

from dataclasses import dataclass

from survey.admitting.routing import FindRoute, no_rounds
from survey.rating.state import Press


@dataclass(frozen=True, slots=True)
class RecordRatings:
    """Take presses in, all or none, at `received_at`; what claims to be later than `latest` has a clock that is ahead.

    `compared`: up to this number the presses were compared with the log itself, and are the same. `find_route` gives
    the round that counts each press.
    """

    kiosk: str
    presses: tuple[Press, ...]
    received_at: str
    latest: str
    compared: int = 0
    find_route: FindRoute = no_rounds
