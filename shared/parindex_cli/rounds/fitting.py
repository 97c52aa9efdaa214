"""Checks that the parts of a round file fit together: existing codes, units of the round, figures that rules take.

What belongs to a service is judged by that service's own check (`ClientChecks.checks`). Decision 7 lists the few rules
that the client repeats, and why.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from parindex.client_checks import checks_of
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.values.texts import compared
from parindex_cli.rounds.claimed import claim_faults, explanation_faults, finding_faults
from parindex_cli.rounds.file_rows import Fault, FileRow, records_of, repeated, rows_of, unknown
from parindex_cli.rounds.surveyed import button_notes, press_faults, survey_rules, tally_faults

FigureFaults = Callable[[str, Sequence[FileRow], Mapping[str, Criterion], Collection[str]], Iterator[Fault]]
RULE = re.compile(r"/criteria/\d+/rule(?=/|$)")


class FileChecker:
    """The whole file, as far as its shape is valid; a broken part is not checked further."""

    def __init__(self, content: dict[str, Any], broken: set[str]) -> None:
        self._content = content
        self._broken = broken
        self._checks = checks_of("assessment").checks
        self._unruled: set[str] = set()
        self._sets = dict(self._good_sets())
        self._blocks = [row for _, row in self._rows("blocks")]
        self._set_of = {
            str(unit.get("code")): block.get("criteria_set")
            for block in self._blocks
            for unit in records_of(block.get("units"))
        }

    def faults(self) -> Iterator[Fault]:
        """Yield the mistakes between parts."""
        yield from self._set_faults()
        yield from self._block_faults()
        for part in ("self_scores", "appraisals", "tallies", "kiosks"):
            yield from self._units_known(part)
        yield from self._figure_faults("self_scores", "claims", claim_faults)
        yield from self._figure_faults("appraisals", "findings", finding_faults)
        yield from self._figure_faults("appraisals", "explanations", explanation_faults)
        yield from self._figure_faults("appraisals", "second_findings", finding_faults)
        yield from self._figure_faults("appraisals", "decisions", finding_faults)
        yield from repeated(self._rows("self_scores"), "unit")
        yield from repeated(self._rows("appraisals"), "unit")
        yield from repeated(self._rows("kiosks"), "kiosk")
        for part in ("tallies", "kiosks"):
            yield from self._questions_known(part)
        yield from self._appraisers_known()
        yield from self._published_faults()

    def _rows(self, part: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for index, row in enumerate(rows_of(self._content.get(part))):
            if isinstance(row, dict):
                yield f"/{part}/{index}", row

    def _good_sets(self) -> Iterator[tuple[str, tuple[str, CriteriaSet]]]:
        for pointer, row in self._rows("criteria_sets"):
            broken = {fault.removeprefix(pointer) for fault in self._broken if fault.startswith(pointer)}
            rules = {match[0] for fault in broken if (match := RULE.match(fault))}
            if all(RULE.match(fault) for fault in broken):
                self._unruled |= {f"{pointer}{rule}" for rule in rules}
                yield str(row.get("code")), (pointer, _read_set(row, rules))

    def _set_faults(self) -> Iterator[Fault]:
        for pointer, criteria_set in self._sets.values():
            for place in self._checks["criteria_set"](criteria_set, pointer):
                if not any(place.at.startswith(rule) for rule in self._unruled):
                    yield place.at, place.vi, place.en
        yield from repeated(self._rows("criteria_sets"), "code")

    def _block_faults(self) -> Iterator[Fault]:
        known = {str(row.get("code")) for _, row in self._rows("criteria_sets")}
        yield from repeated(self._rows("blocks"), "code")
        units = Counter(str(unit.get("code")) for block in self._blocks for unit in records_of(block.get("units")))
        for pointer, block in self._rows("blocks"):
            code = str(block.get("criteria_set"))
            if code not in known:
                yield unknown(f"{pointer}/criteria_set", "bộ chỉ số", "criteria set", code, known)
            for index, unit in enumerate(rows_of(block.get("units"))):
                yield from self._unit_faults(f"{pointer}/units/{index}/code", unit, units)

    def _unit_faults(self, at: str, unit: Any, units: Counter[Any]) -> Iterator[Fault]:
        code = unit.get("code") if isinstance(unit, dict) else None
        if units[str(code)] > 1:
            yield at, f"Đơn vị “{code}” bị trùng.", f"The unit “{code}” occurs twice in the round."

    def _units_known(self, part: str) -> Iterator[Fault]:
        for pointer, row in self._rows(part):
            code = str(row.get("unit"))
            if code not in self._set_of:
                yield unknown(f"{pointer}/unit", "đơn vị", "unit", code, self._set_of)

    def _leaves(self, unit: Any) -> dict[str, Criterion] | None:
        found = self._sets.get(str(self._set_of.get(str(unit))))
        return {row.code: row for row in found[1].criteria if row.rule is not None} if found else None

    def _unruled_at(self, unit: Any) -> set[str]:
        """Return the criteria of a unit's set whose rule is broken."""
        pointer, criteria_set = self._sets[str(self._set_of.get(str(unit)))]
        rows = enumerate(criteria_set.criteria)
        return {row.code for index, row in rows if f"{pointer}/criteria/{index}/rule" in self._unruled}

    def _figure_faults(self, part: str, of: str, faults: FigureFaults) -> Iterator[Fault]:
        for pointer, row in self._rows(part):
            leaves = self._leaves(row.get("unit"))
            if leaves is not None:
                entries, unruled = records_of(row.get(of)), self._unruled_at(row.get("unit"))
                yield from faults(f"{pointer}/{of}", entries, leaves, unruled)

    def _questions_known(self, part: str) -> Iterator[Fault]:
        for pointer, row in self._rows(part):
            leaves = self._leaves(row.get("unit"))
            if leaves is None:
                continue
            question, known = str(row.get("question")), survey_rules(leaves.values())
            if question not in {rule.question for rule in known}:
                yield unknown(f"{pointer}/question", "câu hỏi", "question", question, {rule.question for rule in known})
            elif part == "tallies":
                yield from tally_faults(pointer, row, self._set_for(row), self._broken)
            elif not self._is_scored_outside(row):
                yield from press_faults(pointer, row, self._set_for(row))

    def _set_for(self, row: dict[str, Any]) -> CriteriaSet:
        return self._sets[str(self._set_of.get(str(row.get("unit"))))][1]

    def _is_scored_outside(self, row: dict[str, Any]) -> bool:
        """Return whether an outside survey's score replaces the answers to this question at this unit."""
        tallies = [each for _, each in self._rows("tallies") if each.get("score")]
        return any(
            (each.get("unit"), each.get("question")) == (row.get("unit"), row.get("question")) for each in tallies
        )

    def notes(self) -> Iterator[Fault]:
        """Yield notes, which are no mistakes: a kiosk's buttons that no share counts."""
        for pointer, kiosk in self._rows("kiosks"):
            leaves = self._leaves(kiosk.get("unit")) or {}
            if survey_rules(leaves.values(), str(kiosk.get("question"))):
                yield from button_notes(pointer, kiosk, self._set_for(kiosk))

    def _appraisers_known(self) -> Iterator[Fault]:
        known = {row.code for _, criteria_set in self._sets.values() for row in criteria_set.criteria}
        for pointer, row in self._rows("appraisers"):
            code = str(row.get("criterion"))
            if known and code not in known:
                yield unknown(f"{pointer}/criterion", "tiêu chí", "criterion", code, known)

    def _published_faults(self) -> Iterator[Fault]:
        units = {str(block.get("code")): records_of(block.get("units")) for block in self._blocks}
        yield from repeated(self._rows("published"), "block")
        for pointer, row in self._rows("published"):
            code = str(row.get("block"))
            if code not in units:
                yield unknown(f"{pointer}/block", "khối", "block", code, units)
                continue
            names = {compared(str(unit.get("name"))): str(unit.get("name")) for unit in units[code]}
            codes = [str(unit.get("code")) for unit in units[code]]
            for index, line in enumerate(records_of(row.get("rows"))):
                at, name = f"{pointer}/rows/{index}", str(line.get("unit"))
                if compared(name) not in names:
                    yield unknown(f"{at}/unit", "đơn vị", "unit", name, names.values())
                if line.get("code") and line["code"] not in codes:
                    yield unknown(f"{at}/code", "đơn vị", "unit", str(line["code"]), codes)


def _read_set(row: dict[str, Any], without: set[str]) -> CriteriaSet:
    """Read a set; a broken rule is replaced by entered points, so that the rest can be checked."""
    criteria = [
        {**item, "rule": {"kind": "entered_points"}} if f"/criteria/{index}/rule" in without else item
        for index, item in enumerate(row["criteria"])
    ]
    return msgspec.convert({**row, "criteria": criteria}, CriteriaSet, strict=False)
