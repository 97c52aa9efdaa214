"""Survey, put together from its steps."""

from parindex.eventstore.registry import event_types
from parindex.service import Service
from survey.rating import api as rating_api
from survey.rating import events as rating_events
from survey.rating.devices import kiosks_of
from survey.rehearsal import SurveyRehearsal
from survey.tallying import api as tallying_api
from survey.tallying import events as tallying_events
from survey.tallying import outgoing
from survey.tallying.bus import TALLYING
from survey.tallying.folding import keep_counting
from survey.tallying.recounting import TallyRecount

SERVICE = Service(
    name="survey",
    title="Khảo sát",
    types=event_types(
        [rating_events, tallying_events], [outgoing.TRANSLATIONS], rating_events.UPCASTERS | tallying_events.UPCASTERS
    ),
    routes=lambda context: [rating_api.routes(context), tallying_api.routes(context)],
    consumers=(TALLYING,),
    tasks=(keep_counting,),
    devices=kiosks_of,
    recount=TallyRecount,
    rehearse=SurveyRehearsal,
)
