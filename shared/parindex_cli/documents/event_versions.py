"""Fields that each version of an event added: the part of `docs/formats/events.md` that types don't express.

`tests/cli/documents/test_events.py` compares it with the golden file of each version that was ever written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from parindex.eventstore.registry import EventTypes

NOT_KEPT = "this version did not keep it"
NO_SLIPS = "no figure was asked about yet"
ONE_STAGE = "findings had one stage, the first appraisal; the last one counts"
NO_SESSION = "no session of a council decided it"
CODELESS = "this version did not record which code it was"
NO_BOUND = "no bound: the tallies counted presses from SurveyOpened to RatingClosed"

ADDED: dict[str, dict[int, dict[str, str]]] = {
    "RoundOpened": {
        2: {
            "pressed_from": "the beginning of `year`",
            "pressed_until": "the beginning of `year` + 2",
            "four_eyes": "the office did not ask for it",
        },
        3: {"approval": "the round does not require it"},
        4: {"two_appraisals": "the round has one appraisal"},
        5: {
            "self_scoring_from": "self-scoring began with the round",
            "first_appraisal_until": "the appraisal had one deadline",
            "explanation_until": "the explanation had the deadline of the appraisal",
            "own_deadlines": "all units had the deadlines of the round",
            "training": "no training round",
        },
        6: {"claimants": "each unit claims all of its rows"},
        7: {"council": "the round has no council that decides in sessions"},
    },
    "ClaimEntered": {2: {"confirmed": NO_SLIPS}},
    "ClaimUpheld": {
        2: {"by": "the actor of the entry is the one who did it"},
        3: {"stage": ONE_STAGE},
        4: {"votes": NO_SESSION},
    },
    "ClaimCorrected": {
        2: {"by": "the actor of the entry is the one who did it", "confirmed": NO_SLIPS},
        3: {"stage": ONE_STAGE},
        4: {"votes": NO_SESSION},
    },
    "FileUploaded": {
        2: {
            "reused_from": "the unit sent the file",
            "effective_from": "only the document of a claim says it",
            "effective_to": "only the document of a claim says it",
        },
        3: {"agency": "the unit sent the file"},
    },
    "RoundReopened": {2: {"appraisal_until": "the new appraisal has no deadline"}},
    "AppraisalExtended": {2: {"stage": "the last appraisal was extended"}},
    "SecondFactorRemoved": {2: {"reason": "no reason was asked for"}},
    "KioskRegistered": {2: {"code": CODELESS}},
    "EnrolmentCodeIssued": {2: {"code": CODELESS}},
    "KioskEnrolled": {2: {"code": CODELESS}},
    "RatingRecorded": {
        2: {
            "round": "the press was not decided when it was recorded; the tallies decided (docs/formats/scoring.md)",
            "set_aside": "as for `round`",
            "received_at": "`pressed_at` is the time that counts",
        },
        3: {},
    },
    "SurveyOpened": {
        2: {"pressed_from": NO_BOUND, "pressed_until": "as for `pressed_from`"},
        3: {"training": "no training round"},
    },
    "RoundPrepared": {2: {"training": "no training round"}},
    "PressesSetAside": {2: {"reasons": "the reasons are not known; `late` and `unfit` have the sums"}},
    "TallyClosed": {2: {"counted": NOT_KEPT, "set_aside": NOT_KEPT}},
    "IndexComputed": {2: {"bonus": "no set had bonus areas", "penalty": "no set had penalty areas"}},
    "ClosingSeen": {2: {"entry_sha256": "the hash is not known; look the entry up at `position`"}},
}
"""By type and version: the added fields, and the meaning of an older entry without them."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """A field that an older version lacks, with the value that it is read as, and its meaning."""

    field: str
    value: Any
    meaning: str


def versions(name: str, newest: int) -> Mapping[int, Mapping[str, str]]:
    """Return the additions of each version after the first, oldest first. Raises KeyError for an undescribed one."""
    return {version: ADDED[name][version] for version in range(2, newest + 1)}


def fields_at(types: EventTypes, name: str, version: int) -> set[str]:
    """Return the fields of an event of this version. Raises KeyError as `versions` does."""
    cls = types.classes[name]
    later = {field for at, added in versions(name, types.schema(cls)).items() if at > version for field in added}
    return {each.name for each in fields(cls)} - later


def lifted(types: EventTypes, name: str, version: int) -> Iterator[Lifted]:
    """Yield the fields that this version lacks, with the values of the service's upcasters."""
    cls = types.classes[name]
    newest = types.schema(cls)
    data: dict[str, Any] = {}
    for step in range(version, newest):
        data = types.upcasters[name, step](data)
    defaults = {each.name: each.default for each in fields(cls) if each.default is not MISSING}
    for at, added in versions(name, newest).items():
        if at > version:
            yield from (Lifted(field, (defaults | data)[field], meaning) for field, meaning in added.items())
