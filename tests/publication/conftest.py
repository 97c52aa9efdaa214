"""Two rounds that were really published, as the other services would publish them: rows as printed, nothing invented.

Bình Dương, index 2017 of districts (65 + 35 points; printed mean 78.39). Vĩnh Phúc, Quyết định 1007/QĐ-UBND
24/4/2020, index 2019: two blocks, ranked apart.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from msgspec import Raw, structs
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.tokens import Tokens
from parindex.bus.applying import Applier, ContractBatch
from parindex.bus.handler_context import HandlerContexts, prepare_consumer
from parindex.bus.message import Envelope
from parindex.canonical import canonical
from parindex.contracts import Contract
from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundClosed, RoundOpened, RoundUnit
from parindex.contracts.criteria import Band, CriteriaSet, Criterion, EnteredPoints, Level, SurveyPoints
from parindex.contracts.scoring import IndexComputed, RoundSettled, ScoreLine, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.contracts.survey import SetAside, TallyClosed
from parindex.eventstore.checkpoints import CheckpointKey, database_time, load, note_verified
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import Projector, prepare_projections
from parindex.eventstore.read_model_versions import live_engine
from parindex.eventstore.registry import partition_of
from parindex.hosting.migrations import Plan, migrations_of, upgrade
from parindex.http.problem_handlers import install
from parindex.http.reads import keep_reads
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.numbers import exact, to_wire
from parindex.service import ServiceContext
from parindex.testing.postgres import Databases
from publication.freezing.bus import FREEZING
from publication.freezing.state import ReceivedRound
from publication.service import SERVICE

Row = tuple[int, str, str, str, str]  # rank, unit, appraisal, survey, index

DISTRICTS: list[Row] = [
    (1, "Thủ Dầu Một", "51.75", "32.83", "84.58"),
    (2, "Tân Uyên", "48.75", "33.25", "82.00"),
    (3, "Bàu Bàng", "47.45", "32.82", "80.27"),
    (4, "Thuận An", "46.8", "32.24", "79.04"),
    (5, "Dĩ An", "46.5", "31.56", "78.06"),
    (6, "Bến Cát", "45.75", "32.08", "77.83"),
    (7, "Dầu Tiếng", "44", "32.22", "76.22"),
    (8, "Phú Giáo", "46", "30.03", "76.03"),
    (9, "Bắc Tân Uyên", "40.45", "31.01", "71.46"),
]
CENTRAL: list[Row] = [
    (1, "Bảo hiểm xã hội tỉnh", "58.50", "31.55", "90.05"),
    (2, "Ngân hàng Nhà nước tỉnh", "57.75", "32.13", "89.88"),
    (3, "Kho bạc Nhà nước tỉnh", "58.00", "31.10", "89.10"),
    (4, "Công an tỉnh", "55.00", "32.34", "87.34"),
    (5, "Cục Thuế tỉnh", "47.00", "31.44", "78.44"),
]
DEPARTMENTS: list[Row] = [
    (1, "Sở Tài chính", "59.25", "33.68", "92.93"),
    (2, "Sở Xây dựng", "59.00", "32.33", "91.33"),
    (3, "Sở Thông tin và Truyền thông", "57.50", "32.54", "90.04"),
    (4, "Sở Khoa học và Công nghệ", "56.00", "32.87", "88.87"),
    (5, "Sở Tư pháp", "55.75", "33.01", "88.76"),
    (6, "Văn phòng UBND tỉnh", "54.75", "33.97", "88.72"),
    (7, "Sở Nội vụ", "55.50", "32.99", "88.49"),
    (8, "Sở Kế hoạch và Đầu tư", "55.25", "33.18", "88.43"),
    (9, "Thanh tra tỉnh", "56.50", "31.04", "87.54"),
    (10, "Sở Giao thông vận tải", "54.25", "31.38", "85.63"),
    (11, "Sở Công Thương", "53.75", "31.86", "85.61"),
    (12, "Sở Y tế", "52.75", "32.72", "85.47"),
    (13, "Sở Nông nghiệp và Phát triển nông thôn", "52.75", "32.43", "85.18"),
    (14, "Sở Giáo dục và Đào tạo", "52.00", "33.03", "85.03"),
    (15, "Sở Lao động - Thương binh và Xã hội", "53.50", "31.40", "84.90"),
    (16, "Sở Tài nguyên và Môi trường", "52.25", "32.41", "84.66"),
    (17, "Sở Ngoại vụ", "52.25", "32.28", "84.53"),
]
BANDS = [Band(name="Tốt", at_least="80"), Band(name="Xuất sắc", at_least="90"), Band(name="Khá", at_least="70")]
VECTOR = [
    SourcePosition(source="survey", epoch=1, position=25, closing=1, entry_sha256="5a" * 32),
    SourcePosition(source="assessment", epoch=1, position=40, closing=1, entry_sha256="a5" * 32),
]

NOON = datetime(2026, 6, 30, 5, tzinfo=UTC)  # in Việt Nam
ISSUER = LocalIssuer(new_key(), "http://publication")
PARTITIONS = 4

Receive = Callable[..., Awaitable[None]]
Bearer = Callable[..., dict[str, str]]


async def build(dsn: str) -> None:
    await upgrade(Plan(migrations_of("publication"), dsn, "publication", "publication", PARTITIONS))


@pytest.fixture
async def context(database: Databases) -> AsyncIterator[ServiceContext]:
    """The service's context, over a migrated database."""
    home = await database("publication", build)
    engine = create_async_engine(home.url)
    async with Log.open(home.dsn, SERVICE.types) as log:
        await prepare_projections(engine, SERVICE.projections)
        await prepare_consumer(engine, FREEZING)
        yield ServiceContext(log, live_engine(engine), lambda: NOON)
    await engine.dispose()


