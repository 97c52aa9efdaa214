"""A unit's file is scanned before it is stored, where a scanner is configured; without one its state says so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.assessment.conftest import Assessment
from tests.assessment.proving.test_api import DIGEST, FILES, PDF, listed, refused, send, stored

from assessment.proving.upkeep import scan_page
from assessment.service import SERVICE
from parindex.auth.fastapi import authenticate_with
from parindex.files.refusals import FileNotScannedError
from parindex.files.scanning import Scanner
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_authenticator
from parindex.testing.clamd import EICAR, SIGNATURE, Clamd
from parindex.testing.serving import ISSUER

pytestmark = pytest.mark.clamd
INFECTED = PDF + EICAR


@pytest.fixture
async def scanning(assessment: Assessment, clamd: Clamd) -> AsyncIterator[Assessment]:
    """The same service, log and files, as a process that has a scanner."""
    await assessment.open_round()
    context = replace(assessment.resources.context, scanner=Scanner(clamd.address))
    app: FastAPI = service_app(SERVICE, context, assessment.resources.settings)
    async with open_authenticator(assessment.resources, ISSUER.keys()) as authenticator:
        authenticate_with(app, authenticator)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Assessment(replace(assessment.resources, context=context), http, assessment.clock)


async def scan_later(scanning: Assessment) -> None:
    scanner = scanning.resources.context.scanner
    assert scanner is not None
    await scan_page(scanning.resources.context, scanner, 0)


async def only_file(scanning: Assessment) -> dict[str, Any]:
    [file] = await listed(scanning.unit)
    return file


async def test_a_clean_file_is_stored_with_what_scanned_it(scanning: Assessment) -> None:
    answer = await send(scanning.unit)
    assert (answer.status_code, answer.json()["facts"]) == (201, ["FileUploaded", "FileScanned"])
    file = answer.json()["file"]
    assert (file["state"], file["signature"], file["scanner"][:7]) == ("clean", "", "ClamAV ")
    assert await only_file(scanning) == file
    head = await scanning.resources.log.head()
    await scan_later(scanning)
    assert await scanning.resources.log.head() == head


async def test_an_infected_file_leaves_neither_an_event_nor_bytes(scanning: Assessment) -> None:
    head = await scanning.resources.log.head()
    answer = await send(scanning.unit, INFECTED)
    assert refused(answer) == (422, "file-infected")
    assert SIGNATURE in answer.json()["detail"]
    assert stored(scanning) == []
    assert await scanning.resources.log.head() == head


async def test_without_a_scanner_the_state_says_so_and_a_later_scan_says_more(
    assessment: Assessment, scanning: Assessment
) -> None:
    unscanned = (await send(assessment.unit)).json()["file"]
    assert (unscanned["state"], unscanned["scanner"], unscanned["scanned_at"]) == ("unscanned", "", "")
    await scan_later(scanning)
    assert (await only_file(scanning))["state"] == "clean"


async def test_a_stored_file_in_which_malware_is_found_is_no_longer_opened(
    assessment: Assessment, scanning: Assessment
) -> None:
    digest = (await send(assessment.unit, INFECTED)).json()["file"]["sha256"]
    await scan_later(scanning)
    file = await only_file(assessment)
    assert (file["state"], file["signature"]) == ("rejected", SIGNATURE)
    assert refused(await assessment.unit("GET", f"{FILES}/{digest}/content")) == (422, "file-infected")
    [_, scanned] = await assessment.resources.log.read_stream("files-r-2026/H16.01")
    assert (scanned.entry.actor, scanned.entry.authority) == ("assessment.proving.scan", "H16")


async def test_while_the_scanner_is_away_nothing_is_taken_and_nothing_is_called_clean(
    assessment: Assessment, scanning: Assessment, clamd: Clamd
) -> None:
    assert (await send(assessment.unit)).status_code == 201
    clamd.stop()
    try:
        assert refused(await send(scanning.unit, INFECTED)) == (503, "file-not-scanned")
        with pytest.raises(FileNotScannedError):
            await scan_later(scanning)
    finally:
        clamd.start()
    assert stored(scanning) == [DIGEST]
    assert (await only_file(scanning))["state"] == "unscanned"
