"""Reads an installation's environment variables and refuses what would be unsafe, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MINIMUM_SECRET = 50
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}
#: What an installation may call its search engine, and what `search.engines` calls it.
SEARCH_ENGINES = {"elasticsearch": "elastic", "elastic": "elastic", "embedded": "embedded"}
_WEAK = ("insecure", "change", "secret", "example", "default", "test", "password")


@dataclass(frozen=True)
class Environment:
    """What ``production.py`` needs, checked."""

    secret_key: str
    secret_key_fallbacks: list[str]
    hosts: list[str]
    origin: str
    database: dict[str, Any]
    var_dir: Path
    search_engine: str
    elasticsearch_urls: list[str]
    email: dict[str, Any]
    hsts_seconds: int


class _Reader:
    """Collects faults, so that an operator mends them in one go instead of one per restart."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The variable, or the content of the file that ``<name>_FILE`` names (Docker secrets)."""
        file_name = self.values.get(f"{name}_FILE")
        if file_name:
            try:
                return Path(file_name).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.faults.append(f"{name}_FILE cannot be read: {error}")
                return default
        return self.values.get(name, default).strip()

    def required(self, name: str, what: str) -> str:
        value = self.text(name)
        if not value and not any(fault.startswith(name) for fault in self.faults):
            self.faults.append(f"{name} is missing: {what}")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit():
            self.faults.append(f"{name} must be a number, not {value!r}")
            return default
        return int(value)


def read(values: Mapping[str, str]) -> Environment:
    """Return the checked settings; raises ImproperlyConfigured with every fault, never with a secret's value."""
    reader = _Reader(values)
    _refuse_debug(reader)
    secret = _secret(reader)
    hosts = _hosts(reader)
    origin = _origin(reader, hosts)
    database = _database(reader)
    engine, urls = _search(reader)
    email = _email(reader)
    var_dir = reader.required("CASELIB_VAR", "the folder for private media and the embedded index")
    if var_dir and not Path(var_dir).is_absolute():
        reader.faults.append("CASELIB_VAR must be an absolute path")
    hsts = reader.number("CASELIB_HSTS_SECONDS", 31_536_000)
    fallbacks = [key for key in reader.text("CASELIB_SECRET_KEY_FALLBACKS").split(",") if key]
    if reader.faults:
        raise ImproperlyConfigured("Unsafe or incomplete production settings:\n- " + "\n- ".join(reader.faults))
    return Environment(secret, fallbacks, hosts, origin, database, Path(var_dir), engine, urls, email, hsts)


def _refuse_debug(reader: _Reader) -> None:
    for name in ("DEBUG", "DJANGO_DEBUG", "CASELIB_DEBUG"):
        if reader.text(name).lower() not in _FALSE:
            reader.faults.append(f"{name} is set: debug pages show secrets; unset it")


def _secret(reader: _Reader) -> str:
    secret = reader.required("CASELIB_SECRET_KEY", "make one with `openssl rand -hex 48`")
    if not secret:
        return ""
    if len(secret) < MINIMUM_SECRET or len(set(secret)) < 10 or any(word in secret.lower() for word in _WEAK):
        reader.faults.append(
            f"CASELIB_SECRET_KEY is weak or a placeholder: {MINIMUM_SECRET} random characters are needed "
            "(`openssl rand -hex 48`)"
        )
    return secret


def _hosts(reader: _Reader) -> list[str]:
    value = reader.required("CASELIB_HOSTS", "the site's host names, separated by commas")
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    for host in hosts:
        if "*" in host or host.startswith("."):
            reader.faults.append(f"CASELIB_HOSTS: {host!r} admits any host; name each one")
        elif "/" in host or ":" in host:
            reader.faults.append(f"CASELIB_HOSTS: {host!r} must be a bare host name, without scheme, port or path")
    return hosts


def _origin(reader: _Reader, hosts: list[str]) -> str:
    origin = reader.required("CASELIB_ORIGIN", "the site's address, such as https://anli.example.cn").rstrip("/")
    if not origin:
        return ""
    try:
        parts = urlsplit(origin)
        host = parts.hostname
    except ValueError:
        reader.faults.append("CASELIB_ORIGIN is not an address")
        return ""
    if parts.scheme != "https":
        reader.faults.append("CASELIB_ORIGIN must begin with https://: session cookies never travel in the clear")
    elif not host or parts.path or parts.query or parts.username:
        reader.faults.append("CASELIB_ORIGIN must be scheme and host only")
    elif hosts and host not in hosts:
        reader.faults.append(f"CASELIB_ORIGIN: {host!r} is not one of CASELIB_HOSTS")
    return origin


def _database(reader: _Reader) -> dict[str, Any]:
    value = reader.required("CASELIB_DATABASE_URL", "postgresql://user:password@host:5432/name")
    if not value:
        return {}
    try:
        parts = urlsplit(value)
        port = parts.port or 5432
    except ValueError:
        reader.faults.append("CASELIB_DATABASE_URL is not an address (escape special characters as %XX)")
        return {}
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or not name or not parts.username:
        reader.faults.append("CASELIB_DATABASE_URL must be postgresql://user:password@host:port/name")
        return {}
    password = unquote(parts.password or "")
    if password.lower() in {"", "caselib", "postgres", "password", "changeme", "change-me"}:
        reader.faults.append("CASELIB_DATABASE_URL has no password, or a default one")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username),
        "PASSWORD": password,
        "HOST": parts.hostname,
        "PORT": str(port),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def _search(reader: _Reader) -> tuple[str, list[str]]:
    named = reader.text("CASELIB_SEARCH_ENGINE", "elasticsearch")
    engine = SEARCH_ENGINES.get(named, named)
    urls = [url.strip() for url in reader.text("CASELIB_ELASTICSEARCH_URLS").split(",") if url.strip()]
    if named not in SEARCH_ENGINES:
        reader.faults.append(f"CASELIB_SEARCH_ENGINE must be elasticsearch or embedded, not {named!r}")
    if engine == "elastic" and not urls:
        reader.faults.append("CASELIB_ELASTICSEARCH_URLS is missing: http://node1:9200,http://node2:9200")
    if any(not url.startswith(("http://", "https://")) for url in urls):
        reader.faults.append("CASELIB_ELASTICSEARCH_URLS: each must begin with http:// or https://")
    return engine, urls


def _email(reader: _Reader) -> dict[str, Any]:
    host = reader.text("CASELIB_EMAIL_HOST")
    tls = reader.text("CASELIB_EMAIL_TLS", "1").lower()
    if tls not in _TRUE | _FALSE:
        reader.faults.append("CASELIB_EMAIL_TLS must be 1 or 0")
    port = reader.number("CASELIB_EMAIL_PORT", 587)
    return {
        "host": host,
        "port": port,
        "user": reader.text("CASELIB_EMAIL_USER"),
        "password": reader.text("CASELIB_EMAIL_PASSWORD"),
        # On 465 a server speaks TLS from the first byte and never answers one that waits to be greeted in the clear.
        "tls": tls in _TRUE and port != 465,
        "ssl": tls in _TRUE and port == 465,
        "sender": reader.text("CASELIB_EMAIL_FROM", "caselib@localhost"),
    }
