"""The compose file parses and refers only to things that exist; the settings accept what it passes on."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from caselib.word import office
from cms.settings.environment import read

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")

#: program → the Debian package that has it
PACKAGES = {
    "soffice": "libreoffice-writer-nogui",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
}
#: release of Debian → the version of its postgresql-client
CLIENTS = {"bookworm": 15, "trixie": 17}


def filled(text: str, values: dict[str, str]) -> str:
    return VARIABLE.sub(lambda m: values.get(m[1]) or (m[2] or "" if ":-" in m[0] else ""), text)


def test_the_services_of_the_scaled_out_site_are_there() -> None:
    assert {"db", "es01", "node1", "node2", "node3", "setup", "web", "worker", "nginx"} <= set(SERVICES)
    assert SERVICES["db"]["image"].startswith("postgres:17")
    assert all(":9." in SERVICES[name]["image"] for name in ("es01", "node1", "node2", "node3"))
    assert {name for name, service in SERVICES.items() if "cluster" in service.get("profiles", [])} == {
        "node1",
        "node2",
        "node3",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_refers_to_exists(name: str) -> None:
    service = SERVICES[name]
    for other in service.get("depends_on", {}):
        assert other in SERVICES
    for network in service.get("networks", []):
        assert network in COMPOSE["networks"]
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    if "build" in service:
        assert (ROOT / service["build"] / "Dockerfile").exists()


def test_every_management_command_named_in_deployment_files_exists() -> None:
    texts = "".join((ROOT / name).read_text("utf-8") for name in ("docker-compose.yml", "Dockerfile", "Makefile"))
    used = set(re.findall(r'manage\.py"?,? "?([a-z_]+)', texts))
    assert {"migrate", "install_library", "work", "collectstatic", "catalogues"} <= used
    assert used <= set(get_commands())


def test_every_program_that_is_called_is_in_the_image() -> None:
    called = set(office._NAMES[:1]) | {"pg_dump", "pg_restore", "psql"}
    for app in ("caselib", "cms", "search"):
        for file in (ROOT / app).rglob("*.py"):
            called |= set(re.findall(r"""which\(["'](\w+)["']\)""", file.read_text("utf-8")))
    assert called == set(PACKAGES)
    installed = re.search(
        r"apt-get install -y --no-install-recommends (.+?) \\", (ROOT / "Dockerfile").read_text("utf-8")
    )
    assert installed and set(PACKAGES.values()) <= set(installed[1].split())


def test_the_client_that_makes_backups_is_no_older_than_the_server() -> None:
    """pg_dump refuses a newer server: with Debian 12 in the image and PostgreSQL 17 beside it there were no backups."""
    base = re.findall(r"^FROM python:\S+-(\w+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)[-1]
    server = re.match(r"postgres:(\d+)", SERVICES["db"]["image"])
    assert server and CLIENTS[base] >= int(server[1])


def test_backups_have_a_place_that_outlives_the_container() -> None:
    for name in ("web", "worker"):
        assert "backups:/backups" in SERVICES[name]["volumes"]
    assert "/backups" in (ROOT / "Dockerfile").read_text("utf-8").partition("chown")[2].splitlines()[0]


def test_copied_files_of_the_image_exist() -> None:
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            assert (ROOT / line.split()[1]).exists(), line


def test_production_settings_accept_what_compose_passes_on() -> None:
    operator = {
        "CASELIB_SECRET_KEY": "q8!vJz2#rLw9@Xk4^mTb7&Yc1*Nd5(Gf3)Hs6_Pa0+Ue-Ri=Wo",
        "POSTGRES_PASSWORD": "k3Vq9Zr1Lw",
        "CASELIB_HOSTS": "anli.example.cn",
        "CASELIB_ORIGIN": "https://anli.example.cn",
    }
    for name in ("web", "worker", "setup"):
        passed = {key: filled(str(value), operator) for key, value in SERVICES[name]["environment"].items()}
        assert read(passed).database["HOST"] in SERVICES


def test_every_variable_without_a_default_stands_in_the_example() -> None:
    example = (ROOT / "deploy/env.example").read_text("utf-8")
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    required = {m[1] for m in VARIABLE.finditer(text) if ":?" in m[0]}
    assert required
    for name in required:
        assert re.search(rf"^{name}=$", example, re.MULTILINE), f"{name} has no empty line to fill in"


def test_whatever_the_settings_read_can_be_said_in_the_file_of_variables() -> None:
    """CASELIB_EMAIL_TLS stood in the settings alone: behind compose nobody could reach a mail server without STARTTLS."""
    source = (ROOT / "cms/settings/environment.py").read_text("utf-8")
    read_there = set(re.findall(r'(?:text|required|number)\(\s*"(CASELIB_\w+)"', source)) - {"CASELIB_DEBUG"}
    assert {"CASELIB_EMAIL_TLS", "CASELIB_HSTS_SECONDS", "CASELIB_SECRET_KEY_FALLBACKS"} <= read_there
    environment = SERVICES["web"]["environment"]
    assert read_there <= set(environment)
    example = (ROOT / "deploy/env.example").read_text("utf-8")
    for name in read_there:
        if "${" + name in str(environment[name]):
            assert re.search(rf"^{name}=", example, re.MULTILINE), f"{name} is not in the example"


@pytest.mark.parametrize("name", ["es01", "node1", "node2", "node3"])
def test_a_node_that_does_not_answer_is_not_healthy(name: str) -> None:
    kind, command = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    # Of another port, lest a node of this machine answers.
    asked = subprocess.run(["sh", "-c", command.replace("9200", "9")], capture_output=True, check=False, timeout=60)
    assert asked.returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_says_does_not_fill_the_disk(name: str) -> None:
    assert {"max-size", "max-file"} <= set(SERVICES[name]["logging"]["options"])


def test_nginx_follows_the_web_container_to_its_new_address() -> None:
    assert SERVICES["nginx"]["depends_on"]["web"]["restart"] is True


def test_nginx_gets_every_variable_of_its_template() -> None:
    template = (ROOT / "deploy/nginx.conf.template").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)\}", template)) == set(SERVICES["nginx"]["environment"])


def test_private_media_has_no_public_location() -> None:
    template = (ROOT / "deploy/nginx.conf.template").read_text("utf-8")
    blocks = re.findall(r"location (\S+) \{(.*?)\n    \}", template, re.DOTALL)
    media = [(where, body) for where, body in blocks if "CASELIB_MEDIA_DIR" in body]
    assert [where for where, body in media] == ["/private-media/"]
    assert all("internal;" in body for where, body in media)
