"""Production settings: a safe environment starts, each unsafe value is refused by name."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from cms.settings.environment import read
from search import engines

ROOT = Path(__file__).resolve().parents[3]
SAFE = {
    "CASELIB_SECRET_KEY": "q8!vJz2#rLw9@Xk4^mTb7&Yc1*Nd5(Gf3)Hs6_Pa0+Ue-Ri=Wo",
    "CASELIB_HOSTS": "anli.example.cn, anli2.example.cn",
    "CASELIB_ORIGIN": "https://anli.example.cn",
    "CASELIB_DATABASE_URL": "postgresql://library:pa%2Fss%40word9@db.internal:5433/library",
    "CASELIB_ELASTICSEARCH_URLS": "http://es1:9200,http://es2:9200",
    "CASELIB_VAR": "/srv/caselib",
}


def test_a_safe_environment_is_read() -> None:
    env = read(SAFE)
    assert env.hosts == ["anli.example.cn", "anli2.example.cn"]
    assert env.database["PASSWORD"] == "pa/ss@word9"
    assert (env.database["HOST"], env.database["PORT"]) == ("db.internal", "5433")
    assert env.elasticsearch_urls == ["http://es1:9200", "http://es2:9200"]


@pytest.mark.parametrize(
    ("port", "tls", "meant"), [("587", "1", (True, False)), ("465", "1", (False, True)), ("25", "0", (False, False))]
)
def test_a_mail_server_on_465_is_spoken_to_in_tls_at_once(port: str, tls: str, meant: tuple[bool, bool]) -> None:
    email = read({**SAFE, "CASELIB_EMAIL_HOST": "mx", "CASELIB_EMAIL_PORT": port, "CASELIB_EMAIL_TLS": tls}).email
    assert (email["tls"], email["ssl"]) == meant


@pytest.mark.parametrize(
    ("named", "meant"),
    [("elasticsearch", engines.ELASTIC), ("elastic", engines.ELASTIC), ("embedded", engines.EMBEDDED)],
)
def test_the_engine_an_installation_names_is_the_one_that_answers(
    named: str, meant: str, settings: LazySettings
) -> None:
    settings.SEARCH_ENGINE = read({**SAFE, "CASELIB_SEARCH_ENGINE": named}).search_engine
    assert engines.configured()[0] == meant


def test_without_a_word_about_it_elasticsearch_answers(settings: LazySettings) -> None:
    settings.SEARCH_ENGINE = read(SAFE).search_engine
    assert engines.configured() == (engines.ELASTIC, engines.EMBEDDED)


@pytest.mark.parametrize(
    ("named", "urls", "fault"), [("whoosh", "http://es1:9200", "E001"), ("elasticsearch", "", "E002")]
)
def test_an_engine_nobody_could_ask_stops_the_start_of_any_site(named: str, urls: str, fault: str) -> None:
    values = {"CASELIB_SEARCH_ENGINE": named, "CASELIB_ELASTICSEARCH_URLS": urls}
    refused = manage("check", settings="cms.settings.dev", **values)
    assert refused.returncode != 0
    assert f"search.{fault}" in refused.stderr
    assert list(values)[named == "elasticsearch"] in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("DJANGO_DEBUG", "true"),
        ("CASELIB_DEBUG", "anything"),
        ("CASELIB_SECRET_KEY", ""),
        ("CASELIB_SECRET_KEY", "short"),
        ("CASELIB_SECRET_KEY", "a" * 60),
        ("CASELIB_SECRET_KEY", "django-insecure-q8!vJz2#rLw9@Xk4^mTb7&Yc1*Nd5(Gf3)Hs6_Pa0"),
        ("CASELIB_HOSTS", ""),
        ("CASELIB_HOSTS", "*"),
        ("CASELIB_HOSTS", ".example.cn"),
        ("CASELIB_HOSTS", "https://anli.example.cn"),
        ("CASELIB_ORIGIN", ""),
        ("CASELIB_ORIGIN", "http://anli.example.cn"),
        ("CASELIB_ORIGIN", "https://elsewhere.example.cn"),
        ("CASELIB_ORIGIN", "https://anli.example.cn/path"),
        ("CASELIB_ORIGIN", "https://[broken"),
        ("CASELIB_DATABASE_URL", ""),
        ("CASELIB_DATABASE_URL", "sqlite:///caselib.sqlite3"),
        ("CASELIB_DATABASE_URL", "postgresql://library:caselib@db/library"),
        ("CASELIB_DATABASE_URL", "postgresql://library@db/library"),
        ("CASELIB_DATABASE_URL", "postgresql://library:pass9word:x@db:99999999/library"),
        ("CASELIB_ELASTICSEARCH_URLS", ""),
        ("CASELIB_ELASTICSEARCH_URLS", "es1:9200"),
        ("CASELIB_SEARCH_ENGINE", "whoosh"),
        ("CASELIB_VAR", ""),
        ("CASELIB_VAR", "var"),
        ("CASELIB_HSTS_SECONDS", "a year"),
        ("CASELIB_EMAIL_PORT", "-1"),
        ("CASELIB_EMAIL_TLS", "maybe"),
    ],
)
def test_each_unsafe_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read({**SAFE, name: value})
    assert name in str(refused.value)


def test_all_faults_are_told_at_once_and_no_secret_among_them() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read({"CASELIB_SECRET_KEY": "hunter2", "CASELIB_HOSTS": "*"})
    text = str(refused.value)
    assert text.count("\n- ") == 6
    assert "hunter2" not in text


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(SAFE["CASELIB_SECRET_KEY"] + "\n")
    rest = {name: value for name, value in SAFE.items() if name != "CASELIB_SECRET_KEY"}
    assert read({**rest, "CASELIB_SECRET_KEY_FILE": str(key)}).secret_key == SAFE["CASELIB_SECRET_KEY"]
    with pytest.raises(ImproperlyConfigured, match="CASELIB_SECRET_KEY_FILE"):
        read({**rest, "CASELIB_SECRET_KEY_FILE": str(tmp_path / "absent")})


def manage(
    *arguments: str, settings: str = "cms.settings.production", **values: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**kept, **values, "DJANGO_SETTINGS_MODULE": settings},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_process_refuses_to_start_on_an_empty_environment() -> None:
    refused = manage("check")
    assert refused.returncode != 0
    assert "Unsafe or incomplete production settings" in refused.stderr


def test_djangos_own_deployment_checks_pass() -> None:
    passed = manage("check", "--deploy", "--fail-level", "WARNING", "--tag", "security", **SAFE)
    assert passed.returncode == 0, passed.stderr


def test_a_key_that_was_made_for_it_passes_through_shells_and_files_of_variables() -> None:
    """Django's own has $, # and (: compose read a variable of that name, which was empty, into the middle of the key."""
    call_command("secret_key", stdout=(out := io.StringIO()))
    key = out.getvalue().strip()
    assert re.fullmatch(r"[\w-]+", key, re.ASCII)
    assert read({**SAFE, "CASELIB_SECRET_KEY": key}).secret_key == key
