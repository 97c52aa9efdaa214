"""Checks the published lists and snapshots against the logs, and the indices in them against scoring's settlements.

Events are read from the feeds as JSON, by the names of their types and members (docs/formats/).
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.importing import UNREADABLE, FeedLine
from parindex_cli.auditing.copying import AnnouncedRound, Copy, ListedEdition
from parindex_cli.rounds.published import Edition, header_differences

_lines = msgspec.json.Decoder(FeedLine)
COMPARED = ("value", "best", "best_unit")
TOTALS = ("appraisal", "survey", "points", "maximum", "index", "bonus", "penalty")


class PublishedAudit:
    """Collects every edition from the logs, and compares them with the rounds of the public list in `shown`."""

    def __init__(self, copy: Copy, shown: Sequence[AnnouncedRound]) -> None:
        self._copy = copy
        self._shown = shown
        self._found = Discrepancies()
        self._frozen: dict[tuple[str, int], dict[str, Any]] = {}
        self._announced: dict[tuple[str, int], str] = {}
        self._settled: dict[tuple[str, int], dict[str, bytes]] = {}

    def check(self) -> list[Discrepancy]:
        """Return the discrepancies."""
        self._read_publication()
        self._read_scoring()
        results = {each.round: each for each in self._shown}
        for round_id in sorted({*results, *(round_id for round_id, _ in self._announced)}):
            self._check_round(round_id, results.get(round_id))
        return self._found.all()

    def _read_publication(self) -> None:
        for entry in events_in(self._copy, "publication", "ResultsFrozen", "ResultsAnnounced"):
            key = entry["data"]["round"], entry["data"]["edition"]
            if entry["type"] == "ResultsFrozen":
                self._frozen[key] = entry
            else:
                self._announced[key] = entry["occurred_at"]

    def _read_scoring(self) -> None:
        newest: dict[str, dict[str, bytes]] = {}
        for entry in events_in(self._copy, "scoring", "IndexComputed", "RoundSettled"):
            data = entry["data"]
            if entry["type"] == "IndexComputed":
                newest.setdefault(data["round"], {})[data["unit"]] = fingerprint(data)
            else:
                self._settled[data["round"], data["settling"]] = dict(newest.get(data["round"], {}))

    def _check_round(self, round_id: str, listed: AnnouncedRound | None) -> None:
        public = {number: at for (name, number), at in self._announced.items() if name == round_id}
        editions = {each.edition: each for each in self._copy.editions(round_id)} if listed else {}
        newest = max(public, default=0)
        frozen = self._frozen.get((round_id, newest))
        expected = frozen and (
            frozen["data"]["year"], frozen["data"]["title"], newest, frozen["data"]["checksum"], public[newest]
        )  # fmt: skip
        shown = listed and (listed.year, listed.title, listed.edition, listed.checksum, listed.announced_at)
        self._found.unless(
            bool(expected) and expected == shown, "E3", round_id,
            f"danh sách đợt ghi {shown}, sổ ghi {expected}", f"the list of rounds says {shown}, the log {expected}",
        )  # fmt: skip
        for number in sorted({*public, *editions}):
            self._check_edition(round_id, number, editions.get(number), public.get(number, ""))

    def _check_edition(self, round_id: str, number: int, listed: ListedEdition | None, announced_at: str) -> None:
        frozen, at = self._frozen.get((round_id, number)), f"{round_id}, ấn bản {number}"
        if frozen is None or listed is None or not announced_at:
            vi, en = "danh sách và sổ không cùng có ấn bản này", "the list and the log do not both have this edition"
            self._found.add("E2", at, vi, en)
            return
        data = frozen["data"]
        logged = (data["checksum"], frozen["occurred_at"], announced_at, data.get("supersedes", ""), data["formula"])
        shown = (listed.checksum, listed.frozen_at, listed.announced_at, listed.supersedes, listed.formula)
        self._found.unless(
            logged == shown, "E2", at,
            f"danh sách ghi {shown}, sổ ghi {logged}", f"the list says {shown}, the log {logged}",
        )  # fmt: skip
        self._check_snapshot(round_id, number, data, at)

    def _check_snapshot(self, round_id: str, number: int, data: dict[str, Any], at: str) -> None:
        raw = self._copy.snapshot(round_id, number)
        digest = hashlib.sha256(raw).hexdigest()
        self._found.unless(
            digest == data["checksum"], "E1", at,
            f"mã kiểm tra của các byte là {digest}, ấn bản ghi {data['checksum']}",
            f"the bytes have the checksum {digest}, the edition says {data['checksum']}",
        )  # fmt: skip
        try:
            units = [unit for block in msgspec.json.decode(raw)["blocks"] for unit in block["units"]]
            sealed = {unit["code"]: fingerprint(unit) for unit in units}
        except (*UNREADABLE, KeyError, TypeError):
            self._found.add("E1", at, "không đọc được bản chụp", "the snapshot cannot be read")
            return
        before = self._frozen.get((round_id, number - 1), {"data": {"checksum": ""}})["data"]["checksum"]
        for each in header_differences(Edition(round_id, number, data["checksum"], (), raw, before)):
            self._found.add(each.check, each.at, each.vi, each.en)
        settled = self._settled.get((round_id, data["settling"]), {})
        for code in sorted({*sealed, *settled}):
            self._found.unless(
                sealed.get(code) == settled.get(code), "E4", f"{at}, {code}",
                "chỉ số niêm phong khác chỉ số đã chốt", "the frozen index is another than the settled one",
            )  # fmt: skip


def events_in(copy: Copy, name: str, *types: str) -> Iterator[dict[str, Any]]:
    """Yield a copied feed's visible entries of some types. Unreadable lines are skipped: another check reports them."""
    for raw in copy.lines(name):
        try:
            line = _lines.decode(raw)
            entry: dict[str, Any] = msgspec.json.decode(line.entry) if line.entry else {}
        except UNREADABLE:
            continue
        if entry.get("type") in types:
            yield entry


def fingerprint(unit: dict[str, Any]) -> bytes:
    """Return a hash over the values of a unit's index, which is equal for scoring's event and a snapshot's unit."""
    lines = sorted(
        [
            line["criterion"],
            line["part"],
            line["maximum"],
            line.get("points", ""),
            sorted(line.get("causes", [])),
            *(line.get(name, "") for name in COMPARED),
        ]
        for line in unit["lines"]
    )
    totals = [unit.get(name, "") for name in TOTALS]
    return hashlib.sha256(msgspec.json.encode([totals, lines])).digest()
