"""Kiosks as they are sent, and as they are shown."""

from typing import Annotated

from pydantic import BaseModel, Field

from parindex.http.body import Body, example
from parindex.http.fields import Code, Id, Node, OptionalCode, Tidy
from parindex.http.write_endpoints import Receipt
from parindex.values.texts import TextRule
from survey.rating.commands import RegisterKiosk
from survey.rating.counts_now import CountsNow
from survey.rating.kiosk import Kiosk
from survey.rating.presses import STARS
from survey.rating.receipts import REASONS, REASONS_OF_OLDER
from survey.rating.routing import OPTION_UNKNOWN
from survey.rating.set_aside import NotCounted
from survey.tallying.survey import LATE


class KioskIn(Body):
    """Đăng ký một kiosk. A kiosk asks one question at one unit; `group`: whom it asks, if the criteria set tells."""

    model_config = example(kiosk="h09-12-1", unit="H09.12", question="hai-long", options=["1", "2", "3", "4", "5"])

    kiosk: Id
    unit: Node
    question: Code
    group: OptionalCode = ""
    options: list[Code] = Field(list(STARS), min_length=1, max_length=20)

    def command(self) -> RegisterKiosk:
        return RegisterKiosk(self.kiosk, self.unit, self.question, self.group, tuple(self.options))


class CodeIn(Body):
    """Mã đăng ký dùng một lần. The one-time code, as somebody typed it."""

    model_config = example(code="7KQ2-M9XD-4HTP-0R5C")

    code: Annotated[str, Tidy(TextRule(40, needed=True))]


class NotCountedOut(BaseModel):
    """Vì sao lượt bấm lúc này không được tính. Why what the kiosk sends now counts in no round."""

    reason: str = Field(description=", ".join(REASONS))
    vi: str
    en: str
    options: list[str] = Field(description="the options that it is about; empty: all of them")


class CodeReceipt(Receipt):
    """Biên nhận kèm mã. The code works once, for an hour; a retry with the same Idempotency-Key gets it again."""

    code: str
    code_expires_at: str


class RegistrationReceipt(CodeReceipt):
    """Biên nhận đăng ký. The kiosk is registered; `warnings` says what of it counts nowhere as things are now."""

    warnings: list[NotCountedOut]


class SecretReceipt(Receipt):
    """Biên nhận kèm khóa thiết bị. The kiosk's bearer token."""

    token: str


class AsideOut(BaseModel):
    """Số lượt bấm không được tính, theo lý do."""

    reason: str
    presses: int


class KioskOut(BaseModel):
    """Tình trạng kiosk. `last_seq` is the newest press on record: go on with the next number."""

    kiosk: str
    unit: str
    question: str
    group: str
    options: list[str]
    enrolled: bool
    revoked: bool
    last_seq: int
    presses_today: int = Field(description="pressed on the present day in Việt Nam")
    counts_in: str = Field(description="the round that counts a press made now; empty where none does")
    not_counted: list[NotCountedOut] = Field(description="what counts in no round now, and why; empty where all counts")
    aside: list[AsideOut] = Field(description="how many of its presses no round counts, by reason")


class KiosksOut(BaseModel):
    """Các kiosk, theo mã. Kiosks in the order of their ids; ask again with `after` = `next` until it is empty."""

    kiosks: list[KioskOut]
    next: str


class PressAsideOut(BaseModel):
    """Một lượt bấm mà đợt không tính, và vì sao. A press that a round does not count, and why."""

    kiosk: str
    seq: int = Field(description="the number that the kiosk gave it")
    unit: str
    question: str
    group: str
    pressed_at: str = Field(description="its own time, by the kiosk's clock")
    accuracy_s: int = Field(description="seconds within which the kiosk knows its time")
    received_at: str = Field(description="the time of receipt")
    clock_ahead: bool = Field(description="the kiosk's clock was ahead, and the time of receipt decided")
    round: str = Field(description="beside whose tallies it is shown; empty where no round asks")
    reason: str = Field(description=", ".join(REASONS | REASONS_OF_OLDER), examples=[LATE])
    vi: str
    en: str
    option: str = Field(description="the button; only where the reason is option-unknown, else empty")
    counted_in: list[str] = Field(
        description="rounds that count it all the same; none but for presses that were recorded before windows were"
    )
    position: int = Field(description="of the log, where its entry is")


class PressesAsideOut(BaseModel):
    """Lượt bấm không được tính. In the order of kiosks and numbers; ask again with `after` = `next` until it is empty.

    A page may have none, and still not be the last.
    """

    presses: list[PressAsideOut]
    next: str


def not_counted(counts: CountsNow) -> list[NotCountedOut]:
    """Say what counts nowhere: everything, or some options."""
    if counts.reason:
        return [_not_counted(counts.reason, ())]
    return [_not_counted(OPTION_UNKNOWN, counts.options_unknown)] if counts.options_unknown else []


def shown(name: str, kiosk: Kiosk, today: str, counts: CountsNow) -> KioskOut:
    """Tell how a kiosk stands."""
    return KioskOut(
        kiosk=name,
        unit=kiosk.unit,
        question=kiosk.question,
        group=kiosk.group,
        options=list(kiosk.options),
        enrolled=kiosk.enrolments > 0 and not kiosk.revoked,
        revoked=kiosk.revoked,
        last_seq=kiosk.last_seq,
        presses_today=kiosk.pressed if kiosk.day == today else 0,
        counts_in="" if counts.reason else counts.round,
        not_counted=not_counted(counts),
        aside=[AsideOut(reason=reason, presses=presses) for reason, presses in sorted(kiosk.aside.items())],
    )


def aside(found: NotCounted) -> PressAsideOut:
    """Show a press that is not counted. What somebody pressed is not shown, unless it is the reason."""
    press, entry = found.recorded.fact, found.recorded.entry
    vi, en = (REASONS | REASONS_OF_OLDER)[found.reason]
    return PressAsideOut(
        kiosk=press.kiosk,
        seq=press.seq,
        unit=press.unit,
        question=press.question,
        group=press.group,
        pressed_at=press.pressed_at,
        accuracy_s=press.accuracy_s,
        received_at=entry.occurred_at,
        clock_ahead=press.received_at != "",
        round=found.round,
        reason=found.reason,
        vi=vi,
        en=en,
        option=press.option if found.reason == OPTION_UNKNOWN else "",
        counted_in=list(found.counted_in),
        position=found.recorded.position,
    )


def _not_counted(reason: str, options: tuple[str, ...]) -> NotCountedOut:
    vi, en = REASONS[reason]
    return NotCountedOut(reason=reason, vi=vi, en=en, options=list(options))
