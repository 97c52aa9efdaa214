"""A unit uploads, lists, downloads and removes its files; a file is whole and named by an event, or it is not there."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
from tests.assessment.conftest import Assessment, Caller, Clock

from assessment.proving.upkeep import Collector, named_among
from assessment.service import SERVICE
from parindex.eventstore.audit_feed import audit_feed
from parindex.testing import made_files as made
from parindex.testing.postgres import Databases
from parindex.testing.serving import served, signed_in

BASE = "/v1/rounds/r-2026/units/H16.01"
FILES = f"{BASE}/files"
NAME = "Kế hoạch CCHC năm 2026 (bản ký).pdf"
PDF = made.pdf(3)
DIGEST = hashlib.sha256(PDF).hexdigest()
FOREVER = 2.0**40
KEY = {"Idempotency-Key": "k-1"}


def named(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


async def send(
    caller: Caller, content: bytes | AsyncIterator[bytes] = PDF, name: str = NAME, to: str = FILES, **more: str
) -> httpx.Response:
    headers = signed_in(caller.name, *caller.rights, at=caller.clock()) | {"Content-Disposition": named(name)} | more
    return await caller.http.post(to, content=content, headers=headers)


def stored(assessment: Assessment) -> list[str]:
    folder = assessment.resources.settings.files_folder
    assert folder is not None
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


async def listed(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller("GET", FILES)).json()["files"]
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_file_is_uploaded_with_its_vietnamese_name_listed_and_downloaded(assessment: Assessment) -> None:
    await assessment.open_round()
    answer = await send(assessment.unit)
    assert (answer.status_code, answer.json()["facts"], answer.headers["etag"]) == (201, ["FileUploaded"], '"1"')
    file = answer.json()["file"]
    assert (file["sha256"], file["size"], file["media_type"]) == (DIGEST, len(PDF), "application/pdf")
    assert (file["name"], file["pages"], file["uploaded_by"]) == (NAME, 3, "don-vi-1")
    assert await listed(assessment.unit) == [file]
    assert stored(assessment) == [DIGEST]
    got = await assessment.unit("GET", f"{FILES}/{DIGEST}/content")
    assert got.content == PDF
    assert got.headers["content-disposition"] == named(NAME)
    assert (got.headers["content-type"], got.headers["x-content-type-options"]) == ("application/pdf", "nosniff")
    assert got.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_download_has_ranges(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    address, size = f"{FILES}/{DIGEST}/content", len(PDF)

    async def part(wanted: str, **more: str) -> tuple[int, bytes, str | None]:
        answer = await assessment.unit("GET", address, Range=wanted, **more)
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert await part("bytes=10-19") == (206, PDF[10:20], f"bytes 10-19/{size}")
    assert await part("bytes=-5") == (206, PDF[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert await part(f"bytes={size - 3}-{size + 99}") == (206, PDF[-3:], f"bytes {size - 3}-{size - 1}/{size}")
    assert await part("bytes=0-4", If_Range=f'"{DIGEST}"') == (206, PDF[:5], f"bytes 0-4/{size}")
    for whole in (f"bytes={size}-", "bytes=5-4", "bytes=0-1,3-4", "lines=1-2", "bytes=-"):
        assert await part(whole) == (200, PDF, None)
    assert await part("bytes=0-4", If_Range='"another"') == (200, PDF, None)


async def test_the_same_bytes_are_the_same_file_and_a_retry_writes_nothing(assessment: Assessment) -> None:
    await assessment.open_round()
    first = await send(assessment.unit)
    head = await assessment.resources.log.head()
    again = await send(assessment.unit, name="Tên khác.pdf")
    assert (again.status_code, again.json()["repeated"], again.json()["facts"]) == (201, True, [])
    assert again.json()["file"] == first.json()["file"]
    assert await assessment.resources.log.head() == head
    assert stored(assessment) == [DIGEST]


async def test_the_same_bytes_at_once_are_one_event(assessment: Assessment) -> None:
    await assessment.open_round()
    answers = await asyncio.gather(*(send(assessment.unit) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert sum(len(answer.json()["facts"]) for answer in answers) == 1
    assert len(await listed(assessment.unit)) == 1
    assert stored(assessment) == [DIGEST]


async def test_a_key_is_of_one_file(assessment: Assessment) -> None:
    await assessment.open_round()
    first = await send(assessment.unit, PDF, NAME, FILES, **KEY)
    again = await send(assessment.unit, PDF, NAME, FILES, **KEY)
    assert (first.status_code, again.status_code, again.json()["repeated"]) == (201, 201, True)
    assert refused(await send(assessment.unit, made.png(), "a.png", FILES, **KEY)) == (409, "idempotency-key-reused")


async def test_a_retry_after_the_removal_gets_the_first_answer_and_keeps_nothing(assessment: Assessment) -> None:
    await assessment.open_round()
    first = await send(assessment.unit, PDF, NAME, FILES, **KEY)
    await send(assessment.unit, made.png(), "a.png")
    await assessment.unit("POST", f"{FILES}/{DIGEST}/removal", {})
    head, before = await assessment.resources.log.head(), stored(assessment)
    again = await send(assessment.unit, PDF, NAME, FILES, **KEY)
    assert (again.status_code, again.headers["etag"]) == (201, first.headers["etag"])
    assert again.json() == first.json() | {"repeated": True}
    assert DIGEST not in [file["sha256"] for file in await listed(assessment.unit)]
    assert (await assessment.resources.log.head(), stored(assessment)) == (head, before)
    anew = await send(assessment.unit, PDF, NAME, FILES, **{"Idempotency-Key": "k-2"})
    assert (anew.status_code, anew.json()["facts"]) == (201, ["FileUploaded"])


async def test_a_removed_file_is_kept_again_by_no_retry_after_its_bytes_are_collected(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    await send(assessment.unit, PDF, NAME, FILES, **KEY)
    await assessment.unit("POST", f"{FILES}/{DIGEST}/removal", {})
    assert assessment.resources.context.files is not None
    await assessment.resources.context.files.remove(DIGEST, FOREVER)
    assert (await send(assessment.unit, PDF, NAME, FILES, **KEY)).status_code == 201
    assert stored(assessment) == []


async def test_what_is_refused_leaves_neither_an_event_nor_bytes(assessment: Assessment) -> None:
    await assessment.open_round()
    head = await assessment.resources.log.head()
    assert refused(await send(assessment.unit, made.HTML, "trang.pdf")) == (422, "file-not-as-named")
    assert refused(await send(assessment.unit, made.SVG, "hình.svg")) == (415, "file-type-not-accepted")
    assert refused(await send(assessment.unit, made.png(30_000, 30_000), "a.png")) == (422, "picture-too-large")
    assert refused(await send(assessment.unit, b"")) == (422, "file-empty")
    nameless = await assessment.unit("POST", FILES)
    assert refused(nameless) == (422, "malformed-request")
    assert [place["at"] for place in nameless.json()["places"]] == ["header/Content-Disposition"]
    assert stored(assessment) == []
    assert await assessment.resources.log.head() == head
    assert await listed(assessment.unit) == []


async def test_a_file_over_the_limit_is_refused_while_it_comes(assessment: Assessment) -> None:
    await assessment.open_round()
    most = assessment.resources.settings.largest_file

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(most // 2**20 + 2):
            yield bytes(2**20)

    assert refused(await send(assessment.unit, endless())) == (413, "file-too-large")
    assert stored(assessment) == []


async def test_only_the_unit_itself_uploads_and_removes(assessment: Assessment) -> None:
    await assessment.open_round()
    for other in (assessment.other_unit, assessment.office, assessment.field_appraiser):
        assert refused(await send(other)) == (403, "forbidden")
        assert refused(await other("POST", f"{FILES}/{DIGEST}/removal")) == (403, "forbidden")
    assert refused(await send(assessment.unit, to=FILES.replace("r-2026", "khac"))) == (404, "unknown-round")
    assert stored(assessment) == []


async def test_readers_of_the_sheet_read_the_files_and_no_other_unit(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    for reader in (assessment.unit, assessment.office, assessment.field_appraiser):
        assert [file["sha256"] for file in await listed(reader)] == [DIGEST]
        assert (await reader("GET", f"{FILES}/{DIGEST}/content")).content == PDF
    stranger = assessment.caller("don-vi-3", "unit@H16.03")
    for address in (FILES, f"{FILES}/{DIGEST}/content"):
        assert refused(await stranger("GET", address)) == (403, "forbidden")
    own = FILES.replace("H16.01", "H16.02")
    assert refused(await assessment.other_unit("GET", f"{own}/{DIGEST}/content")) == (404, "unknown-file")


async def test_where_a_file_is_used_is_shown_by_bytes_and_by_number_and_the_sheet_knows_it(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    elsewhere = hashlib.sha256(b"on paper").hexdigest()
    here = {"number": "01/KH", "sha256": DIGEST}
    documents = {"1.1.1": here, "1.1.2": {"number": "01/KH"}, "1.3": {"number": "02/BC", "sha256": elsewhere}}
    figures: dict[str, Any] = {"1.1.1": {"outcome": "on_time"}, "1.1.2": {"answer": "yes"}, "1.3": {"points": "2"}}
    claims = [{"criterion": one, "figures": figures[one], "evidence": [documents[one]]} for one in documents]
    assert (await assessment.unit("PUT", f"{BASE}/claims", claims)).status_code == 201
    [file] = await listed(assessment.office)
    assert (file["used_in"], file["same_number_in"]) == (["1.1.1"], ["1.1.2"])
    rows = {
        row["criterion"]: row["claim"] for row in (await assessment.unit("GET", f"{BASE}/self-score")).json()["rows"]
    }
    assert (rows["1.1.1"]["files"], rows["1.1.2"]["files"], rows["1.3"]["files"]) == ([DIGEST], [], [])
    assert rows["1.3"]["evidence"][0]["sha256"] == elsewhere


async def test_a_file_goes_once_no_claim_names_it(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    claim = {"figures": {"points": "2"}, "evidence": [{"number": "1", "sha256": DIGEST}]}
    await assessment.unit("PUT", f"{BASE}/claims/1.3", claim)
    assert refused(await assessment.unit("POST", f"{FILES}/{DIGEST}/removal")) == (409, "file-claimed")
    await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "2"}})
    gone = await assessment.unit("POST", f"{FILES}/{DIGEST}/removal")
    assert (gone.status_code, gone.json()["facts"]) == (201, ["FileRemoved"])
    assert await listed(assessment.unit) == []
    assert refused(await assessment.unit("GET", f"{FILES}/{DIGEST}/content")) == (404, "unknown-file")
    assert (await send(assessment.unit)).json()["facts"] == ["FileUploaded"]


async def test_a_removal_that_meets_a_claim_comes_before_it_or_not_at_all(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    claim = {"figures": {"points": "2"}, "evidence": [{"number": "1", "sha256": DIGEST}]}
    claimed, removed = await assessment.at_one_moment(
        assessment.unit("PUT", f"{BASE}/claims/1.3", claim),
        assessment.unit("POST", f"{FILES}/{DIGEST}/removal"),
    )
    assert claimed.status_code == 201  # a claim may name a document that is not here
    if removed.status_code == 201:
        assert removed.json()["position"] < claimed.json()["position"]
    else:
        assert refused(removed) == (409, "file-claimed")


async def test_the_name_of_a_file_is_in_the_vault_and_can_be_erased(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    log = b"".join([page async for page in audit_feed(assessment.resources.log, 0, 1_000)]).decode()
    assert "FileUploaded" in log
    assert "bản ký" not in log
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    [text] = (await auditor("GET", f"{BASE}/texts")).json()
    assert text["text"] == NAME
    erased = await assessment.office("POST", f"{BASE}/texts/{text['commitment']}/erasure", {"reason": "Tên người."})
    assert erased.status_code == 201
    assert NAME not in (await assessment.unit("GET", FILES)).text
    assert (await assessment.unit("GET", f"{FILES}/{DIGEST}/content")).content == PDF


async def test_every_read_of_a_file_leaves_a_trace(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    await assessment.office("GET", f"{FILES}/{DIGEST}/content")
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    [row] = (await auditor("GET", "/v1/reads")).json()
    assert (row["actor"], row["action"], row["subject"]) == ("so-noi-vu", "evidence", f"{FILES}/{DIGEST}/content")


async def test_bytes_that_are_lost_are_said_to_be_and_come_back_with_the_same_upload(assessment: Assessment) -> None:
    await assessment.open_round()
    await send(assessment.unit)
    folder = assessment.resources.settings.files_folder
    assert folder is not None
    (folder / DIGEST[:2] / DIGEST).unlink()
    assert refused(await assessment.unit("GET", f"{FILES}/{DIGEST}/content")) == (500, "stored-file-missing")
    assert (await send(assessment.unit)).json()["repeated"]
    assert (await assessment.unit("GET", f"{FILES}/{DIGEST}/content")).content == PDF


async def test_orphans_go_and_what_an_event_ever_named_stays(assessment: Assessment) -> None:
    await assessment.open_round()
    context = assessment.resources.context
    assert context.files is not None
    await send(assessment.unit)
    await assessment.unit("POST", f"{FILES}/{DIGEST}/removal")
    on_paper, orphan = b"a document of before", b"an upload that was killed before its event"
    for content in (on_paper, orphan):
        async with context.files.receive(chunks(content), 10**6) as draft:
            await draft.keep()
    claimed = hashlib.sha256(on_paper).hexdigest()
    claim = {"figures": {"points": "2"}, "evidence": [{"number": "1", "sha256": claimed}]}
    await assessment.unit("PUT", f"{BASE}/claims/1.3", claim)
    collector = Collector(context.files, lambda digests: named_among(context.log, digests))
    assert await collector.collect(0) == 0
    assert await collector.collect(FOREVER) == 1
    assert stored(assessment) == sorted([DIGEST, claimed])
    assert await collector.collect(FOREVER) == 0


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_without_a_place_for_files_the_refusal_says_so(database: Databases) -> None:
    async with served(database, SERVICE) as opened, opened.http("don-vi-1", "unit@H16.01") as http:
        clock = Clock()
        office = Assessment(opened.resources, http, clock)
        await office.open_round()
        assert refused(await send(office.unit)) == (503, "no-file-store")
