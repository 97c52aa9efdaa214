"""Draws one page of a file in a process of its own: `python -I -B -m … PATH MEDIA-TYPE DIGEST PAGE`.

It prints a JPEG, or one JSON object with the code of a refusal. The picture is made of the bytes that have the digest,
and of nothing that came with them: no metadata of a camera, no script.
"""

import hashlib
import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Final

from parindex.files.bounds import bound
from parindex.files.kinds import PDF
from parindex.files.pictures import MOST_PIXELS

SIDE: Final = 1_600
"""Pixels of the longer side of a drawn page: the text of a scanned A4 page can be read."""
LARGEST_SCALE: Final = 4
"""Pixels for a point of a PDF page at most, so that a page of a few points is not blown up."""
QUALITY: Final = 82
WHITE: Final = (255, 255, 255)


def draw(path: Path, media_type: str, page: int) -> bytes:
    """Return a page of a file as JPEG; a picture has one page. Raises the errors of its readers."""
    from PIL import Image  # noqa: PLC0415  # the bounds come first

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    drawn, made = (_of_pdf(path, page) if media_type == PDF.media_type else _of_picture(path)), BytesIO()
    drawn.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _of_pdf(path: Path, number: int):  # type: ignore[no-untyped-def]  # Pillow is imported late
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415

    document = pypdfium2.PdfDocument(path)
    document.init_forms()  # else filled fields and stamps of signatures are missing
    page = document[number - 1]
    longest = max(page.get_size())
    return page.render(scale=min(SIDE / longest, LARGEST_SCALE)).to_pil().convert("RGB")


def _of_picture(path: Path):  # type: ignore[no-untyped-def]
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(path, formats=("JPEG", "PNG")) as opened:
        opened.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded at an eighth of its sides, where that is enough
        opened.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(opened)
        if "A" not in upright.getbands() and "transparency" not in upright.info:
            return upright.convert("RGB")
        upright = upright.convert("RGBA")
        paper = Image.new("RGB", upright.size, WHITE)
        paper.paste(upright, mask=upright.getchannel("A"))
        return paper


def main() -> None:
    path, media_type, digest, page = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    bound(path.stat().st_size)
    with path.open("rb") as file:
        unaltered = hashlib.file_digest(file, "sha256").hexdigest() == digest
    if not unaltered:
        sys.stdout.write(json.dumps({"refused": "stored-file-altered"}))
        return
    try:
        sys.stdout.buffer.write(draw(path, media_type, page))
    except Exception:  # noqa: BLE001  # a reader of files of strangers raises any kind
        sys.stdout.write(json.dumps({"refused": "unknown-page"}))


if __name__ == "__main__":
    main()
