"""Fonts for laying out: faces that offices have and servers seldom do, with what is nearest among free ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

_STAND_INS = {
    "仿宋": ("FandolFang", "Noto Serif CJK SC"),
    "仿宋_GB2312": ("FandolFang", "Noto Serif CJK SC"),
    "楷体": ("FandolKai", "Noto Serif CJK SC"),
    "楷体_GB2312": ("FandolKai", "Noto Serif CJK SC"),
    "黑体": ("FandolHei", "Noto Sans CJK SC"),
    "宋体": ("FandolSong", "Noto Serif CJK SC"),
    "方正小标宋简体": ("Noto Serif CJK SC", "FandolSong"),
    "华文中宋": ("Noto Serif CJK SC", "FandolSong"),
    "Times New Roman": ("Liberation Serif", "Tinos", "TeX Gyre Termes", "Noto Serif CJK SC", "DejaVu Serif"),
}
# What stands in for these only because nothing else is there: printed with it, 仿宋 and 楷体 look like 宋体.
_UNLIKE = dict.fromkeys(("仿宋", "仿宋_GB2312", "楷体", "楷体_GB2312"), "Noto Serif CJK SC")
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
)


def fonts_file(profile: Path) -> Path:
    """Return a fontconfig file in ``profile`` with the stand-ins. CASELIB_FONTS may name one more folder of fonts."""
    folders = [*_FOLDERS, *filter(None, [os.environ.get("CASELIB_FONTS")])]
    rules = []
    for face, stands in _STAND_INS.items():
        edits = "".join(f"<string>{stand}</string>" for stand in stands)
        rules.append(
            f'<match target="pattern"><test name="family" qual="any"><string>{face}</string></test>'
            f'<edit name="family" mode="assign" binding="strong">{edits}</edit></match>'
        )
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        + "".join(f"<dir>{folder}</dir>" for folder in folders)
        + f"<cachedir>{profile / 'fonts'}</cachedir>"
        + "".join(rules)
        + "</fontconfig>"
    )
    file = profile / "fonts.conf"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file


def lacking(faces: Iterable[str]) -> list[str]:
    """Return those of ``faces`` of which this machine has neither the face nor one like it, none where it cannot tell."""
    program = shutil.which("fc-list")
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="caselib-fonts-") as folder:
        environment = os.environ | {"FONTCONFIG_FILE": str(fonts_file(Path(folder)))}
        try:
            done = subprocess.run(
                [program, "--format", "%{family}\n"], env=environment, capture_output=True, timeout=30, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return []
    there = {name.strip() for line in done.stdout.decode("utf-8", "replace").splitlines() for name in line.split(",")}
    return [
        face for face in dict.fromkeys(faces) if not there & ({face, *_STAND_INS.get(face, ())} - {_UNLIKE.get(face)})
    ]
