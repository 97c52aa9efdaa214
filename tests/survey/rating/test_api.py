import asyncio
import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.survey.conftest import Bench

from parindex.auth import ForbiddenError, Principal, Right, Role
from parindex.auth.access import AccessRule, Audience, admit
from survey.enrolling.devices import require_itself

NOON = "2026-07-01T12:00:00+00:00"
RATINGS = "/v1/kiosks/k1/ratings"


def presses(first: int, last: int, stars: int = 5, at: str = NOON) -> list[dict[str, Any]]:
    return [{"seq": seq, "stars": stars, "pressed_at": at} for seq in range(first, last + 1)]


async def send(kiosk: httpx.AsyncClient, first: int, last: int, stars: int = 5) -> httpx.Response:
    return await kiosk.post(RATINGS, json=presses(first, last, stars))


def numbers(answer: httpx.Response) -> dict[str, Any]:
    """The numbers of a receipt; what round counts the presses is `test_which_round.py`'s."""
    return {name: answer.json()[name] for name in ("accepted", "repeated", "last_seq", "position")}


async def seqs(survey: Bench) -> list[int]:
    return [fact.seq for fact in await survey.facts("RatingRecorded")]


async def test_presses_are_recorded_each_as_one_private_fact(survey: Bench) -> None:
    answer = await send(await survey.kiosk(), 1, 3)
    assert answer.status_code == 201
    assert numbers(answer) == {"accepted": 3, "repeated": 0, "last_seq": 3, "position": 5}
    [first, *_] = await survey.log.read_after(2)
    assert (first.entry.actor, first.entry.authority, first.stream) == ("kiosk-k1", "H09", "kiosk-k1")
    assert (first.fact.unit, first.fact.question, first.fact.option) == ("H09.05", "hai-long", "5")
    assert first.fact.pressed_at == "2026-07-01T12:00:00.000000Z"
    assert await survey.log.pool.fetchval("SELECT count(*) FROM events WHERE partition IS NOT NULL") == 0


async def test_plain_presses_skip_the_routers(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 1)
    survey.served.app.router.routes.clear()  # what a router would answer is not found any more
    assert (await send(kiosk, 2, 3)).status_code == 201
    keyed = {"Idempotency-Key": "batch-1"}
    assert (await kiosk.post(RATINGS, json=presses(4, 4), headers=keyed)).status_code == 404
    assert await seqs(survey) == [1, 2, 3]


async def test_presses_are_counted_in_the_metrics_of_their_route(survey: Bench) -> None:
    await send(await survey.kiosk(), 1, 1)
    label = 'method="POST",route="/v1/kiosks/{kiosk}/ratings",service="survey",status="201"'
    metrics = (await survey.office.get("/metrics")).text
    assert f"parindex_http_requests_total{{{label}}} 1.0" in metrics.splitlines()


async def test_a_resend_is_a_success_and_writes_nothing(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 3)
    answer = await send(kiosk, 1, 3)
    assert (answer.status_code, numbers(answer)) == (201, {"accepted": 0, "repeated": 3, "last_seq": 3, "position": 5})
    assert await seqs(survey) == [1, 2, 3]


async def test_an_answer_lost_after_the_commit_is_had_again_by_a_new_process(
    two_processes: tuple[Bench, Bench],
) -> None:
    before, after = two_processes
    kiosk = await before.kiosk()
    lost = await send(kiosk, 1, 2)
    again = await send(after.client(kiosk.headers["Authorization"].removeprefix("Bearer ")), 1, 2)
    assert lost.json()["accepted"] == again.json()["repeated"] == 2
    assert await seqs(after) == [1, 2]


async def test_after_a_gap_the_answer_names_the_number_to_go_on_with(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 3)
    answer = await send(kiosk, 5, 6)
    assert (answer.status_code, answer.json()["code"], answer.json()["expected_seq"]) == (409, "sequence-gap", 4)
    assert await seqs(survey) == [1, 2, 3]


async def test_the_tail_of_an_overlap_is_recorded(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 4)
    assert numbers(await send(kiosk, 3, 6)) == {"accepted": 2, "repeated": 2, "last_seq": 6, "position": 8}
    assert await seqs(survey) == [1, 2, 3, 4, 5, 6]


async def test_another_press_under_a_used_number_is_refused_and_named(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 3)
    body = [*presses(2, 2), *presses(3, 3, stars=1), *presses(4, 4)]
    answer = await kiosk.post(RATINGS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "sequence-reused")
    assert [place["at"] for place in answer.json()["places"]] == ["/1/seq"]
    assert await seqs(survey) == [1, 2, 3]


