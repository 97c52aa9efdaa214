"""The request and response bodies of kiosks."""

from typing import Annotated

from pydantic import BaseModel, Field

from parindex.http.body import Body, Receipt, example
from parindex.http.fields import Code, Id, Node, OptionalCode, Tidy
from parindex.values.texts import TextRule
from survey.admitting.routing import OPTION_UNKNOWN, REASONS
from survey.enrolling.commands import RegisterKiosk
from survey.enrolling.state import STARS, CountsNow, Kiosk


class KioskIn(Body):
    """Đăng ký một kiosk. A kiosk asks one question at one unit; `group`: whom it asks, if the criteria set says so."""

    model_config = example(kiosk="h09-12-1", unit="H09.12", question="hai-long", options=["1", "2", "3", "4", "5"])

    kiosk: Id
    unit: Node
    question: Code
    group: OptionalCode = ""
    options: list[Code] = Field(list(STARS), min_length=1, max_length=20)

    def command(self) -> RegisterKiosk:
        return RegisterKiosk(self.kiosk, self.unit, self.question, self.group, tuple(self.options))


class CodeIn(Body):
    """Mã đăng ký dùng một lần. The one-time code, as a person typed it."""

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


def not_counted(counts: CountsNow) -> list[NotCountedOut]:
    """Say what counts nowhere: everything, or some options."""
    if counts.reason:
        return [_not_counted(counts.reason, ())]
    return [_not_counted(OPTION_UNKNOWN, counts.options_unknown)] if counts.options_unknown else []


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


def shown(name: str, kiosk: Kiosk, today: str, counts: CountsNow) -> KioskOut:
    """Return a kiosk's state as it is shown."""
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


def _not_counted(reason: str, options: tuple[str, ...]) -> NotCountedOut:
    vi, en = REASONS[reason]
    return NotCountedOut(reason=reason, vi=vi, en=en, options=list(options))
