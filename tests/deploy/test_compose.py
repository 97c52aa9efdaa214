"""docker-compose.yml agrees with the compose specification and with the settings that the services read.

No container engine is needed: the file is read as by `docker compose`, with the variables of `deploy/.env.example`.
"""

import importlib.resources
import json
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from parindex.hosting.settings import PREFIX, BusKind, Settings
from parindex.mail.smtp import MailSettings
from parindex.service import installed_services

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / ".env.example").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")
LISTED = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
VALUES = {name: value or f"secret-{name.lower()}" for name, value in LISTED.items()}
COMPOSE = yaml.safe_load(VARIABLE.sub(lambda match: VALUES[match["name"]], TEXT))
CONTAINERS: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
SERVICES = installed_services()
HTTP = list(SERVICES)
WORKERS = [f"{name}-worker" for name in SERVICES]
MIGRATIONS = [*(f"{name}-migrate" for name in SERVICES), "sign-in-migrate"]
OURS = [*HTTP, *WORKERS, *MIGRATIONS]
OF_UVICORN = {"UVICORN_ROOT_PATH", "FORWARDED_ALLOW_IPS"}


def environment(container: str) -> dict[str, str]:
    return dict(CONTAINERS[container].get("environment") or {})


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    def read(container: str) -> Settings:
        for name, value in environment(container).items():
            monkeypatch.setenv(name, value)
        return Settings()

    return read


def test_it_keeps_to_the_compose_specification() -> None:
    vendored = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text("utf-8"))
    assert [error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(COMPOSE)] == []


def test_each_service_is_an_http_process_a_bus_process_and_a_migration() -> None:
    assert set(CONTAINERS) == {*OURS, "issuer", "gateway", "postgres", "rabbitmq"}


def test_the_scanner_of_files_is_added_to_processes_that_know_it() -> None:
    added = yaml.safe_load((ROOT / "deploy" / "clamav.yml").read_text(encoding="utf-8"))["services"]
    asked = {name for name, each in added.items() if f"{PREFIX}CLAMD" in each["environment"]}
    assert asked == {"assessment", "assessment-worker"}
    for name in asked:
        assert set(CONTAINERS[name]["networks"]) < set(added[name]["networks"])
        assert Settings(clamd=added[name]["environment"][f"{PREFIX}CLAMD"]).clamd == "tcp:clamd:3310"


def test_the_mail_server_is_named_to_processes_that_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    added = yaml.safe_load((ROOT / "deploy" / "mail.yml").read_text(encoding="utf-8"))["services"]
    assert set(added) == {"assessment", "assessment-worker"}
    values = {"MAIL_URL": "smtps://a:b@mail.example", "MAIL_SENDER": "a@b.example", "PUBLIC_URL": "https://c.example"}
    for each in added.values():
        for name, value in each["environment"].items():
            monkeypatch.setenv(name, VARIABLE.sub(lambda match: values[match["name"]], value))
        assert Settings().mail == MailSettings(
            url=values["MAIL_URL"], sender=values["MAIL_SENDER"], site="https://c.example/assessment"
        )


@pytest.mark.parametrize("container", OURS)
def test_every_variable_of_a_process_is_one_of_its_settings(container: str) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OF_UVICORN
    assert set(environment(container)) <= known


@pytest.mark.parametrize("container", OURS)
def test_a_process_understands_what_it_is_told(container: str, settings_of: Callable[[str], Settings]) -> None:
    settings = settings_of(container)
    assert settings.partitions == 8
    assert settings.issuer == f"{VALUES['PUBLIC_URL']}/sign-in"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_database_and_roles_of_its_own(name: str, settings_of: Callable[[str], Settings]) -> None:
    own = f"{name}:{VALUES[f'{name.upper()}_PASSWORD']}@postgres:5432/{name}"
    owner = f"{name}_owner:{VALUES[f'{name.upper()}_OWNER_PASSWORD']}@postgres:5432/{name}"
    told = {container: environment(container) for container in (name, f"{name}-worker", f"{name}-migrate")}
    assert {each[f"{PREFIX}DATABASE_URL"] for each in list(told.values())[:2]} == {f"postgresql://{own}"}
    assert told[f"{name}-migrate"][f"{PREFIX}OWNER_URL"] == f"postgresql://{owner}"
    assert f"{PREFIX}DATABASE_URL" not in told[f"{name}-migrate"]
    assert all(f"{PREFIX}OWNER_URL" not in each for each in list(told.values())[:2]), "only a migration owns tables"


