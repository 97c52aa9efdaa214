"""Pages of stored files as pictures: upright, of bounded size, without a camera's data; hostile files hang nothing."""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter

from parindex.files import bounded
from parindex.files.folder import FolderStore
from parindex.files.kinds import DOCX, JPEG, PDF, PNG
from parindex.files.page_pictures import PagePictures
from parindex.files.refusals import PageNotDrawnError, StoredFileAlteredError, StoredFileMissingError
from parindex.testing import made_files as made

RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


async def kept(store: FolderStore, content: bytes) -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async with store.receive(chunks(), 10**9) as draft:
        await draft.keep()
        return draft.digest


async def picture(store: FolderStore, content: bytes, media_type: str, page: int = 1) -> Image.Image:
    drawn = await PagePictures().picture(store, await kept(store, content), media_type, page)
    return Image.open(BytesIO(drawn))


def photograph(size: tuple[int, int] = (3_000, 2_000), orientation: int = 1) -> bytes:
    """A JPEG whose left half is red, with the EXIF data of a camera."""
    taken, content = Image.new("RGB", size, BLUE), BytesIO()
    taken.paste(RED, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "camera of a person"
    taken.save(content, "JPEG", exif=exif)
    return content.getvalue()


def pages_of(*sizes: tuple[float, float]) -> bytes:
    writer, content = PdfWriter(), BytesIO()
    for width, height in sizes:
        writer.add_blank_page(width, height)
    writer.write(content)
    return content.getvalue()


async def test_a_page_of_a_pdf_is_drawn_with_its_longer_side_at_the_bound(store: FolderStore) -> None:
    content = pages_of((595, 842), (842, 595), (14_400, 100))
    assert (await picture(store, content, PDF.media_type, 1)).size == (1_131, 1_600)
    assert (await picture(store, content, PDF.media_type, 2)).size == (1_600, 1_131)
    assert max((await picture(store, content, PDF.media_type, 3)).size) == 1_600


async def test_a_tiny_page_is_not_blown_up(store: FolderStore) -> None:
    assert (await picture(store, pages_of((20, 10)), PDF.media_type)).size == (80, 40)


async def test_a_photograph_is_upright_smaller_and_without_the_data_of_the_camera(store: FolderStore) -> None:
    shown = await picture(store, photograph(orientation=6), JPEG.media_type)
    assert shown.size == (1_067, 1_600)  # turned by a quarter: red is above
    assert all(abs(a - b) < 12 for a, b in zip(shown.getpixel((500, 100)), RED, strict=True))  # type: ignore[arg-type]
    assert not shown.getexif()
    assert b"camera of a person" not in await PagePictures().picture(
        store, await kept(store, photograph()), JPEG.media_type, 1
    )


async def test_what_is_transparent_is_shown_on_white(store: FolderStore) -> None:
    content = BytesIO()
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(content, "PNG")
    shown = await picture(store, content.getvalue(), PNG.media_type)
    assert (shown.size, shown.getpixel((15, 10))) == ((30, 20), (255, 255, 255))


@pytest.mark.parametrize(
    ("content", "media_type", "page"),
    [
        (made.docx(), DOCX.media_type, 1),
        (made.pdf(2), PDF.media_type, 3),
        (b"%PDF-1.7 nothing %%EOF", PDF.media_type, 1),
        (made.jpeg(), JPEG.media_type, 1),  # its scan is four bytes
        (made.png(20_000, 10_000), PNG.media_type, 1),  # its rows are not there
        (made.pdf(1, "mật khẩu"), PDF.media_type, 1),
        (made.HTML, PNG.media_type, 1),
    ],
)
async def test_what_can_not_be_drawn_is_refused_with_its_page(
    store: FolderStore, content: bytes, media_type: str, page: int
) -> None:
    with pytest.raises(PageNotDrawnError) as refused:
        await picture(store, content, media_type, page)
    assert refused.value.page == page


async def test_a_pdf_whose_pages_hold_themselves_ends_within_the_bounds(store: FolderStore) -> None:
    began = time.monotonic()
    with suppress(PageNotDrawnError):
        await picture(store, made.endless_pdf(), PDF.media_type)
    assert time.monotonic() - began < bounded.WITHIN


async def test_bytes_that_were_altered_or_lost_are_never_drawn(store: FolderStore, tmp_path: Path) -> None:
    digest = await kept(store, made.pdf(1))
    stored = tmp_path / digest[:2] / digest
    stored.write_bytes(made.pdf(2))
    with pytest.raises(StoredFileAlteredError):
        await PagePictures().picture(store, digest, PDF.media_type, 1)
    stored.unlink()
    with pytest.raises(StoredFileMissingError):
        await PagePictures().picture(store, digest, PDF.media_type, 1)


async def test_a_page_that_was_drawn_is_kept_for_the_next_reader(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, digest = PagePictures(), await kept(store, made.pdf(1))
    first = await pictures.picture(store, digest, PDF.media_type, 1)
    monkeypatch.setattr(bounded, "WITHIN", 0.0)
    assert await pictures.picture(store, digest, PDF.media_type, 1) is first
    with pytest.raises(PageNotDrawnError):
        await PagePictures().picture(store, digest, PDF.media_type, 1)
