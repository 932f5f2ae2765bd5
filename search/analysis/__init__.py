"""Chinese text made searchable: folding, tokens, pinyin, numerals, synonyms and query parsing.

Nothing in this package knows Django or an engine. Dictionaries are loaded on first use, never on import, so a web
worker that does not search pays nothing for them.
"""
