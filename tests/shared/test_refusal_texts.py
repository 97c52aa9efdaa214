"""What every refusal says: both texts, its places, status and headers, as recorded in `refusal_texts.json`."""

import errno
import inspect
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from parindex.auth.refusals import ForbiddenError, SecretFileError, WrongClientCredentialsError
from parindex.bus.epoch_acceptance import FactsLostError
from parindex.contracts.taken import IdOfAnotherError
from parindex.contracts.unknown import EditionUnknownError
from parindex.eventstore.epochs import Epoch
from parindex.eventstore.importing import FeedBrokenError
from parindex.eventstore.log_head import BeyondHeadError, LogHead
from parindex.http.deadline import AnswerLateError
from parindex.http.problems import STATUS, MalformedError
from parindex.http.reading import MediaTypeNotTakenError
from parindex.http.sign_in_routes import TokenRequestError
from parindex.numbers.exact import NotANumberError
from parindex.refusal import Place, Refused
from parindex.servers.postgres_folder import FolderUnusableError
from parindex.servers.postgres_programs import ProgramsClosedError
from parindex.wording import Wording
from parindex_cli.auditing.asking import AnswerUnreadableError, AuditEndedError
from parindex_cli.commands.running import NoWayInError
from parindex_cli.documents import refusals
from parindex_cli.rounds.published import Edition, EditionUnreadableError
from parindex_cli.rounds.reading import RoundFileUnreadableError
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.replaying import FeedRefusedError, NotRecomputedError

GOLDEN = Path(__file__).with_name("refusal_texts.json")
ONE = (Place("/a", "Sai.", "Wrong."),)
THREE = (Place("/0/b", "Sai {x}.", "Wrong {x}."), *ONE, Place("", "Nhầm.", "A slip.", "slip"))
FILE = Path("/srv/tệp {1}.yaml")
HEAD = LogHead("o/1", "survey", 4, 77, "0" * 64, "2026-01-01T00:00:00Z")
PROBLEM = {
    "detail": "Đợt đã đóng.",
    "detail_en": "The round is closed.",
    "places": [{"at": "/x", "vi": "v", "en": "e"}],
}

SAMPLED = re.compile(r"\{(0|1|b|x|bad)\}|(x\{0\})+x?…?|x\{0…")
"""The braces in the values that the texts are made with."""


def answer(status: int, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body) if body else httpx.Response(status, text="<p>proxy</p>")