@pytest.mark.parametrize("name", SERVICES)
def test_a_bus_process_has_the_sources_of_its_consumers(name: str, settings_of: Callable[[str], Settings]) -> None:
    settings = settings_of(f"{name}-worker")
    heard = {source for consumer in SERVICES[name].consumers for source in consumer.sources}
    assert settings.sources == {source: f"http://{source}:8000" for source in heard}
    assert settings.bus is BusKind.RABBITMQ
    assert settings.amqp_url == f"amqp://parindex:{VALUES['RABBITMQ_PASSWORD']}@rabbitmq:5672/parindex"
    assert settings.client_id == name
    assert settings.client_secret == VALUES[f"{name.upper()}_CLIENT_SECRET"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_its_own_image_in_all_three_ways(name: str) -> None:
    three = [CONTAINERS[f"{name}{suffix}"] for suffix in ("", "-worker", "-migrate")]
    assert {each["image"] for each in three} == {f"parindex/{name}:latest"}
    assert all(each["build"]["args"] == {"SERVICE": name} for each in three)
    assert all((ROOT / each["build"]["dockerfile"]).is_file() for each in three)
    commands = [each.get("command") for each in three]
    assert commands == [None, ["python", "-m", f"{name}.worker"], ["parindex", "migrate", name]]


@pytest.mark.parametrize("container", [*OURS, "issuer"])
def test_our_containers_may_not_do_more_than_they_need(container: str) -> None:
    spec = CONTAINERS[container]
    assert spec["read_only"] is True
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in spec, "the image says who: nobody special"


def test_one_port_is_open_and_only_to_this_machine() -> None:
    open_ports = [port for spec in CONTAINERS.values() for port in spec.get("ports", [])]
    assert open_ports == ["127.0.0.1:8080:8080"]


@pytest.mark.parametrize("container", sorted(set(CONTAINERS) - set(MIGRATIONS)))
def test_what_runs_for_long_says_how_it_is_and_comes_back(container: str) -> None:
    spec = CONTAINERS[container]
    assert spec["healthcheck"]["test"][0] == "CMD"
    assert spec["restart"] == "unless-stopped"


def waits() -> Iterator[tuple[str, str, str]]:
    for container, spec in CONTAINERS.items():
        for other, how in spec.get("depends_on", {}).items():
            yield container, other, how["condition"]


@pytest.mark.parametrize(("container", "other", "condition"), list(waits()))
def test_who_waits_waits_for_something_that_happens(container: str, other: str, condition: str) -> None:
    ends = other in MIGRATIONS
    assert condition == ("service_completed_successfully" if ends else "service_healthy")
    assert CONTAINERS[other]["restart"] == ("no" if ends else "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_on_tables_that_are_there(name: str) -> None:
    assert set(CONTAINERS[name]["depends_on"]) == {f"{name}-migrate"}
    assert set(CONTAINERS[f"{name}-worker"]["depends_on"]) == {f"{name}-migrate", "rabbitmq"}
    assert set(CONTAINERS[f"{name}-migrate"]["depends_on"]) == {"postgres"}


def mounts() -> Iterator[tuple[str, str]]:
    for container, spec in CONTAINERS.items():
        for mount in spec.get("volumes", []):
            yield container, mount.split(":")[0]


def test_what_has_to_last_is_in_a_named_volume_and_the_rest_is_here() -> None:
    named = {source for _, source in mounts() if not source.startswith(".")}
    assert (
        named
        == set(COMPOSE["volumes"])
        == {
            "postgres-data",
            "rabbitmq-data",
            "issuer-key",
            "assessment-files",
        }
    )
    assert [source for _, source in mounts() if source.startswith(".") and not (ROOT / source).exists()] == []


def test_no_secret_stands_in_a_file_that_is_committed() -> None:
    secret = {name for name in LISTED if re.search("PASSWORD|SECRET", name)}
    assert {name: LISTED[name] for name in secret if LISTED[name]} == {}
    used = {match["name"]: match["how"] for match in VARIABLE.finditer(TEXT)}
    assert {name for name, how in used.items() if how == "?"} == secret, "a secret has no default, and must be set"
    addresses = [urlsplit(address) for address in re.findall(r"\w+://[^\s'\"]*@\S+", VARIABLE.sub("", TEXT))]
    assert addresses, "the addresses with passwords were found"
    assert [address.netloc for address in addresses if address.password] == []
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "deploy/secrets/"} <= set(ignored)
    assert COMPOSE["secrets"] == {"accounts": {"file": "./deploy/secrets/accounts.yaml"}}


def test_the_example_lists_exactly_what_can_be_said() -> None:
    assert {match["name"] for match in VARIABLE.finditer(TEXT)} == set(LISTED)


def test_the_gateway_leads_to_every_http_process_and_to_sign_in() -> None:
    caddyfile = (ROOT / "deploy" / "gateway" / "Caddyfile").read_text(encoding="utf-8")
    ways = dict(re.findall(r"handle(?:_path)? /([\w-]+)/\* \{\s+reverse_proxy (\S+)", caddyfile))
    assert ways == {name: f"{name}:8000" for name in HTTP} | {"sign-in": "issuer:8000", "problems": "publication:8000"}
    assert {name: environment(name)["UVICORN_ROOT_PATH"] for name in HTTP} == {name: f"/{name}" for name in HTTP}
    hidden = re.findall(r"@inside path (.*)", caddyfile)
    assert hidden[0].split() == [f"/{name}/metrics" for name in HTTP]


def test_services_find_the_issuer_by_the_name_that_people_use() -> None:
    host = urlsplit(VALUES["PUBLIC_URL"]).hostname
    assert CONTAINERS["gateway"]["networks"]["front"]["aliases"] == [host]
    assert f"--public-url={VALUES['PUBLIC_URL']}" in CONTAINERS["issuer"]["command"]


def networks(container: str) -> set[str]:
    return set(CONTAINERS[container]["networks"])


def test_only_who_has_to_reaches_the_database_the_broker_and_the_gateway() -> None:
    assert {name for name in CONTAINERS if "data" in networks(name)} == {*OURS, "issuer", "postgres"}
    assert {name for name in CONTAINERS if "bus" in networks(name)} == {*WORKERS, "rabbitmq"}
    assert {name for name in CONTAINERS if "front" in networks(name)} == {*HTTP, *WORKERS, "issuer", "gateway"}
    assert set(COMPOSE["networks"]) == {"front", "data", "bus"}
    assert [name for name, spec in COMPOSE["networks"].items() if spec.get("internal")] == ["data", "bus"]


@pytest.mark.parametrize("container", [*HTTP, "issuer"])
def test_the_gateway_alone_is_believed_when_it_says_whose_a_request_is(container: str) -> None:
    [subnet] = COMPOSE["networks"]["front"]["ipam"]["config"]
    address = ip_address(CONTAINERS["gateway"]["networks"]["front"]["ipv4_address"])
    assert environment(container)["FORWARDED_ALLOW_IPS"] == str(address)
    assert address in ip_network(subnet["subnet"])
    assert address not in ip_network(subnet["ip_range"]), "it is given to nobody else"


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_is_bounded_and_may_do_no_more_than_it_needs(container: str) -> None:
    spec = CONTAINERS[container]
    assert re.fullmatch(r"\d+[mg]", spec["mem_limit"])
    assert 0 < spec["pids_limit"] <= 512
    assert (spec["read_only"], spec["cap_drop"]) == (True, ["ALL"])
    assert spec["security_opt"] == ["no-new-privileges:true"]
