"""An audit opens the texts that the data of an entry commit to, and nothing that only looks like a commitment."""

from pathlib import Path

from parindex_cli.auditing.copying import Copy
from parindex_cli.auditing.openings import commitments_in

AT = "2026-07-01T12:00:00.000000Z"
COMMITMENT = "explanation:" + "0" * 64


def line(position: int, stream: str, data: str) -> str:
    entry = (
        f'{{"actor":"a","authority":"H97","correlation":"c","data":{data},"nonce":"n","occurred_at":"{AT}",'
        f'"origin":"o/assessment","position":{position},"previous":"{"0" * 64}","profile":2,"recorded_at":"{AT}",'
        f'"stream":"{stream}","type":"T","v":1,"version":1}}'
    )
    return f'{{"entry":{entry},"position":{position},"recorded_at":"{AT}"}}\n'


def test_the_stream_of_an_erasure_is_named_after_a_commitment_and_is_none(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    claimed = line(1, "claims-1", f'{{"explanation":"{COMMITMENT}"}}')
    erased = line(2, f"erasure-{COMMITMENT}", f'{{"commitment":"{COMMITMENT}"}}')
    (tmp_path / "assessment.ndjson").write_text(claimed + erased, encoding="utf-8")
    assert list(commitments_in(copy, "assessment")) == [(COMMITMENT, 1), (COMMITMENT, 2)]
