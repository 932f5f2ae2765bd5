"""A whole site for the browser tests: migrated, installed, filled with the demo, served with its worker.

It is the site of ``make run``, in a directory and on a port of its own, started once for all browser tests.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from cms.demo.people import PASSWORD
from tests.conftest import require_service

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

START_SECONDS = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs all browser tests, so that the site is built once."""
    for item in items:
        if Path(str(item.fspath)).is_relative_to(ROOT / "tests" / "e2e"):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))


@dataclass(frozen=True)
class Site:
    """A running site. ``shots`` is where screenshots go."""

    url: str
    env: dict[str, str]
    shots: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command of the site and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def shell(self, code: str) -> str:
        """Run Python code in the site's own database and return what it printed."""
        return self.manage("shell", "--verbosity", "0", "--command", code)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo site, served by granian with a worker beside it; both are ended by their own pid."""
    require_service(chromium() is not None, "chromium is not installed")
    var = tmp_path_factory.mktemp("site")
    env = {
        **os.environ,
        "CASELIB_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "CASELIB_SEARCH_ENGINE": "embedded",
    }
    env.pop("CASELIB_TEST_DATABASE", None)
    port = free_port()
    shots = Path(os.environ.get("CASELIB_SHOTS", var / "shots"))
    shots.mkdir(parents=True, exist_ok=True)
    running = Site(f"http://127.0.0.1:{port}", env, shots)
    for arguments in (["catalogues", "--compile"], ["migrate", "-v0"], ["seed_demo"], ["search_index", "rebuild"]):
        running.manage(*arguments)
    running.manage("collectstatic", "--noinput", "-v0")
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    server += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "warning", "cms.wsgi:application"]
    with (var / "server.log").open("wb") as log:
        children = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
            for command in (server, [sys.executable, "manage.py", "work"])
        ]
        try:
            wait_until_up(running.url, children[0], var / "server.log")
            yield running
        finally:
            for child in children:
                child.terminate()
            for child in children:
                try:
                    child.wait(15)
                except subprocess.TimeoutExpired:
                    child.kill()
    faults = [line for line in (var / "server.log").read_text("utf-8", "replace").splitlines() if " ERROR " in line]
    assert not faults, faults


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(log.read_text("utf-8", "replace")[-3000:])
        try:
            with opener.open(f"{url}/hello/", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text("utf-8", "replace")[-3000:])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    require_service(chromium() is not None, "chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


class Visit:
    """A person at a browser: signs in, takes pictures, and notes every request that leaves the site."""

    def __init__(self, browser: Browser, site: Site, *, width: int = 1440, height: int = 900) -> None:
        self.site = site
        self.foreign: list[str] = []
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", base_url=site.url, accept_downloads=True
        )
        self.context.on("request", lambda request: self._note(request.url))
        self.page: Page = self.context.new_page()
        # Playwright says no to what a page asks unless told: people here mean what they click.
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.set_default_timeout(20_000)

    def _note(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:", "about:")):
            self.foreign.append(url)

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        self.page.goto("/account/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/account/login/" not in url)
        return self.page

    def follow(self, what: Locator) -> None:
        """Click a link or button and wait for the page it leads to: what is typed next must not land in the old one."""
        with self.page.expect_navigation(wait_until="load"):
            what.click()

    def shot(self, name: str) -> None:
        self.page.screenshot(path=str(self.site.shots / f"{name}.png"), full_page=True)

    def close(self) -> None:
        self.context.close()
        assert not self.foreign, f"requests that left the site: {self.foreign}"
        assert not self.faults, f"script errors: {self.faults}"


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[object]:
    """Return a function that opens a browser for one more person; all are closed, and judged, at the end."""
    opened: list[Visit] = []

    def open_one(username: str | None = None, **kwargs: int) -> Visit:
        person = Visit(browser, site, **kwargs)
        opened.append(person)
        if username:
            person.sign_in(username)
        return person

    yield open_one
    for person in opened:
        person.close()
