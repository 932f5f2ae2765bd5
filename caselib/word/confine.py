"""What a program that reads strangers' files may see of this machine: Landlock, a part of Linux since 5.13.

A manuscript can name files of the server (pictures that Word fetches by their path) and addresses; a reader that follows
them would put what is private into the text of whoever uploaded it. Where the kernel has no Landlock nothing is confined.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_NO_NEW_PRIVILEGES = 38
_READ_FILE, _READ_DIRECTORY, _CONNECT_TCP = 1 << 2, 1 << 3, 1 << 1
_NETWORK_SINCE = 4
# Programs, their libraries, fonts and settings; nothing that people keep.
_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc", "/nix", "/gnu", "/snap", "/proc", "/sys", "/dev",
    "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice",
)  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def available() -> bool:
    """True where the kernel confines."""
    return _abi() > 0


def confinement(program: str, folders: Iterable[Path]) -> Callable[[], None]:
    """Return what a child calls before it becomes ``program``: from then on it reads nothing but system and ``folders``.

    It connects to nothing by TCP either, where the kernel can forbid that. Never raises.
    """
    abi = _abi()
    if not abi:
        return lambda: None
    home = Path(program).resolve().parent
    homes = [home] if home.parent == home.parent.parent else [home, home.parent]
    places = [*map(Path, _SYSTEM), *homes, *folders]

    def confine() -> None:
        with contextlib.suppress(OSError):
            _restrict(places, network=abi >= _NETWORK_SINCE)

    return confine


def _abi() -> int:
    """Return the version of Landlock in this kernel, 0 where there is none."""
    return 0 if _libc is None else max(0, int(_libc.syscall(_CREATE, None, 0, 1)))


def _restrict(places: Iterable[Path], *, network: bool) -> None:
    reading = _READ_FILE | _READ_DIRECTORY
    handled = struct.pack("<QQ", reading, _CONNECT_TCP) if network else struct.pack("<Q", reading)
    rules = _done(_libc.syscall(_CREATE, handled, len(handled), 0))  # type: ignore[union-attr]
    for place in places:
        with contextlib.suppress(OSError):
            handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
            rights = reading if place.is_dir() else _READ_FILE
            _done(_libc.syscall(_ADD, rules, 1, struct.pack("<Qi", rights, handle), 0))  # type: ignore[union-attr]
            os.close(handle)
    _done(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))  # type: ignore[union-attr]
    _done(_libc.syscall(_RESTRICT, rules, 0))  # type: ignore[union-attr]
    os.close(rules)


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
