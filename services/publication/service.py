"""Publication, put together from its steps."""

from parindex.eventstore.registry import event_types
from parindex.service import Service
from publication.announcing import api as announcing_api
from publication.announcing import outgoing as announcing_outgoing
from publication.announcing import pages
from publication.announcing.projections import EDITIONS
from publication.examining import examine
from publication.freezing import api as freezing_api
from publication.freezing import events as freezing_events
from publication.freezing import outgoing as freezing_outgoing
from publication.freezing.bus import FREEZING
from publication.freezing.queries import recomputed_snapshot
from publication.recounting import EditionRecount
from publication.waiting import waiting

SERVICE = Service(
    name="publication",
    title="Công bố kết quả",
    types=event_types(
        [freezing_events], translations=[freezing_outgoing.TRANSLATIONS, announcing_outgoing.TRANSLATIONS]
    ),
    routes=lambda context: [freezing_api.routes(context), announcing_api.routes(context), pages.routes(context)],
    projections=[EDITIONS],
    consumers=[FREEZING],
    recompute=recomputed_snapshot,
    recount=EditionRecount,
    waiting=waiting,
    problem_page=pages.problem_page,
    examine=examine,
)
