"""Makes files for tests, accepted and refused ones, so that no file of another origin is stored beside the tests."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from pypdf import PdfWriter

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</m:manifest>'
)
ODT_TYPE = "application/vnd.oasis.opendocument.text"


def pdf(pages: int = 2, password: str | None = None, owner: str | None = None) -> bytes:
    writer, made = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password is not None:
        writer.encrypt(password, owner, algorithm="AES-256")
    writer.write(made)
    return made.getvalue()


def endless_pdf() -> bytes:
    """A PDF whose page tree holds itself a thousand times over, at each of its levels."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 23))
    rows = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count 1 >>"]
    levels = 12
    for level in range(levels):
        below = " ".join(f"{3 + 20 * (level + 1) + one} 0 R" for one in range(20))
        rows += [f"<< /Type /Pages /Kids [{below}] /Count 1 >>"] * 20
    rows += ["<< /Type /Page /MediaBox [0 0 9 9] >>"] * 20
    made, at = bytearray(b"%PDF-1.7\n"), []
    for number, row in enumerate(rows, 1):
        at.append(len(made))
        made += f"{number} 0 obj\n{row}\nendobj\n".encode()
    start = len(made)
    made += f"xref\n0 {len(rows) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{one:010} 00000 n \n".encode() for one in at)
    made += f"trailer\n<< /Size {len(rows) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(made)


def png(width: int = 4, height: int = 3, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 16)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3, scan: bytes = b"\x12\x34\xff\x00") -> bytes:
    def segment(marker: int, data: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), segment(0xC0, frame), segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return b"\xff\xd8" + b"".join(parts) + scan + b"\xff\xd9"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def docx(more: Mapping[str, str | bytes] | None = None, types: str = "") -> bytes:
    parts = {"[Content_Types].xml": TYPES.format(types), "_rels/.rels": RELATIONS, "word/document.xml": "<w/>"}
    return package(parts | dict(more or {}))


def xlsx(more: Mapping[str, str | bytes] | None = None) -> bytes:
    parts = {"[Content_Types].xml": TYPES.format(""), "_rels/.rels": RELATIONS, "xl/workbook.xml": "<w/>"}
    return package(parts | dict(more or {}))


def odf(media_type: str = ODT_TYPE, more: Mapping[str, str | bytes] | None = None, listed: str = "") -> bytes:
    parts = {"mimetype": media_type, "content.xml": "<w/>", "META-INF/manifest.xml": MANIFEST.format(listed)}
    return package(parts | dict(more or {}))


def locked_package(made: bytes) -> bytes:
    """Set the flag of a password at every part of a package, in the parts' heads and in the list at its end."""
    data = bytearray(made)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LOCKED_OFFICE = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
