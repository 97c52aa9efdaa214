"""HTTP endpoints that read a unit's claims and its sheet, for all who take part and for auditors."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from assessment.opening.queries import UnitInRound, terms_of, unit_in_round, units_of_rounds
from assessment.opening.state import FoundRound
from assessment.opening.terms import Terms, part_of
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.queries import SheetRow, ShownClaim, ShownSheet, sheet_of
from assessment.self_scoring.refusals import ClaimUnknownError, CriterionNotSelfScoredError
from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow
from parindex.auth.principal import Principal
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.eventstore.log import Log
from parindex.eventstore.moments import NOW, Until
from parindex.http.as_of import AsOf
from parindex.http.path_fields import CriterionCode, RoundId, UnitCode
from parindex.http.write_endpoints import EDITABLE, etag
from parindex.service import ServiceContext

UNIT = "/v1/rounds/{round}/units/{unit}"

READERS = (Role.UNIT, Role.LEADER, Role.APPRAISER, Role.COUNCIL, Role.OFFICE, Role.AUDITOR)
BEFORE_SUBMISSION = (Role.UNIT, Role.LEADER, Role.AUDITOR)
"""Who sees what a unit explains before it submits that."""
Reader = Annotated[Asker, allow(*READERS, reads="self-score")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes that answer and write nothing."""
    router = APIRouter()

    async def shown(asker: Asker, round_id: str, unit: str, until: Until) -> ShownSheet:
        found = await readable_part(context.log, asker, round_id, unit, until)
        return await sheet_of(context.log, found.terms, until, drafts_for(asker, found.terms))

    @router.get(UNIT + "/self-score", responses=EDITABLE)
    async def read_self_score(
        round: RoundId, unit: UnitCode, asker: Reader, until: AsOf, response: Response
    ) -> ShownSheet:
        """Bản tự chấm và kết quả thẩm định từng tiêu chí, ai quyết định và vì sao; hiện nay hoặc ở một thời điểm.

        Cơ quan tự chấm thay đơn vị chỉ xem được phần của mình. An agency that claims in place of the unit sees its
        part alone.
        """
        sheet = await shown(asker, round, unit, until)
        response.headers.update(_tag(sheet, until))
        return sheet

    @router.get(UNIT + "/claims", response_model=list[ListedClaimIn], responses=EDITABLE)
    async def list_claims(round: RoundId, unit: UnitCode, asker: Reader, until: AsOf) -> Response:
        """Nội dung tự chấm từng tiêu chí, theo thứ tự của bộ chỉ số; đúng dạng để sửa rồi gửi lại."""
        sheet = await shown(asker, round, unit, until)
        claims = [as_sent(row.criterion, row.claim) for row in sheet.rows if row.claim]
        return JSONResponse(claims, headers=_tag(sheet, until))

    @router.get(UNIT + "/claims/{criterion}", response_model=ListedClaimIn, responses=EDITABLE)
    async def read_claim(
        round: RoundId, unit: UnitCode, criterion: CriterionCode, asker: Reader, until: AsOf
    ) -> Response:
        """Nội dung tự chấm một tiêu chí."""
        sheet = await shown(asker, round, unit, until)
        claims = {row.criterion: row.claim for row in sheet.rows if row.claim}
        if criterion not in claims:
            raise ClaimUnknownError(criterion)
        return JSONResponse(as_sent(criterion, claims[criterion]), headers=_tag(sheet, until))

    return router


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A unit's sheet with what its pages need beside it. `title` is the round's, `name` the unit's.

    `account` is the reader's; `derivable`: scoring answers the reader why the unit has its points. `until` is the
    moment of which all of it is. `acts_for` are those for whom the reader claims: the unit, or agencies that claim in
    its place. `drafts` has the criteria whose explanation the reader sees before it is submitted.
    """

    terms: Terms
    sheet: ShownSheet
    criteria_set: CriteriaSet
    title: str
    name: str
    account: str
    derivable: bool
    until: Until = NOW
    acts_for: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()

    @property
    def then(self) -> str:
        """The query of an address of this service that asks about the same moment; "" for now."""
        asked = {"at": self.until.at, "position": self.until.position}
        return f"?{urlencode({name: value for name, value in asked.items() if value})}" if self.until.past else ""

    def is_own(self, criterion: str) -> bool:
        """Return whether the reader claims a criterion."""
        return self.terms.claimant(criterion) in self.acts_for

    def row(self, criterion: str) -> tuple[SheetRow, Criterion]:
        """Return a self-scored criterion with its row; raise CriterionNotSelfScoredError."""
        if criterion not in self.terms.appraisers:
            raise CriterionNotSelfScoredError(criterion)
        row = next(each for each in self.sheet.rows if each.criterion == criterion)
        return row, self.terms.leaves[criterion]


async def open_sheet(log: Log, asker: Asker, round_id: str, unit: str, until: Until = NOW) -> OpenSheet:
    """Return a unit's sheet that the asker may read, as of a moment. Raises as `readable_unit` does."""
    return await _opened(log, asker, await readable_unit(log, asker, round_id, unit, until), until)


