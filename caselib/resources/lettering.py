"""Scripts that this server has no face for: what is made here as PDF shows boxes in their place."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from caselib.word import fonts

NAMES = {
    "tibetan": _("Tibetan"),
    "arabic": _("Uyghur and Kazakh"),
    "mongolian": _("Mongolian"),
    "yi": _("Yi"),
    "tai_le": _("Dehong Dai"),
    "tai_lue": _("Xishuangbanna Dai"),
    "korean": _("Korean"),
    "rare_han": _("rare Chinese characters"),
}


def unshown(texts: Iterable[str]) -> list[str]:
    """Return the names of the scripts in ``texts`` that a PDF made here would not show; none where nobody can tell."""
    return [str(NAMES[script]) for script in fonts.unshown("\n".join(texts))]