async def test_a_number_of_long_ago_is_known_as_well(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    for seq in range(1, 31):
        await send(kiosk, seq, seq)
    assert (await send(kiosk, 2, 5)).json()["repeated"] == 4
    assert (await send(kiosk, 2, 2, stars=1)).json()["code"] == "sequence-reused"
    assert numbers(await send(kiosk, 28, 31)) == {"accepted": 1, "repeated": 3, "last_seq": 31, "position": 33}


async def test_a_resent_part_of_a_batch_is_compared_with_the_log(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 10)
    assert (await send(kiosk, 4, 7)).json()["repeated"] == 4
    assert (await send(kiosk, 4, 7, stars=2)).json()["code"] == "sequence-reused"
    assert (await send(kiosk, 4, 12)).json()["accepted"] == 2


async def test_of_two_senders_at_once_each_press_counts_once(two_processes: tuple[Bench, Bench]) -> None:
    one, other = two_processes
    kiosk = await one.kiosk()
    twin = other.client(kiosk.headers["Authorization"].removeprefix("Bearer "))
    answers = await asyncio.gather(*(send(each, 1, 100) for each in (kiosk, twin) * 4))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sum(answer.json()["accepted"] for answer in answers) == 100
    assert await seqs(one) == list(range(1, 101))


async def test_of_two_senders_with_different_bodies_one_is_refused(two_processes: tuple[Bench, Bench]) -> None:
    one, other = two_processes
    kiosk = await one.kiosk()
    twin = other.client(kiosk.headers["Authorization"].removeprefix("Bearer "))
    answers = await asyncio.gather(send(kiosk, 1, 50, stars=1), send(twin, 1, 50, stars=5))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len({fact.option for fact in await one.facts("RatingRecorded")}) == 1


async def test_lines_and_an_array_are_the_same(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    lines = "\n".join(json.dumps(press) for press in presses(1, 3)) + "\n"
    answer = await kiosk.post(RATINGS, content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.json()["accepted"] == 3
    assert (await send(kiosk, 1, 3)).json()["repeated"] == 3


async def test_the_same_moment_in_another_time_zone_is_the_same_press(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, 1, 1)
    answer = await kiosk.post(RATINGS, json=presses(1, 1, at="2026-07-01T19:00:00+07:00"))
    assert answer.json()["repeated"] == 1


async def test_a_wrong_press_refuses_the_batch_and_names_its_place(survey: Bench) -> None:
    kiosk = await survey.kiosk(options=["good", "bad"])
    body = [
        {"seq": 1, "option": "good", "pressed_at": NOON},
        {"seq": 3, "option": "ugly", "pressed_at": NOON},
        {"seq": 3, "option": "bad", "pressed_at": "2026-07-01T12:05:01Z", "accuracy_s": 60},
    ]
    answer = await kiosk.post(RATINGS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "presses-invalid")
    assert [place["at"] for place in answer.json()["places"]] == ["/1/seq", "/1/option"]
    assert await seqs(survey) == []


async def test_a_clock_may_be_a_little_ahead(survey: Bench) -> None:
    answer = await (await survey.kiosk()).post(RATINGS, json=presses(1, 1, at="2026-07-01T12:04:59Z"))
    assert answer.status_code == 201


async def test_an_unreadable_press_is_refused_with_its_place(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    at_noon = {"pressed_at": NOON}
    cases: list[tuple[Any, str]] = [
        ([{"seq": 0, "stars": 5, **at_noon}], "/0/seq"),
        ([{"seq": 1, "stars": 6, **at_noon}], "/0/stars"),
        ([{"seq": 1, "stars": 5, "pressed_at": "2026-07-01T12:00:00"}], "/0/pressed_at"),
        ([{"seq": 1, "stars": 5, "pressed_at": "0000-01-01T00:00:00Z"}], "/0/pressed_at"),
        ([{"seq": 1, "stars": 5, "pressed_at": "2026-02-30T00:00:00Z"}], "/0/pressed_at"),
        ([{"seq": 1, "stars": 5, "pressed_at": "10000-01-01T00:00:00Z"}], "/0/pressed_at"),
        ([{"seq": 1, "stars": 5, "pressed_at": "9999-12-31T23:59:60Z"}], "/0/pressed_at"),
        ([{"seq": 1, "stars": 5, "pressed_at": ""}], "/0/pressed_at"),
        ([{"seq": 1, **at_noon}], "/0/option"),
        ([{"seq": 1, "stars": 5, "name": "Lan", **at_noon}], "/0"),
        ([], ""),
        ({}, ""),
    ]
    for body, place in cases:
        answer = await kiosk.post(RATINGS, json=body)
        assert (answer.status_code, [one["at"] for one in answer.json()["places"]]) == (422, [place]), body
    broken = await kiosk.post(RATINGS, content=b'[{"seq":1', headers={"Content-Type": "application/json"})
    assert broken.json()["code"] == "presses-invalid"
    text = await kiosk.post(RATINGS, content=b"1;5", headers={"Content-Type": "text/csv"})
    assert text.status_code == 415
    assert await seqs(survey) == []


async def test_a_request_has_a_largest_size(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    assert (await send(kiosk, 1, 1_001)).json()["code"] == "too-many-presses"
    body = b"[" + b" " * 256 * 1024 + b"]"
    large = await kiosk.post(RATINGS, content=body, headers={"Content-Type": "application/json"})
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")
    assert (await send(kiosk, 1, 1_000)).json()["accepted"] == 1_000


async def test_an_idempotency_key_may_be_sent_besides(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    key = {"Idempotency-Key": "batch-1"}
    await kiosk.post(RATINGS, json=presses(1, 2), headers=key)
    again = await kiosk.post(RATINGS, json=presses(1, 2), headers=key)
    other = await kiosk.post(RATINGS, json=presses(3, 4), headers=key)
    assert numbers(again) == {"accepted": 0, "repeated": 2, "last_seq": 2, "position": 4}
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_kiosk_speaks_for_itself_alone(survey: Bench) -> None:
    await survey.kiosk("k1")
    neighbour = await survey.kiosk("k2")
    assert (await send(neighbour, 1, 1)).status_code == 403
    assert (await neighbour.get("/v1/kiosks/k1")).status_code == 403
    assert (await send(survey.client("kiosk_nobody"), 1, 1)).status_code == 401
    assert (await send(survey.office, 1, 1)).status_code == 403
    assert (await survey.client().post(RATINGS, json=presses(1, 1))).status_code == 401
    assert await seqs(survey) == []


async def test_an_account_that_is_called_as_a_kiosk_is_none(survey: Bench) -> None:
    await survey.office.post("/v1/kiosks", json={"kiosk": "k1", "unit": "H09.05", "question": "hai-long"})
    account = survey.signed_in("kiosk-k1", "kiosk@H09.05")
    assert (await send(account, 1, 1)).status_code in (401, 403)
    assert await seqs(survey) == []


@pytest.mark.parametrize("device", [True, False])
def test_only_what_a_devices_secret_proved_is_a_kiosk(device: bool) -> None:
    rights = (Right(Role.KIOSK, "H09.05"),)
    asker = admit(AccessRule(Audience.ROLES, frozenset({Role.KIOSK})), Principal("kiosk-k1", rights, device=device))
    with nullcontext() if device else pytest.raises(ForbiddenError):
        require_itself(asker, "k1")


async def test_a_revoked_kiosk_is_refused_at_once_in_every_process(two_processes: tuple[Bench, Bench]) -> None:
    one, other = two_processes
    kiosk = await one.kiosk()
    twin = other.client(kiosk.headers["Authorization"].removeprefix("Bearer "))
    await send(kiosk, 1, 1)
    await send(twin, 2, 2)  # both processes have just looked the token up
    assert (await one.office.post("/v1/kiosks/k1/revocation")).json()["facts"] == ["KioskRevoked"]
    for client in (kiosk, twin):
        assert (await send(client, 3, 3)).status_code == 401
        assert (await client.get("/v1/kiosks/k1")).status_code == 401
    assert await seqs(one) == [1, 2]
    again = await one.office.post("/v1/kiosks/k1/revocation")
    assert (again.status_code, again.json()["facts"]) == (201, [])


async def test_a_kiosk_reads_its_own_status(survey: Bench) -> None:
    kiosk = await survey.kiosk(group="citizen")
    await kiosk.post(RATINGS, json=presses(1, 2, at="2026-07-01T10:59:59Z"))
    standing = (await kiosk.get("/v1/kiosks/k1")).json()
    assert standing == {
        "kiosk": "k1",
        "unit": "H09.05",
        "question": "hai-long",
        "group": "citizen",
        "options": ["1", "2", "3", "4", "5"],
        "enrolled": True,
        "revoked": False,
        "last_seq": 2,
        "presses_today": 2,
        "counts_in": "",
        "not_counted": [
            {
                "reason": "no-round",
                "vi": "Chưa có đợt nào cho đơn vị này.",
                "en": "There is no round for this unit.",
                "options": [],
            }
        ],
        "aside": [{"reason": "no-round", "presses": 2}],
    }
    survey.clock.at += timedelta(hours=5)  # midnight in Việt Nam
    assert (await kiosk.get("/v1/kiosks/k1")).json()["presses_today"] == 0


async def test_only_the_office_of_the_authority_and_auditors_look_at_a_kiosk(survey: Bench) -> None:
    await survey.kiosk()
    for rights, status in (("office@H09", 200), ("auditor@H09", 200), ("office@H10", 403), ("unit@H09.05", 403)):
        assert (await survey.signed_in("x", rights).get("/v1/kiosks/k1")).status_code == status, rights
    assert (await survey.office.get("/v1/kiosks/k9")).json()["code"] == "unknown-kiosk"


async def test_of_devices_that_trade_one_code_at_once_one_gets_a_token(survey: Bench) -> None:
    code = {"code": (await survey.office.post("/v1/kiosks", json=KIOSK_HERE)).json()["code"]}
    answers = await asyncio.gather(*(survey.client().post("/v1/kiosks/mot-ma/enrolment", json=code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[403] * 7]
    assert len(await survey.facts("KioskEnrolled")) == 1


KIOSK_HERE = {"kiosk": "mot-ma", "unit": "H09.05", "question": "hai-long"}


async def test_a_kiosk_whose_name_ends_as_anothers_is_another(survey: Bench) -> None:
    await survey.kiosk("k1")
    namesake = await survey.kiosk("ask1")
    assert (await send(namesake, 1, 1)).status_code == 403
    assert (await namesake.get("/v1/kiosks/k1")).status_code == 403
    assert await seqs(survey) == []
