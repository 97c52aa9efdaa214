"""A file is read within limits, even if its stated size is wrong."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parindex.cli import app
from parindex.inputs.files import read_json, read_text

ENDLESS = ["/dev/zero", "/dev/urandom", "/dev/tty", "/dev/null"]


@pytest.mark.parametrize("device", ENDLESS)
def test_a_device_is_no_file(device: str) -> None:
    with pytest.raises(OSError, match=r"not a regular file|No such device"):
        read_text(Path(device))


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_text(tmp_path / "pipe")


def test_a_file_that_hides_its_size_is_measured_while_it_is_read() -> None:
    assert Path("/proc/self/maps").stat().st_size == 0
    with pytest.raises(OSError, match="more than 100 bytes"):
        read_text(Path("/proc/self/maps"), 100)


def test_a_file_may_be_as_long_as_agreed_and_no_byte_longer(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_text(file, 5) == "12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        read_text(file, 4)


def test_line_ends_stay_and_a_byte_order_mark_goes(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\r")
    assert read_text(file) == "a\r\nb\r"


def test_json_nested_too_deep_is_a_value_error(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("[" * 100_000)
    with pytest.raises(ValueError, match="too deep"):
        read_json(file)


@pytest.mark.parametrize(
    "words",
    [
        ("round", "check", "FILE"),
        ("round", "run", "FILE"),
        ("serve", "--accounts", "FILE"),
        ("accounts", "add", "lan", "--right", "office@H09", "--file", "FILE"),
        ("replay", "r", "--gateway", "http://127.0.0.1:9", "--credentials", "FILE"),
        ("replay", "r", "--gateway", "http://127.0.0.1:9", "--signing-key", "FILE"),
        ("round", "run", "ROUND", "--gateway", "http://127.0.0.1:9", "--credentials", "FILE"),
        ("round", "run", "ROUND", "--gateway", "http://127.0.0.1:9", "--signing-key", "FILE"),
    ],
)
@pytest.mark.parametrize("kind", ["zero", "folder", "pipe", "deep", "deep JSON", "latin", "zeros"])
def test_every_command_says_in_words_what_it_can_not_read(words: tuple[str, ...], kind: str, tmp_path: Path) -> None:
    file = _made(tmp_path, kind)
    round_file = Path(__file__).parents[3] / "deploy" / "demo" / "binhduong-2017-districts.yaml"
    given = [{"FILE": str(file), "ROUND": str(round_file)}.get(word, word) for word in words]
    ended = CliRunner(env={"COLUMNS": "300"}).invoke(app, given)
    assert (ended.exit_code, type(ended.exception)) == (1, SystemExit)
    assert ended.output.strip()
    assert "draft" not in ended.output


def _made(folder: Path, kind: str) -> Path:
    file = folder / "file.yaml"
    match kind:
        case "zero":
            return Path("/dev/zero")
        case "folder":
            return folder
        case "pipe":
            os.mkfifo(file)
        case "deep":
            file.write_text("accounts: " + "[" * 5_000)
        case "deep JSON":
            file.write_text('{"accounts": ' * 5_000)
        case "latin":
            file.write_bytes("accounts: é".encode("latin-1"))
        case _:
            file.write_bytes(bytes(1_000))
    return file
