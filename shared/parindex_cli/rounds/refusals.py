"""Why a round did not go on: what a service said, or that it said nothing."""

from http import HTTPStatus

import httpx
import msgspec

from parindex.refusal import Kind, Place, Refused

NOT_OF_THIS_SYSTEM = (
    " Khóa ký hoặc tài khoản không phải của hệ thống ở địa chỉ đó?",
    " Are the key or the credentials those of the system at that address?",
)


class ProblemPlace(msgspec.Struct, frozen=True):
    """A place as a problem document names it."""

    at: str
    vi: str
    en: str


class Problem(msgspec.Struct, frozen=True):
    """What a client reads of a problem document (RFC 9457)."""

    code: str = ""
    detail: str = ""
    detail_en: str = ""
    places: list[ProblemPlace] = msgspec.field(default_factory=list)


def problem_in(answer: httpx.Response) -> Problem:
    """Read an answer's problem document; an answer of something else, such as a proxy's page, has an empty one."""
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem()


class RoundStepError(Refused):
    """A service refused a step of the round; its problem document says why."""

    code = "round-step-refused"
    kind = Kind.CONFLICT

    def __init__(self, step: str, answer: httpx.Response) -> None:
        problem = problem_in(answer)
        hint = NOT_OF_THIS_SYSTEM if answer.status_code == HTTPStatus.UNAUTHORIZED else ("", "")
        vi = problem.detail or f"HTTP {answer.status_code} {answer.text[:500]}"
        places = [Place(place.at, place.vi, place.en) for place in problem.places]
        super().__init__(f"{step}: {vi}{hint[0]}", f"{step}: {problem.detail_en or vi}{hint[1]}", places)
        self.problem = problem


class StillWaitingError(Refused):
    """Something that the round waits for did not come; the text names it."""

    code = "round-still-waiting"
    kind = Kind.UNAVAILABLE

    def __init__(self, what: str) -> None:
        super().__init__(f"Chờ quá lâu: {what}", f"Waited too long: {what}")
