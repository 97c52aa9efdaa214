"""Examines a running system from outside, by its HTTP routes: all services behind a gateway, or one service."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.doctor.findings import REMEDIES, Diagnosis, epoch_stop, history, history_of, ill, parked, see, well
from parindex.eventstore.discrepancy import Verification
from parindex.monitoring.stalls import FAR_BEHIND
from parindex.reasons import lost
from parindex.sign_in.service import NAME as SIGN_IN_LOG
from parindex.wording import Wording

HISTORY_S = 120.0
"""Seconds in which a service has to check its whole log."""
ASK = Wording("Khóa ký có đúng của hệ thống này không?", "Is the signing key of this system?")
STOPPED = re.compile(r"← (\w+)/\d+: EpochChangedError")
ELSEWHERE = "không có: đăng nhập ở nơi khác, chưa kiểm tra / none: signs in elsewhere, not checked"
NO_ANSWER = Wording("Không trả lời ({why}).", "Does not answer ({why}).")
NOT_CHECKED = Wording("Không kiểm tra được: HTTP {status}.", "Not checked: HTTP {status}.")
FOREIGN = Wording("Không phải dịch vụ parindex: HTTP {status}.", "Not a service of parindex: HTTP {status}.")
BEHIND = Wording("Còn {lag} bản ghi chưa đọc.", "{lag} entries are not read yet.")
START = Wording("Hãy chạy nó, rồi xem nhật ký của nó.", "Start it, then read its log.")


async def examine_gateway(http: httpx.AsyncClient, services: Sequence[str], token: str = "") -> list[Diagnosis]:
    """Examine each service behind a gateway; with an auditor's token also its history."""
    found = [diagnosis for name in services for diagnosis in await examine_process(http, name, f"/{name}")]
    logs = {**{name: f"/{name}" for name in services}, SIGN_IN_LOG: SIGN_IN_PATH}
    for name, at in logs.items() if token else ():
        found += await _history(http, name, at, token)
    return found


async def _history(http: httpx.AsyncClient, name: str, at: str, token: str) -> list[Diagnosis]:
    """Diagnose a service's history by its own check of its database."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = await http.get(f"{at}/v1/log/verification", headers=headers, timeout=HISTORY_S)
    except httpx.TransportError as error:
        if name != SIGN_IN_LOG:
            return []  # the diagnosis of its readiness reports it
        return [ill(history_of(name), NO_ANSWER.of(why=lost(error)), START)]
    if name == SIGN_IN_LOG and answer.status_code == HTTPStatus.NOT_FOUND:
        return [well(f"{history_of(name)} ({ELSEWHERE})")]
    try:
        checked = msgspec.json.decode(answer.content, type=Verification)
    except msgspec.MsgspecError:
        return [ill(history_of(name), NOT_CHECKED.of(status=answer.status_code), ASK)]
    return [history(name, checked.discrepancies, whole=checked.whole)]


async def examine_process(http: httpx.AsyncClient, name: str, at: str = "") -> list[Diagnosis]:
    """Examine one process by its readiness and its metrics."""
    try:
        answer = await http.get(f"{at}/health/ready")
    except httpx.TransportError as error:
        return [ill(name, NO_ANSWER.of(why=lost(error)), START)]
    return [*_readiness(name, answer), *await _metrics(http, name, at)]


def _readiness(name: str, answer: httpx.Response) -> Iterator[Diagnosis]:
    try:
        checks = answer.json()["checks"]
    except (ValueError, LookupError, TypeError):
        yield ill(name, FOREIGN.of(status=answer.status_code), START)
        return
    for check in checks:
        yield _check(f"{name}: {check['name']}", check)


def _check(what: str, check: dict[str, str]) -> Diagnosis:
    said = Wording(check["vi"], check["en"])
    if remedy := REMEDIES.get(check.get("code", "")):
        return ill(what, said, remedy)
    if check["ok"]:
        return well(what)
    if stopped := STOPPED.search(check["en"]):
        return epoch_stop(what, stopped[1])
    remedy = Wording("Sửa nguyên nhân trên; tiến trình tự thử lại.", "Fix the cause; the process retries by itself.")
    return ill(what, said, remedy)


async def _metrics(http: httpx.AsyncClient, name: str, at: str) -> list[Diagnosis]:
    answer = await http.get(f"{at}/metrics")
    if answer.is_error:
        return []  # a public gateway does not forward them
    return [*_readers(name, answer.text)]


def _readers(name: str, text: str) -> Iterator[Diagnosis]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            what = "{}: {reader} ← {source}/{partition}".format(
                name, **{"reader": "", "source": "", "partition": ""} | sample.labels
            )
            if sample.name == "parindex_parked_contracts" and sample.value:
                yield parked(what, sample.labels.get("reader", ""), int(sample.value))
            if sample.name == "parindex_reader_lag" and sample.value >= FAR_BEHIND:
                yield _behind(what, int(sample.value))


def _behind(what: str, lag: int) -> Diagnosis:
    return ill(what, BEHIND.of(lag=lag), see("rebuild-a-projection"))
