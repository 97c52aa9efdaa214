"""The commands of a round file: the request of each, its sender, and the places of its parts in the file.

The driver sends them. Before that, the check rehearses the same commands with the services' own rules.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.auth.principal import Role
from parindex_cli.rounds.file import Appraisal, Finding, Kiosk, RoundFile, SelfScore

PRESSES = 500
"""Presses sent in one request."""

Identity = tuple[Role, str]
"""A sender: a role at a node."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command. `by` is its sender; `place` maps a JSON pointer into its body to one into the file.

    `once`: it creates something that never changes, so its idempotency key is derived from its own content.
    `seen`: the address that the sender reads before, and whose version the command names (If-Match); "" for none.
    `stage`: distinguishes it from an equal command of an earlier stage to the same address; "" for the first stage.
    """

    service: str
    method: str
    path: str
    body: Any
    by: Identity
    place: Callable[[str], str]
    once: bool = False
    seen: str = ""
    stage: str = ""


def enactments(file: RoundFile) -> Iterator[Call]:
    """Yield the enactment of each criteria set."""
    for index, criteria_set in enumerate(file.criteria_sets):
        body = {"authority": file.authority, "criteria_set": msgspec.to_builtins(criteria_set)}
        at = _beneath(f"/criteria_sets/{index}", "/criteria_set")
        yield Call("assessment", "POST", "/v1/criteria-sets", body, _office(file), at, once=True)


def opening(file: RoundFile) -> Call:
    """Return the opening of the round."""
    content = msgspec.to_builtins(file)
    names = ("authority", "round", "year", "title", "reference", "blocks", "deadlines", "appraisers")
    extra = ("press_window", "four_eyes", "approval", "two_appraisals", "own_deadlines", "training", "council", "plan")
    body = {name: content[name] for name in (*names, *extra) if content.get(name)} | {"title": file.title}
    return Call("assessment", "POST", "/v1/rounds", body, _office(file), _same, once=True)


def registration(file: RoundFile, kiosk: Kiosk) -> Call:
    """Return the registration of a kiosk."""
    body: dict[str, Any] = {"kiosk": kiosk.kiosk, "unit": kiosk.unit, "question": kiosk.question}
    body |= {"options": kiosk.options} if kiosk.options else {}
    body |= {"group": kiosk.group} if kiosk.group else {}
    at = _kiosk(file, kiosk)
    return Call("survey", "POST", "/v1/kiosks", body, _office(file), _beneath(at), once=True)


def presses(file: RoundFile, kiosk: Kiosk) -> Iterator[Call]:
    """Yield the presses of a kiosk in batches, numbered from 1; the device itself sends them."""
    at = f"{_kiosk(file, kiosk)}/presses"
    listed = [index for index, press in enumerate(kiosk.presses) for _ in range(press.times)]
    path, by = f"/v1/kiosks/{kiosk.kiosk}/ratings", (Role.KIOSK, kiosk.unit)
    for start in range(0, len(listed), PRESSES):
        batch = listed[start : start + PRESSES]
        rows = [
            {"seq": seq, "option": kiosk.presses[index].option, "pressed_at": kiosk.presses[index].pressed_at}
            for seq, index in enumerate(batch, start=start + 1)
        ]
        yield Call("survey", "POST", path, rows, by, _row([f"{at}/{index}" for index in batch], at))


def batches(kiosk: Kiosk) -> int:
    """Return the number of commands for the presses of a kiosk."""
    return -(-sum(press.times for press in kiosk.presses) // PRESSES)


def tallies(file: RoundFile) -> Iterator[Call]:
    """Yield the results of outside surveys, in one command, if there are any."""
    if file.tallies:
        path = f"/v1/rounds/{file.round}/tallies"
        yield Call("survey", "POST", path, msgspec.to_builtins(file.tallies), _office(file), _beneath("/tallies"))


def self_scoring(file: RoundFile, score: SelfScore) -> Iterator[Call]:
    """Yield a unit's claims, the approval by its leader where the round requires it, and their submission."""
    at, path, by = f"/self_scores/{file.self_scores.index(score)}", _unit(file, score.unit), (Role.UNIT, score.unit)
    claims = msgspec.to_builtins(score.claims)
    yield Call("assessment", "PUT", f"{path}/claims", claims, by, _beneath(f"{at}/claims"))
    path, of_claim = f"{path}/self-score", _claim(f"{at}/claims", [claim.criterion for claim in score.claims])
    if file.approval:
        yield Call("assessment", "POST", f"{path}/sending", {}, by, of_claim)
        leader = (Role.LEADER, score.unit)
        yield Call("assessment", "POST", f"{path}/approval", {}, leader, _always(at), seen=path)
    yield Call("assessment", "POST", f"{path}/submission", {}, by, of_claim)


