"""A device's secret is long, its enrolment code can be typed, and only digests are stored."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from parindex.auth.devices import derived, digest_of, is_device_secret, matches, new_code, new_secret, typed_code


def counting(length: int) -> bytes:
    return bytes(range(length))


def test_a_secret_is_all_of_the_given_chance_behind_a_telling_prefix() -> None:
    assert new_secret(counting) == "kiosk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert is_device_secret(new_secret(counting))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_different_chance_gives_different_secrets(one: bytes, other: bytes) -> None:
    assert (new_secret(lambda _: one) == new_secret(lambda _: other)) is (one == other)


@given(st.lists(st.text(max_size=9), max_size=3), st.lists(st.text(max_size=9), max_size=3))
def test_what_is_derived_is_the_same_for_the_same_salt_and_words_alone(one: list[str], other: list[str]) -> None:
    salt = b"s" * 32
    assert (derived(salt, *one)(32) == derived(salt, *other)(32)) is (one == other)
    assert derived(salt, *one)(32) != derived(b"t" * 32, *one)(32)


def test_a_code_is_typed_in_groups() -> None:
    assert new_code(counting) == "0123-4567-89AB-CDEF"


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_recognised_however_it_is_typed(chance: bytes) -> None:
    code = new_code(lambda _: chance)
    sloppy = f"  {code.replace('-', ' ').lower().replace('0', 'o').replace('1', 'l')} "
    assert typed_code(sloppy) == typed_code(code) == code


def test_a_secret_is_kept_as_its_digest_and_only_it_matches() -> None:
    secret = new_secret(counting)
    digest = digest_of(secret)
    assert digest == hashlib.sha256(secret.encode()).hexdigest()
    assert matches(secret, digest)
    assert not matches(secret + "A", digest)
    assert not matches("", digest)
    assert not matches(secret, "ngoài bảng mã")
