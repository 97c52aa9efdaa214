"""An announced edition is public, byte for byte; another one does not exist for readers."""

import base64
import csv
import hashlib
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from msgspec import structs

from parindex.contracts.scoring import RoundSettled
from parindex.service import ServiceContext
from publication.freezing.state import ReceivedRound

ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]
Bearer = Callable[..., dict[str, str]]
Correct = Callable[..., ReceivedRound]
Published = list[tuple[int, str, str, str, str]]
Announce = Callable[..., Awaitable[None]]

ROUND = "/v1/rounds/binh-duong-2017"
PUBLIC = [
    "/v1/rounds/binh-duong-2017/result",
    "/v1/rounds/binh-duong-2017/result.csv",
    "/v1/rounds/binh-duong-2017/editions",
    "/v1/rounds/binh-duong-2017/editions/1/snapshot",
    "/rounds/binh-duong-2017",
    "/rounds/binh-duong-2017/units/H09.district-01",
]


async def test_before_the_announcement_nothing_is_there_for_anybody(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(f"{ROUND}/editions", headers=bearer("office@H09"))
    for path in PUBLIC:
        nowhere = await http.get(path.replace("binh-duong-2017", "nowhere"))
        frozen = await http.get(path, headers=bearer("office@H09"))
        assert (path, frozen.status_code, _same(frozen.text)) == (path, 404, _same(nowhere.text))


async def test_the_districts_of_binh_duong_2017_are_announced_as_published(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, districts: Published
) -> None:
    await announce(binh_duong)
    result = (await http.get(f"{ROUND}/result")).json()
    bands = ["Xuất sắc" if float(row[4]) >= 90 else "Tốt" if float(row[4]) >= 80 else "Khá" for row in districts]
    rows = [
        {
            "rank": rank,
            "unit_code": f"H09.district-{rank:02}",
            "unit": name,
            "applicable": True,
            "appraisal": _two(appraisal),
            "survey": survey,
            "index": index,
            "band": band,
        }
        for (rank, name, appraisal, survey, index), band in zip(districts, bands, strict=True)
    ]
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    assert result == {
        "round": "binh-duong-2017",
        "edition": 1,
        "checksum": edition["checksum"],
        "blocks": [{"block": "district", "mean": "78.39", "rows": rows}],
    }


async def test_two_blocks_are_announced_apart(http: AsyncClient, announce: Announce, vinh_phuc: ReceivedRound) -> None:
    await announce(vinh_phuc, "H62")
    central, department = (await http.get("/v1/rounds/vinh-phuc-2019/result")).json()["blocks"]
    assert [(block["block"], len(block["rows"])) for block in (central, department)] == [
        ("central", 5),
        ("department", 17),
    ]
    assert {row["rank"] for row in central["rows"]} == set(range(1, 6))


async def test_the_snapshot_is_the_bytes_of_the_checksum(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    answer = await http.get(f"{ROUND}/editions/1/snapshot")
    assert edition["checksum"] == hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["etag"] == f'"{edition["checksum"]}"'
    assert answer.headers["cache-control"].endswith("immutable")
    assert edition["vector"] == [
        {"source": "survey", "epoch": 1, "position": 25, "closing": 1, "entry_sha256": "5a" * 32},
        {"source": "assessment", "epoch": 1, "position": 40, "closing": 1, "entry_sha256": "a5" * 32},
    ]


async def test_who_has_it_is_not_sent_it_again(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    for path in [*PUBLIC, "/v1/results", "/", "/assets/site.css"]:
        first = await http.get(path)
        again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (path, first.status_code, again.status_code, again.content) == (path, 200, 304, b"")


async def test_the_document_names_the_tag_of_every_answer_that_has_one(
    http: AsyncClient, app: FastAPI, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    tagged = 0
    for path, item in app.openapi()["paths"].items():
        if not path.startswith("/v1/") or "get" not in item:
            continue
        described = item["get"]["responses"]
        answer = await http.get(path.format(round="binh-duong-2017", edition=1))
        again = await http.get(answer.request.url, headers={"If-None-Match": answer.headers.get("etag", '"none"')})
        heads = [each["name"] for each in item["get"].get("parameters", []) if each["in"] == "header"]
        assert ("etag" in answer.headers) is ("ETag" in described["200"].get("headers", {})), path
        assert (again.status_code == 304) is ("304" in described) is ("If-None-Match" in heads), path
        assert again.status_code != 304 or {"headers", "description"} == set(described["304"]), path
        tagged += again.status_code == 304
    assert tagged == 5


async def test_the_csv_opens_in_a_spreadsheet(http: AsyncClient, announce: Announce, binh_duong: ReceivedRound) -> None:
    await announce(binh_duong)
    answer = await http.get(f"{ROUND}/result.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    numbers = ["51.75", "32.83", "84.58", "Tốt", "", "1", edition["checksum"]]
    assert rows[1] == ["district", "1", "H09.district-01", "Thủ Dầu Một", *numbers]
    assert len(rows) == 10


async def test_an_edition_becomes_public_once(
    http: AsyncClient, bearer: Bearer, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    answer = await http.post(f"{ROUND}/editions/1/announcement", headers=bearer("publisher@H09", subject="chu-tich"))
    assert (answer.status_code, answer.json()["code"]) == (409, "edition-announced")


async def test_only_the_publisher_or_the_office_of_the_authority_announces_and_never_who_froze(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(f"{ROUND}/editions", headers=bearer("office@H09"))
    door = f"{ROUND}/editions/1/announcement"
    assert (await http.post(door)).status_code == 401
    assert (await http.post(door, headers=bearer("council@H09"))).status_code == 403
    assert (await http.post(door, headers=bearer("office@H62"))).status_code == 404  # not even that there is one
    assert (await http.post(door, headers=bearer("publisher@H62", subject="chu-tich"))).status_code == 404
    for rights in ("office@H09", "publisher@H09"):  # another right makes no other person
        refused = await http.post(door, headers=bearer(rights))
        assert (rights, refused.status_code, refused.json()["code"]) == (rights, 403, "sealer-announces")
    assert (await http.get(f"{ROUND}/result")).status_code == 404
    assert (await http.post(door, headers=bearer("office@H09", subject="pho-phong"))).status_code == 201


async def test_a_correction_is_a_new_edition_and_the_old_one_stays(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, settled_again: Correct
) -> None:
    await announce(binh_duong)
    before = (await http.get(f"{ROUND}/result")).content
    last = structs.replace(binh_duong.scores[8], appraisal="50.45", points="81.46", index="81.46")
    await announce(settled_again(binh_duong, [last]), reason="Cộng nhầm điểm tiêu chí 1.1")
    first, second = (await http.get(f"{ROUND}/editions")).json()["editions"]
    assert (first["superseded"], second["superseded"]) == (True, False)
    assert (second["supersedes"], second["reason"]) == (first["checksum"], "Cộng nhầm điểm tiêu chí 1.1")
    newest = (await http.get(f"{ROUND}/result")).json()["blocks"][0]["rows"]
    assert [(row["rank"], row["unit"]) for row in newest[:4]] == [
        (1, "Thủ Dầu Một"), (2, "Tân Uyên"), (3, "Bắc Tân Uyên"), (4, "Bàu Bàng"),
    ]  # fmt: skip
    assert (await http.get(f"{ROUND}/result?edition=1")).content == before


async def test_the_list_names_the_newest_public_edition_of_each_round(
    http: AsyncClient,
    announce: Announce,
    binh_duong: ReceivedRound,
    vinh_phuc: ReceivedRound,
    settled_again: Correct,
    catch_up: Callable[[], Awaitable[None]],
) -> None:
    await announce(binh_duong)
    await announce(vinh_phuc, "H62")
    await announce(settled_again(binh_duong, []), reason="Đính chính")
    await catch_up()
    found: list[dict[str, Any]] = (await http.get("/v1/results")).json()["results"]
    assert [(one["round"], one["year"], one["edition"], one["authority"]) for one in found] == [
        ("vinh-phuc-2019", 2019, 1, "H62"),
        ("binh-duong-2017", 2017, 2, "H09"),
    ]


def _two(number: str) -> str:
    whole, _, decimals = number.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def _same(text: str) -> str:
    """An answer without its own number and the name that was asked for."""
    return text.partition('"correlation_id"')[0].replace("binh-duong-2017", "nowhere")


async def test_result_and_spreadsheet_have_published_checksums(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    page = (await http.get("/rounds/binh-duong-2017")).text
    for path, name in (("result", "result_checksum"), ("result.csv", "csv_checksum")):
        for asked in ("", "?edition=1"):
            answer = await http.get(f"{ROUND}/{path}{asked}")
            digest = hashlib.sha256(answer.content)
            assert digest.hexdigest() == edition[name]
            assert answer.headers["etag"] == f'"{edition[name]}"'
            assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        assert edition[name] in page


DAMAGES = [
    "UPDATE snapshots SET content = convert_to(replace(convert_from(content, 'UTF8'), '84.58', '94.58'), 'UTF8')"
]


@pytest.fixture
async def damage(context: ServiceContext) -> Callable[[str], Awaitable[None]]:
    """What a superuser can do: every check and trigger of the database is switched off."""

    async def done(statement: str) -> None:
        async with context.log.pool.acquire() as connection, connection.transaction():
            await connection.execute("ALTER TABLE snapshots DROP CONSTRAINT IF EXISTS snapshots_check")
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(statement)

    return done


@pytest.mark.parametrize("statement", [*DAMAGES, "DELETE FROM snapshots"])
async def test_a_changed_or_missing_snapshot_is_never_served(
    http: AsyncClient,
    announce: Announce,
    binh_duong: ReceivedRound,
    damage: Callable[[str], Awaitable[None]],
    statement: str,
) -> None:
    await announce(binh_duong)
    paths = [path for path in PUBLIC if not path.endswith("/editions")]
    for path in paths:
        assert (await http.get(path)).status_code == 200  # rendered, and kept in memory from then on
    await damage(statement)
    for path in [*paths, f"{ROUND}/result?edition=1"]:
        answer = await http.get(path)
        assert (path, answer.status_code, "snapshot-damaged" in answer.text) == (path, 500, True)
        assert "84,58" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    assert (edition["damaged"], edition["result_checksum"]) == (True, "")


async def test_the_pages_list_of_editions_marks_a_damaged_one(
    http: AsyncClient,
    announce: Announce,
    binh_duong: ReceivedRound,
    settled_again: Callable[..., ReceivedRound],
    damage: Callable[[str], Awaitable[None]],
) -> None:
    await announce(binh_duong)
    await announce(settled_again(binh_duong, []), reason="Sửa")
    assert "không khớp mã kiểm tra dưới đây" not in (await http.get("/rounds/binh-duong-2017")).text
    first, _ = (await http.get(f"{ROUND}/editions")).json()["editions"]
    await damage(f"DELETE FROM snapshots WHERE checksum = '{first['checksum']}'")  # noqa: S608
    editions = (await http.get("/rounds/binh-duong-2017")).text.partition('class="editions"')[2]
    second, damaged = editions.split("<li")[1:]
    assert ("Ấn bản 2" in second, "không khớp mã kiểm tra dưới đây" in second) == (True, False)
    assert ("Ấn bản 1" in damaged, "không khớp mã kiểm tra dưới đây" in damaged) == (True, True)


async def test_what_the_lists_say_comes_from_the_log_and_not_from_the_projection(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, context: ServiceContext
) -> None:
    await announce(binh_duong)
    before = [(await http.get(path)).content for path in ("/v1/results", "/")]
    schema = await context.log.pool.fetchval("SELECT schemaname FROM pg_tables WHERE tablename = 'editions'")
    change = "announced_at = '2019-01-01T00:00:00.000000Z', year = 1999, title = 'x', checksum = 'x', authority = 'H62'"
    await context.log.pool.execute(f"UPDATE {schema}.editions SET {change}")  # noqa: S608
    assert [(await http.get(path)).content for path in ("/v1/results", "/")] == before


async def test_a_unit_to_which_nothing_applies_is_said_to_have_no_index(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, settled_again: Correct
) -> None:
    last = structs.replace(binh_duong.scores[8], appraisal="0", survey="0", points="0", maximum="0", index="")
    await announce(replace(settled_again(binh_duong, [last]), settlements=_first(settled_again(binh_duong, [last]))))
    block = (await http.get(f"{ROUND}/result")).json()["blocks"][0]
    row = block["rows"][-1]
    assert (row["unit_code"], row["applicable"], row["rank"]) == ("H09.district-09", False, None)
    assert {row[name] for name in ("appraisal", "survey", "index", "band")} == {""}
    assert block["mean"] == "79.25"  # of the eight others
    csv_rows = list(csv.reader(io.StringIO((await http.get(f"{ROUND}/result.csv")).text, newline="")))
    assert csv_rows[-1][:9] == [
        "district", "", "H09.district-09", "Bắc Tân Uyên", "", "", "", "", "không có tiêu chí áp dụng"
    ]  # fmt: skip
    page = (await http.get("/rounds/binh-duong-2017")).text
    assert "không có tiêu chí nào áp dụng: không có chỉ số, không xếp hạng" in page
    assert (
        "Không có tiêu chí nào áp dụng cho đơn vị này"
        in (await http.get("/rounds/binh-duong-2017/units/H09.district-09")).text
    )


def _first(received: ReceivedRound) -> dict[int, RoundSettled]:
    """The same scores as the first settling."""
    return {
        k: structs.replace(
            one, settling=1, vector=[structs.replace(at, closing=1, position=at.position // 2) for at in one.vector]
        )
        for k, one in received.settlements.items()
    }


async def test_units_of_one_name_are_distinguished_by_their_codes(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    block = binh_duong.opened.blocks[0]
    units = [
        structs.replace(unit, name="Tân  Lập" if at == 1 else "tân lập") for at, unit in enumerate(block.units[:2])
    ]
    opened = structs.replace(binh_duong.opened, blocks=[structs.replace(block, units=[*units, *block.units[2:]])])
    await announce(replace(binh_duong, opened=opened))
    rows = (await http.get(f"{ROUND}/result")).json()["blocks"][0]["rows"]
    assert [row["unit_code"] for row in rows[:2]] == ["H09.district-01", "H09.district-02"]
    page = (await http.get("/rounds/binh-duong-2017")).text
    for code, shown in (("H09.district-01", 3), ("H09.district-02", 3), ("H09.district-03", 0)):  # table, chart twice
        assert page.count(f">{code}<") + page.count(f"({code})") == shown


async def test_the_page_says_how_many_presses_were_set_aside_and_why(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    assert (
        "1.200 lượt bấm được tính; 5 lượt không được tính "
        "(3 lượt đến sau giờ chốt, 2 lượt bấm ngoài thời gian của đợt)."
    ) in (await http.get("/rounds/binh-duong-2017")).text


async def test_a_reason_that_does_not_match_its_commitment_is_marked_and_never_shown(
    http: AsyncClient,
    announce: Announce,
    binh_duong: ReceivedRound,
    settled_again: Correct,
    damage: Callable[[str], Awaitable[None]],
) -> None:
    await announce(binh_duong)
    await announce(settled_again(binh_duong, []), reason="Cộng nhầm điểm")
    assert "Cộng nhầm điểm" in (await http.get("/rounds/binh-duong-2017")).text
    await damage("UPDATE vault SET content = convert_to('Lỗi đánh máy', 'UTF8')")
    page = (await http.get("/rounds/binh-duong-2017")).text
    reason = (await http.get(f"{ROUND}/editions")).json()["editions"][1]["reason"]
    for shown in (page, reason):
        assert "Lỗi đánh máy" not in shown
        assert "Nội dung không khớp mã cam kết" in shown
