"""A rendering is cached up to a bound, and made once."""

from publication.announcing.answers import Renderings


def test_what_was_rendered_is_not_rendered_again() -> None:
    renderings, pages = Renderings(), iter([b"first", b"second"])
    assert [renderings.of("key", lambda: next(pages)) for _ in range(3)] == [b"first"] * 3


def test_memory_is_bounded_and_what_was_asked_for_last_stays() -> None:
    renderings = Renderings(most_bytes=10)
    renderings.of("a", lambda: b"4444")
    renderings.of("b", lambda: b"4444")
    renderings.of("a", lambda: b"never")
    renderings.of("c", lambda: b"4444")  # b goes
    assert renderings.of("a", lambda: b"never") == b"4444"
    assert renderings.of("b", lambda: b"anew") == b"anew"
    assert renderings.size <= 10


def test_what_is_larger_than_the_bound_is_answered_and_not_kept() -> None:
    renderings = Renderings(most_bytes=3)
    assert renderings.of("a", lambda: b"4444") == b"4444"
    assert renderings.size == 0
