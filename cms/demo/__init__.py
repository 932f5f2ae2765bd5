"""The demo library: an invented province, its units, people, cases and what they do with them."""
