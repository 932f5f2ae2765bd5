"""Triggers that count changes for what is kept of pages (``page_cache``), registered and put back as guards are.

Services count in their transactions; these count for every road that goes round them (``QuerySet.update``, a console, a
data migration). On PostgreSQL they fire at the commit, so that the rows of the counters are locked last and two writers of
several pages never wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from .guards import Guard

NEXT = (
    "INSERT INTO core_versioncounter (name, value) VALUES ('changes', 1) "
    "ON CONFLICT (name) DO UPDATE SET value = core_versioncounter.value + 1"
)
TOUCH = (
    "INSERT INTO core_versioncounter (name, value) "
    "SELECT touched.name, line.value FROM ({names}) AS touched, core_versioncounter AS line "
    "WHERE line.name = 'changes' ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True, slots=True)
class Counting(Guard):
    """``event`` on ``table`` takes the next number of the line where ``condition`` holds (always where it is empty).

    It is written to the names that ``message``, a query of the column ``name``, returns.
    """

    def body(self, vendor: str) -> str:
        count = f"{NEXT}; {TOUCH.format(names=self.message)};"
        if vendor == "postgresql":
            return f" /* {self.condition} */ BEGIN {count} RETURN NULL; END "
        when = f"WHEN {self.condition.replace('IS DISTINCT FROM', 'IS NOT')} " if self.condition else ""
        return f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} {when}BEGIN {count} END"

    def binding(self) -> str:
        when = f"WHEN ({self.condition}) " if self.condition else ""
        return (
            f"CREATE CONSTRAINT TRIGGER {self.name} AFTER {self.event} ON {self.table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when}EXECUTE FUNCTION {self.name}()"
        )
