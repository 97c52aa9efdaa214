"""What is announced is public, exactly; what is not, does not exist for anybody."""

import csv
import hashlib
import io
from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient
from msgspec import structs

from publication.freezing.readiness import Materials

TellAll = Callable[[Materials], Awaitable[None]]
Bearer = Callable[..., dict[str, str]]
Correct = Callable[..., Materials]
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
    http: AsyncClient, bearer: Bearer, tell_all: TellAll, binh_duong: Materials
) -> None:
    await tell_all(binh_duong)
    await http.post(f"{ROUND}/editions", headers=bearer("office@H09"))
    for path in PUBLIC:
        nowhere = await http.get(path.replace("binh-duong-2017", "nowhere"))
        sealed = await http.get(path, headers=bearer("office@H09"))
        assert (path, sealed.status_code, _same(sealed.text)) == (path, 404, _same(nowhere.text))


async def test_the_districts_of_binh_duong_2017_are_announced_as_published(
    http: AsyncClient, announce: Announce, binh_duong: Materials, districts: Published
) -> None:
    await announce(binh_duong)
    result = (await http.get(f"{ROUND}/result")).json()
    bands = ["Xuất sắc" if float(row[4]) >= 90 else "Tốt" if float(row[4]) >= 80 else "Khá" for row in districts]
    rows = [
        {"rank": rank, "unit": name, "appraisal": _two(appraisal), "survey": survey, "index": index, "band": band}
        for (rank, name, appraisal, survey, index), band in zip(districts, bands, strict=True)
    ]
    assert result == {"round": "binh-duong-2017", "blocks": [{"block": "district", "mean": "78.39", "rows": rows}]}


async def test_two_blocks_are_announced_apart(http: AsyncClient, announce: Announce, vinh_phuc: Materials) -> None:
    await announce(vinh_phuc, "H62")
    central, department = (await http.get("/v1/rounds/vinh-phuc-2019/result")).json()["blocks"]
    assert [(block["block"], len(block["rows"])) for block in (central, department)] == [
        ("central", 5),
        ("department", 17),
    ]
    assert {row["rank"] for row in central["rows"]} == set(range(1, 6))


async def test_the_snapshot_is_the_bytes_of_the_checksum(
    http: AsyncClient, announce: Announce, binh_duong: Materials
) -> None:
    await announce(binh_duong)
    (edition,) = (await http.get(f"{ROUND}/editions")).json()["editions"]
    answer = await http.get(f"{ROUND}/editions/1/snapshot")
    assert edition["checksum"] == hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["etag"] == f'"{edition["checksum"]}"'
    assert answer.headers["cache-control"].endswith("immutable")
    assert edition["vector"] == [
        {"source": "survey", "epoch": 1, "position": 25, "closing": 1},
        {"source": "assessment", "epoch": 1, "position": 40, "closing": 1},
    ]


async def test_who_has_it_is_not_sent_it_again(http: AsyncClient, announce: Announce, binh_duong: Materials) -> None:
    await announce(binh_duong)
    for path in [*PUBLIC, "/v1/results", "/", "/assets/site.css"]:
        first = await http.get(path)
        again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (path, first.status_code, again.status_code, again.content) == (path, 200, 304, b"")


async def test_the_csv_opens_in_a_spreadsheet(http: AsyncClient, announce: Announce, binh_duong: Materials) -> None:
    await announce(binh_duong)
    answer = await http.get(f"{ROUND}/result.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[1] == ["district", "1", "H09.district-01", "Thủ Dầu Một", "51.75", "32.83", "84.58", "Tốt"]
    assert len(rows) == 10


async def test_an_edition_becomes_public_once(
    http: AsyncClient, bearer: Bearer, announce: Announce, binh_duong: Materials
) -> None:
    await announce(binh_duong)
    answer = await http.post(f"{ROUND}/editions/1/announcement", headers=bearer("publisher@H09", subject="chu-tich"))
    assert (answer.status_code, answer.json()["code"]) == (409, "edition-announced")


async def test_only_the_publisher_or_the_office_of_the_authority_announces_and_never_who_sealed(
    http: AsyncClient, bearer: Bearer, tell_all: TellAll, binh_duong: Materials
) -> None:
    await tell_all(binh_duong)
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
    http: AsyncClient, announce: Announce, binh_duong: Materials, settled_again: Correct
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
    binh_duong: Materials,
    vinh_phuc: Materials,
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
    """An answer without its own number."""
    return text.partition('"correlation_id"')[0]
