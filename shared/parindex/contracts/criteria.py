"""The criteria set in contracts: the tree, the rules by which a leaf is scored, the policies of the result.

The kinds of rules are those of real sets. What a rule *means* in points is computed in one place only,
`parindex/contracts/formula.py`.
"""

from enum import StrEnum

import msgspec

from parindex.contracts.base import Part


class Level(StrEnum):
    """The level of a row of the set: lĩnh vực, tiêu chí, tiêu chí thành phần."""

    AREA = "area"
    CRITERION = "criterion"
    COMPONENT = "component"


class AreaKind(StrEnum):
    """What an area does with its points: they make the index, are added to it, or are taken from it."""

    ORDINARY = "ordinary"
    BONUS = "bonus"
    PENALTY = "penalty"


class EnteredPoints(Part, frozen=True, tag="entered_points", tag_field="kind"):
    """Points are entered as they are, from 0 to the maximum. Figures: `points`."""


class YesNo(Part, frozen=True, tag="yes_no", tag_field="kind"):
    """Yes gives the maximum, no gives 0. Figures: `answer`, yes or no."""


class Timeliness(Part, frozen=True, kw_only=True, tag="timeliness", tag_field="kind"):
    """Done on time, late, or never. Figures: `outcome`, one of on_time, late, never."""

    on_time: str
    late: str
    never: str = "0"


class Step(Part, frozen=True, kw_only=True):
    """A rung of a ladder: values from `bound` up earn `points`; the bound itself belongs to it when `closed`."""

    bound: str
    closed: bool
    points: str


class Steps(Part, frozen=True, kw_only=True, tag="steps", tag_field="kind"):
    """A ladder by threshold, highest rung first. Figures: `value`, or `done` and `planned`.

    From `done` and `planned` the value is done / planned x 100.
    """

    steps: list[Step]
    otherwise: str = "0"


class Option(Part, frozen=True, kw_only=True):
    """One level of a choice, with what it earns: `points`, or a `share` of the maximum (0.75 is 75 %)."""

    code: str
    name: str
    points: str = ""
    share: str = ""


class Choice(Part, frozen=True, kw_only=True, tag="choice", tag_field="kind"):
    """One of several levels. Figures: `level`, the code of the option."""

    options: list[Option]


class Proportional(Part, frozen=True, kw_only=True, tag="proportional", tag_field="kind"):
    """(done / planned) x maximum; 0 below the floor, the maximum from the ceiling. Figures: `done`, `planned`.

    Floor and ceiling are shares (0.8 is 80 %); a share equal to the floor earns points.
    """

    floor: str = "0"
    ceiling: str = "1"


class NormalisedToBest(Part, frozen=True, tag="normalised_to_best", tag_field="kind"):
    """The unit's value / the greatest value of its block x maximum. Figures: `value`, or `done` and `planned`.

    From `done` and `planned` the value is done / planned x 100, as in steps. So the points are known only beside those
    of the block's other units, and may move when another unit's value does.
    """


class NamedFigure(Part, frozen=True, kw_only=True):
    """A figure that the set names itself: `figure` in claims and expressions, `name` for people."""

    figure: str
    name: str


class DueDates(Part, frozen=True, kw_only=True, tag="due_dates", tag_field="kind"):
    """Several due dates, such as the reports of a year; the worst outcome among them decides.

    Figures: for each of the `dates` one of on_time, late, never.
    """

    dates: list[NamedFigure]
    on_time: str
    late: str = "0"
    never: str = "0"


class PerCase(Part, frozen=True, kw_only=True, tag="per_case", tag_field="kind"):
    """Each case earns `each` points, together at most `cap`, without it the maximum. Figures: `count`."""

    each: str
    cap: str = ""


class Case(Part, frozen=True, kw_only=True):
    """A case that a unit may meet, with what it earns or loses; the figure `figure` says whether, or how often."""

    figure: str
    name: str
    points: str


class BestOfCases(Part, frozen=True, kw_only=True, tag="best_of_cases", tag_field="kind"):
    """The best of the cases that a unit meets counts; `otherwise` where it meets none. Figures: yes or no for each."""

    cases: list[Case]
    otherwise: str = "0"


class Deduction(Part, frozen=True, kw_only=True, tag="deduction", tag_field="kind"):
    """The maximum less the points of each violation, times its number; never less than `floor`.

    Figures: how often there was each of the `violations`. Where the set lists none, the points that are deducted are
    declared as they are. Figures: `deducted`.
    """

    violations: list[Case] = msgspec.field(default_factory=list)
    floor: str = "0"


class OnZero(StrEnum):
    """What a formula gives where it divides by zero: a refusal, no points, or the maximum."""

    REFUSED = "refused"
    NO_POINTS = "no_points"
    MAXIMUM = "maximum"


class Formula(Part, frozen=True, kw_only=True, tag="formula", tag_field="kind"):
    """Points by an expression over named variables (`parindex/contracts/expression.py` has the grammar).

    The name `maximum` stands for the row's maximum. Figures: a number for each variable.
    """

    variables: list[NamedFigure]
    expression: str
    on_zero: OnZero = OnZero.REFUSED


