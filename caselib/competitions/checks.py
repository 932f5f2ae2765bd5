"""What the server lacks for the papers of a competition, told by ``manage.py check --deploy``."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning

from caselib.resources.lettering import NAMES
from caselib.word import fonts

TAG = "fonts"


def faces_there_are(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning that names the scripts of the country that this server can show on no certificate and in no book."""
    lacking = [str(NAMES[script]) for script in fonts.without_face()]
    if not lacking:
        return []
    told = f"No font of this server shows {', '.join(lacking)}: a PDF made here has boxes in their place."
    hint = "Install fonts for them, for example fonts-noto-core, or name a folder of fonts by CASELIB_FONTS."
    return [Warning(told, hint=hint, id="competitions.W001")]
