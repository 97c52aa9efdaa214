"""The integration events of scoring: every unit's index with the reason for each point, and a round that is settled."""

from typing import ClassVar

import msgspec

from parindex.contracts.base import Contract, Part


class ScoreLine(Part, frozen=True, kw_only=True):
    """One leaf criterion of one unit: the points that count, out of the applicable maximum, and where they come from.

    `causes` name log entries as source/position, such as assessment/17. `points` is empty while nothing is final;
    `claimed` is what the unit's own figures would give. `fault` says why final figures gave no points
    (such as nothing-planned); a round with a fault in it is not settled.

    A criterion whose rule compares the units of a block has in `value` the unit's own value, in `best` the greatest of
    the block and in `best_unit` whose it is (of several, the first by code); else all three are empty. The second cause
    is then the entry that `best` comes from, where it is another unit's.
    """

    criterion: str
    part: str  # "appraisal" or "survey"; "bonus" or "penalty" in an area of that kind, outside the maximum
    maximum: str  # the applicable maximum: "0" where the criterion is not applicable and the set rescales
    points: str = ""
    claimed: str = ""
    causes: list[str] = msgspec.field(default_factory=list)
    fault: str = ""
    value: str = ""
    best: str = ""
    best_unit: str = ""


class IndexComputed(Contract, frozen=True, kw_only=True):
    """The newest index of one unit. Exact numbers; index = points / applicable maximum x 100.

    `bonus` and `penalty` are the capped sums of the areas of that kind, empty where the set has none; points =
    appraisal + survey + bonus - penalty, from 0 to the maximum unless the set lets the index exceed 100.

    `index` is empty where nothing is applicable (`maximum` is "0"): there is nothing to divide by. Scores from before
    2026-11 say "0" there; a reader goes by `maximum`.
    """

    TYPE: ClassVar[str] = "scoring.index-computed.v1"
    round: str
    unit: str
    block: str
    criteria_set: str
    lines: list[ScoreLine]
    appraisal: str
    survey: str
    points: str
    maximum: str
    index: str
    bonus: str = ""
    penalty: str = ""


class SourcePosition(Part, frozen=True, kw_only=True):
    """How far one log was read: the source, its epoch, the position of its closing fact, and the closing's number.

    `entry_sha256` is the SHA-256, hex, of the exact bytes of the entry at that position, so that the log cannot be
    another one up to there; empty in settlings that were made before it was recorded.
    """

    source: str
    epoch: int
    position: int
    closing: int
    entry_sha256: str = ""


class RoundSettled(Contract, frozen=True, kw_only=True):
    """Every contract before the closings is in the scores, in every partition, with nothing parked.

    `digest` is the SHA-256, hex, over the scores of all units, so that a reader knows that it holds the same. Its bytes
    are the canonical JSON (RFC 8785) of a list with one row for each unit, by unit code in the order of code points:
    [unit, block, criteria_set, lines, [appraisal, survey, points, maximum, index]], where `lines` holds one row for
    each line in the order of IndexComputed: [criterion, part, maximum, points, causes], and in a line with a `value`
    also [..., value, best, best_unit]. A value that is absent in the contract is "" or [] there; `claimed` and `fault`
    are left out, and so are `bonus` and `penalty`, which follow from the lines and the set.
    """

    TYPE: ClassVar[str] = "scoring.round-settled.v1"
    round: str
    settling: int
    vector: list[SourcePosition]
    digest: str
    formula: str  # version of the scoring formula
