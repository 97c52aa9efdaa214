"""Assessment, put together from its steps."""

from functools import partial

from fastapi import APIRouter

from assessment.appraising import api as appraising_api
from assessment.appraising import outgoing as appraising_outgoing
from assessment.appraising import pages as appraising_pages
from assessment.appraising.projections import ROUND_PROGRESS
from assessment.assigning import api as assigning_api
from assessment.assigning import pages as assigning_pages
from assessment.deliberating import api as deliberating_api
from assessment.deliberating import events as deliberating_events
from assessment.deliberating import pages as deliberating_pages
from assessment.drafting import api as drafting_api
from assessment.drafting import pages as drafting_pages
from assessment.enacting import api as enacting_api
from assessment.enacting import events as enacting_events
from assessment.enacting import outgoing as enacting_outgoing
from assessment.enacting.projections import CRITERIA_SETS
from assessment.examining import named_files
from assessment.explaining import api as explaining_api
from assessment.explaining import pages as explaining_pages
from assessment.filling_in import api as filling_in_api
from assessment.filling_in import pages as filling_in_pages
from assessment.opening import api as opening_api
from assessment.opening import events as opening_events
from assessment.opening import outgoing as opening_outgoing
from assessment.opening.projections import ROUNDS
from assessment.opening.queries import dated_rounds, rounds_with
from assessment.planning import api as planning_api
from assessment.planning import pages as planning_pages
from assessment.proving import api as proving_api
from assessment.proving import pages as proving_pages
from assessment.proving.projections import DOCUMENT_USES
from assessment.proving.upkeep import collect_orphans, scan_the_unscanned
from assessment.recounting import AppraisalRecount
from assessment.registering import api as registering_api
from assessment.registering import events as registering_events
from assessment.registering import pages as registering_pages
from assessment.reminding import api as reminding_api
from assessment.reminding import events as reminding_events
from assessment.reminding import pages as reminding_pages
from assessment.reminding.sending import send_reminders
from assessment.reporting import api as reporting_api
from assessment.reporting import outgoing as reporting_outgoing
from assessment.reporting import pages as reporting_pages
from assessment.retracing import api as retracing_api
from assessment.retracing import pages as retracing_pages
from assessment.scheduling import api as scheduling_api
from assessment.scheduling import events as scheduling_events
from assessment.scheduling import pages as scheduling_pages
from assessment.self_scoring import api as self_scoring_api
from assessment.self_scoring import events as self_scoring_events
from assessment.self_scoring import pages as self_scoring_pages
from assessment.waiting import waiting
from assessment.watching import api as watching_api
from assessment.watching import pages as watching_pages
from parindex.eventstore.registry import event_types
from parindex.files.inspecting import Inspector
from parindex.files.workbooks import Extractor
from parindex.service import Service, ServiceContext
from parindex.web.assets import asset_routes


def _with_workbooks(context: ServiceContext) -> list[APIRouter]:
    """Build the routes that read workbooks; together they read as many at a time as one extractor does."""
    inspector, extractor = Inspector(), Extractor()
    workbooks = filling_in_api.Workbooks(context, self_scoring_api.claim_all, inspector, extractor)
    registers = registering_api.Registers(context, inspector, extractor)
    drafts = drafting_api.Drafts(context, enacting_api.enact, inspector, extractor)
    years = planning_api.Years(context, enacting_api.enact, opening_api.open_round_of, inspector, extractor)
    return [
        registering_api.routes(registers),
        registering_pages.routes(registers, partial(rounds_with, context.engine, context.log)),
        drafting_api.routes(drafts),
        drafting_pages.routes(drafts),
        planning_api.routes(years),
        planning_pages.routes(years),
        filling_in_api.routes(workbooks),
        filling_in_pages.routes(workbooks),
    ]


OF_OFFICE = watching_pages.Commands(
    announce=appraising_api.announce_first,
    complete=appraising_api.complete,
    extend_self_scoring=self_scoring_api.extend,
    extend_appraisal=appraising_api.extend,
    end_explanation=appraising_api.end_explanation_of,
    close=appraising_api.close,
)
"""What the office's pages of a round execute."""

SERVICE = Service(
    name="assessment",
    title="Tự chấm điểm và thẩm định",
    types=event_types(
        [
            registering_events,
            enacting_events,
            scheduling_events,
            opening_events,
            self_scoring_events,
            deliberating_events,
            reminding_events,
        ],
        [
            enacting_outgoing.TRANSLATIONS,
            opening_outgoing.TRANSLATIONS,
            reporting_outgoing.TRANSLATIONS,
            appraising_outgoing.TRANSLATIONS,
        ],
        {**opening_events.UPCASTERS, **self_scoring_events.UPCASTERS},
    ),
    routes=lambda context: [
        enacting_api.routes(context),
        scheduling_api.routes(context, partial(dated_rounds, context.engine, context.log)),
        opening_api.routes(context),
        self_scoring_api.routes(context),
        assigning_api.routes(context),
        proving_api.routes(context),
        *_with_workbooks(context),
        reporting_api.routes(context),
        scheduling_pages.routes(context, partial(dated_rounds, context.engine, context.log)),
        self_scoring_pages.routes(context),
        assigning_pages.routes(context),
        proving_pages.routes(context, self_scoring_pages.save_criterion),
        reporting_pages.routes(context),
        appraising_api.routes(context),
        appraising_pages.routes(context),
        watching_api.routes(context),
        watching_pages.routes(context, OF_OFFICE),
        reminding_api.routes(context),
        reminding_pages.routes(context),
        explaining_api.routes(context),
        explaining_pages.routes(context),
        deliberating_api.routes(context, appraising_api.decide_in_session),
        deliberating_pages.routes(context, appraising_api.decide_in_session),
        retracing_api.routes(context),
        retracing_pages.routes(context),
        asset_routes(scheduling_pages.STEP),
    ],
    projections=[CRITERIA_SETS, ROUNDS, ROUND_PROGRESS, DOCUMENT_USES],
    tasks=(collect_orphans, scan_the_unscanned, send_reminders),
    recount=AppraisalRecount,
    named_files=named_files,
    waiting=waiting,
    problem_page=self_scoring_pages.problem_page,
)
