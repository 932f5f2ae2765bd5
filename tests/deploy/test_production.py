"""The scaled-out site for real: PostgreSQL, Elasticsearch, granian and nginx with the files of deploy/."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import require_service

ROOT = Path(__file__).resolve().parents[2]
HOST = "anli.example.cn"
CONTENT = """
from django.core.files.base import ContentFile
from caselib.media.models import CaseDocument
from caselib.resources.enums import Circulation
from caselib.resources.models import Attachment, ResourcePage
from tests import factories
import json
paths = {}
for circulation in (Circulation.PUBLIC, Circulation.INTERNAL):
    document = CaseDocument.objects.create(title=circulation, file=ContentFile(b"file " + circulation.encode(), name="f.txt"))
    page = factories.draft(title="港口案例" + circulation, circulation=circulation)
    page.attachments.add(Attachment(document=document, title="附件"))
    page.save_revision()
    page = factories.publish(page)
    paths[circulation] = [page.url, document.file.url]
print(json.dumps(paths))
"""


@dataclass
class Site:
    """A running site and how to reach it."""

    https: int
    http: int
    environment: dict[str, str]
    certificate: Path
    paths: dict[str, list[str]]

    def get(self, path: str, *, port: int = 0, host: str = HOST, **headers: str) -> tuple[int, dict[str, str], bytes]:
        scheme = "http" if port == self.http else "https"
        context = ssl.create_default_context(cafile=str(self.certificate))
        # The certificate is for the site's name, the connection goes to the loopback.
        context.check_hostname = False
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirects()
        )
        url = f"{scheme}://127.0.0.1:{port or self.https}{path}"
        request = urllib.request.Request(url, headers={"Host": host, **headers})
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, _lowered(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, _lowered(error.headers), error.read()


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def manage(environment: dict[str, str], *arguments: str, stdin: str = "") -> str:
    return _managed(environment, *arguments, stdin=stdin).stdout


def _managed(environment: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.stdout[-3000:]}{done.stderr[-6000:]}"
    return done


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A fresh database on the PostgreSQL that PGHOST, PGPORT, PGUSER and PGPASSWORD name; yields its URL."""
    wanted = {name: os.environ.get(name, "") for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")}
    require_service(all(wanted.values()), "no PostgreSQL: set PGHOST, PGPORT, PGUSER and PGPASSWORD (.ci/run does)")
    name = f"caselib_smoke_{os.getpid()}"
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield "postgresql://{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/".format(**wanted) + name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def environment(database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    elasticsearch = os.environ.get("CASELIB_TEST_ELASTICSEARCH_URLS", "")
    require_service(bool(elasticsearch), "no Elasticsearch: set CASELIB_TEST_ELASTICSEARCH_URLS (.ci/run does)")
    folder = tmp_path_factory.mktemp("production")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "cms.settings.production",
        "PYTHONPATH": str(ROOT),
        "CASELIB_SECRET_KEY": secrets.token_urlsafe(64),
        "CASELIB_HOSTS": HOST,
        "CASELIB_ORIGIN": f"https://{HOST}",
        "CASELIB_DATABASE_URL": database,
        "CASELIB_SEARCH_ENGINE": "elasticsearch",
        "CASELIB_ELASTICSEARCH_URLS": elasticsearch,
        "CASELIB_ELASTICSEARCH_PREFIX": f"smoke{os.getpid()}",
        "CASELIB_VAR": str(folder / "var"),
        "CASELIB_STATIC_ROOT": str(folder / "static"),
    }


@pytest.fixture(scope="module")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    require_service(shutil.which("nginx") is not None, "nginx is not installed: apt install nginx-light")
    require_service(shutil.which("openssl") is not None, "openssl is not installed")
    manage(environment, "migrate", "--noinput")
    manage(environment, "install_library")
    manage(environment, "collectstatic", "--noinput")
    paths = json.loads(manage(environment, "shell", "--no-imports", stdin=CONTENT).strip().splitlines()[-1])
    manage(environment, "search_index", "rebuild")
    folder = tmp_path_factory.mktemp("nginx")
    certificate = _certificate(folder)
    web, https, http = free_port(), free_port(), free_port()
    config = _nginx_config(folder, environment, web, https, http)
    subprocess.run(["nginx", "-t", "-c", str(config)], check=True, capture_output=True)
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(web), "--workers", "2"]
    children = [
        subprocess.Popen(
            [*granian, "--blocking-threads", "1", "--no-ws", "cms.wsgi:application"], cwd=ROOT, env=environment
        ),
        subprocess.Popen(["nginx", "-c", str(config)]),
    ]
    running = Site(https, http, environment, certificate, paths)
    try:
        _wait(running)
        yield running
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(30)


def _certificate(folder: Path) -> Path:
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(folder / "site.key"), "-out", str(folder / "site.crt")]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*request, *subject, *files], check=True, capture_output=True)
    return folder / "site.crt"


