"""Survey, put together from its steps."""

from parindex.eventstore.registry import event_types
from parindex.service import Service
from parindex.web.assets import asset_routes
from parindex.web.desk import TEMPLATES
from parindex.web.problem_pages import ProblemPages
from survey.admitting import api as admitting_api
from survey.admitting import events as admitting_events
from survey.admitting.bus import ADMITTING
from survey.enrolling import api as enrolling_api
from survey.enrolling import events as enrolling_events
from survey.enrolling.devices import kiosks_of
from survey.rating import api as rating_api
from survey.rating import events as rating_events
from survey.recounting import TallyRecount
from survey.tallying import api as tallying_api
from survey.tallying import events as tallying_events
from survey.tallying import outgoing
from survey.tallying.bus import NAMING
from survey.tallying.folding import keep_counting
from survey.waiting import waiting

EVENTS = (admitting_events, enrolling_events, rating_events, tallying_events)
APIS = (rating_api, enrolling_api, admitting_api, tallying_api)
"""Rating's is first: routes are tried in order, and presses are the most frequent requests."""

SERVICE = Service(
    name="survey",
    title="Khảo sát",
    types=event_types(
        EVENTS, [outgoing.TRANSLATIONS], {key: each for step in EVENTS for key, each in step.UPCASTERS.items()}
    ),
    routes=lambda context: [*(each.routes(context) for each in APIS), asset_routes()],
    consumers=(ADMITTING, NAMING),
    tasks=(keep_counting,),
    devices=kiosks_of,
    recount=TallyRecount,
    waiting=waiting,
    problem_page=ProblemPages(TEMPLATES),
)
