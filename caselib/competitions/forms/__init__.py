"""Forms of competitions: they read what was typed and say what is wrong; the services decide."""