def _nginx_config(folder: Path, environment: dict[str, str], web: int, https: int, http: int) -> Path:
    """The template of deploy/, filled in as nginx's image does it, inside the smallest main file."""
    values = {
        "CASELIB_SERVER_NAMES": HOST,
        "CASELIB_UPSTREAM": f"127.0.0.1:{web}",
        "CASELIB_MEDIA_DIR": f"{environment['CASELIB_VAR']}/media",
        "CASELIB_STATIC_DIR": environment["CASELIB_STATIC_ROOT"],
        "CASELIB_CERT_DIR": str(folder),
        "CASELIB_HTTP_PORT": f"127.0.0.1:{http}",
        "CASELIB_HTTPS_PORT": f"127.0.0.1:{https}",
    }
    text = (ROOT / "deploy/nginx.conf.template").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    (folder / "site.conf").write_text(text, "utf-8")
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = (
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{ }}\n"
        f"http {{\n    include /etc/nginx/mime.types;\n    access_log off;\n{temporary}    include {folder}/site.conf;\n}}\n"
    )
    (folder / "nginx.conf").write_text(main, "utf-8")
    return folder / "nginx.conf"


def _wait(site: Site) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if site.get("/hello/")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)
    pytest.fail("the site did not come up")


def test_all_deployment_checks_pass(environment: dict[str, str], site: Site) -> None:
    done = _managed(environment, "check", "--deploy", "--fail-level", "ERROR")
    told = set(re.findall(r"\((\w+\.\w\d+)\)", done.stdout + done.stderr))
    assert told <= {"competitions.W001"}, done.stderr  # scripts for which this machine has no font; the image has them
    assert told or "no issues" in done.stdout


def test_plain_http_is_sent_to_https(site: Site) -> None:
    status, headers, _ = site.get("/x/", port=site.http)
    assert (status, headers["location"]) == (301, f"https://{HOST}/x/")


def test_pages_come_with_the_headers_of_a_guarded_site(site: Site) -> None:
    status, headers, body = site.get("/account/login/")
    assert status == 200
    assert "max-age=31536000" in headers["strict-transport-security"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "Secure" in headers["set-cookie"]
    assert b"/static/caselib/css/base." in body


def test_another_host_is_refused(site: Site) -> None:
    assert site.get("/hello/", host="evil.example.com")[0] in {400, 444}


def test_static_files_carry_a_hash_and_are_kept_for_ever(site: Site) -> None:
    body = site.get("/account/login/")[2].decode()
    path = body.split('rel="stylesheet" href="')[1].split('"')[0]
    status, headers, content = site.get(path)
    assert status == 200
    assert content
    assert "immutable" in headers["cache-control"]


def test_a_public_file_is_sent_by_nginx_and_an_internal_one_does_not_exist(site: Site) -> None:
    status, headers, body = site.get(site.paths["public"][1])
    assert (status, body) == (200, b"file public")
    assert "x-accel-redirect" not in headers
    # nginx keeps few headers of the view by itself; no browser shall guess what an upload is, or run it.
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert "max-age=31536000" in headers["strict-transport-security"]
    status, _, part = site.get(site.paths["public"][1], Range="bytes=0-3")
    assert (status, part) == (206, b"file"), "nginx answers ranges"
    assert site.get(site.paths["internal"][1])[0] == 404


def test_private_media_have_no_address_of_their_own(site: Site) -> None:
    name = site.paths["public"][1].partition("/files/")[2]
    assert site.get(f"/private-media/{name}")[0] == 404
    assert site.get(f"/media/{name}")[0] == 404


def test_a_live_page_is_served_and_an_internal_one_is_not(site: Site) -> None:
    assert site.get(site.paths["public"][0])[0] == 200
    assert site.get(site.paths["internal"][0])[0] == 404


def test_elasticsearch_finds_the_public_case_only(site: Site) -> None:
    status, _, body = site.get("/browse/?q=%E6%B8%AF%E5%8F%A3")
    assert status == 200
    assert "港口案例public" in body.decode()
    assert "港口案例internal" not in body.decode()


def test_elasticsearch_answers_not_the_index_that_stands_by(environment: dict[str, str], site: Site) -> None:
    found = json.loads(manage(environment, "search", "港口", "--json"))
    assert (found["engine"], found["total"], found["notices"]) == ("elastic", 1, [])


def test_backup_and_restore_on_postgresql(environment: dict[str, str], site: Site, tmp_path: Path) -> None:
    require_service(shutil.which("pg_dump") is not None, "pg_dump is not installed: apt install postgresql-client")
    manage(environment, "backup", str(tmp_path))
    folder = next(path for path in tmp_path.iterdir() if path.name.startswith("caselib-"))
    manage(
        environment,
        "shell",
        "--no-imports",
        stdin="from caselib.accounts.models import Unit; Unit.add_root(name='x', code='later')\n",
    )
    manage(environment, "restore", str(folder), "--yes")
    count = "from caselib.accounts.models import Unit; print(Unit.objects.filter(code='later').count())\n"
    assert manage(environment, "shell", "--no-imports", stdin=count).strip().endswith("0")
    assert site.get(site.paths["public"][1])[2] == b"file public"


def test_an_upload_beyond_the_limit_is_refused_in_words(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.certificate))
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", site.https), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        # Only the head: nginx answers before any of the body.
        secure.sendall(
            f"POST /admin/documents/add/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {600 * 1024 * 1024}\r\n\r\n".encode()
        )
        answer = b""
        while piece := secure.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413")
    assert "上传的文件太大" in answer.decode()
