"""The commands of rating."""

import msgspec

from survey.admitting.routing import FindRoute, no_rounds
from survey.rating.state import Press


class RecordRatings(msgspec.Struct, frozen=True):
    """Take presses in, all or none, at `received_at`; a press after `latest` has a clock that is ahead.

    `compared`: up to this number the presses were compared with the log itself, and are the same. `find_route` gives
    the round that counts each press. A Struct, because the busiest endpoint makes and replaces one for each batch.
    """

    kiosk: str
    presses: tuple[Press, ...]
    received_at: str
    latest: str
    compared: int = 0
    find_route: FindRoute = no_rounds
