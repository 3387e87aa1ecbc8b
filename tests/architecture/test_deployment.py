"""The files that deploy the product agree with the product. No container engine is needed for this."""

import re
import tomllib
from dataclasses import fields

import pytest
import yaml

from backoffice.core.config import ROOT, Settings

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = {field.name.upper() for field in fields(Settings)}
APP = {"web", "worker", "beat"}


def test_all_parts_of_a_server_are_there() -> None:
    assert set(COMPOSE["services"]) == APP | {"postgres", "valkey", "mail"}


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_each_part_is_watched_and_started_again(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(APP))
def test_the_product_is_told_only_settings_it_knows(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service["environment"]) <= SETTINGS
    assert service["env_file"] == ".env"
    assert service["command"] == ["backoffice", "up", "--only", name]


def test_data_outlives_the_containers() -> None:
    mounted = {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", ())
    }
    assert mounted == set(COMPOSE["volumes"]) == {"data", "postgres"}


def test_only_this_machine_reaches_the_ports() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down() -> None:
    for text in (DOCKERFILE, (ROOT / "docker-compose.yml").read_text()):
        for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN"):
            assert name not in text
    sender = COMPOSE["services"]["web"]["environment"]["MAIL_FROM"]
    assert sender.startswith("${MAIL_FROM:?"), "a made-up sender would be refused by every mail server"
    password = COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")


def test_the_image_has_what_it_copies_and_does_not_run_as_root() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == "backoffice"


def test_every_package_of_the_product_is_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]:
        package = pattern.rstrip("*")
        assert f"\nCOPY {package} {package}\n" in DOCKERFILE


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    locks = {path.stem: path.read_text() for path in (ROOT / "requirements").glob("*.lock")}
    for text in locks.values():
        assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links| @ ", text)
        pinned = re.findall(r"^\S+==\S+.*$", text, re.MULTILINE)
        assert pinned
        assert all(line.endswith("\\") for line in pinned)
    npm = (ROOT / "frontend" / "package-lock.json").read_text()
    assert '"resolved"' not in npm


def test_a_wider_lock_holds_the_narrower_ones() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(
                r"^[\w.\[\]-]+==[^\s;]+", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE
            )
        )

    assert pins("server") < pins("run") < pins("dev")