SPECIAL: Mapping[str, Sequence[Callable[[], Refused]]] = MappingProxyType(
    {
        "audit-ended": [
            lambda: AuditEndedError("http://a/b", "HTTP 500 x"),
            lambda: AuditEndedError("http://a/b", "HTTP 403", 403),
            lambda: AuditEndedError("http://a/b", "HTTP 401", 401),
            lambda: AuditEndedError("http://a/b", "HTTP 409", 409),
        ],
        "audit-answer-unreadable": [lambda: AnswerUnreadableError("http://a/b", "{bad}")],
        "forbidden": [
            ForbiddenError,
            lambda: ForbiddenError({"office"}),
            lambda: ForbiddenError({"unit", "office"}, "H09"),
            lambda: ForbiddenError((), "H09"),
        ],
        "secret-file-unusable": [
            lambda: SecretFileError(FILE, Wording("hỏng.", "it is damaged.")),
            lambda: SecretFileError.unread(FILE, FileNotFoundError(errno.ENOENT, "No such file or directory")),
            lambda: SecretFileError.unread(FILE, PermissionError(errno.EACCES, "Permission denied")),
        ],
        "token-request-malformed": [
            lambda: TokenRequestError("scope", Wording("có nhiều lần", "is there more than once")),
            lambda: TokenRequestError.of(MalformedError(THREE)),
        ],
        "wrong-client-credentials": [
            WrongClientCredentialsError,
            lambda: WrongClientCredentialsError(basic=True),
        ],
        "facts-lost": [lambda: FactsLostError("scoring", Epoch("survey", 2, 40), 90)],
        "beyond-log-head": [lambda: BeyondHeadError(HEAD, 99)],
        "no-way-in": [lambda: NoWayInError(None), lambda: NoWayInError(FILE)],
        "id-of-another-authority": [
            lambda: IdOfAnotherError("vinhphuc-2027", "H62", "/round", "H09"),
            lambda: IdOfAnotherError("h09-2027", "H62", "/round"),
            lambda: IdOfAnotherError("r-2026", "BNV", "/0/code", "H09"),
            lambda: IdOfAnotherError("r", "H62.05", "/round", "H62.05"),
            lambda: IdOfAnotherError("r" * 60, "H62.05", "/round", "H62"),
        ],
        "unknown-edition": [
            EditionUnknownError,
            lambda: EditionUnknownError(7, 3),
            lambda: EditionUnknownError(7),
        ],
        "feed-broken": [lambda: FeedBrokenError("o/survey", 41, Wording("hỏng {1}", "broken {1}"))],
        "no-answer-in-time": [
            lambda: AnswerLateError(12.5, writing=True),
            lambda: AnswerLateError(30.0, writing=False),
        ],
        "media-type-not-supported": [
            lambda: MediaTypeNotTakenError(["application/json"]),
            lambda: MediaTypeNotTakenError(["text/csv", "application/json"]),
        ],
        "malformed-request": [
            lambda: MalformedError(ONE),
            lambda: MalformedError(THREE),
            lambda: MalformedError(ONE, 900),
            lambda: MalformedError((), 1),
        ],
        "not-a-number": [
            lambda: NotANumberError("1e5"),
            lambda: NotANumberError("x{0}" * 30, "/a/b"),
            lambda: NotANumberError(1.5, "/a/b"),
        ],
        "edition-unreadable": [lambda: EditionUnreadableError("r-2026", Wording("hỏng {1}", "broken {1}"))],
        "round-file-unreadable": [lambda: RoundFileUnreadableError(Wording("Tệp trống.", "The file is empty."))],
        "round-step-refused": [
            lambda: RoundStepError("mở đợt", answer(409, **PROBLEM)),
            lambda: RoundStepError("mở đợt", answer(401, **PROBLEM)),
            lambda: RoundStepError("mở đợt", answer(409, detail="Đợt đã đóng.")),
            lambda: RoundStepError("mở đợt", answer(502)),
        ],
        "feed-refused": [lambda status=status: FeedRefusedError("survey", status) for status in (401, 403, 500)],  # type: ignore[misc]
        "not-recomputed": [
            lambda: NotRecomputedError(Edition("r-2026", 2, "0" * 64, (), b""), MalformedError(ONE)),
        ],
        "postgres-programs-closed": [
            lambda: ProgramsClosedError(FILE, "vì {0}"),
            lambda: ProgramsClosedError(FILE, "7"),
        ],
        "folder-unusable": [
            lambda: FolderUnusableError(FILE, OSError(errno.ENOSPC, "No space left on device")),
            lambda: FolderUnusableError(FILE, OSError(errno.EACCES, "Permission denied")),
            lambda: FolderUnusableError(FILE, OSError(errno.ELOOP, "Too many levels of symbolic links")),
        ],
    }
)
"""Refusals whose texts have variants, or which are made of records."""
SETS: Sequence[Mapping[str, Any]] = (
    {
        "int": 1,
        "float": 2.3,
        "str": "ấy",
        "Path": FILE,
        "Sequence[str]": ("a1",),
        "Place": ONE,
        "object": "vì {0}",
        "Wording": Wording("ấy", "ấy"),
    },
    {
        "int": 40,
        "float": 60.0,
        "str": "{b}",
        "Path": FILE,
        "Sequence[str]": ("a1", "b.2", "c"),
        "Place": THREE,
        "object": 7,
        "Wording": Wording("{b}", "{b}"),
    },
)


