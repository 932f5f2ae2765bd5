"""Finds the translatable strings of Python modules and Django templates.

Written on ``ast`` and Django's own ``templatize`` instead of calling xgettext, so that a machine with
nothing but Python can check and compile the catalogues, and so that a call whose text can never be
found at run time (an f-string) is an error instead of a string silently left in English.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

#: Name of the gettext function -> (first argument is a context, a plural follows the singular).
CALLS: dict[str, tuple[bool, bool]] = {
    "gettext": (False, False),
    "gettext_lazy": (False, False),
    "gettext_noop": (False, False),
    "ngettext": (False, True),
    "ngettext_lazy": (False, True),
    "pgettext": (True, False),
    "pgettext_lazy": (True, False),
    "npgettext": (True, True),
    "npgettext_lazy": (True, True),
}
_TEMPLATE_CALL = re.compile(r"(?<![\w.])(npgettext|ngettext|pgettext|gettext|_)\(")
_SKIPPED_FOLDERS = {"migrations", "locale", "node_modules", "__pycache__", "static"}


@dataclass(frozen=True)
class Message:
    """One translatable text and the files it stands in."""

    msgid: str
    context: str | None = None
    plural: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """What gettext looks the text up by."""
        return (self.context, self.msgid)


@dataclass
class Extraction:
    """What was found: for each message the files, and the calls that can never be translated."""

    files: dict[Message, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, message: Message, path: str) -> None:
        self.files.setdefault(message, set()).add(path)


def source_files(root: Path) -> Iterator[Path]:
    """Python modules and templates of the project below ``root`` that may hold texts, sorted."""
    for top in ("caselib", "search", "cms", "templates"):
        for path in sorted((root / top).rglob("*")):
            parts = path.relative_to(root).parts
            if _SKIPPED_FOLDERS.intersection(parts[:-1]) or not path.is_file():
                continue
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in parts):
                yield path


def extract(root: Path, paths: Iterable[Path]) -> Extraction:
    """Read ``paths`` and return their messages; locations are relative to ``root``."""
    found = Extraction()
    for path in paths:
        name = path.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        if path.suffix == ".py":
            _from_python(text, name, found)
        else:
            _from_template(text, name, found)
    return found


def _from_python(text: str, name: str, found: Extraction) -> None:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        found.faults.append(f"{name}: not valid Python ({error.msg}, line {error.lineno})")
        return
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _called(node.func, names)
        if called:
            _add_call(called, node, name, node.lineno, found)


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> gettext function, from the module's imports (``gettext_lazy as _``)."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in CALLS:
                    names[alias.asname or alias.name] = alias.name
    return names


def _called(func: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(func, ast.Name):
        return names.get(func.id)
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "translation":
        return func.attr if func.attr in CALLS else None
    return None


def _add_call(called: str, node: ast.Call, name: str, line: int, found: Extraction) -> None:
    has_context, has_plural = CALLS["gettext" if called == "_" else called]
    wanted = 1 + has_context + has_plural
    texts: list[str] = []
    for argument in node.args[:wanted]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            texts.append(argument.value)
        elif isinstance(argument, ast.JoinedStr | ast.BinOp):
            found.faults.append(f"{name}:{line}: {called}() of a composed string is never translated")
            return
        else:
            # A variable: its text is marked where it is written (gettext_noop, a label).
            return
    if len(texts) < wanted or not texts[has_context]:
        return
    context = texts[0] if has_context else None
    plural = texts[-1] if has_plural else None
    found.add(Message(texts[has_context], context, plural), name)


def _from_template(text: str, name: str, found: Extraction) -> None:
    if "{%" not in text and "{{" not in text:
        return
    try:
        code = templatize(text, origin=name)
    except SyntaxError as error:
        found.faults.append(f"{name}: {error}")
        return
    for match in _TEMPLATE_CALL.finditer(code):
        call = _balanced(code, match.end() - 1)
        try:
            node = ast.parse(f"f{call}", mode="eval").body
        except SyntaxError:
            # ngettext's third argument is template syntax, not Python; the texts stand before it.
            node = ast.parse(f"f{_literals_only(call)}", mode="eval").body
        if isinstance(node, ast.Call):
            _add_call(match.group(1), node, name, code.count("\n", 0, match.start()) + 1, found)


def _balanced(code: str, start: int) -> str:
    """The parenthesised text that opens at ``start``, string literals respected."""
    depth, quote, index = 0, "", start
    while index < len(code):
        char = code[index]
        if quote:
            if char == "\\":
                index += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return code[start : index + 1]
        index += 1
    return "()"


def _literals_only(call: str) -> str:
    literals = re.findall(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", call, re.DOTALL)
    return "(" + ",".join(literals) + ",)"
