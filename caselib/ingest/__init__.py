"""Word and text in: receive, read, split, map, accept."""