async def open_part(log: Log, asker: Asker, round_id: str, unit: str, until: Until = NOW) -> OpenSheet:
    """Return a unit's sheet as the asker may read it: whole, or its part. Raises as `readable_part` does."""
    return await _opened(log, asker, await readable_part(log, asker, round_id, unit, until), until)


async def _opened(log: Log, asker: Asker, found: UnitInRound, until: Until) -> OpenSheet:
    terms, acts_for, drafts = found.terms, claims_for(asker, found.terms), drafts_for(asker, found.terms)
    sheet = await sheet_of(log, terms, until, drafts)
    derivable = derivable_by(asker, terms.unit) and not until.past
    return OpenSheet(
        terms, sheet, found.criteria_set, found.title, found.name, asker.subject, derivable, until, acts_for, drafts
    )


def derivable_by(asker: Asker, unit: str) -> bool:
    """Return whether scoring answers the asker about a unit; it knows no appraisers of other agencies."""
    return asker.principal.may(READERS, unit)


def drafts_for(asker: Asker, terms: Terms) -> frozenset[str]:
    """Return the criteria whose explanation the asker sees before it is submitted.

    The unit, its leader and an auditor see all; an agency that claims in place of the unit sees its own.
    """
    if asker.principal.may(BEFORE_SUBMISSION, terms.unit):
        return frozenset(terms.appraisers)
    agencies = claims_for(asker, terms)
    return frozenset(code for code in terms.appraisers if terms.claimant(code) in agencies)


async def readable_terms(log: Log, asker: Asker, round_id: str, unit: str) -> Terms:
    """Return a round's terms for a unit whose sheet the asker may read. Raises as `readable_unit` does."""
    return (await readable_unit(log, asker, round_id, unit)).terms


async def readable_unit(log: Log, asker: Asker, round_id: str, unit: str, until: Until = NOW) -> UnitInRound:
    """Return a unit whose whole sheet the asker may read: above it, or as an appraiser of a criterion.

    The round is as of the moment, and the right is that of now. Raises ForbiddenError, RoundUnknownError (also where
    the round was opened later) and UnitUnknownError.
    """
    found = await readable_part(log, asker, round_id, unit, until)
    if found.terms.partial:
        raise ForbiddenError
    return found


async def readable_part(log: Log, asker: Asker, round_id: str, unit: str, until: Until = NOW) -> UnitInRound:
    """Return a unit as the asker may read it: whole, or with the terms of the part that it claims.

    Raises ForbiddenError, RoundUnknownError and UnitUnknownError.
    """
    may_read = asker.may(unit)  # asked before a look-up, so that a caller without a right learns nothing
    found = await unit_in_round(log, round_id, unit, until)
    appraises = any(asker.principal.may(Role.APPRAISER, node) for node in found.terms.appraisers.values())
    if may_read or appraises:
        return found
    if not claims_for(asker, found.terms):
        raise ForbiddenError
    return replace(found, terms=seen_by(asker, found.terms))


async def claimable_terms(log: Log, asker: Asker, round_id: str, unit: str) -> Terms:
    """Return a round's terms for a unit of which the asker claims something, as the unit or in its place.

    Raises ForbiddenError, RoundUnknownError and UnitUnknownError.
    """
    asker.may(unit)
    terms = await terms_of(log, round_id, unit)
    if not claims_for(asker, terms):
        raise ForbiddenError(asker.rule.roles)
    return terms


def seen_by(asker: Asker, terms: Terms) -> Terms:
    """Return the terms for one who claims something of a unit: all of them for the unit, else those of the part."""
    agencies = claims_for(asker, terms)
    return terms if terms.unit in agencies else part_of(terms, agencies)


def claims_for(asker: Asker, terms: Terms) -> frozenset[str]:
    """Return for whom the asker claims criteria of a unit: for the unit, and for agencies that do so in its place."""
    agencies = {terms.unit, *terms.claimants.values()}
    return frozenset(each for each in agencies if asker.principal.may(Role.UNIT, each) and asker.may(each))


async def parts_in(log: Log, rounds: Sequence[FoundRound], principal: Principal) -> list[UnitInRound]:
    """Return the units of which the person's agencies claim a part in some rounds, each with the terms of that part.

    It is one query at most, and none where no round names such an agency.
    """
    shared = [one for one in rounds if any(principal.may(Role.UNIT, each.claimant) for each in one.opened.claimants)]
    found = []
    for unit in [unit for units in await units_of_rounds(log, shared, lambda _: True) for unit in units]:
        agencies = {each for each in unit.terms.claimants.values() if principal.may(Role.UNIT, each)}
        if agencies:
            found.append(replace(unit, terms=part_of(unit.terms, agencies)))
    return found


def as_sent(criterion: str, claim: ShownClaim) -> dict[str, object]:
    """Return a claim in the form of its request body: absent members are left out."""
    documents = [{name: value for name, value in asdict(item).items() if value} for item in claim.evidence]
    return {
        "criterion": criterion,
        "figures": claim.figures,
        "applicable": claim.applicable,
        "evidence": documents,
        "explanation": claim.explanation,
        "confirmed": claim.confirmed,
    }


def _tag(sheet: ShownSheet, until: Until) -> dict[str, str]:
    """Return the version for `If-Match`; an answer about the past has none, because no write is based on it."""
    return {} if until.past else {"ETag": etag(sheet.version)}
