"""Writes a round file of many units with one criterion each, to measure and test `round run` and `round check`.

python -m bench.round_of_units 136 > var/136-units.json
"""

import argparse
import json
import sys
from typing import Any

AUTHORITY = "H99"


def round_of(units: int) -> dict[str, Any]:
    """Return a round file: each unit claims 8 of 10 points, and the office upholds every claim."""
    codes = [f"{AUTHORITY}.{number:04}" for number in range(1, units + 1)]
    area = {"code": "1", "name": "Cải cách thể chế", "level": "area", "maximum": 10}
    criterion = {"code": "1.1", "name": "Tổ chức thi hành pháp luật", "level": "criterion", "parent": "1"}
    return {
        "round": f"bench-{units}-units",
        "authority": AUTHORITY,
        "year": 2026,
        "title": f"Đợt đo tốc độ: {units} đơn vị",
        "criteria_sets": [
            {
                "code": "bench-one-criterion",
                "title": "Bộ chỉ số một tiêu chí",
                "reference": "Tệp đo tốc độ",
                "bands": [{"name": "Tốt", "at_least": 80}, {"name": "Yếu", "at_least": 0}],
                "criteria": [area, {**criterion, "maximum": 10, "rule": {"kind": "entered_points"}}],
            }
        ],
        "blocks": [
            {
                "code": "units",
                "name": "Các đơn vị",
                "criteria_set": "bench-one-criterion",
                "units": [{"code": code, "name": f"Đơn vị {code}"} for code in codes],
            }
        ],
        "self_scores": [{"unit": code, "claims": [{"criterion": "1.1", "figures": {"points": 8}}]} for code in codes],
        "appraisals": [{"unit": code, "findings": []} for code in codes],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.round_of_units", description="Write a round file.")
    parser.add_argument("units", type=int)
    json.dump(round_of(parser.parse_args().units), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
