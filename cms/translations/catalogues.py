"""Which catalogue a source file belongs to, and merging, checking and compiling catalogues."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from cms.translations.extraction import Extraction, Message

LANGUAGE = "zh_Hans"
METADATA = {
    "Project-Id-Version": "caselib",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": LANGUAGE,
    "Plural-Forms": "nplurals=1; plural=0;",
}
_NAMED = re.compile(r"%\((\w+)\)[-#0 +\d.]*[a-zA-Z]")
_POSITIONAL = re.compile(r"%(?!\()[-#0 +]*\d*(?:\.\d+)?[sdifr](?![A-Za-z])")
_BRACES = re.compile(r"\{(\w*)(?:[!:][^{}]*)?\}")


@dataclass(frozen=True)
class Catalogue:
    """One app's catalogue file."""

    app: str
    path: Path


def catalogue_path(folder: Path) -> Path:
    """Where the Chinese catalogue of the package in ``folder`` stands."""
    return folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def apps(root: Path) -> dict[str, Catalogue]:
    """Every package with a catalogue of its own, by the name ``--app`` takes."""
    found = {p.parent.name: p.parent for p in sorted((root / "caselib").glob("*/apps.py"))}
    found["search"] = root / "search"
    found["cms"] = root / "cms"
    return {name: Catalogue(name, catalogue_path(folder)) for name, folder in found.items()}


def owner(location: str, known: Iterable[str]) -> str:
    """The app whose catalogue holds the texts of the file at ``location`` (relative, with slashes)."""
    top, _, rest = location.partition("/")
    second = rest.partition("/")[0]
    names = set(known) - {"cms"}
    if top in {"caselib", "templates"} and second in names:
        return second
    return top if top in names else "cms"


def split(extraction: Extraction, known: Iterable[str]) -> dict[str, dict[Message, list[str]]]:
    """Messages by owning app; a text that two apps use stands in both catalogues."""
    names = list(known)
    result: dict[str, dict[Message, list[str]]] = {name: {} for name in names}
    for message, locations in extraction.files.items():
        for location in sorted(locations):
            result[owner(location, names)].setdefault(message, []).append(location)
    return result


def load(path: Path) -> polib.POFile:
    """The catalogue at ``path``, or an empty one."""
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0, encoding="utf-8")
    empty = polib.POFile(wrapwidth=0)
    empty.metadata = dict(METADATA)
    return empty


def merge(old: polib.POFile, messages: dict[Message, list[str]]) -> polib.POFile:
    """A new catalogue of exactly ``messages``, keeping the translations of ``old`` that still apply.

    Nothing is guessed: a changed text has no translation until someone writes it, so that no sentence
    is ever shown with the translation of another.
    """
    kept = {(e.msgctxt, e.msgid): e for e in old if not e.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = dict(METADATA)
    for message in _one_plural_each(messages):
        known = kept.get(message.key)
        entry = polib.POEntry(
            msgid=message.msgid,
            msgctxt=message.context,
            occurrences=[(location, "") for location in messages[message]],
            tcomment=known.tcomment if known else "",
        )
        if message.plural is None:
            entry.msgstr = known.msgstr if known and not known.fuzzy else ""
        else:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = {0: _plural_of(known)}
        new.append(entry)
    return new


def _one_plural_each(messages: dict[Message, list[str]]) -> list[Message]:
    """Ordered for short diffs; a text used both alone and with a plural is one gettext entry."""
    best: dict[tuple[str | None, str], Message] = {}
    for message in messages:
        if message.key not in best or message.plural is not None:
            best[message.key] = message
    return sorted(best.values(), key=lambda m: (messages[m][0], m.msgid, m.context or ""))


def _plural_of(known: polib.POEntry | None) -> str:
    if known is None or known.fuzzy:
        return ""
    return known.msgstr_plural.get(0, "") if known.msgid_plural else known.msgstr


def faults(catalogue: polib.POFile, *, name: str) -> Iterator[str]:
    """What is wrong with a catalogue's entries, one sentence each."""
    for entry in catalogue:
        text = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
        where = f"{name}: {entry.msgid[:60]!r}"
        if entry.obsolete or entry.fuzzy:
            yield f"{where} is {'obsolete' if entry.obsolete else 'fuzzy'}"
        elif not text.strip():
            yield f"{where} is not translated"
        else:
            expected = _placeholders(entry.msgid_plural or entry.msgid)
            if _placeholders(text) != expected:
                yield f"{where}: the translation has other placeholders than {sorted(expected)}"
            if entry.msgid.startswith("\n") != text.startswith("\n") or entry.msgid.endswith("\n") != text.endswith(
                "\n"
            ):
                yield f"{where}: line breaks at the ends differ"


def _placeholders(text: str) -> set[str]:
    plain = text.replace("%%", "")
    positional = _POSITIONAL.findall(_NAMED.sub("", plain))
    return {*_NAMED.findall(plain), *(f"{i}:{p}" for i, p in enumerate(positional)), *_BRACES.findall(plain)}


def differences(old: polib.POFile, messages: dict[Message, list[str]], *, name: str) -> Iterator[str]:
    """What an extraction would add to or drop from the catalogue."""
    stored = {(e.msgctxt, e.msgid) for e in old if not e.obsolete}
    wanted = {message.key: locations for message, locations in messages.items()}
    for key in sorted(wanted.keys() - stored, key=str):
        yield f"{name}: {key[1][:60]!r} of {wanted[key][0]} is missing"
    for key in sorted(stored - wanted.keys(), key=str):
        yield f"{name}: {key[1][:60]!r} is no longer used"


def conflicts(catalogues: dict[str, polib.POFile]) -> Iterator[str]:
    """Texts that two apps translate differently: Django shows one of them everywhere."""
    seen: dict[tuple[str | None, str], tuple[str, str]] = {}
    for name, catalogue in catalogues.items():
        for entry in catalogue.translated_entries():
            text = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
            first = seen.setdefault((entry.msgctxt, entry.msgid), (name, text))
            if first[1] != text:
                yield f"{entry.msgid[:60]!r} is {first[1]!r} in {first[0]} and {text!r} in {name}: use pgettext or one word"


def compile_catalogue(path: Path) -> bool:
    """Write the .mo beside ``path`` when it is older; atomically, since servers may be reading it."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".mo.tmp")
    with os.fdopen(handle, "wb") as stream:
        stream.write(load(path).to_binary())
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)
    return True


def compile_all(root: Path, *, force: bool = False) -> tuple[int, int]:
    """Compile every catalogue below ``root`` that is out of date; returns (written, all)."""
    present = [catalogue.path for catalogue in apps(root).values() if catalogue.path.exists()] + list(overlays(root))
    if force:
        for path in present:
            path.with_suffix(".mo").unlink(missing_ok=True)
    return sum(compile_catalogue(path) for path in present), len(present)


def overlays(root: Path) -> Iterator[Path]:
    """Catalogues of texts that are not ours (translations of Wagtail's own): checked and compiled, not extracted."""
    for pattern in ("cms/wagtail_zh/locale/*/LC_MESSAGES/django.po", "cms/locale/*/LC_MESSAGES/djangojs.po"):
        yield from sorted(root.glob(pattern))
