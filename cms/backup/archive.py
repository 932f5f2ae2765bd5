"""One backup: a folder with the database's copy, the media and a manifest that says what they must be."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from caselib.core import audit
from caselib.core.models import VersionCounter

from . import databases
from .databases import BackupError

MANIFEST = "manifest.json"
MEDIA = "media.tar"
CHUNK = 1024 * 1024
# After a restore the counters of the page cache must be values no running process has seen yet.
COUNTER_LEAP = 1_000_000_000


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: hashes of its files, how many media files, and when and of what it was made."""

    made_at: str
    database: str
    sha256: dict[str, str]
    media_files: int
    audit_records: int
    migrations: list[str] = field(default_factory=list)  # applied when it was made; a backup of before says none


def create(destination: Path, *, at: datetime) -> Path:
    """Make a verified backup in a new folder below ``destination`` and return that folder.

    The database is copied first: files are never taken away from under a published record, so the media
    copied afterwards contain every file the copy speaks of. The folder gets its final name only when
    everything has been read back and found right; one that failed is taken away, one whose making was killed keeps
    the suffix ``.partial``.
    """
    name = at.strftime("caselib-%Y%m%d-%H%M%S")
    folder = destination / name
    partial = destination / f"{name}.partial"
    if folder.exists() or partial.exists():
        raise BackupError(f"{folder} exists already.")
    records = apps.get_model("core", "AuditRecord").objects.count()
    partial.mkdir(parents=True, mode=0o700)
    try:
        _fill(partial, records, at)
        partial.rename(folder)
    except BaseException:
        # Made every night onto a disk that is full, what is left of each would keep it full.
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _fill(partial: Path, records: int, at: datetime) -> None:
    """Write copy, media and manifest, and read them back."""
    copy = partial / databases.file_name()
    databases.dump(copy)
    count = _pack(Path(settings.MEDIA_ROOT), partial / MEDIA)
    manifest = Manifest(
        made_at=at.isoformat(),
        database=copy.name,
        sha256={path.name: _digest(path) for path in (copy, partial / MEDIA)},
        media_files=count,
        audit_records=records,
        migrations=sorted(_named(MigrationLoader(connection).applied_migrations)),
    )
    (partial / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2), "utf-8")
    verify(partial)


def verify(folder: Path) -> Manifest:
    """Read a backup from end to end; raises BackupError at the first thing that is not as it was made."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is not a backup, or its manifest is damaged: {error}") from error
    if manifest.database not in {databases.SQLITE, databases.POSTGRESQL}:
        raise BackupError("The manifest names an unknown kind of database.")
    if set(manifest.sha256) != {manifest.database, MEDIA}:
        raise BackupError("The manifest does not list the two files a backup consists of.")
    for name, expected in manifest.sha256.items():
        if not (folder / name).is_file():
            raise BackupError(f"{name} is missing.")
        if _digest(folder / name) != expected:
            raise BackupError(f"{name} has changed since the backup was made.")
    databases.check(folder / manifest.database)
    with tarfile.open(folder / MEDIA) as archive:
        found = sum(1 for member in archive if _is_safe(member))
    if found != manifest.media_files:
        raise BackupError(f"{MEDIA} holds {found} files instead of {manifest.media_files}.")
    return manifest


def restore(folder: Path, *, at: datetime) -> list[str]:
    """Put a backup back and return what is wrong with the result, in sentences; an empty list is good.

    Effects, in order: the backup is verified; the media are unpacked beside the present ones; the database is
    replaced; the media change places (the old ones stay as ``media.before-<time>``); the tables of a backup of an
    older release become those of this one; page-cache counters leap; the audit chain says that it happened.
    Raises BackupError for a damaged backup and for one of a newer release, whose tables this one cannot know.
    """
    manifest = verify(folder)
    if unknown := set(manifest.migrations) - set(_named(MigrationLoader(None).disk_migrations)):
        raise BackupError(
            f"The backup was made by a newer release (it has {min(unknown)}, for one). Install that release, then restore."
        )
    media = Path(settings.MEDIA_ROOT)
    fresh = media.with_name(f"{media.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _unpack(folder / MEDIA, fresh)
        databases.load(folder / manifest.database)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if media.exists():
        media.rename(media.with_name(f"{media.name}.before-{at:%Y%m%d-%H%M%S}"))
    fresh.rename(media)
    # Before anything else of this release looks at the tables: it may ask for columns they do not have yet.
    call_command("migrate", interactive=False, verbosity=0)
    VersionCounter.objects.update(value=F("value") + COUNTER_LEAP)
    with transaction.atomic():
        audit.record("library.restored", None, by=None, at=at, made_at=manifest.made_at, sha256=manifest.sha256)
    return problems()


def _named(migrations: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{app}.{name}" for app, name in migrations)


def problems() -> list[str]:
    """What is wrong with the running library: a broken audit chain, records whose file is not there."""
    found = []
    fault = audit.verify()
    if fault is not None:
        found.append(f"The audit chain is broken: {fault}")
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, models.FileField) and column.model is model:
                found += _missing_files(model, column)
    return found


def _missing_files(model: type[models.Model], field: models.FileField) -> list[str]:
    names = model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True).iterator()
    return [f"{model._meta.label}: the file {name} is missing" for name in names if not field.storage.exists(name)]


def _pack(media: Path, target: Path) -> int:
    """Write all regular files below ``media`` to a tar and return their number; links are not followed.

    The site goes on meanwhile: a file that is taken away in this moment is one the copy of the database does not need.
    """
    count = 0
    with tarfile.open(target, "w") as archive:
        for path in sorted(_files(media)):
            with contextlib.suppress(FileNotFoundError):
                archive.add(path, arcname=path.relative_to(media).as_posix(), recursive=False)
                count += 1
    os.chmod(target, 0o600)
    return count


def _files(media: Path) -> Iterator[Path]:
    """Yield the regular files below a folder. One that may not be read is refused, or the backup would lack it in silence."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    for folder, _folders, names in os.walk(media, onerror=refuse):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _is_safe(member: tarfile.TarInfo) -> bool:
    path = PurePosixPath(member.name)
    if not member.isreg() or path.is_absolute() or ".." in path.parts:
        raise BackupError(f"{MEDIA} holds something that is not a plain file below it: {member.name!r}")
    return True


def _unpack(archive_path: Path, target: Path) -> None:
    target.mkdir(parents=True)
    with tarfile.open(archive_path) as archive:
        for member in archive:
            _is_safe(member)
            path = target / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            source = archive.extractfile(member)
            if source is None:
                raise BackupError(f"{member.name} cannot be read.")
            with source, path.open("wb") as stream:
                shutil.copyfileobj(source, stream, CHUNK)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()
