"""Links of a person's account to accounts of outside issuers, as rows of an accounts file. Pure.

A link names the issuer and the subject, which OpenID Connect Core 2 defines as unique and never reassigned there. A
name or an e-mail address is neither, so nothing is ever linked by one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

LONGEST_ISSUER = 500
LONGEST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 2)."""
MOST_LINKS = 10

Fault = tuple[str, str, str]
"""A JSON pointer, and the mistake there in Vietnamese and in English."""


class OutsideAccount(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """An account of an outside issuer: the issuer's URL, exactly as its tokens have it, and its id of the person."""

    issuer: str
    subject: str


def is_subject(text: str) -> bool:
    """Return whether a text may be a subject: printable ASCII of bounded length."""
    return 0 < len(text) <= LONGEST_SUBJECT and text.isascii() and text.isprintable()


def is_issuer(text: str) -> bool:
    """Return whether a text may be the URL of an issuer."""
    return (
        len(text) <= LONGEST_ISSUER and text.startswith(("https://", "http://")) and text.isascii() and " " not in text
    )


def faults_of_shape(at: str, value: Any) -> Iterator[Fault]:
    """Yield the mistake of a value that is no list of links."""
    fields = set(OutsideAccount.__struct_fields__)
    if not isinstance(value, list) or not all(_has_shape(each, fields) for each in value):
        yield (
            at,
            "Phải là danh sách liên kết, mỗi liên kết có issuer và subject.",
            "It has to be a list of links, each with issuer and subject.",
        )


def faults_of_links(at: str, links: Sequence[OutsideAccount], *, person: bool) -> Iterator[Fault]:
    """Yield the mistakes in the links of one account."""
    if links and not person:
        yield at, "Chỉ tài khoản của người có liên kết.", "Only accounts of people have links."
    if len(links) > MOST_LINKS:
        yield at, f"Nhiều nhất {MOST_LINKS} liên kết.", f"At most {MOST_LINKS} links."
        return
    for number, link in enumerate(links):
        if not is_issuer(link.issuer):
            yield f"{at}/{number}/issuer", "Phải là địa chỉ https://…", "It has to be an address such as https://…"
        if not is_subject(link.subject):
            vi = f"Phải gồm 1 đến {LONGEST_SUBJECT} ký tự ASCII in được."
            yield f"{at}/{number}/subject", vi, f"It has 1 to {LONGEST_SUBJECT} printable ASCII characters."


def faults_of_twice(links_of_each: Sequence[Sequence[OutsideAccount]]) -> Iterator[Fault]:
    """Yield the links that two rows have, or one row twice: an outside account signs in as one account."""
    seen = set[OutsideAccount]()
    for row, links in enumerate(links_of_each):
        for number, link in enumerate(links):
            if link in seen:
                vi = "Liên kết này đã có ở trên; một tài khoản ngoài chỉ thuộc một tài khoản."
                yield f"/accounts/{row}/linked/{number}", vi, "This link is above already; it belongs to one account."
            seen.add(link)


def _has_shape(value: Any, fields: set[str]) -> bool:
    return isinstance(value, dict) and set(value) == fields and all(isinstance(text, str) for text in value.values())
