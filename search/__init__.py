"""Full-text search that understands Chinese: one interface, two engines, kept true by an outbox."""
