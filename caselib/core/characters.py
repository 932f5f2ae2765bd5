"""Characters that no text of the library holds, wherever it comes from."""

from __future__ import annotations

import re

# Control characters and noncharacters, which no XML may hold, and halves of characters, which no encoding can write.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
