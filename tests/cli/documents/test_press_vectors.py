"""The code decides as the vectors of docs/formats on which round counts a press."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from survey.admitting.questions import Asked
from survey.admitting.routing import judge, rounds_asking
from survey.admitting.state import Admitted

DOCUMENT = json.loads(
    (Path(__file__).parents[3] / "docs" / "formats" / "press-vectors.json").read_text(encoding="utf-8")
)
UNIT = "H97.01"


@pytest.mark.parametrize("vector", DOCUMENT["vectors"], ids=lambda vector: vector["why"])
def test_a_press_is_counted_where_the_vector_says(vector: dict[str, Any]) -> None:
    rounds = vector["rounds"]
    admitted = [
        Admitted(each["round"], each["pressed_from"], each["pressed_until"], each["stopped"]) for each in rounds
    ]
    asked = {
        each["round"]: {UNIT: tuple(msgspec.convert(each["asks"], list[Asked]))} if each["has_unit"] else {}
        for each in rounds
    }
    outside = [each["round"] for each in rounds if each["outside_score"]]
    press = vector["press"]
    asking = rounds_asking(admitted, asked, (UNIT, DOCUMENT["question"], press["group"]))
    verdict = judge(asking, press["at"], press["accuracy_s"], press["option"], outside)
    assert verdict == (vector["round"], vector["set_aside"])
