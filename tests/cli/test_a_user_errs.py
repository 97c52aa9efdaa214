"""A wrong file, folder or address is refused in two languages, never with a traceback."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from parindex.cli import app
from parindex.hosting.server import LOOPBACK
from parindex.servers.rabbitmq_folder import free_ports

AWAY = "http://127.0.0.1:9"
AT_A_TERMINAL = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from parindex.cli import main; main()"
)
"""The command with the handler that Python has at a terminal: a test run in the background ignores Ctrl-C, and what it
starts inherits that."""
COMMAND = [sys.executable, "-c", AT_A_TERMINAL]
ROUND = Path(__file__).parents[2] / "deploy" / "demo" / "vinhphuc-2019.yaml"


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, arguments)


def told(result: Result) -> str:
    """Return the output of a refused command, which ended with typer's own exit and no other exception."""
    assert type(result.exception) is SystemExit
    assert result.exit_code == 1
    return result.output.replace("\n", " ")


def replayed(*options: str) -> str:
    return told(run("replay", "thu-2026", "--gateway", AWAY, *options))


@pytest.mark.parametrize("content", ["đây không phải khóa", "{}", "[1]", '{"kty": "oct", "k": "eA"}'])
def test_a_file_that_is_no_signing_key_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "khoa.txt"
    file.write_text(content, "utf-8")
    said = replayed("--signing-key", str(file))
    assert f"{file}: không phải khóa ký" in said
    assert f"{file}: this is no signing key" in said


def test_a_folder_is_no_signing_key(tmp_path: Path) -> None:
    assert f"{tmp_path}: không đọc được" in replayed("--signing-key", str(tmp_path))


@pytest.mark.parametrize("content", ["chỉ là chữ", "a: [", "office@H09: x", "office@H09: {name: a}", "- 1", "", "\x00"])
def test_credentials_that_make_no_sense_are_told_how_to_look(tmp_path: Path, content: str) -> None:
    file = tmp_path / "tk.yaml"
    file.write_text(content, "utf-8")
    said = replayed("--credentials", str(file))
    assert f"{file}: phải có dạng office@H09" in said
    assert "has to look like office@H09" in said


def test_a_folder_holds_no_credentials(tmp_path: Path) -> None:
    assert f"{tmp_path}: không đọc được" in replayed("--credentials", str(tmp_path))


@pytest.mark.parametrize("command", [("replay", "thu-2026"), ("doctor",)])
@pytest.mark.parametrize("url", ["localhost:8000", "127.0.0.1:8000", "ftp://localhost:8000"])
def test_an_address_without_http_is_told_how_to_look(command: tuple[str, ...], url: str) -> None:
    said = told(run(*command, "--gateway", url))
    assert f"“{url}” phải bắt đầu bằng http://" in said
    assert f"for example http://{url.removeprefix('ftp://')}" in said


def test_serve_names_the_accounts_file_that_is_not_there(tmp_path: Path) -> None:
    missing, [port] = tmp_path / "nothere", free_ports(1)
    said = told(run("serve", "--accounts", str(missing), "--port", str(port), "--folder", str(tmp_path / "data")))
    assert f"{missing}: không có tệp này" in said


def test_the_doctor_names_the_folder_that_is_not_there(tmp_path: Path) -> None:
    result = run("doctor", "--gateway", AWAY, "--folder", str(tmp_path / "nothere"))
    assert result.exit_code == 2
    assert "Không có thư mục" in result.output
    assert "There is no folder" in result.output


def test_the_doctor_lists_whom_it_knows() -> None:
    result = run("doctor", "nothing")
    assert result.exit_code == 2
    assert "assessment, survey, scoring, publication" in result.output
    assert "Không có dịch vụ" in result.output


@pytest.mark.slow
@pytest.mark.parametrize("command", [("round", "run", str(ROUND)), ("replay", "thu-2026")])
def test_a_user_who_interrupts_reads_that_the_command_may_be_repeated(command: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "tk.yaml"
    file.write_text("office@H62: {name: a, password: b}\nauditor@H62: {name: a, password: b}", "utf-8")
    with socket.create_server((LOOPBACK, 0)) as silent:  # a system that takes the connection and never answers
        url = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [*COMMAND, *command, "--gateway", url, "--credentials", str(file)], stdout=subprocess.PIPE, text=True
        ) as process:
            silent.settimeout(300)
            connected, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=300)
            connected.close()
    assert process.returncode == 130
    assert "Cứ chạy lại đúng lệnh ấy: không có gì bị ghi hai lần." in said
    assert "The same command may simply be repeated: nothing is written twice." in said
