"""The 32 tamperings of an earlier audit of this system and some of later logs, with the checks that find each.

`plain` is done with SQL and no more. In `fitted` every rewritten log also gets hashes, heads and columns that fit:
only a signed head or a kept copy could show it. `kept` is `fitted`, compared with a copy of last week.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from tests.auditing.forging import Data, Forger, Row, a_day_earlier, first, last, renumbered

from parindex.canonical import canonical

Deed = Callable[[Forger], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tampering:
    """One tampering, with exactly the checks that find it."""

    deed: Deed
    plain: frozenset[str]
    fitted: frozenset[str]
    kept: frozenset[str]
    recomputed: bool = False  # with matching hashes, only a recomputation finds it

    @property
    def name(self) -> str:
        return self.deed.__name__


ALL: list[Tampering] = []


def noticed(*, plain: str, fitted: str = "", kept: str = "", recomputed: bool = False) -> Callable[[Deed], Deed]:
    """Add a tampering to the list, with the numbers of the checks that find it."""

    def enter(deed: Deed) -> Deed:
        sets = [frozenset(each.split()) for each in (plain, fitted, kept)]
        ALL.append(Tampering(deed, sets[0], sets[1], sets[2], recomputed))
        return deed

    return enter


def swap(rows: list[Row], one: Row, other: Row) -> list[Row]:
    """Exchange two rows of a log; each takes the other's position and time."""
    a, b = rows.index(one), rows.index(other)
    rows[a], rows[b] = other, one
    one.position, other.position = other.position, one.position
    one.recorded_at, other.recorded_at = other.recorded_at, one.recorded_at
    return rows


@noticed(plain="L03 S1", fitted="S1", kept="K1 S1")
async def press(forger: Forger) -> None:
    await forger.rewrite("survey", lambda rows: first(rows, "RatingRecorded", option="5").change(option="1"))


