from parindex.eventstore.entries import canonical
from parindex.testing.goldens import recorded
from survey.service import SERVICE
from survey.tallying.events import TallyClosed, TallyUpdated
from survey.tallying.outgoing import tally_updated


def test_a_result_from_outside_says_so_and_covers_nothing_of_the_log() -> None:
    fact = TallyUpdated("r-2026", "H09.05", "hai-long", "", "outside", (), "28.75", "35", 0)
    assert canonical(tally_updated(recorded(fact))) == (
        b'{"origin":"outside","out_of":"35","question":"hai-long","round":"r-2026","score":"28.75","unit":"H09.05"}'
    )


def test_nothing_but_tallies_and_their_closing_leaves_survey() -> None:
    assert set(SERVICE.types.tellings) == {TallyUpdated, TallyClosed}
