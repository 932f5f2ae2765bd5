"""The embedded engine: tantivy in a directory beside the database, one writer, any number of readers."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from search.backends import embedded_schema as schema
from search.backends.base import EngineUnavailable
from search.backends.embedded_integrity import INDEXES, Integrity, note_layout, seal, unseal
from search.backends.embedded_reading import Reading
from search.backends.streams import of_record
from search.queries import EngineAnswer, EngineQuery
from search.records import Record

if TYPE_CHECKING:
    import tantivy

logger = logging.getLogger(__name__)

_CURRENT = "CURRENT"
# Bytes a writer collects before it flushes a segment. In bulk so many that 100,000 records make fewer segments of either
# index than the library merges: a merge maps all that it reads, and costs time and the most memory of the whole build.
_HEAP_RECORDS, _HEAP_PASSAGES = 500_000_000, 500_000_000
_HEAP_DRAIN = 25_000_000
_TRIES = 3  # to open an index that is being written
_SHARES_FROM = 200  # passages below which no share says anything
_Answer = TypeVar("_Answer")


@dataclass
class _Open:
    """One generation as a reader has it open."""

    directory: Path
    records: tantivy.Index
    passages: tantivy.Index
    stamp: tuple[int, ...]
    reading: Reading


class EmbeddedEngine:
    """Readers notice new commits and new generations by themselves; a damaged index raises EngineUnavailable."""

    name = "embedded"

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._opened: _Open | None = None
        self._integrity = Integrity()
        self._lock = threading.Lock()

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query from the last commit."""
        return self._read(lambda opened: opened.reading.search(query))

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token; none in an index too small to say."""
        return self._read(lambda opened: _shares(opened, field, tokens))

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield (key, version hash) of every record held. What is compared is first read to the last byte."""
        if damaged := self._read(lambda opened: self._integrity.damaged(opened.directory, anew=True)):
            raise EngineUnavailable(f"the embedded index is damaged: {', '.join(damaged)}")
        yield from self._read(lambda opened: opened.reading.records.versions())

    def status(self) -> Mapping[str, object]:
        """Return generation, documents, passages and bytes on disk."""
        return self._read(
            lambda opened: {
                "generation": opened.directory.name,
                "documents": opened.reading.records.searcher.num_docs,
                "passages": opened.reading.passages.searcher.num_docs,
                "bytes": directory_bytes(opened.directory),
            }
        )

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Return tantivy's own account of the score of a record's best passage."""
        return self._read(lambda opened: opened.reading.explain(query, key))

    def apply(self, upserts: Iterable[Record], deletes: Iterable[str], *, at: int) -> set[str]:
        """Index records and remove keys in one commit. `at` is not needed: there is one writer."""
        with self._exclusive():
            directory = self.current()
            if directory is None:
                raise EngineUnavailable("there is no index yet")
            with _Writers(directory) as writers:
                done = set(deletes)
                for key in done:
                    writers.remove(key)
                for record in upserts:
                    writers.replace(record)
                    done.add(record.key)
        return done

    def ready(self) -> bool:
        """Whether there is an index that opens, and all its files are what was written."""
        try:
            damaged = self._read(lambda opened: self._integrity.damaged(opened.directory))
        except EngineUnavailable:
            return False
        if damaged:
            logger.warning("damaged or missing in the embedded index: %s", ", ".join(damaged))
        return not damaged

    def builder(self) -> EmbeddedBuilder:
        """Start a new generation beside the live one."""
        return EmbeddedBuilder(self)

    # Generations

    def generations(self) -> list[str]:
        """Return the names of the generations on disk, oldest first."""
        return sorted(p.name for p in self.root.glob("gen-*") if p.is_dir()) if self.root.is_dir() else []

    def current(self) -> Path | None:
        """Return the directory of the generation that readers have, None if there is none."""
        try:
            name = (self.root / _CURRENT).read_text().strip()
        except (OSError, UnicodeDecodeError):
            return None
        directory = self.root / name
        return directory if name.startswith("gen-") and directory.is_dir() else None

    def new_directory(self) -> Path:
        """Return the path of the next generation."""
        numbers = [int(n[4:]) for n in self.generations() if n[4:].isdigit()]
        return self.root / f"gen-{max(numbers, default=0) + 1:06d}"

    def switch(self, directory: Path) -> None:
        """Make a generation the current one atomically and drop those older than its predecessor."""
        before = self.current()
        staged = self.root / f"{_CURRENT}.new"
        staged.write_text(directory.name)
        with staged.open("rb") as handle:
            os.fsync(handle.fileno())
        staged.replace(self.root / _CURRENT)
        keep = {directory.name, before.name if before else ""}
        for name in self.generations():
            if name not in keep and name < directory.name:
                shutil.rmtree(self.root / name, ignore_errors=True)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One writing process at a time; raises EngineUnavailable when another one is writing."""
        with _translated():
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / "write.lock").open("w") as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise EngineUnavailable("another process is writing the index") from error
                yield

    # Readers

    def _read(self, work: Callable[[_Open], _Answer]) -> _Answer:
        with _translated():
            return work(self._open())

    def _open(self) -> _Open:
        opened = self._opened
        # One question of the plan after the other comes here: to look at the files is dearer than what most ask.
        if opened is not None and opened.stamp == _stamp(self.root, opened.directory):
            return opened
        directory = self.current()
        if directory is None:
            raise EngineUnavailable("there is no index yet")
        stamp = _stamp(self.root, directory)
        if stamp is None:
            raise EngineUnavailable("the index is damaged: a file is missing")
        with self._lock:
            opened = self._opened
            for left in reversed(range(_TRIES)):
                try:
                    if opened is None or opened.directory != directory:
                        records, passages = _open_indexes(directory)
                    else:
                        records, passages = opened.records, opened.passages
                        records.reload()
                        passages.reload()
                    break
                except (ValueError, OSError):
                    # A merge may take segments away between reading which there are and opening them.
                    if not left:
                        raise
            self._opened = _Open(directory, records, passages, stamp, Reading(records, passages))
            return self._opened