@noticed(plain="A2 C6 L03", fitted="A2 C6", kept="A2 C6 K1")
async def finding(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = last(rows, "AppraisalCompleted", unit="H10.01")
        findings = row.entry["data"]["findings"]
        findings[0]["figures"] = [{"name": "points", "value": "3"}]
        row.change(findings=findings)

    await forger.rewrite("assessment", change)


@noticed(plain="A2 L03", fitted="A2", kept="A2 K1")
async def corrected_only(forger: Forger) -> None:
    on_time = [{"name": "outcome", "value": "on_time"}]
    await forger.rewrite(
        "assessment", lambda rows: first(rows, "ClaimCorrected", criterion="1.3").change(figures=on_time)
    )


@noticed(plain="A1 A2 L03", fitted="A1 A2", kept="A1 A2 K1")
async def claim_only(forger: Forger) -> None:
    figures = [{"name": "points", "value": "1.5"}]
    await forger.rewrite(
        "assessment", lambda rows: first(rows, "ClaimEntered", unit="H10.01", criterion="1.1").change(figures=figures)
    )


@noticed(plain="E1", fitted="E1", kept="E1 K3")
async def snapshot_byte(forger: Forger) -> None:
    await forger.execute("publication", "ALTER TABLE snapshots DROP CONSTRAINT snapshots_check")
    await forger.execute("publication", SNAPSHOT_BYTE)


SNAPSHOT_BYTE = """
UPDATE snapshots SET content = convert_to(replace(convert_from(content, 'UTF8'), '"rank":1', '"rank":2'), 'UTF8')
"""


@noticed(plain="E4 L03 P2", fitted="E4 P2", kept="E4 K1 K3 P2")
async def snapshot_adept(forger: Forger) -> None:
    """Another index in the frozen bytes, with their checksum in the log, in the list and in the snapshot store."""

    def change(sealed: Data) -> None:
        sealed["blocks"][0]["units"][0]["index"] = "99"

    await sealed_anew(forger, change)


async def sealed_anew(forger: Forger, forge: Callable[[Data], None]) -> None:
    """Change a snapshot, and its checksum everywhere."""
    [row] = await forger.fetch(
        "publication", "SELECT checksum, content FROM snapshots ORDER BY length(content) LIMIT 1"
    )
    sealed = msgspec.json.decode(row["content"])
    forge(sealed)
    raw = canonical(sealed)
    checksum = hashlib.sha256(raw).hexdigest()
    await forger.execute(
        "publication",
        "UPDATE snapshots SET content = $2, checksum = $3 WHERE checksum = $1",
        row["checksum"],
        raw,
        checksum,
    )

    def change(rows: list[Row]) -> None:
        for each in rows:
            each.raw = each.raw.replace(row["checksum"].encode(), checksum.encode())

    await forger.rewrite("publication", change)
    await forger.execute(
        "publication", "UPDATE editions_v1.editions SET checksum = $2 WHERE checksum = $1", row["checksum"], checksum
    )


@noticed(plain="C6 L03 L04 L10 L11 L12 L13 S1", fitted="C6 L12 L13 S1", kept="C6 K1 K2 L12 L13 S1")
async def delete_press(forger: Forger) -> None:
    await forger.rewrite("survey", lambda rows: renumbered(rows, first(rows, "RatingRecorded", option="5")))


@noticed(plain="A2 C6 L03 L04 L10 L11 L12", fitted="A2 C6 L12 L13", kept="A2 C6 K1 K2 L12 L13")
async def delete_claim_upheld(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: renumbered(rows, first(rows, "ClaimUpheld", criterion="1.2")))


@noticed(plain="L10 L11", fitted="", kept="K2 K3")
async def truncate_edition(forger: Forger) -> None:
    """Edition 2 was never frozen and never announced."""
    await forger.rewrite("publication", lambda rows: rows[:2])
    await forger.execute("publication", "DELETE FROM editions_v1.editions WHERE edition = 2")
    if forger.chains:
        [row] = await forger.fetch("publication", "SELECT checksum FROM editions_v1.editions")
        await forger.execute("publication", "DELETE FROM snapshots WHERE checksum <> $1", row["checksum"])


@noticed(plain="L10 L11", fitted="", kept="K2 K3")
async def truncate_correction(forger: Forger) -> None:
    """The reopening and all later entries are removed from three logs."""
    await truncate_edition(forger)
    await forger.rewrite("assessment", lambda rows: rows[: rows.index(first(rows, "RoundReopened"))])
    await forger.rewrite("scoring", lambda rows: rows[: rows.index(first(rows, "RoundSettled")) + 1])


@noticed(plain="L03 L04 L05 L10 L11 S2", fitted="L05 S2", kept="L05 S2")
async def insert_back_dated_tail(forger: Forger) -> None:
    await forger.rewrite("survey", lambda rows: [*rows, a_copy(rows, at_the_end=True)])


@noticed(plain="C6 L03 L04 L05 L09 L10 L11 L12 L14 S1", fitted="C6 L05 L12 L14 S1", kept="C6 K1 L05 L12 L14 S1")
async def insert_back_dated_middle(forger: Forger) -> None:
    def change(rows: list[Row]) -> list[Row]:
        pressed = rows.index(first(rows, "RatingRecorded"))
        rows = [*rows[: pressed + 1], a_copy(rows, at_the_end=False), *rows[pressed + 1 :]]
        for position, row in enumerate(rows, start=1):
            row.position = position
        return rows

    await forger.rewrite("survey", change)


@noticed(plain="L03 L04 L10 L11 S2", fitted="S2", kept="S2")
async def insert_adept_tail(forger: Forger) -> None:
    """An invented press at the end, with a matching time: it is decided again, and its round does not match."""

    def change(rows: list[Row]) -> list[Row]:
        row = a_copy(rows, at_the_end=True)
        row.recorded_at = rows[-1].recorded_at + timedelta(seconds=1)
        return [*rows, row]

    await forger.rewrite("survey", change)


def a_copy(rows: list[Row], *, at_the_end: bool) -> Row:
    """Return one more press, dated a day before its neighbours."""
    like = last(rows, "RatingRecorded")
    seq = like.entry["data"]["seq"] + 1
    row = Row(len(rows) + 1, like.stream, like.version + 1, like.type, like.partition, like.recorded_at, like.raw)
    row.put(nonce="AAAAAAAAAAAAAAAAAAAAAA" if at_the_end else like.entry["nonce"], version=row.version)
    row.change(seq=seq)
    a_day_earlier(row)
    return row


@noticed(plain="L04 L03 L09", fitted="", kept="K1")
async def swap_same_stream(forger: Forger) -> None:
    def change(rows: list[Row]) -> list[Row]:
        presses = [row for row in rows if row.type == "RatingRecorded"]
        return swap(rows, presses[1], presses[2])

    await forger.rewrite("survey", change)


@noticed(plain="L03 L04 L09 S1", fitted="S1", kept="K1 S1")
async def swap_other_streams(forger: Forger) -> None:
    def change(rows: list[Row]) -> list[Row]:
        presses = {row.stream: row for row in rows if row.type == "RatingRecorded"}
        return swap(rows, *list(presses.values())[:2])

    await forger.rewrite("survey", change)


@noticed(plain="L03 L04 L09", fitted="", kept="K1")
async def swap_adept(forger: Forger) -> None:
    def change(rows: list[Row]) -> list[Row]:
        one = first(rows, "ClaimEntered", unit="H10.01", criterion="1.1")
        return swap(rows, one, first(rows, "ClaimEntered", unit="H10.01", criterion="1.2"))

    await forger.rewrite("assessment", change)


@noticed(plain="L03 L04 L11 L12", fitted="L12", kept="K1 L12")
async def back_date_all(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        for row in rows:
            a_day_earlier(row)

    await forger.rewrite("assessment", change)


@noticed(plain="L04 L11 L12", fitted="L12", kept="K1 L12")
async def recorded_at_only(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        for row in rows:
            row.recorded_at += timedelta(minutes=5)

    await forger.rewrite("assessment", change)


@noticed(plain="L03", fitted="", kept="K1")
async def actor(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: first(rows, "ClaimCorrected").put(actor="somebody-else"))


@noticed(plain="L16", fitted="L16", kept="L16")
async def vault_text(forger: Forger) -> None:
    await forger.execute("assessment", "UPDATE vault SET content = 'Không có gì' WHERE commitment LIKE 'comment:%'")


@noticed(plain="L17", fitted="L17", kept="L17")
async def vault_gone(forger: Forger) -> None:
    await forger.execute("assessment", "DELETE FROM vault WHERE commitment LIKE 'comment:%'")


@noticed(plain="L16", fitted="L16", kept="K3 L16")
async def published_reason(forger: Forger) -> None:
    await forger.execute("publication", "UPDATE vault SET content = 'Lỗi đánh máy, không đổi kết quả'")


@noticed(plain="E3", fitted="E3", kept="E3")
async def announced_at(forger: Forger) -> None:
    await forger.execute("publication", "UPDATE editions_v1.editions SET announced_at = '2020-01-01T00:00:00.000000Z'")


@noticed(plain="E3 L11", fitted="E3", kept="E3 K1 K3")
async def announced_at_log(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = last(rows, "ResultsAnnounced")
        row.put(occurred_at="2026-06-30T12:00:00.000000Z")

    await forger.rewrite("publication", change)


@noticed(plain="C1 C2 E4 L03", fitted="C1 C2 E4", kept="C1 C2 E4 K1")
async def scoring_log(forger: Forger) -> None:
    await forger.rewrite("scoring", lambda rows: last(rows, "IndexComputed", unit="H10.02").change(index="99"))


@noticed(plain="C5 L03", fitted="C5", kept="C5 K1")
async def earlier_points(forger: Forger) -> None:
    """The points of a line were others for a time, and all sums of that index fit."""

    def change(rows: list[Row]) -> None:
        row = first(rows, "IndexComputed", unit="H10.01", claimed_from="")
        lines = row.entry["data"]["lines"]
        at = next(at for at, line in enumerate(lines) if line["part"] == "appraisal")
        lines[at]["points"] = "0"
        row.change(lines=lines)

    await forger.rewrite("scoring", change)


@noticed(plain="C5 C6 L03", fitted="C5 C6", kept="C5 C6 K1")
async def received_finding(forger: Forger) -> None:
    """Scoring received other figures from the appraisal than it computed from."""

    def change(rows: list[Row]) -> None:
        row = last(rows, "FindingsReceived", unit="H10.02")
        findings = row.entry["data"]["findings"]
        changed = [{**each, "points": "0.5"} if each.get("points") else each for each in findings]
        row.change(findings=changed)

    await forger.rewrite("scoring", change)


def _halved(rows: list[Row], **source: int) -> None:
    """Halve figures that scoring received from the appraisal, and name another source of them."""
    row = last(rows, "FindingsReceived", unit="H10.02")
    findings = row.entry["data"]["findings"]
    changed = [{**each, "points": "0.5"} if each.get("points") else each for each in findings]
    row.change(findings=changed, **{name: row.entry["data"][name] + more for name, more in source.items()})


@noticed(plain="C5 C6 L03", fitted="C5 C6", kept="C5 C6 K1")
async def received_in_another_epoch(forger: Forger) -> None:
    """Scoring received other figures, from an epoch that the appraisal's log has not reached."""
    await forger.rewrite("scoring", lambda rows: _halved(rows, epoch=1))


@noticed(plain="C5 C6 L03", fitted="C5 C6", kept="C5 C6 K1")
async def received_before_any_epoch(forger: Forger) -> None:
    """Scoring received other figures, from an epoch before the first one, as if a restore had lost them."""
    await forger.rewrite("scoring", lambda rows: _halved(rows, epoch=-1))


@noticed(plain="C5 C6 L03", fitted="C5 C6", kept="C5 C6 K1")
async def received_from_another_position(forger: Forger) -> None:
    """Scoring received other figures, from a position that the appraisal's log has not reached."""
    await forger.rewrite("scoring", lambda rows: _halved(rows, position=1_000_000))


@noticed(plain="C2 C6 E4 L03", fitted="C2 C6 E4", kept="C2 C6 E4 K1")
async def received_as_it_was(forger: Forger) -> None:
    """Scoring received the old findings once more and not the correction, and its lines fit them."""

    def change(rows: list[Row]) -> None:
        received, computed = (last(rows, kind, unit="H10.02") for kind in ("FindingsReceived", "IndexComputed"))
        position = received.entry["data"]["position"] + 1_000_000
        old = first(rows, "FindingsReceived", unit="H10.02").entry["data"]["findings"]
        received.change(findings=old, position=position)
        index = last(rows[: rows.index(received)], "IndexComputed", unit="H10.02").entry["data"]
        causes = {"causes": [f"assessment/{position}"]}
        lines = [line | causes if line["part"] == "appraisal" else line for line in index["lines"]]
        computed.change(**index | {"lines": lines})

    await forger.rewrite("scoring", change)


@noticed(plain="C5 C6 L03", fitted="C5 C6", kept="C5 C6 K1")
async def received_in_part(forger: Forger) -> None:
    """Scoring's last findings lack a piece, so there is nothing whole to compare."""
    await forger.rewrite("scoring", lambda rows: last(rows, "FindingsReceived", unit="H10.02").change(pieces=2))


@noticed(plain="L08", fitted="", kept="")
async def columns(forger: Forger) -> None:
    """The columns of an entry have another type and another version. Making them match would undo the tampering."""

    def change(rows: list[Row]) -> None:
        row = first(rows, "ClaimUpheld")
        row.type = "ClaimCorrected"

    await forger.rewrite("assessment", change)


@noticed(plain="C6 L03 S1", fitted="C6 S1", kept="C6 K1 S1")
async def tally_only(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = next(row for row in rows if row.type == "TallyUpdated" and row.entry["data"].get("counts"))
        counts = row.entry["data"]["counts"]
        counts[0]["count"] += 1
        row.change(counts=counts)

    await forger.rewrite("survey", change)


@noticed(plain="C6 L03", fitted="C6 E5", kept="C6 E5 K1", recomputed=True)
async def outside_tally(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = next(row for row in rows if row.type == "TallyUpdated" and row.entry["data"].get("score") == "2")
        row.change(score="4")

    await forger.rewrite("survey", change)


@noticed(plain="L03", fitted="E5", kept="E5 K1", recomputed=True)
async def unit_name(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = first(rows, "RoundOpened")
        row.raw = row.raw.replace("Sở Tư pháp".encode(), "Sở Tài chính".encode())

    await forger.rewrite("assessment", change)


@noticed(plain="L03", fitted="E5", kept="E5 K1", recomputed=True)
async def criteria_set_max(forger: Forger) -> None:
    def change(rows: list[Row]) -> None:
        row = first(rows, "CriteriaSetEnacted")
        row.raw = row.raw.replace(b'"maximum":"3"', b'"maximum":"4"')

    await forger.rewrite("assessment", change)


@noticed(plain="L03", fitted="", kept="K1")
async def nonce(forger: Forger) -> None:
    await forger.rewrite("assessment", lambda rows: first(rows, "ClaimUpheld").put(nonce="AAAAAAAAAAAAAAAAAAAAAA"))


@noticed(plain="L03", fitted="", kept="K1")
async def right_altered(forger: Forger) -> None:
    """The office always had the right of the council."""
    await forger.rewrite(
        "sign_in", lambda rows: first(rows, "RightGranted", right="office@H10").change(right="council@H10")
    )


@noticed(plain="L10 L11", fitted="", kept="K2")
async def rights_truncated(forger: Forger) -> None:
    """The entries that ended rights and removed an account are deleted."""
    await forger.rewrite("sign_in", lambda rows: rows[: rows.index(first(rows, "RightEnded"))])


@noticed(plain="L03 L04 L10 L11", fitted="", kept="K1 K2")
async def right_removed(forger: Forger) -> None:
    await forger.rewrite("sign_in", lambda rows: renumbered(rows, first(rows, "RightGranted", right="office@H10")))


@noticed(plain="L16", fitted="L16", kept="L16")
async def account_name(forger: Forger) -> None:
    await forger.execute("sign_in", "UPDATE vault SET content = 'ai.do.khac' WHERE content = 'lan'")


@noticed(plain="L17", fitted="L17", kept="L17")
async def account_name_gone(forger: Forger) -> None:
    await forger.execute("sign_in", "DELETE FROM vault WHERE content = 'lan.anh'")
