"""A round for the benchmarks: units with one question each, answered at kiosks."""

import httpx

SET = {
    "code": "bo-bench",
    "title": "Bộ chỉ số để đo",
    "reference": "1/QĐ",
    "rounding": {"decimals": 2, "mode": "half_up", "total": "rounded_sum"},
    "criteria": [
        {"code": "1", "name": "Kết quả", "level": "area", "maximum": "10"},
        {
            "code": "1.1",
            "name": "Hài lòng",
            "level": "criterion",
            "parent": "1",
            "maximum": "10",
            "rule": {
                "kind": "survey_points",
                "question": "hai-long",
                "shares": [
                    {"option": str(stars), "share": f"0.{2 * stars}" if stars < 5 else "1"} for stars in range(1, 6)
                ],
            },
        },
    ],
}


def units(count: int) -> list[str]:
    """Return the units' codes."""
    return [f"H09.{number:03}" for number in range(1, count + 1)]


async def open_round(assessment: httpx.AsyncClient, count: int) -> None:
    """Enact the set and open the round `bench` for `count` units."""
    listed = [{"code": code, "name": code} for code in units(count)]
    block = {"code": "b", "name": "Các sở", "criteria_set": SET["code"], "units": listed}
    opening = {
        "authority": "H09",
        "round": "bench",
        "year": 2026,
        "title": "Đợt đo",
        "reference": "2/QĐ",
        "blocks": [block],
    }
    (await assessment.post("/v1/criteria-sets", json={"authority": "H09", "criteria_set": SET})).raise_for_status()
    (await assessment.post("/v1/rounds", json=opening)).raise_for_status()