class ExternalValue(Part, frozen=True, kw_only=True, tag="external_value", tag_field="kind"):
    """The value of an outside index, such as that of decision 766 or SIPAS, as a share of its scale x maximum.

    `source` names the index. Figures: `value`, and `as_of`, the day at which the index had it.
    """

    source: str
    out_of: str = "100"


class Share(Part, frozen=True, kw_only=True):
    """What one answer option is worth, as a share of the maximum (0 to 1)."""

    option: str
    share: str


class SurveyPoints(Part, frozen=True, kw_only=True, tag="survey_points", tag_field="kind"):
    """The mean share of the answers to a question x maximum. No unit claims it; it comes from a tally.

    An outside survey's tally brings its own score and scale; `shares` is then not used. An empty respondent `group`
    pools all groups: presses as if from one group; scores as the sum of the scores over the sum of the scales, 10 of 20
    and 3 of 4 being 13/24, so that a group with a longer scale weighs more. If any group has a score, presses of the
    others are not used. For groups that weigh as the set says, give each a row of its own, with its group and maximum.
    """

    question: str
    group: str = ""
    shares: list[Share] = msgspec.field(default_factory=list)


Rule = (
    EnteredPoints
    | YesNo
    | Timeliness
    | DueDates
    | Steps
    | Choice
    | Proportional
    | NormalisedToBest
    | PerCase
    | BestOfCases
    | Deduction
    | Formula
    | ExternalValue
    | SurveyPoints
)


class Criterion(Part, frozen=True, kw_only=True):
    """A row of the set. A row without `rule` is the sum of its children; its maximum is the sum of theirs.

    The points of an area of the kind `bonus` or `penalty` are added to the others or taken from them, together at most
    `area_cap` (empty: its maximum). Its maximum does not belong to the scale.
    """

    code: str
    name: str
    level: Level
    maximum: str
    parent: str = ""
    rule: Rule | None = None
    rule_text: str = ""
    evidence_required: bool = False
    reference: str = ""
    area_kind: AreaKind = AreaKind.ORDINARY
    area_cap: str = ""

    @property
    def most_points(self) -> str:
        """The most points that a bonus or penalty area gives or takes; "" for every other row."""
        return "" if self.area_kind is AreaKind.ORDINARY else self.area_cap or self.maximum


class RoundingPolicy(Part, frozen=True, kw_only=True):
    """How results are shown: decimals, mode (half_up, half_even, down), total (rounded_sum or sum_of_rounded)."""

    decimals: int = 2
    mode: str = "half_up"
    total: str = "rounded_sum"


class Ties(StrEnum):
    """What units with equal index get: the same rank (1, 2, 2, 4), or ranks by appraisal, or by the keys of the set."""

    SAME_RANK = "same_rank"
    BY_APPRAISAL = "by_appraisal"
    BY_KEYS = "by_keys"


TIE_PARTS = ("appraisal", "survey")
"""The keys of ties that are a part of the index; every other key is the code of an area."""


class RankedFrom(StrEnum):
    """Ranks come from exact numbers unless the set says that the printed ones decide."""

    EXACT = "exact"
    ROUNDED = "rounded"


class NotApplicable(StrEnum):
    """A criterion that does not apply leaves the maximum (rescale) or earns it whole (full_marks)."""

    RESCALE = "rescale"
    FULL_MARKS = "full_marks"


class Band(Part, frozen=True, kw_only=True):
    """A class of the result (xếp loại): an index of `at_least` or more, the highest band that fits.

    A band that names a `block` serves that block only; a block with bands of its own uses no others.
    """

    name: str
    at_least: str
    block: str = ""


class CriteriaSet(Part, frozen=True, kw_only=True):
    """A criteria set (bộ chỉ số), immutable once enacted; an amended set is a new set under a new code.

    `index_above_hundred`: with bonus points the index may be more than 100; else its points are at most the maximum.
    `tie_keys`, with ties by keys: `appraisal`, `survey`, or the code of an area; more points go first.
    """

    code: str
    title: str
    reference: str
    criteria: list[Criterion]
    rounding: RoundingPolicy = msgspec.field(default_factory=RoundingPolicy)
    ties: Ties = Ties.SAME_RANK
    ranked_from: RankedFrom = RankedFrom.EXACT
    not_applicable: NotApplicable = NotApplicable.RESCALE
    bands: list[Band] = msgspec.field(default_factory=list)
    index_above_hundred: bool = False
    tie_keys: list[str] = msgspec.field(default_factory=list)


NUMBERS = frozenset(
    (
        "area_cap",
        "at_least",
        "bound",
        "cap",
        "ceiling",
        "each",
        "floor",
        "late",
        "maximum",
        "never",
        "on_time",
        "otherwise",
        "out_of",
        "points",
        "share",
    )
)
"""The fields of a set whose text is a number: who checks a set, and who reads one from a file, goes by this list."""
