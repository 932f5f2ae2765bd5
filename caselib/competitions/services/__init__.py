"""The verbs of competitions. Each is one change: rule, change, audit, notices on commit."""
