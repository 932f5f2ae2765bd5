"""The Elasticsearch engine: the only place, with search.documents, that knows the server's client."""

from search.backends.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
