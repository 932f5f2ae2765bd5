"""LibreOffice as a program that is run: where it is, how it is called, what it may not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from caselib.word.confine import confinement
from caselib.word.sandbox import Outcome, run_limited

_NAMES = ("soffice", "libreoffice")
_NOWHERE = "http://127.0.0.1:9"
# A profile that runs no macro, follows no link and, should something still ask, finds no proxy that answers.
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


def convert(
    program: str,
    source: Path,
    target: str,
    out: Path,
    *,
    profile: Path,
    seconds: float,
    memory: int,
    environment: Mapping[str, str] | None = None,
    tick: Callable[[], object] | None = None,
) -> Outcome:
    """Convert ``source`` to ``target`` (a filter of LibreOffice) into the folder ``out`` within ``seconds`` and ``memory``.

    ``profile`` is a folder that no other run uses at the same time; its settings are written when it is new. Nothing
    is raised for what LibreOffice does, but for what ``tick`` raises, which is called while it works; the caller looks whether the file is there.
    """
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.is_file():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
    work = source.parent
    kept = {key: text for key, text in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")}
    fixed = {
        "HOME": str(work),
        "TMPDIR": str(work),
        "SAL_USE_VCLPLUGIN": "svp",
        "http_proxy": _NOWHERE,
        "https_proxy": _NOWHERE,
        "ftp_proxy": _NOWHERE,
    }
    command = [
        program,
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nofirststartwizard",
        "--convert-to",
        target,
        "--outdir",
        str(out),
        str(source),
    ]
    # RTF names pictures by path, and LibreOffice takes them in, whatever its own settings say about links.
    fonts = filter(None, [os.environ.get("CASELIB_FONTS")])
    return run_limited(
        command,
        seconds=seconds,
        memory=memory,
        cwd=work,
        env=kept | fixed | dict(environment or {}),
        confine=confinement(program, [work, out, profile, *map(Path, fonts)]),
        tick=tick,
    )
