"""Fonts for laying out: faces that offices have and servers seldom do, with what is nearest among free ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
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
# Scripts of the country that faces for Chinese have no signs of: the ranges of each, and a letter every face of it has.
SCRIPTS = {
    "tibetan": ("\u0f00-\u0fff", "\u0f56"),
    "arabic": ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc", "\u06d0"),
    "mongolian": ("\u1800-\u18af", "\u182e"),
    "yi": ("\ua000-\ua4cf", "\ua188"),
    "tai_le": ("\u1950-\u197f", "\u1956"),
    "tai_lue": ("\u1980-\u19df", "\u19b5"),
    "korean": ("\u1100-\u11ff\u3130-\u318f\uac00-\ud7af", "\ud55c"),
    "rare_han": ("\u3400-\u4dbf\U00020000-\U000323af", ""),
}
_WRITTEN_IN = {name: re.compile(f"[{ranges}]") for name, (ranges, _letter) in SCRIPTS.items()}
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
    families = _families([":"])
    if families is None:
        return []
    there = families[0]
    return [
        face for face in dict.fromkeys(faces) if not there & ({face, *_STAND_INS.get(face, ())} - {_UNLIKE.get(face)})
    ]


def unshown(text: str) -> list[str]:
    """Return the scripts (keys of ``SCRIPTS``) of which ``text`` has signs that no face of this machine shows: a PDF made
    here has boxes in their place. None where the machine cannot tell.
    """
    signs = {name: sorted(set(pattern.findall(text))) for name, pattern in _WRITTEN_IN.items()}
    return _without_face({name: found for name, found in signs.items() if found})


def without_face() -> list[str]:
    """Return the scripts of the country that this machine cannot show at all, none where it cannot tell."""
    return _without_face({name: [letter] for name, (_ranges, letter) in SCRIPTS.items() if letter})


def _without_face(signs: Mapping[str, Sequence[str]]) -> list[str]:
    # A word is set in one face, hence all signs of a script are asked for at once.
    patterns = [":charset=" + " ".join(f"{ord(sign):x}" for sign in found) for found in signs.values()]
    families = _families(patterns) if patterns else None
    return [name for name, there in zip(signs, families, strict=True) if not there] if families else []


def _families(patterns: Sequence[str]) -> list[set[str]] | None:
    """Return the families that fit each of ``patterns`` (as fontconfig writes them); None where nobody can be asked."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    found = []
    with tempfile.TemporaryDirectory(prefix="caselib-fonts-") as folder:
        environment = os.environ | {"FONTCONFIG_FILE": str(fonts_file(Path(folder)))}
        for pattern in patterns:
            try:
                done = subprocess.run(
                    [program, "--format", "%{family}\n", pattern],
                    env=environment, capture_output=True, timeout=30, check=True,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError):
                return None
            lines = done.stdout.decode("utf-8", "replace").splitlines()
            found.append({name.strip() for line in lines for name in line.split(",")})
    return found