def appraising(file: RoundFile, appraisal: Appraisal) -> Iterator[Call]:
    """Yield what a unit's appraisal consists of, from the findings (claims without one are upheld) to the completion.

    A unit without claims is not appraised.
    """
    score = next((each for each in file.self_scores if each.unit == appraisal.unit), None)
    if score is None:
        return
    at, path = f"/appraisals/{file.appraisals.index(appraisal)}", f"{_unit(file, appraisal.unit)}/appraisal"
    findings, places = _findings(score, appraisal.findings, f"{at}/findings")
    if findings:
        place = _row(places, f"{at}/findings")
        yield Call("assessment", "POST", f"{path}/findings", findings, _office(file), place)
    yield from _explaining(file, appraisal, at)
    if appraisal.decisions:
        decisions, council = msgspec.to_builtins(appraisal.decisions), (Role.COUNCIL, file.authority)
        yield Call("assessment", "POST", f"{path}/decisions", decisions, council, _beneath(f"{at}/decisions"))
    yield Call("assessment", "POST", f"{path}/completion", {}, _completing(file, appraisal), _always(at))


def _explaining(file: RoundFile, appraisal: Appraisal, at: str) -> Iterator[Call]:
    """Yield the announcement of the first appraisal, what the unit explains, and the second appraisal of that.

    Nothing was corrected: there is nothing to explain. What a file explains without need, the rehearsal refuses.
    """
    parts = [name for name in ("explanations", "second_findings") if getattr(appraisal, name)]
    if not parts and not (file.two_appraisals and appraisal.findings):
        return
    path, unit = _unit(file, appraisal.unit), (Role.UNIT, appraisal.unit)
    of_part = _always("/".join([at, *parts[:1]]))
    yield Call("assessment", "POST", f"{path}/appraisal/announcement", {}, _office(file), of_part)
    if appraisal.explanations:
        texts, place = msgspec.to_builtins(appraisal.explanations), _beneath(f"{at}/explanations")
        yield Call("assessment", "PUT", f"{path}/explanations", texts, unit, place)
    by, seen = ((Role.LEADER, appraisal.unit), f"{path}/self-score") if file.approval else (unit, "")
    yield Call("assessment", "POST", f"{path}/explanation/submission", {}, by, of_part, seen=seen)
    findings, places = _second_findings(appraisal, at)
    if findings:
        path, place = f"{path}/appraisal/findings", _row(places, at)
        yield Call("assessment", "POST", path, findings, _office(file), place, stage="appraisal-2")


def closing(file: RoundFile) -> Call:
    """Return the closing of the round. A unit's place is its appraisal, else its self-score, else its own row."""
    path = f"/v1/rounds/{file.round}/closing"
    return Call("assessment", "POST", path, {}, _office(file), lambda pointer: _of_unit(file, pointer))


def identities(file: RoundFile) -> list[Identity]:
    """Return the senders whose tokens the driver needs, in the order of their first commands; kiosks have their own."""
    asking = [_office(file)]
    of_units = (Role.UNIT, Role.LEADER) if file.approval else (Role.UNIT,)
    asking += [(role, score.unit) for score in file.self_scores for role in of_units]
    asking += [call.by for appraisal in file.appraisals for call in appraising(file, appraisal)]
    return list(dict.fromkeys([*asking, publisher(file)]))


def publisher(file: RoundFile) -> Identity:
    """Return the sender of the announcement, who must not be the sender of the freezing."""
    return Role.PUBLISHER, file.authority


