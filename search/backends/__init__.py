"""The engines: embedded (tantivy), Elasticsearch, and the database when neither answers."""
