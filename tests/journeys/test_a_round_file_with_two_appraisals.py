"""A round file with two appraisals: corrected, explained, appraised again, decided, published, and recomputed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.cut_runs import cut_off
from tests.journeys.tables import assert_as_published

from parindex.auth.principal import Role
from parindex.testing.serving import NOON
from parindex_cli.local.embedded import System
from parindex_cli.rounds.calls import Identity, identities
from parindex_cli.rounds.checking import check, load_round
from parindex_cli.rounds.gateways import CredentialsError
from parindex_cli.rounds.reading import parse
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import audited, drive

TWO_APPRAISALS = Path(__file__).parents[2] / "deploy" / "demo" / "two-appraisals.yaml"
TEXT = TWO_APPRAISALS.read_text("utf-8")
OFFICE, COUNCIL = (Role.OFFICE, "H97"), (Role.COUNCIL, "H97")
LEAST_CUTS = 5
"""Interruptions of a run of some thirty commands, five commands apart, all in the steps of the units."""


async def appraisal_of(system: System, unit: str, round_id: str = "two-appraisals") -> Sequence[tuple[str, str]]:
    """Return kind and stage of each event from a unit's submission on; "" where it has no stage."""
    recorded = await system.resources["assessment"].context.log.read_stream(f"sheet-{round_id}/{unit}")
    kinds = [(each.entry.type, str(getattr(each.fact, "stage", ""))) for each in recorded]
    return kinds[kinds.index(("SelfScoreSubmitted", "")) + 1 :]


async def test_a_round_with_two_appraisals_is_published_and_recomputed(gateway: Gateway, system: System) -> None:
    described, result = await drive(gateway, TWO_APPRAISALS)
    assert_as_published(described, result)
    assert await appraisal_of(system, "H97.01") == [
        ("ClaimCorrected", "appraisal-1"),
        ("ClaimCorrected", "appraisal-1"),
        ("FirstAppraisalAnnounced", ""),
        ("CutExplained", ""),
        ("CutExplained", ""),
        ("ExplanationSubmitted", ""),
        ("ClaimCorrected", "appraisal-2"),
        ("ClaimUpheld", "appraisal-2"),
        ("AppraisalCompleted", ""),
    ]
    assert [stage for kind, stage in await appraisal_of(system, "H97.02") if kind == "ClaimCorrected"] == [
        "appraisal-1",
        "appraisal-2",
        "council",
    ]
    accepted = [kind for kind, _ in await appraisal_of(system, "H97.03")]
    assert accepted[-3:] == ["FirstAppraisalAnnounced", "ExplanationSubmitted", "AppraisalCompleted"]
    assert [kind for kind, _ in await appraisal_of(system, "H97.04")] == ["ClaimUpheld"] * 2 + ["AppraisalCompleted"]
    assert await audited(gateway, described.round, described.authority)


async def test_a_run_that_is_cut_off_again_and_again_repeats_nothing(gateway: Gateway, system: System) -> None:
    described, log, cuts = load_round(TWO_APPRAISALS), system.resources["assessment"].context.log, 0
    while await cut_off(gateway, described, 9 + 5 * cuts):
        cuts += 1
    assert cuts >= LEAST_CUTS
    head = await log.head()
    _, result = await drive(gateway, TWO_APPRAISALS)
    assert_as_published(described, result)
    assert await log.head() == head
    for unit in (score.unit for score in described.self_scores):
        events = await appraisal_of(system, unit)
        assert len(set(events)) >= len(events) - 2, "no event is there more often than its criteria"


async def test_a_second_finding_that_equals_the_first_is_made(gateway: Gateway, system: System, tmp_path: Path) -> None:
    file = tmp_path / "equal.yaml"
    file.write_text(one_criterion(), "utf-8")
    described, _ = await drive(gateway, file)
    found = await appraisal_of(system, "H97.01", described.round)
    assert [stage for kind, stage in found if kind == "ClaimCorrected"] == ["appraisal-1", "appraisal-2"]


def one_criterion() -> str:
    """Return a file with one unit and one criterion, whose second appraisal says what the first said."""
    text = TEXT[: TEXT.index('      - code: "1.2"')].replace("maximum: 100", "maximum: 40")
    return (
        text
        + """\
blocks:
  - {code: so, name: Các sở, criteria_set: hai-lan-tham-dinh-so, units: [{code: H97.01, name: Sở A}]}
self_scores:
  - {unit: H97.01, claims: [{criterion: "1.1", figures: {points: 40}}]}
appraisals:
  - unit: H97.01
    findings: [{criterion: "1.1", points: 30, comment: Thiếu}]
    explanations: [{criterion: "1.1", explanation: Đã bổ sung}]
    second_findings: [{criterion: "1.1", points: 30, comment: Thiếu}]
"""
    )


async def test_the_leader_submits_the_explanation_where_the_file_requires_approval(
    gateway: Gateway, system: System, tmp_path: Path
) -> None:
    file, log = tmp_path / "approval.yaml", system.resources["assessment"].context.log
    file.write_text(f"approval: true\n{TEXT}", "utf-8")
    described, result = await drive(gateway, file)
    assert_as_published(described, result)
    for unit in ("H97.01", "H97.02", "H97.03"):
        recorded = await log.read_stream(f"sheet-{described.round}/{unit}")
        actors = {each.entry.type: each.entry.actor for each in recorded}
        assert actors["ExplanationSubmitted"] == actors["SelfScoreApproved"] != actors["SelfScoreSubmitted"]
    head = await log.head()
    assert (await drive(gateway, file))[1] == result
    assert await log.head() == head


async def test_with_four_eyes_the_office_completes_what_the_council_decided(
    gateway: Gateway, system: System, tmp_path: Path
) -> None:
    file = tmp_path / "four-eyes.yaml"
    file.write_text(f"four_eyes: true\n{TEXT}", "utf-8")
    assert_as_published(*await drive(gateway, file))
    log = system.resources["assessment"].context.log
    completed = {}
    for unit in ("H97.01", "H97.02"):
        recorded = await log.read_stream(f"sheet-two-appraisals/{unit}")
        completed[unit] = recorded[-1].entry.actor
        assert recorded[-1].entry.type == "AppraisalCompleted"
    assert completed["H97.01"] != completed["H97.02"]


def senders(extra: str, text: str = TEXT) -> list[Identity]:
    return identities(check(parse(extra + text), NOON))


def test_the_senders_of_the_file_are_known_before_anything_is_sent() -> None:
    units = [f"H97.0{number}" for number in range(1, 5)]
    assert set(senders("")) == {OFFICE, COUNCIL, (Role.PUBLISHER, "H97"), *((Role.UNIT, unit) for unit in units)}
    assert {(Role.LEADER, unit) for unit in units} <= set(senders("approval: true\n"))
    without = TEXT.replace("    decisions:\n", "").replace(
        '      - {criterion: "1.1", points: 35, comment: Báo cáo còn lại muộn một ngày}\n', ""
    )
    assert COUNCIL not in senders("", without)


async def test_a_council_that_cannot_sign_in_is_found_before_anything_is_written(
    gateway: Gateway, system: System
) -> None:
    async def token(role: Role, node: str) -> str:
        if role is Role.COUNCIL:
            raise CredentialsError(role, node)
        return await gateway.token(role, node)

    with pytest.raises(CredentialsError, match="council@H97"):
        await drive(replace(gateway, token=token), TWO_APPRAISALS)
    assert await system.resources["assessment"].context.log.head() == 0
