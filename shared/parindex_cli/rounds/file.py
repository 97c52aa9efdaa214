"""The records of a round file. The JSON schema in `docs/round-file.schema.json` is generated from them.

Every number of the domain is text or a plain decimal in the file (32.83), and never becomes a float.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.survey import OptionCount
from parindex.numbers import DECLARED
from parindex.values.days import FIRST_ROUND, INSTANT_FORM, LAST_ROUND, LONGEST
from parindex.values.identifiers import ID, NODE

# a hint has both languages, as "tiếng Việt / English"; `explaining.py` splits them
INSTANT_HINT = "thời điểm có múi giờ: 2026-01-31T17:00:00+07:00 / with its time zone: 2026-01-31T17:00:00+07:00"

Code = Annotated[str, Meta(pattern=ID.pattern, description=f"{ID.vi} / {ID.en}")]
Node = Annotated[str, Meta(pattern=NODE.pattern, max_length=NODE.longest, description=f"{NODE.vi} / {NODE.en}")]
Instant = Annotated[str, Meta(pattern=INSTANT_FORM, max_length=LONGEST, description=INSTANT_HINT)]
Amount = Annotated[str, Meta(description="số từ 0 trở lên / a number from 0 on")]


Confirmed = Annotated[
    list[str],
    Meta(description="mã cảnh báo được xác nhận là đúng ý / the codes of warnings that are meant as they are"),
]


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that proves a claim (tài liệu kiểm chứng): its number and symbol, its date, where to look in it."""

    number: str
    issued_on: str = ""
    title: str = ""
    page: str = ""


class Claim(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a unit declares for one criterion; without evidence it may need an explanation."""

    criterion: str
    figures: dict[str, str] = field(default_factory=dict)
    applicable: bool = True
    explanation: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    confirmed: Confirmed = field(default_factory=list)


class SelfScore(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit's self-score (tự chấm điểm), submitted as in this file."""

    unit: Node
    claims: list[Claim]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A correction by the appraiser: other figures, or points; and why."""

    criterion: str
    comment: Annotated[str, Meta(min_length=1, description="vì sao điều chỉnh / why it was corrected")]
    figures: dict[str, str] = field(default_factory=dict)
    points: str = ""
    applicable: bool = True
    confirmed: Confirmed = field(default_factory=list)


class Explanation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a unit explains (giải trình) about a criterion that the first appraisal corrected; figures: stated anew."""

    criterion: str
    explanation: Annotated[str, Meta(min_length=1, description="nội dung giải trình / what the unit explains")]
    figures: dict[str, str] = field(default_factory=dict)
    applicable: bool = True
    evidence: list[Evidence] = field(default_factory=list)
    confirmed: Confirmed = field(default_factory=list)


class LaterFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding of the second appraisal, or a decision of the council; each needs a comment, except for `upheld`.

    `upheld` accepts the unit's newest figures, `kept` keeps the finding of the stage before.
    """

    criterion: str
    comment: str = ""
    upheld: bool = False
    kept: bool = False
    figures: dict[str, str] = field(default_factory=dict)
    points: str = ""
    applicable: bool = True
    confirmed: Confirmed = field(default_factory=list)


class Appraisal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the appraisal of a unit corrected; every claim that is not named is upheld.

    In a round with two appraisals, `findings` are those of the first; of the second, every explanation that
    `second_findings` do not name is upheld. `decisions` are those of the council.
    """

    unit: Node
    findings: list[Finding] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    second_findings: list[LaterFinding] = field(default_factory=list)
    decisions: list[LaterFinding] = field(default_factory=list)


class Appraiser(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The agency that appraises a criterion, in one block or (without `block`) in all; the default is the authority."""

    criterion: str
    appraiser: Node
    block: str = ""


class Tally(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A result brought in from an outside survey: a score out of a scale, or counts per option."""

    unit: Node
    question: str
    group: str = ""
    score: Amount = ""
    out_of: Amount = ""
    counts: list[OptionCount] = field(default_factory=list)


class Press(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One press of a kiosk; `times` is the number of equal presses."""

    option: str
    pressed_at: Instant
    times: Annotated[int, Meta(ge=1, le=100_000)] = 1


class Kiosk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kiosk at a unit's counter and everything that visitors pressed on it; without `options` it shows five stars."""

    kiosk: Code
    unit: Node
    question: str
    presses: list[Press]
    group: str = ""
    options: list[str] = field(default_factory=list)


Printed = Annotated[
    str,
    Meta(pattern=f"^({DECLARED[1:-1]})?$", description="số thập phân, ví dụ 32.83 / a decimal number such as 32.83"),
]


class PublishedRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row as it was printed; an empty field was not printed. `code` distinguishes units of one name."""

    rank: int
    unit: str
    code: str = ""
    appraisal: Printed = ""
    survey: Printed = ""
    index: Printed = ""
    band: str = ""


class PublishedBlock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The printed table of one block, to compare with."""

    block: str
    rows: list[PublishedRow]
    mean: Printed = ""


class RoundDeadlines(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The five dates: from and until when units claim, the first appraisal, the explanation, the last appraisal."""

    self_scoring_from: str = ""
    self_scoring: str = ""
    first_appraisal: str = ""
    explanation: str = ""
    appraisal: str = ""


class ScopedDeadlines(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The dates of one block or of one unit that replace those of the round."""

    block: str = ""
    unit: str = ""
    self_scoring_from: str = ""
    self_scoring: str = ""
    first_appraisal: str = ""
    explanation: str = ""
    appraisal: str = ""


class PressWindow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Within which own time a press of a kiosk counts: from `from` on and before `until`."""

    since: str = field(default="", name="from")
    until: str = ""


class RoundFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One round (đợt đánh giá), from the criteria set to the published table."""

    round: Code
    authority: Node
    year: Annotated[int, Meta(ge=FIRST_ROUND, le=LAST_ROUND)]
    title: str
    criteria_sets: list[CriteriaSet]
    blocks: list[Block]
    reference: str = ""
    note: str = ""
    deadlines: RoundDeadlines = field(default_factory=RoundDeadlines)
    plan: bool = False
    press_window: PressWindow = field(default_factory=PressWindow)
    four_eyes: bool = False
    approval: bool = False
    two_appraisals: bool = False
    own_deadlines: list[ScopedDeadlines] = field(default_factory=list)
    training: bool = False
    council: bool = False
    appraisers: list[Appraiser] = field(default_factory=list)
    self_scores: list[SelfScore] = field(default_factory=list)
    appraisals: list[Appraisal] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    kiosks: list[Kiosk] = field(default_factory=list)
    published: list[PublishedBlock] = field(default_factory=list)


def convert(tree: object) -> RoundFile:
    """Convert a tree that is valid by the schema; integers and booleans may be texts in it."""
    return msgspec.convert(tree, RoundFile, strict=False)
