"""Rules of enacting: a criteria set comes into force once per code, and without a mistake. Pure."""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.events import CriteriaSetEnacted, RuleTextsRecorded
from assessment.enacting.mistakes import with_plain_numbers
from assessment.enacting.refusals import CriteriaSetEnactedBeforeError
from assessment.enacting.state import InForce, RuleText
from parindex.canonical import canonical
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.decider import Decider
from parindex.values.owned_ids import is_of_another

PAGE = 40_000
"""The bytes of wording in one event: well below what an entry may have, with room for the longest single text."""

EnactingFact = CriteriaSetEnacted | RuleTextsRecorded


def decide(command: EnactCriteriaSet, state: InForce) -> Sequence[EnactingFact]:
    """Return the events that enact a set without mistakes; raise its refusals."""
    code, authority = command.criteria_set.code, command.authority
    if is_of_another(code, authority) or state.authority not in ("", authority):
        raise IdOfAnotherError(code, authority, f"{command.pointer}/code", state.authority)
    if state.authority:
        raise CriteriaSetEnactedBeforeError(code)
    if places := mistakes_in_set(command.criteria_set, command.pointer):
        raise CriteriaSetInvalidError(places)
    criteria_set = without_texts(with_plain_numbers(command.criteria_set))
    enacted = CriteriaSetEnacted(command.authority, criteria_set, digest_of_set(criteria_set))
    pages = [RuleTextsRecorded(criteria_set.code, tuple(page)) for page in pages_of(command.criteria_set)]
    return [enacted, *pages]


def evolve(state: InForce, fact: EnactingFact) -> InForce:
    """Return whose the set is; its wording changes nothing in that."""
    return InForce(fact.authority) if isinstance(fact, CriteriaSetEnacted) else state


def digest_of_set(criteria_set: CriteriaSet) -> str:
    """Return the SHA-256, hex, of the set's canonical JSON: what a published result names it by."""
    return hashlib.sha256(canonical(criteria_set)).hexdigest()


def without_texts(criteria_set: CriteriaSet) -> CriteriaSet:
    """Return the set as it is recorded and published, without the wording of its rules (nội dung thang điểm).

    The wording of a national set is larger than an entry of the log may be, and no points depend on it. So it follows
    in events of its own.
    """
    rows = [msgspec.structs.replace(row, rule_text="") for row in criteria_set.criteria]
    return msgspec.structs.replace(criteria_set, criteria=rows)


def pages_of(criteria_set: CriteriaSet) -> Iterator[Sequence[RuleText]]:
    """Yield the wording of a set in pages; a set without wording has none."""
    page: list[RuleText] = []
    size = 0
    for row in criteria_set.criteria:
        length = len(row.rule_text.encode())
        if page and size + length > PAGE:
            yield page
            page, size = [], 0
        if row.rule_text:
            page.append(RuleText(row.code, row.rule_text))
            size += length + 60  # the keys and the row's code
    if page:
        yield page


enacting = Decider(InForce(), decide, evolve)
