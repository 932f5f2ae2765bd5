"""Turns old and foreign formats into .docx with a headless LibreOffice, where there is one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from caselib.word.guard import LIMITS, MIB, UnreadableError
from caselib.word.sandbox import run_limited

SECONDS = 25.0
MEMORY = 500 * MIB
_NAMES = ("soffice", "libreoffice")
_SUFFIX = {"legacy": ".doc", "rtf": ".rtf", "wordml": ".xml"}

# A fresh profile that runs no macro, follows no link and, should something still ask, finds no proxy that answers.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value>
</prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
</item>
</oor:items>
"""


def converter() -> str | None:
    """Return the path of LibreOffice, or None where it is not installed. CASELIB_SOFFICE overrides the search."""
    chosen = os.environ.get("CASELIB_SOFFICE")
    if chosen is not None:
        return chosen if chosen and os.access(chosen, os.X_OK) else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def to_docx(data: bytes, kind: str, *, seconds: float = SECONDS) -> bytes:
    """Return ``data`` (an old Word, WPS, RTF or Word 2003 XML file) as a .docx.

    Raises UnreadableError: no_converter, convert_timeout, convert_memory, convert_failed.
    """
    return _convert(data, _SUFFIX.get(kind, ".doc"), "docx:MS Word 2007 XML", ".docx", seconds)


def to_pdf(data: bytes, suffix: str, *, seconds: float = SECONDS) -> bytes:
    """Return a text document as PDF. Raises UnreadableError like ``to_docx``."""
    return _convert(data, suffix, "pdf:writer_pdf_Export", ".pdf", seconds)


def _convert(data: bytes, suffix: str, target: str, wanted: str, seconds: float) -> bytes:
    program = converter()
    if program is None:
        raise UnreadableError("no_converter", suffix)
    with tempfile.TemporaryDirectory(prefix="caselib-convert-") as folder:
        work = Path(folder)
        profile = work / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS)
        source = work / f"source{suffix}"
        source.write_bytes(data)
        outcome = run_limited(
            [
                program,
                f"-env:UserInstallation=file://{work / 'profile'}",
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--nodefault",
                "--nofirststartwizard",
                "--convert-to",
                target,
                "--outdir",
                str(work / "out"),
                str(source),
            ],
            seconds=seconds,
            memory=MEMORY,
            cwd=work,
            env=_environment(work),
        )
        result = work / "out" / f"source{wanted}"
        if outcome.ending in ("timeout", "memory"):
            raise UnreadableError(f"convert_{outcome.ending}", suffix)
        if not result.is_file() or result.stat().st_size == 0:
            raise UnreadableError("convert_failed", suffix)
        if result.stat().st_size > LIMITS.file_bytes:
            raise UnreadableError("too_large", f"{result.stat().st_size // MIB} MB")
        return result.read_bytes()


def _environment(work: Path) -> dict[str, str]:
    kept = {key: text for key, text in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")}
    nowhere = "http://127.0.0.1:9"
    return kept | {
        "HOME": str(work),
        "TMPDIR": str(work),
        "SAL_USE_VCLPLUGIN": "svp",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "ftp_proxy": nowhere,
    }
