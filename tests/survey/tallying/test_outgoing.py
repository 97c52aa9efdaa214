from parindex.canonical import canonical
from parindex.contracts.survey import SetAside
from parindex.testing.goldens import recorded
from survey.service import SERVICE
from survey.tallying.events import TallyClosed, TallyUpdated
from survey.tallying.outgoing import tally_closed, tally_updated


def test_a_result_from_outside_has_its_origin_and_covers_no_entry() -> None:
    fact = TallyUpdated("r-2026", "H09.05", "hai-long", "", "outside", (), "28.75", "35", 0)
    assert canonical(tally_updated(recorded(fact))) == (
        b'{"origin":"outside","out_of":"35","question":"hai-long","round":"r-2026","score":"28.75","unit":"H09.05"}'
    )


def test_survey_publishes_only_tallies_and_their_closing() -> None:
    assert set(SERVICE.types.translations) == {TallyUpdated, TallyClosed}


def test_a_closing_has_the_number_of_presses_in_no_tally() -> None:
    fact = TallyClosed("r-2026", 1, 412, 13, (SetAside(reason="option-unknown", count=2),))
    assert canonical(tally_closed(recorded(fact))) == (
        b'{"closing":1,"counted":13,"covers":412,"round":"r-2026","set_aside":[{"count":2,"reason":"option-unknown"}]}'
    )
