"""What the tests of several apps share."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require_service


@pytest.fixture
def film_bytes(tmp_path: Path) -> bytes:
    """Three white seconds that every browser plays."""
    require_service(shutil.which("ffmpeg") is not None, "ffmpeg is not installed")
    target = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "color=c=white:s=320x180:d=3"]
    subprocess.run(["ffmpeg", "-v", "error", *source, "-pix_fmt", "yuv420p", str(target)], check=True)
    return target.read_bytes()
