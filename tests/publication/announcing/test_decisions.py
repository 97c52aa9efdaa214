"""The rules of the announcement."""

import pytest

from parindex.contracts.unknown import EditionUnknownError
from publication.announcing.commands import AnnounceResult
from publication.announcing.decisions import (
    EditionAnnouncedError,
    EditionSupersededError,
    SealerAnnouncesError,
    announcing,
    decide,
)
from publication.freezing.events import ResultsAnnounced, ResultsFrozen


def command(edition: int, by: str = "chu-tich", frozen_by: str = "so-noi-vu") -> AnnounceResult:
    return AnnounceResult("r", edition, by=by, frozen_by=frozen_by)


def frozen(edition: int) -> ResultsFrozen:
    return ResultsFrozen("r", edition, edition, 2017, "", f"c{edition}", "1", ())


def test_a_frozen_edition_becomes_public() -> None:
    state = announcing.fold([frozen(1)])
    assert decide(command(1), state) == [ResultsAnnounced("r", 1, "c1")]


def test_it_becomes_public_once() -> None:
    state = announcing.fold([frozen(1), ResultsAnnounced("r", 1, "c1")])
    with pytest.raises(EditionAnnouncedError, match="Edition 1 is"):
        decide(command(1), state)


@pytest.mark.parametrize("edition", [0, 2, -1])
def test_what_was_never_frozen_does_not(edition: int) -> None:
    with pytest.raises(EditionUnknownError):
        decide(command(edition), announcing.fold([frozen(1)]))


def test_a_superseded_edition_is_never_announced_any_more() -> None:
    with pytest.raises(EditionSupersededError, match="Edition 2 supersedes"):
        decide(command(1), announcing.fold([frozen(1), frozen(2)]))


def test_a_correction_is_announced_beside_the_first_edition() -> None:
    state = announcing.fold([frozen(1), ResultsAnnounced("r", 1, "c1"), frozen(2)])
    assert decide(command(2), state) == [ResultsAnnounced("r", 2, "c2")]


def test_who_froze_an_edition_does_not_announce_it() -> None:
    with pytest.raises(SealerAnnouncesError):
        decide(command(1, by="so-noi-vu"), announcing.fold([frozen(1)]))


def test_an_edition_that_was_frozen_while_it_was_asked_for_is_not_announced() -> None:
    with pytest.raises(EditionUnknownError):
        decide(command(1, by="so-noi-vu", frozen_by=""), announcing.fold([frozen(1)]))