@pytest.fixture
def receive(context: ServiceContext) -> Receive:
    """Lets the service receive contracts: `await receive(source, *contracts)`, in order, through its real consumer."""
    positions = count(1)
    handler_contexts = HandlerContexts(FREEZING, context.log, context.engine, context.now)

    async def received_from(source: str, *contracts: Contract, at: SourcePosition | None = None) -> None:
        for contract in contracts:
            position, unit = at.position if at else next(positions), getattr(contract, "unit", None)
            partitions = range(PARTITIONS) if unit is None else [partition_of(unit, PARTITIONS)]
            for partition in partitions:
                key = CheckpointKey(handler_contexts.reader, source, partition)
                async with handler_contexts.begin(key, 1) as handler:
                    checkpoint = await load(handler.connection, key)
                    await note_verified(handler.connection, key, await database_time(handler.connection))
                sent = envelope(source, position, contract, at.entry_sha256 if at else "")
                batch = ContractBatch(key, checkpoint.position, 1, [sent])
                await Applier(handler_contexts).apply(batch)

    return received_from


@pytest.fixture
def receive_all(receive: Receive) -> Callable[[ReceivedRound], Awaitable[None]]:
    """Lets the service receive all contracts of a settled round."""

    async def all_received(received: ReceivedRound) -> None:
        await receive("assessment", *received.sets, received.opened)
        for at in received.settlements[0].vector:
            await receive(at.source, closing_at(received.opened.round, at), at=at)
        await receive("scoring", *received.scores, received.settlements[0])

    return all_received


@pytest.fixture
def app(context: ServiceContext) -> FastAPI:
    made = FastAPI()
    for router in SERVICE.routes(context):
        add_routes(made, router)
    keep_reads(made, context.log)
    check_requests(made)
    authenticate_with(made, Authenticator(Tokens(ISSUER.keys(), lambda: NOON)))
    install(made)
    made.state.problem_page = SERVICE.problem_page
    return made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://publication") as client:
        yield client


@pytest.fixture
def bearer() -> Bearer:
    """Signs an account in: `headers=bearer("office@H09")`."""

    def signed_in(*rights: str, subject: str = "lan") -> dict[str, str]:
        return {"Authorization": f"Bearer {ISSUER.mint(subject, rights, timedelta(minutes=5), NOON)}"}

    return signed_in


@pytest.fixture
def catch_up(context: ServiceContext) -> Callable[[], Awaitable[None]]:
    """Lets the projections catch up."""

    async def caught_up() -> None:
        projector = Projector(context.log, context.engine, SERVICE.projections)
        await projector.prepare()
        await projector.catch_up()

    return caught_up


def closing_at(round_id: str, at: SourcePosition) -> RoundClosed | TallyClosed:
    if at.source == "survey":
        return TallyClosed(
            round=round_id,
            closing=at.closing,
            covers=at.position - 1,
            counted=1_200,
            set_aside=[SetAside(reason="late", count=3), SetAside(reason="outside-window", count=2)],
        )
    return RoundClosed(round=round_id, closing=at.closing)


def envelope(source: str, position: int, contract: Contract, entry_sha256: str = "") -> Envelope:
    subject = f"about-{getattr(contract, 'unit', '')}"
    return Envelope(
        id=f"{source}/{position}", source=source, type=contract.TYPE, subject=subject, position=position,
        time="2026-06-30T05:00:00.000000Z", authority="H09", correlationid="c", data=Raw(canonical(contract)),
        entry_sha256=entry_sha256,
    )  # fmt: skip


@pytest.fixture
def districts() -> list[Row]:
    return DISTRICTS


@pytest.fixture
def departments() -> list[Row]:
    return DEPARTMENTS


