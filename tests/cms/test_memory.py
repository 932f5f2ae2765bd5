"""What a web process holds before its first request."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Together some 150 MB; each is loaded by the act that needs it.
HEAVY = ("ortools", "pandas", "pypinyin", "rjieba", "opencc", "tantivy", "elasticsearch", "mammoth", "pptx")
PROGRAM = f"""
import sys
import cms.wsgi
from django.urls import get_resolver
get_resolver()._populate()
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_a_web_process_loads_no_heavy_library_before_it_is_needed(tmp_path: Path) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.dev", "CASELIB_VAR": str(tmp_path)}
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.split() == []
