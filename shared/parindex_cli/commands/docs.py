"""`parindex docs`, `openapi`, `asyncapi`: write the documents generated from the code, or list those that differ."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from parindex.http.refusal_pages import catalogue
from parindex_cli.documents import refusals
from parindex_cli.documents.describing import asyncapi_documents, drifted, format_documents, openapi_documents, write
from parindex_cli.rounds import schema as round_schema

OnlyCheck = Annotated[bool, typer.Option("--check", help="Không ghi; báo lỗi nếu tệp khác với mã. Only compare.")]
Folder = Annotated[Path, typer.Option("--folder", help="Thư mục tài liệu. Where the documents are.")]


def openapi(*, check: OnlyCheck = False, folder: Folder = Path("docs")) -> None:
    """Ghi tài liệu OpenAPI của từng dịch vụ vào docs/openapi/. Write each service's OpenAPI document."""
    _write_or_check(openapi_documents(), folder, check=check)


def asyncapi(*, check: OnlyCheck = False, folder: Folder = Path("docs")) -> None:
    """Ghi tài liệu AsyncAPI của các thông điệp vào docs/asyncapi.json. Write the AsyncAPI document of the contracts."""
    _write_or_check(asyncapi_documents(), folder, check=check)


def docs(*, check: OnlyCheck = False, folder: Folder = Path("docs")) -> None:
    """Ghi tất cả tài liệu giao diện và trang về dữ kiện. Write all of them, and the pages on events and refusals."""
    catalogue_documents = refusals.documents()
    if not check:
        write(catalogue_documents, folder)  # OpenAPI's examples of refusals are read from it
        catalogue.cache_clear()
    interfaces = {**openapi_documents(), **asyncapi_documents()}
    formats = {**format_documents(), **round_schema.documents()}
    _write_or_check({**catalogue_documents, **interfaces, **formats}, folder, check=check)


def _write_or_check(documents: Mapping[Path, str], folder: Path, *, check: bool) -> None:
    wrong = list(drifted(documents, folder))
    if check:
        for path in wrong:
            typer.echo(f"{path} khác với mã; hãy chạy `make docs`. It differs from the code.", err=True)
        raise typer.Exit(1 if wrong else 0)
    write(documents, folder)
    for path in wrong:
        typer.echo(str(path))
