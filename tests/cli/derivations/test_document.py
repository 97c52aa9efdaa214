"""`parindex explain` at a running system: the words of the two services in one document, at any moment."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from parindex.auth.principal import Role
from parindex.numbers import from_wire
from parindex.testing.arithmetic import points_in
from parindex_cli.derivations.asking import explained
from parindex_cli.derivations.document import Document, Part, Section, as_html, as_text
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import drive, gateway, system

__all__ = ["gateway", "system"]

TWO_APPRAISALS = Path(__file__).parents[3] / "deploy" / "demo" / "two-appraisals.yaml"
ROUND, OFFICE = "two-appraisals", (Role.OFFICE, "H97")


async def asked(gateway: Gateway, unit: str, criterion: str, at: str = "", position: int = 0) -> Document:
    return await explained(_open(gateway), (ROUND, unit, criterion), OFFICE, at=at, position=position)


@asynccontextmanager
async def _open(gateway: Gateway) -> AsyncIterator[Gateway]:
    yield gateway


async def answer(gateway: Gateway, service: str, path: str) -> dict[str, Any]:
    bearer = {"Authorization": f"Bearer {await gateway.token(*OFFICE)}"}
    found: dict[str, Any] = (await gateway.clients[service].get(path, headers=bearer)).json()
    return found


def parts(document: Document) -> Iterator[tuple[str, str]]:
    return ((part.term, part.text) for section in document.sections for part in section.parts)


async def test_every_criterion_of_every_unit_is_explained_in_the_words_of_the_services(gateway: Gateway) -> None:
    described, _ = await drive(gateway, TWO_APPRAISALS)
    explained_points, derivation = 0, dict[str, Any]()
    for unit in [unit.code for block in described.blocks for unit in block.units]:
        index = await answer(gateway, "scoring", f"/v1/rounds/{ROUND}/units/{unit}/index")
        for line in index["lines"]:
            code = line["criterion"]
            path = f"/v1/rounds/{ROUND}/units/{unit}/criteria/{code}"
            derivation = await answer(gateway, "scoring", f"{path}/derivation")
            stages = await answer(gateway, "assessment", f"{path}/stages")
            document = await asked(gateway, unit, code)
            said = list(parts(document))
            html = unescape(as_html(document).decode())
            for part in [*stages["said"], *derivation["said"]]:
                assert (part["term"], part["text"]) in said
                assert part["text"] in html
                assert part["text"].splitlines()[0] in as_text(document)
            assert {change["said"] for change in derivation["changes"]} <= {text for _, text in said}
            assert points_in(dict(said)["Diễn giải"]) == from_wire(line["points"])
            explained_points += 1
    assert explained_points > 3

    unit, code = derivation["unit"], derivation["criterion"]
    first = derivation["changes"][0]["entry"]
    at_position = await asked(gateway, unit, code, position=first["position"])
    assert at_position.sections[1].parts[1:] == (await asked(gateway, unit, code, at=first["at"])).sections[1].parts[1:]
    before = dict(parts(await asked(gateway, unit, code, at="2020-01-01T00:00:00Z")))
    assert before["Diễn giải"].startswith("Lúc đó chưa có dữ liệu nào")
    assert "Lúc 07:00 ngày 01/01/2020" in before["Thời điểm"]
    for at in ("hom-qua", "2026-01-01"):
        with pytest.raises(RoundStepError):
            await asked(gateway, unit, code, at=at)


def test_what_people_wrote_stays_text() -> None:
    written = Document(
        "<b>1.1</b>", [Section("Các bước", [Part("Lý do", "<script>x</script>\n[red]hai[/]")])], "Lập lúc"
    )
    html = as_html(written).decode()
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt;\n[red]hai[/]" in html
    assert "<link" not in html
    assert "src=" not in html
    assert as_text(written).splitlines()[-1] == "  [red]hai[/]"