def _office(file: RoundFile) -> Identity:
    return Role.OFFICE, file.authority


def _kiosk(file: RoundFile, kiosk: Kiosk) -> str:
    return f"/kiosks/{next(index for index, each in enumerate(file.kiosks) if each.kiosk == kiosk.kiosk)}"


def _unit(file: RoundFile, unit: str) -> str:
    return f"/v1/rounds/{file.round}/units/{unit}"


def _completing(file: RoundFile, appraisal: Appraisal) -> Identity:
    """Return who completes: with four eyes the council, as the office corrected, unless the council decided all of it.

    Where each of them changed a result, neither may, and the rehearsal says so.
    """
    decided = {each.criterion for each in appraisal.decisions}
    of_office = {each.criterion for each in appraisal.findings} - decided
    council = file.four_eyes and (of_office or not decided)
    return (Role.COUNCIL, file.authority) if council else _office(file)


def _second_findings(appraisal: Appraisal, at: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the findings of the second appraisal, then one for each other explanation, with their places."""
    named = {finding.criterion for finding in appraisal.second_findings}
    rows: list[tuple[dict[str, Any], str]] = [
        (msgspec.to_builtins(finding), f"{at}/second_findings/{index}")
        for index, finding in enumerate(appraisal.second_findings)
    ]
    rows += [
        ({"criterion": each.criterion, "upheld": True}, f"{at}/explanations/{index}")
        for index, each in enumerate(appraisal.explanations)
        if each.criterion not in named
    ]
    return [row for row, _ in rows], [place for _, place in rows]


def _findings(
    score: SelfScore, corrections: Sequence[Finding], at: str
) -> tuple[list[dict[str, Any]], list[str | None]]:
    """Return a finding for each claim, then those without a claim, with the place of each correction of the file."""
    places = {finding.criterion: index for index, finding in enumerate(corrections)}
    claimed = {claim.criterion for claim in score.claims}
    rows: list[tuple[dict[str, Any], int | None]] = []
    for claim in score.claims:
        index = places.get(claim.criterion)
        upheld = {"criterion": claim.criterion, "upheld": True}
        rows.append((upheld, None) if index is None else (msgspec.to_builtins(corrections[index]), index))
    rows += [
        (msgspec.to_builtins(each), index) for index, each in enumerate(corrections) if each.criterion not in claimed
    ]
    return [row for row, _ in rows], [None if index is None else f"{at}/{index}" for _, index in rows]


def _same(pointer: str) -> str:
    return pointer


def _always(at: str) -> Callable[[str], str]:
    return lambda _: at


def _beneath(at: str, instead_of: str = "") -> Callable[[str], str]:
    def place(pointer: str) -> str:
        return at + pointer.removeprefix(instead_of) if pointer.startswith(instead_of) else pointer

    return place


def _row(places: Sequence[str | None], at: str) -> Callable[[str], str]:
    """Return `place` for a body whose n-th row is at `places[n]` in the file (None: nowhere, so it is `at`)."""

    def place(pointer: str) -> str:
        number, _, rest = pointer.removeprefix("/").partition("/")
        found = places[int(number)] if number.isdigit() and int(number) < len(places) else None
        return at if found is None else f"{found}{'/' if rest else ''}{rest}"

    return place


def _claim(at: str, named: Sequence[str]) -> Callable[[str], str]:
    """Return `place` for `/claims/{criterion}`: the claim's row, if there is one."""

    def place(pointer: str) -> str:
        code = [*pointer.split("/"), "", ""][2]
        return f"{at}/{named.index(code)}" if code in named else at

    return place


def _of_unit(file: RoundFile, pointer: str) -> str:
    code = pointer.rpartition("/")[2]
    appraisals = [f"/appraisals/{index}" for index, row in enumerate(file.appraisals) if row.unit == code]
    scores = [f"/self_scores/{index}" for index, row in enumerate(file.self_scores) if row.unit == code]
    if appraisals or scores:
        return [*appraisals, *scores][0]
    for number, block in enumerate(file.blocks):
        for index, unit in enumerate(block.units):
            if unit.code == code:
                return f"/blocks/{number}/units/{index}"
    return "/blocks"
