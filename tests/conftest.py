"""Fixtures that every test may use: an installed library, users of each role, clients signed in as them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from caselib.accounts.enums import Role
from tests import factories
from tests.template_database import TemplateDatabase

# A busy machine is no fault of the code under test.
hypothesis_settings.register_profile("caselib", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("caselib")

REQUIRE_SERVICES = os.environ.get("CASELIB_REQUIRE_SERVICES") == "1"


def require_service(present: bool, reason: str) -> None:
    """Skip the test with ``reason`` if a service is absent; where services are required (CI) fail instead."""
    if not present:
        (pytest.fail if REQUIRE_SERVICES else pytest.skip)(reason)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the message catalogues, which are not committed, so that tests see the site's language."""
    from cms.translations.catalogues import compile_all

    compile_all(config.rootpath)


#: Reasons that stay a skip where services are required: they speak of the database the run is made on.
OF_THE_DATABASE = ("SQLite", "database file")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where services are required (CI), a test that would be skipped for want of something fails instead."""
    report = yield
    if REQUIRE_SERVICES and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(word in reason for word in OF_THE_DATABASE):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} must not be skipped here: {reason}"
    return report


_flush = TransactionTestCase._fixture_teardown


def _flush_past_triggers(self: TransactionTestCase) -> None:
    """Flush the database although append-only triggers refuse it, then install the library again."""
    from cms.install import install

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        _flush(self)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            present = {name for (name,) in cursor.fetchall()}  # those registered in code came back with post_migrate
            for name, sql in triggers:
                if name not in present:
                    cursor.execute(sql)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        _flush(self)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")
    install()


TransactionTestCase._fixture_teardown = _flush_past_triggers  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def template_database(request: pytest.FixtureRequest) -> Generator[TemplateDatabase | None]:
    """On SQLite, this process's own database file and the template it is copied from; None elsewhere."""
    if connection.vendor != "sqlite" or request.config.getvalue("nomigrations"):
        yield None
        return
    folder = Path(os.environ.get("CASELIB_TEST_TEMPLATES", settings.VAR_DIR / "templates"))
    template = TemplateDatabase(folder, Path(settings.VAR_DIR, f"test-{os.getpid()}.sqlite3"))
    yield template
    template.release()
    connection.close()
    template.remove()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    template_database: TemplateDatabase | None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Work on a file of this process's own; elsewhere the suffix of the test process keeps them apart."""
    if template_database:
        connection.settings_dict["TEST"]["NAME"] = str(template_database.copy)


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, template_database: TemplateDatabase | None, django_db_modify_db_settings: None
) -> bool:
    """Use the copied template as the database that is already there."""
    if template_database:
        return template_database.place(anew=request.config.getvalue("create_db"))
    return bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_createdb(request: pytest.FixtureRequest, template_database: TemplateDatabase | None) -> bool:
    """``--create-db`` makes the template anew; the copy is never thrown away."""
    return template_database is None and bool(request.config.getvalue("create_db"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_keepdb: bool,
    django_db_blocker: object,
    template_database: TemplateDatabase | None,
) -> None:
    """Install the library once into the test database, before any test's transaction."""
    from cms.install import install

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        install()
        if template_database and not django_db_keepdb:
            template_database.keep()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    from search import synonyms

    cache.clear()
    synonyms.forget()


@pytest.fixture(autouse=True)
def _private_var(settings: object, tmp_path: object) -> None:
    """Give each test its own media and index directories."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined, operator]
    settings.SEARCH_INDEX_DIR = tmp_path / "search-index"  # type: ignore[attr-defined, operator]


@pytest.fixture
def user_of(db: None) -> Callable[..., object]:
    """Return a function that makes a user with the given roles."""

    def make(*roles: Role | str, **kwargs: object) -> object:
        return factories.UserFactory(roles=roles, **kwargs)

    return make


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """Return a function that gives a client signed in as a (new) user of the given roles."""

    def make(*roles: Role | str, **kwargs: object) -> Client:
        client = Client()
        client.force_login(factories.UserFactory(roles=roles, **kwargs))
        return client

    return make


@pytest.fixture
def kept_pages(settings: object) -> Generator[None]:
    """Switch the caches of pages and of their pieces on, empty before and after; elsewhere in the suite they are off."""
    from caselib.core.fragments import pieces
    from caselib.core.page_cache import changes
    from cms.middleware.page_cache import store

    settings.PAGE_CACHE_BYTES = store.budget = 10_000_000  # type: ignore[attr-defined]
    changes.forget()
    store.clear()
    pieces.clear()
    yield
    store.clear()
    pieces.clear()
