"""Making a site ready: a search server that is away is told of and does not keep the site from starting."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from cms.management.commands import prepare
from search import engines

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    """Elasticsearch is configured at an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.SEARCH_ENGINE, settings.ELASTICSEARCH_URLS = engines.ELASTIC, [f"http://127.0.0.1:{port}"]
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    settings.STATIC_ROOT = tmp_path / "static"
    engines.reset()
    yield
    engines.reset()


def run() -> str:
    told = StringIO()
    call_command("prepare", address="http://127.0.0.1:8000/", stdout=StringIO(), stderr=told, no_color=True)
    return told.getvalue()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """No demo and no static files: they have tests of their own."""
    monkeypatch.setattr(prepare, "seed", lambda told: None)
    made = prepare.call_command
    monkeypatch.setattr(prepare, "call_command", lambda name, **kw: made(name, **kw) if name == "migrate" else None)


def test_a_site_starts_while_its_search_server_is_away(
    refused: None, short: None, caplog: pytest.LogCaptureFixture
) -> None:
    told = run()
    assert "is being rebuilt" not in caplog.text  # a first index is no news
    assert "the search engine elastic does not answer; the next one does meanwhile: no connection" in told
    assert "static files … " in told
    assert engines.get(engines.EMBEDDED).ready()


def test_a_site_without_any_engine_does_not_start(refused: None, short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare.engines, "configured", lambda: (engines.ELASTIC,))
    with pytest.raises(CommandError, match="No search engine answers"):
        run()