class EmbeddedBuilder:
    """A new generation being filled; nobody reads it before `publish`."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._seen: set[str] = set()
        with _translated():
            engine.root.mkdir(parents=True, exist_ok=True)
            self.directory = engine.new_directory()
            shutil.rmtree(self.directory, ignore_errors=True)
            _create_indexes(self.directory)
            self._writers = _Writers(self.directory, bulk=True).__enter__()

    def add(self, records: Iterable[Record]) -> dict[str, str]:
        """Add records, replacing those added before; none is refused."""
        with _translated():
            for record in records:
                if record.key in self._seen:
                    self._writers.remove(record.key)
                self._seen.add(record.key)
                self._writers.add(record)
        return {}

    def remove(self, keys: Iterable[str]) -> None:
        """Remove records that vanished while building."""
        with _translated():
            for key in keys:
                self._writers.remove(key)

    def settle(self) -> None:
        """Nothing: its writers make few segments anyway."""

    def publish(self) -> None:
        """Commit, merge and switch; the writing lock keeps drains out of the switch."""
        with _translated():
            self._writers.close(merge=True)
        with self._engine._exclusive():
            self._engine.switch(self.directory)

    def abandon(self) -> None:
        """Remove the unfinished generation, unless the switch to it was made before something else failed."""
        self._writers.abandon()
        if self._engine.current() != self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)


class _Writers:
    """The writers of both indexes. Passages are committed first: a record found always has its passages."""

    def __init__(self, directory: Path, *, bulk: bool = False) -> None:
        records, passages = _open_indexes(directory)
        unseal(directory)
        self._directory = directory
        self._records = records.writer(_HEAP_RECORDS if bulk else _HEAP_DRAIN, 1)
        self._passages = passages.writer(_HEAP_PASSAGES if bulk else _HEAP_DRAIN, 1)
        self._closed = False

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.close(merge=False)
        finally:
            self.abandon()

    def add(self, record: Record) -> None:
        streams = of_record(record)
        for document in schema.passage_documents(record, streams):
            self._passages.add_document(document)
        self._records.add_document(schema.record_document(record, streams))

    def remove(self, key: str) -> None:
        # By the raw text key: deletion by an unsigned term deletes nothing and does not say so.
        self._passages.delete_documents_by_term("key", key)
        self._records.delete_documents_by_term("key", key)

    def replace(self, record: Record) -> None:
        self.remove(record.key)
        self.add(record)

    def close(self, *, merge: bool) -> None:
        """Commit. With `merge` wait until segments are merged; the locks are released either way."""
        self._passages.commit()
        self._records.commit()
        if merge:
            self._passages.wait_merging_threads()
            self._records.wait_merging_threads()
        self._release()
        seal(self._directory)

    def abandon(self) -> None:
        """Leave the index at its last commit."""
        if not self._closed:
            for writer in (self._passages, self._records):
                with contextlib.suppress(ValueError, RuntimeError):
                    writer.rollback()
            self._release()
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                seal(self._directory)

    def _release(self) -> None:
        # The lock of a tantivy writer ends with the object.
        self._closed = True
        del self._passages, self._records


def directory_bytes(directory: Path) -> int:
    """Return the bytes of all files below a directory; files that vanish meanwhile count nothing."""
    total = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _shares(opened: _Open, field: str, tokens: Collection[str]) -> Mapping[str, float]:
    total = opened.reading.passages.searcher.num_docs
    if total < _SHARES_FROM:
        return {}
    return {token: opened.reading.passages.frequency(field, token) / total for token in tokens}


def _stamp(root: Path, directory: Path) -> tuple[int, ...] | None:
    """What changes with every commit of either index and with every switch to another; None where a file is missing."""
    try:
        switch = os.stat(f"{root}/{_CURRENT}")
        commits = [os.stat(f"{directory}/{name}/meta.json").st_mtime_ns for name in INDEXES]
    except OSError:
        return None
    return switch.st_ino, switch.st_mtime_ns, *commits


def _create_indexes(directory: Path) -> None:
    import tantivy

    for name, made in (("records", schema.record_schema()), ("passages", schema.passage_schema())):
        (directory / name).mkdir(parents=True, exist_ok=True)
        tantivy.Index(made, path=str(directory / name))
    note_layout(directory)
    (directory / "schema-version").write_text(schema.VERSION)


def _open_indexes(directory: Path) -> tuple[tantivy.Index, tantivy.Index]:
    import tantivy

    if (directory / "schema-version").read_text() != schema.VERSION:
        raise EngineUnavailable("the index was built by another version of the program")
    records = tantivy.Index.open(str(directory / "records"))
    passages = tantivy.Index.open(str(directory / "passages"))
    return records, passages


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Whatever the index library or the disk says, the caller hears EngineUnavailable."""
    try:
        yield
    except (ValueError, OSError, RuntimeError, KeyError, TypeError) as error:
        raise EngineUnavailable(f"the embedded index failed: {error}") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a panic in the index library, raised past Exception
            raise EngineUnavailable(f"the embedded index failed: {error}") from error
        raise
