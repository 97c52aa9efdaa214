"""What stands in the log for somebody's words gives nothing of them away, and proves them to whoever has the salt."""

import hashlib
import hmac

from parindex.eventstore.vault import seal


def test_the_same_words_are_never_committed_to_in_the_same_way() -> None:
    sealed = [seal("0901234567", "comment") for _ in range(20)]
    assert len({each.commitment for each in sealed}) == 20
    assert len({each.salt for each in sealed}) == 20
    assert {len(each.salt) for each in sealed} == {32}


def test_a_commitment_is_over_the_domain_and_the_words_under_the_salt() -> None:
    sealed = seal("Bà Nguyễn Thị A", "comment")
    said = b"comment\0" + "Bà Nguyễn Thị A".encode()
    assert sealed.commitment == "comment:" + hmac.new(sealed.salt, said, hashlib.sha256).hexdigest()
