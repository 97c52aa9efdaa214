"""Forms of the pages of a plan: a new plan, one item, its state, the document that issues it, the survey's costs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from assessment.scheduling.bodies import ItemStateIn, PlanIn, PlanIssuanceIn, PlanItemIn, SurveyCostIn
from assessment.scheduling.items import MOST_COST_LINES, TEMPLATES
from assessment.scheduling.state import ExercisePlan, ExercisePlans, PlannedItem
from parindex.http.body import Body
from parindex.http.fields import Id
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.web import vietnamese
from parindex.web.forms import FormShape, SentForm, body_of

LINE: Final = 1_000
LAST_YEAR: Final = "last-year"
"""The beginning of a new plan that is no template: the plan of the year before."""
ITEM_FIELDS: Final[Mapping[str, int]] = {
    "title": LINE, "lead": 100, "partners": 6_000, "others": LINE, "since": 20, "until": 20, "after": 100,
    "working_days": 3, "sets": 30, "product": LINE, "source": LINE,
}  # fmt: skip
COST_FIELDS: Final[Mapping[str, int]] = {"group": LINE, "mode": 20, "forms": 20, "unit_cost": 40}
SPARE: Final = 3
"""Empty lines of the form of costs, beside those that there are."""

NEW_PLAN: Final = FormShape({"year": 4, "title": LINE, "begin": 100}, versioned=False)
"""A year has one plan, so a second one is refused without a version."""
CHANGED_ITEM: Final = FormShape(ITEM_FIELDS)
NEW_ITEM: Final = FormShape({"code": 100, **ITEM_FIELDS})
STATE: Final = FormShape({"state": 20, "on": 20, "note": 5_000})
ISSUANCE: Final = FormShape({"number": LINE, "issued_on": 20})
COSTS: Final = FormShape(
    {
        "contingency": 40,
        **{f"{name}-{at}": most for at in range(MOST_COST_LINES) for name, most in COST_FIELDS.items()},
    }
)
REMOVAL: Final = FormShape({})


class NewItem(Body):
    """The code of a new item, which the API has in its path."""

    code: Id


def plan_in(sent: SentForm) -> PlanIn:
    """Return a new plan as the API takes it. Raises MalformedError."""
    begin = sent.text("begin")
    how = {"from_last_year": True} if begin == LAST_YEAR else {"template": begin}
    return body_of(PlanIn, {"year": whole(sent.text("year")), "title": sent.text("title"), **how})


def code_in(sent: SentForm) -> str:
    """Return the code of a new item. Raises MalformedError."""
    return body_of(NewItem, {"code": sent.text("code")}).code


def item_in(sent: SentForm) -> PlanItemIn:
    """Return an item as the API takes it. Raises MalformedError."""
    texts = sent.typed({"since": _day, "until": _day})
    values: dict[str, object] = {name: texts[name] for name in ITEM_FIELDS}
    values |= {name: texts[name] or None for name in ("since", "until")}
    values["partners"] = texts["partners"].replace(",", " ").replace(";", " ").split()
    values["working_days"] = whole(texts["working_days"] or "0")
    return body_of(PlanItemIn, values)


def state_in(sent: SentForm) -> ItemStateIn:
    """Return the state of an item as the API takes it. Raises MalformedError."""
    texts = sent.typed({"on": _day})
    return body_of(ItemStateIn, {**texts, "on": texts["on"] or None})


def issuance_in(sent: SentForm) -> PlanIssuanceIn:
    """Return the document of a plan as the API takes it. Raises MalformedError."""
    return body_of(PlanIssuanceIn, sent.typed({"issued_on": vietnamese.read_day}))


def costs_in(sent: SentForm) -> SurveyCostIn:
    """Return the costs as the API takes them; lines without a group, a number and a cost are left out.

    Raises MalformedError with the places of the fields.
    """
    rows = _rows(sent)
    numbers: dict[str, Callable[[str], str]] = {"contingency": _number}
    numbers |= {f"forms-{at}": _whole_number for at in rows} | {
        f"unit_cost-{at}": vietnamese.read_number for at in rows
    }
    texts = sent.typed(numbers)
    lines = [{name: texts[f"{name}-{at}"] for name in COST_FIELDS} for at in rows]
    body = {
        "lines": [{**line, "forms": whole(line["forms"])} for line in lines],
        "contingency": texts["contingency"],
    }
    return body_of(SurveyCostIn, body)


def errors_of(shape: FormShape, refused: Refused, sent: SentForm | None) -> dict[str, str]:
    """Return what a refusal says of each field of a form, in Vietnamese.

    A partner is of the field of all partners, and a line of costs is that of the form with this number.
    """
    rows = _rows(sent) if sent and shape is COSTS else []
    return shape.errors(
        MalformedError([_in_form(place, rows) for place in refused.places]) if refused.places else refused
    )


def next_code(plan: ExercisePlan) -> str:
    """Return the number after the greatest one among the codes of a plan."""
    return str(max((int(code) for code in plan.items if code.isdigit()), default=0) + 1)


def texts_of_plan(plans: ExercisePlans, year: int) -> dict[str, str]:
    """Return the texts of the form of a new plan: that of the year after the last one, or of the present year."""
    following = max(plans.years, default=year - 1) + 1
    begin = LAST_YEAR if plans.years else next(iter(TEMPLATES))
    return {"year": str(following), "title": f"Kế hoạch xác định Chỉ số CCHC năm {following}", "begin": begin}


def texts_of_item(one: PlannedItem) -> dict[str, str]:
    """Return the texts of the form of an item, as a person types them."""
    item = one.item
    texts = {name: str(getattr(item, name)) for name in ITEM_FIELDS if name not in {"partners", "working_days"}}
    days = {name: vietnamese.calendar_day(texts[name]) for name in ("since", "until")}
    return {
        **texts, **days, "partners": ", ".join(item.partners),
        "working_days": str(item.working_days or ""), "sets": item.sets.value,
    }  # fmt: skip


def texts_of_costs(plan: ExercisePlan) -> dict[str, str]:
    """Return the texts of the form of costs, as a person types them."""
    texts = {"contingency": vietnamese.comma(plan.contingency)}
    for at, line in enumerate(plan.costs):
        texts |= {
            f"group-{at}": line.group, f"mode-{at}": line.mode.value, f"forms-{at}": str(line.forms),
            f"unit_cost-{at}": vietnamese.comma(line.unit_cost),
        }  # fmt: skip
    return texts


def cost_lines(texts: Mapping[str, str]) -> int:
    """Return how many lines the form of costs has: those that there are, and some spare ones."""
    used = [at for at in range(MOST_COST_LINES) if texts.get(f"group-{at}")]
    return min(max(used, default=-1) + 1 + SPARE, MOST_COST_LINES)


def whole(text: str) -> Any:
    """Return a whole number; any other text stays, and the body refuses it at its place."""
    return int(text) if text.isascii() and text.isdigit() else text


def _rows(sent: SentForm) -> list[int]:
    """Return the numbers of the lines that a person filled in; the mode alone is chosen beforehand."""
    return [
        at
        for at in range(MOST_COST_LINES)
        if any(sent.text(f"{name}-{at}") for name in ("group", "forms", "unit_cost"))
    ]


def _in_form(place: Place, rows: list[int]) -> Place:
    match place.at.split("/")[1:]:
        case ["partners", _]:
            return Place("/partners", place.vi, place.en, place.code)
        case ["lines", at, name] if at.isdigit() and int(at) < len(rows):
            return Place(f"/{name}-{rows[int(at)]}", place.vi, place.en, place.code)
    return place


def _day(text: str) -> str:
    return vietnamese.read_day(text) if text.strip() else ""


def _number(text: str) -> str:
    return vietnamese.read_number(text) if text.strip() else "0"


def _whole_number(text: str) -> str:
    return vietnamese.read_number(text, 0)
