"""A training round at scoring: its answers and its page say so, and no set is tried on its figures."""

import msgspec
import pytest
from httpx import AsyncClient
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import appraised, opened
from tests.scoring.over_http import get, post

from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.training import TRAINING

UNIT = "/v1/rounds/t/units/H09.01"
POINTS = f"{UNIT}/criteria/2.2"


@pytest.fixture
async def trained(http: AsyncClient, bench: Bench) -> AsyncClient:
    """Scoring with a training round `t`, whose unit is appraised, beside the real round `r`."""
    practice = msgspec.structs.replace(opened(units=["H09.01"]), round="t", training=True)
    await bench.receive("assessment", practice, msgspec.structs.replace(appraised("H09.01", 5), round="t"))
    await bench.projector.catch_up()
    return http


async def test_the_answers_about_a_training_round_say_so(trained: AsyncClient, bench: Bench) -> None:
    for path in ("/v1/rounds/{}/indices", "/v1/rounds/{}/units/H09.01/index"):
        marks = [(await get(trained, bench, path.format(of), "office@H09")).json()["training"] for of in ("t", "r")]
        assert marks == [True, False], path
    derived = (await get(trained, bench, f"{POINTS}/derivation", "unit@H09.01")).json()
    assert (derived["training"], derived["said"][0]) == (True, {"term": "Tập huấn", "text": TRAINING})
    real = (await get(trained, bench, POINTS.replace("/t/", "/r/") + "/derivation", "unit@H09.01")).json()
    assert (real["training"], TRAINING in str(real)) == (False, False)


async def test_no_set_is_tried_on_the_figures_of_a_training_round(
    trained: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    body = {"criteria_set": msgspec.to_builtins(criteria_set)}
    tried = [await post(trained, bench, f"{at}/trials", "office@H09", body) for at in ("/v1/rounds/t", UNIT)]
    ranks = await get(trained, bench, "/v1/rounds/t/rank-sensitivity", "office@H09")
    for answer in (*tried, ranks):
        assert (answer.status_code, answer.json()["code"]) == (409, "training-round-not-tried")
