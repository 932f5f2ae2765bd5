"""Page counts of flows from a layout by LibreOffice of a thin copy; counted once for each content and style."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from caselib.word import pdf
from caselib.word.folios import local_name

if TYPE_CHECKING:
    from caselib.word.writer.flows import Flow

# How many flows are laid out in one go: few starts of LibreOffice, and yet progress that moves and can be stopped.
BATCH = 40


@dataclass(frozen=True, slots=True)
class Measured:
    """The length of a flow in pages, and on which of them (from 0) each of its headings stands, by local name."""

    pages: int
    headings: tuple[tuple[str, int], ...] = ()


Layout = Callable[[Sequence["Flow"]], bytes]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class PageOracle:
    """Asks LibreOffice how long flows are. ``cache`` maps fingerprints to what was measured and may outlive the process."""

    cache: MutableMapping[str, Measured] = field(default_factory=dict)
    seconds: float = pdf.SECONDS
    rendered: int = 0
    # Called while LibreOffice works; may raise to stop it.
    tick: pdf.Tick | None = None

    def measure(
        self, flows: Sequence[Flow], base: str, layout: Layout, progress: Progress | None = None
    ) -> list[Measured]:
        """Return what each flow measures; only those not in the cache are laid out. Raises pdf.PdfError.

        ``layout`` makes the thin copy of some flows: each begins with the bookmark ``flow<n>`` and ``flowend`` stands
        on the page after the last. ``base`` is the fingerprint of the style.
        """
        prints = [flow.fingerprint(base) for flow in flows]
        missing: dict[str, Flow] = {}
        for fingerprint, flow in zip(prints, flows, strict=True):
            if fingerprint not in missing and fingerprint not in self.cache:
                missing[fingerprint] = flow
        waiting = list(missing.items())
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            if progress:
                progress(start, len(waiting))
            for (fingerprint, _flow), measured in zip(
                batch, self._lay_out([f for _p, f in batch], layout), strict=True
            ):
                self.cache[fingerprint] = measured
        if progress and waiting:
            progress(len(waiting), len(waiting))
        return [self.cache[fingerprint] for fingerprint in prints]

    def _lay_out(self, flows: list[Flow], layout: Layout) -> list[Measured]:
        count, where = pdf.destinations(pdf.render(layout(flows), seconds=self.seconds, tick=self.tick))
        self.rendered += len(flows)
        found = []
        for index, flow in enumerate(flows):
            first = where.get(f"flow{index}")
            following = where.get(f"flow{index + 1}", where.get("flowend", count))
            if first is None or following <= first:
                raise pdf.PdfError("layout", f"flow {index}: {first} to {following} of {count}")
            headings = tuple(
                (local_name(anchor), where[anchor] - first) for anchor in flow.anchors() if anchor in where
            )
            found.append(Measured(following - first, headings))
        return found
