"""The way to the cluster: clients with a reader's and a writer's patience, one voice for all that goes wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError, ScanError

from search.backends.base import EngineUnavailable
from search.backends.elastic.serializing import Json, Lines

TIMEOUT = 1.0  # seconds a reader waits at most
WRITE_TIMEOUT = 30.0
# Statuses that speak of the cluster, not of the document: no right, no index, disk full, queue full, no node.
_OF_THE_CLUSTER = frozenset({401, 403, 404, 429, 502, 503, 504, 507})
BULK: Mapping[str, Any] = {"chunk_size": 200, "max_chunk_bytes": 8_000_000, "raise_on_error": False}


class Connection:
    """Finds the nodes. A node that refuses is passed over for the next; a silent one is not waited for twice.

    A request whose connection breaks is sent once more, though the server may have done it already: whatever is
    written through here must come to the same when it is asked for twice.
    """

    def __init__(self, urls: Iterable[str], *, alias: str, timeout: float = TIMEOUT) -> None:
        self.alias = alias
        self.timeout = timeout
        self.write_timeout = max(timeout, WRITE_TIMEOUT)
        self._urls = list(urls)
        self._nodes: Elasticsearch | None = None
        self._patient: dict[float, Elasticsearch] = {}

    @property
    def reading(self) -> Elasticsearch:
        """The client with the patience of a reader."""
        return self._client(self.timeout)

    @property
    def writing(self) -> Elasticsearch:
        """The client with the patience that writes need."""
        return self._client(self.write_timeout)

    def live_index(self) -> str | None:
        """Return the name of the index behind the alias, None if there is none. Raises if no node answers."""
        with translated():
            try:
                return next(iter(self.reading.indices.get_alias(name=self.alias).body), None)
            except NotFoundError:
                return None

    def indexes(self) -> list[str]:
        """Return the names of all indexes of this alias, of any version, those nobody reads included."""
        with translated():
            return sorted(self.writing.indices.get(index=f"{self.alias}-v*", expand_wildcards="all").body)

    def drop(self, name: str) -> None:
        """Delete an index; one that is gone already is no fault."""
        with translated():
            self.writing.options(ignore_status=404).indices.delete(index=name)

    def _client(self, patience: float) -> Elasticsearch:
        """The client that waits so many seconds; all share the same open connections."""
        if self._nodes is None:
            if not self._urls:
                raise EngineUnavailable("no Elasticsearch address is configured")
            self._nodes = Elasticsearch(
                self._urls,
                max_retries=max(1, len(self._urls) - 1),
                retry_on_timeout=False,
                retry_on_status=(),
                serializers={Json.mimetype: Json(), Lines.mimetype: Lines()},
            )
        if patience not in self._patient:
            self._patient[patience] = self._nodes.options(request_timeout=patience)
        return self._patient[patience]


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Whatever client or server say, the caller hears EngineUnavailable, and whether it took long to find out."""
    try:
        yield
    except ConnectionTimeout as error:
        raise EngineUnavailable(f"no answer in time: {error.message}", slow=True) from error
    except TransportError as error:
        raise EngineUnavailable(f"no connection: {error.message}") from error
    except ApiError as error:
        raise EngineUnavailable(f"the server answers {error.status_code}: {error}") from error
    except (BulkIndexError, ScanError) as error:
        raise EngineUnavailable(f"the server did not do all of it: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration) as error:
        raise EngineUnavailable(f"the server answers nonsense: {error!r}") from error


def exists_already(error: BadRequestError) -> bool:
    """Whether a creation was refused because what it creates is there."""
    return error.error == "resource_already_exists_exception"


def outcome(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return (id, why the server refused this document) of one entry of a bulk answer, "" if it holds what was sent.

    Something newer, and a deletion of what is not there, are what was wanted. Raises EngineUnavailable when the fault
    is the cluster's and not the document's.
    """
    verb, answer = next(iter(item.items()))
    status, error = int(answer["status"]), answer.get("error")
    if status < 300 or status == 409 or (verb == "delete" and status == 404 and not error):
        return str(answer["_id"]), ""
    if status in _OF_THE_CLUSTER:
        raise EngineUnavailable(f"the server does not take writes: {error}")
    return str(answer["_id"]), str(error)
