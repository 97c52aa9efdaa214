"""Refusals of the driver: a service refused a step, or did not answer."""

from http import HTTPStatus

import httpx
import msgspec

from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording

NOT_OF_THIS_SYSTEM = Wording(
    " Khóa ký hoặc tài khoản không phải của hệ thống ở địa chỉ đó?",
    " Are the key or the credentials those of the system at that address?",
)


class ReceivedPlace(msgspec.Struct, frozen=True):
    """A place in a problem document."""

    at: str
    vi: str
    en: str


class ReceivedProblem(msgspec.Struct, frozen=True):
    """The members of a problem document (RFC 9457) that the client reads."""

    code: str = ""
    detail: str = ""
    detail_en: str = ""
    places: list[ReceivedPlace] = msgspec.field(default_factory=list)


def problem_in(answer: httpx.Response) -> ReceivedProblem:
    """Read an answer's problem document; it is empty for any other answer, such as a proxy's page."""
    try:
        return msgspec.json.decode(answer.content, type=ReceivedProblem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ReceivedProblem()


class RoundStepError(Refused):
    """A service refused a step of the round; its problem document says why."""

    code = "round-step-refused"
    kind = Kind.CONFLICT
    vi, en = "{step}: {said}{hint}", "{step}: {said}{hint}"

    step: str
    answer: httpx.Response

    def __post_init__(self) -> None:
        self.problem = problem_in(self.answer)
        self.places = [Place(place.at, place.vi, place.en) for place in self.problem.places]
        super().__post_init__()

    @property
    def said(self) -> Wording:
        """The text of the service's problem document, or of any other answer."""
        vi = self.problem.detail or f"HTTP {self.answer.status_code} {self.answer.text[:500]}"
        return Wording(vi, self.problem.detail_en or vi)

    @property
    def hint(self) -> Wording:
        """A probable cause of the answer."""
        return NOT_OF_THIS_SYSTEM if self.answer.status_code == HTTPStatus.UNAUTHORIZED else Wording("", "")


class StillWaitingError(Refused):
    """Something that the round waits for did not come; the text names it."""

    code = "round-still-waiting"
    kind = Kind.UNAVAILABLE
    vi, en = "Chờ quá lâu: {what}", "Waited too long: {what}"

    what: str | Wording
