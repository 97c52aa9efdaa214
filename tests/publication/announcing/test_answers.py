"""A rendering is cached up to a bound, and made once."""

from publication.announcing.answers import Renderings


def test_what_was_rendered_is_not_rendered_again() -> None:
    kept, pages = Renderings(), iter([b"first", b"second"])
    assert [kept.of("key", lambda: next(pages)) for _ in range(3)] == [b"first"] * 3


def test_memory_is_bounded_and_what_was_asked_for_last_stays() -> None:
    kept = Renderings(most_bytes=10)
    kept.of("a", lambda: b"4444")
    kept.of("b", lambda: b"4444")
    kept.of("a", lambda: b"never")
    kept.of("c", lambda: b"4444")  # b goes
    assert kept.of("a", lambda: b"never") == b"4444"
    assert kept.of("b", lambda: b"anew") == b"anew"
    assert kept.size <= 10


def test_what_is_larger_than_the_bound_is_answered_and_not_kept() -> None:
    kept = Renderings(most_bytes=3)
    assert kept.of("a", lambda: b"4444") == b"4444"
    assert kept.size == 0
