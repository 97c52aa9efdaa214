"""An error is logged with its traceback, and without the values of local variables."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from parindex.hosting.logging import configure_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, known = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**known)
    structlog.contextvars.clear_contextvars()


def sign_in(password: str) -> None:
    raise LookupError("the list of accounts is gone")


def fail_with_a_secret_in_hand() -> None:
    authorization = "Bearer " + "eyJ-a-token"
    assert authorization
    sign_in("mật khẩu " + "của tôi")


@pytest.mark.parametrize("library", [False, True])
def test_a_logged_error_shows_no_local_variable(capsys: pytest.CaptureFixture[str], library: bool) -> None:
    configure_logs("info", "toy")
    try:
        fail_with_a_secret_in_hand()
    except LookupError:
        if library:
            logging.getLogger("somebody.else").exception("unexpected")
        else:
            structlog.stdlib.get_logger("ours").exception("unexpected")
    said = capsys.readouterr().err
    [told] = json.loads(said)["exception"]
    assert [frame["name"] for frame in told["frames"]][-2:] == ["fail_with_a_secret_in_hand", "sign_in"]
    assert "eyJ-a-token" not in said
    assert "của tôi" not in said