@pytest.fixture
def binh_duong() -> ReceivedRound:
    """Nine districts, settled."""
    return received(
        "binh-duong-2017", 2017, "Chỉ số CCHC cấp huyện tỉnh Bình Dương", "H09", {"district": ("Huyện", DISTRICTS)}
    )


@pytest.fixture
def vinh_phuc() -> ReceivedRound:
    """Two blocks in one round, settled."""
    blocks = {"central": ("Cơ quan trung ương", CENTRAL), "department": ("Sở, ban, ngành", DEPARTMENTS)}
    return received("vinh-phuc-2019", 2019, "Chỉ số CCHC tỉnh Vĩnh Phúc", "H62", blocks)


@pytest.fixture
def settled_again() -> Callable[[ReceivedRound, Iterable[IndexComputed]], ReceivedRound]:
    """Makes the next settling of a round, after a correction of some units' scores."""
    return next_settling


def next_settling(before: ReceivedRound, corrected: Iterable[IndexComputed]) -> ReceivedRound:
    new = {score.unit: score for score in corrected}
    scores = [new.get(score.unit, score) for score in before.scores]
    number = max(before.settlements) and before.settlements[0].settling + 1
    return settled(before.opened, before.sets, scores, number)


def received(
    round_id: str, year: int, title: str, authority: str, blocks: Mapping[str, tuple[str, Sequence[Row]]]
) -> ReceivedRound:
    made = [
        Block(code=code, name=name, criteria_set="bo-chi-so", units=_units(authority, code, rows))
        for code, (name, rows) in blocks.items()
    ]
    opened = RoundOpened(authority=authority, round=round_id, year=year, title=title, blocks=made)
    scores = [
        _score(opened.round, block.code, unit.code, row)
        for block in made
        for unit, row in zip(block.units, blocks[block.code][1], strict=True)
    ]
    enacted = CriteriaSetEnacted(authority=authority, criteria_set=_criteria_set(), digest="5e" * 32)
    return settled(opened, [enacted], scores, 1)


def settled(
    opened: RoundOpened, sets: Sequence[CriteriaSetEnacted], scores: Sequence[IndexComputed], settling: int
) -> ReceivedRound:
    vector = [structs.replace(at, position=at.position * settling, closing=settling) for at in VECTOR]
    settlement = RoundSettled(
        round=opened.round, settling=settling, vector=vector, digest=digest_of(scores), formula="1"
    )
    closings = {(at.source, at.closing): at for at in vector}
    tallied = {at.closing: closing_at(opened.round, at) for at in vector if at.source == "survey"}
    return ReceivedRound(
        opened, sets, scores, dict.fromkeys(range(4), settlement), frozenset(), 0, 4, closings=closings,
        tallied=tallied,  # type: ignore[arg-type]
    )  # fmt: skip


def _units(authority: str, block: str, rows: Sequence[Row]) -> list[RoundUnit]:
    return [RoundUnit(code=f"{authority}.{block}-{row[0]:02}", name=row[1]) for row in rows]


def _score(round_id: str, block: str, unit: str, row: Row) -> IndexComputed:
    appraisal, survey = exact(row[2]), exact(row[3])
    return IndexComputed(
        round=round_id,
        unit=unit,
        block=block,
        criteria_set="bo-chi-so",
        lines=[
            ScoreLine(
                criterion="1.1", part="appraisal", maximum="65", points=to_wire(appraisal), claimed="65",
                causes=[f"assessment/{row[0] + 20}"],
            ),
            ScoreLine(
                criterion="2.1", part="survey", maximum="35", points=to_wire(survey), causes=[f"survey/{row[0]}"]
            ),
        ],
        appraisal=to_wire(appraisal),
        survey=to_wire(survey),
        points=to_wire(appraisal + survey),
        maximum="100",
        index=to_wire((appraisal + survey) / Fraction(100) * 100),
    )  # fmt: skip


def _criteria_set() -> CriteriaSet:
    return CriteriaSet(
        code="bo-chi-so",
        title="Bộ chỉ số cải cách hành chính",
        reference="2071/QĐ-UBND",
        criteria=[
            Criterion(code="1", name="Đánh giá kết quả cải cách hành chính", level=Level.AREA, maximum="65"),
            Criterion(
                code="1.1", name="Điểm thẩm định", level=Level.CRITERION, maximum="65", parent="1", rule=EnteredPoints()
            ),
            Criterion(code="2", name="Tác động của cải cách hành chính", level=Level.AREA, maximum="35"),
            Criterion(
                code="2.1", name="Mức độ hài lòng qua điều tra xã hội học", level=Level.CRITERION, maximum="35",
                parent="2", rule=SurveyPoints(question="hai-long"),
            ),
        ],
        bands=BANDS,
    )  # fmt: skip