def sample(annotation: Any, samples: Mapping[str, Any]) -> Any:
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    if "Place" in text:
        return samples["Place"]
    return samples["Sequence[str]" if "[str]" in text else text.partition(" | ")[0]]


def made_of(refusal: type[Refused]) -> Iterator[Refused]:
    """Make a refusal in the ways of its table, or with each set of samples by the types of its values."""
    if refusal.code in SPECIAL:
        yield from (make() for make in SPECIAL[refusal.code])
        return
    parameters = list(inspect.signature(refusal.__init__).parameters.values())[1:]
    for samples in SETS[: 2 if parameters else 1]:
        yield refusal(*(sample(each.annotation, samples) for each in parameters))


def said_by(refused: Refused) -> dict[str, Any]:
    besides = ("members", "headers", "challenge", "retry_after", "quiet", "advice", "fault")
    found = {name: getattr(refused, name) for name in besides if getattr(refused, name, None)}
    return {
        "status": STATUS[refused.kind][0],
        "vi": refused.vi,
        "en": refused.en,
        "log": str(refused),
        "places": [[place.at, place.vi, place.en, place.code] for place in refused.places],
        **json.loads(json.dumps(found)),
    }


def said() -> dict[str, list[dict[str, Any]]]:
    return {each.code: [said_by(one) for one in made_of(each)] for each in refusals.members()}


@pytest.fixture(scope="module", params=refusals.members(), ids=lambda each: each.code)
def refusal(request: pytest.FixtureRequest) -> type[Refused]:
    found: type[Refused] = request.param
    return found


def test_every_refusal_is_recorded_and_says_what_it_said_then() -> None:
    assert said() == json.loads(GOLDEN.read_text("utf-8"))


def templates_of(refusal: type[Refused]) -> Iterator[tuple[str, str]]:
    """Yield every template of a class, Vietnamese and English: its own, that of its places, and its variants."""
    yield refusal.vi, refusal.en
    if refusal.en_one:
        yield refusal.vi, refusal.en_one
    if refusal.each:
        yield refusal.each[1].vi, refusal.each[1].en
    yield from (each for _, each in inspect.getmembers(refusal, lambda each: isinstance(each, Wording)))


def names_in(template: str) -> set[str]:
    """Return the values that a template names."""
    return {name.partition(".")[0] for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_a_refusal_is_data_and_has_no_constructor_of_its_own(refusal: type[Refused]) -> None:
    assert refusal.__init__.__code__.co_filename == "<string>" or refusal.__init__ is Refused.__init__


def test_both_templates_name_the_same_values_and_the_class_has_them(refusal: type[Refused]) -> None:
    given = {field.name for field in fields(refusal)} | {"each"}  # type: ignore[arg-type]
    for vi, en in templates_of(refusal):
        assert names_in(vi) - {"count"} == names_in(en) - {"count"}
        assert [name for name in names_in(vi) if name not in given and not hasattr(refusal, name)] == []


def test_every_value_that_a_class_takes_reaches_its_texts_or_its_places(refusal: type[Refused]) -> None:
    used = {name for pair in templates_of(refusal) for text in pair for name in names_in(text)}
    used |= {"places", "at"} | set(re.findall(r"self\.(\w+)", inspect.getsource(refusal)))
    used |= {refusal.each[0]} if refusal.each else set()
    own = [field.name for field in fields(refusal) if field.name in vars(refusal).get("__annotations__", {})]  # type: ignore[arg-type]
    assert [name for name in own if name not in used] == []


def test_no_brace_of_a_template_is_left_and_vietnamese_is_in_normal_form(refusal: type[Refused]) -> None:
    for made in made_of(refusal):
        texts = [made.vi, made.en, *(text for place in made.places for text in (place.at, place.vi, place.en))]
        assert [text for text in texts if set("{}") & set(SAMPLED.sub("", text))] == []
        assert [text for text in texts if not unicodedata.is_normalized("NFC", text)] == []
