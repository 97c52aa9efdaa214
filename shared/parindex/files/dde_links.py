"""Finds DDE links in the parts of an Office file: they have the machine that opens it start other programs.

A part is parsed only where its bytes have the name of an element of such links; so a large worksheet is not.
"""

from collections.abc import Iterable
from typing import Final
from xml.parsers import expat  # in a process with bounds, and a DTD is refused

from parindex.files.refusals import FileDamagedError, FileHasDdeLinksError

LINKS: Final = frozenset(("ddeLink", "dde-source", "dde-connection-decl"))
"""Elements that are such links, in XLSX and in ODF."""
CODES: Final = frozenset(("instrText", "delInstrText"))
"""Elements of DOCX with a piece of a field's code; a code may be cut into many of them."""
SIMPLE: Final = "fldSimple"
"""The element of DOCX with a whole code in its attribute."""

_NAMES: Final = [name.encode() for name in (*LINKS, *CODES, SIMPLE)]
_MARKS: Final = [each for name in _NAMES for each in (name, b"\0".join(name[at : at + 1] for at in range(len(name))))]
"""The names in UTF-8, and with a zero byte between letters, as UTF-16 in either order has them."""
_TAIL: Final = max(map(len, _MARKS))
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_LONGEST_CODE: Final = 100
"""Characters of a code that are looked at: the name of the field is at its beginning."""


class DdeMarks:
    """Whether a part, whose bytes come in blocks, is XML with the name of an element of such links."""

    def __init__(self) -> None:
        self.found = False
        self._is_xml: bool | None = None
        self._tail = b""

    def see(self, block: bytes) -> None:
        """Look at the next block."""
        if self._is_xml is None:  # XML without a declaration may begin with any number of blanks
            self._is_xml = _begins_as_xml(block)
        if self._is_xml and not self.found:
            seen = self._tail + block
            self.found = any(mark in seen for mark in _MARKS)
            self._tail = seen[-_TAIL:]


def check_dde(blocks: Iterable[bytes]) -> None:
    """Raise FileHasDdeLinksError where the XML in these blocks has such a link; FileDamagedError where it is no XML."""
    reader, parser = _Reader(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        for block in blocks:
            parser.Parse(block, False)  # noqa: FBT003  # positional in expat
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileDamagedError from error


class _Reader:
    """The codes of the fields that are open, the innermost last."""

    def __init__(self) -> None:
        self._codes = [""]
        self._deep = 0  # the open elements within a piece of code, itself included

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local, said = _local(name), {_local(each): value for each, value in attributes.items()}
        if local in LINKS or (local == SIMPLE and _is_dde(said.get("instr", ""))):
            raise FileHasDdeLinksError
        self._deep += bool(self._deep) or local in CODES
        if local == "fldChar" and said.get("fldCharType") == "begin":
            self._codes.append("")
        elif local == "fldChar" and said.get("fldCharType") == "end" and len(self._codes) > 1:
            self._codes.pop()

    def text(self, text: str) -> None:
        if self._deep:
            self._codes[-1] = (self._codes[-1] + text).lstrip()[:_LONGEST_CODE]
            if _is_dde(self._codes[-1]):
                raise FileHasDdeLinksError

    def end(self, _: str) -> None:
        self._deep -= bool(self._deep)

    def doctype(self, *_: object) -> None:
        raise FileDamagedError


def _is_dde(code: str) -> bool:
    return code.lstrip(' \t\r\n\xa0"').upper().startswith("DDE")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _begins_as_xml(block: bytes) -> bool | None:
    """Return whether a part begins as XML does; None where all of it is blank: then the next block decides."""
    for head in _BYTE_ORDER_MARKS:
        block = block.removeprefix(head)
    begins = block.lstrip(b" \t\r\n\0")
    return begins.startswith(b"<") if begins else None
