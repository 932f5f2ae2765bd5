"""What the library tells people is in its own language, whatever whoever acts reads: for every text that is sent."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from caselib.accounts.models import Notice
from caselib.accounts.services import notify
from tests import factories

pytestmark = pytest.mark.django_db
PACKAGES = ("caselib", "cms", "search")
SUBJECTS = {"review": 9, "competitions": 11, "catalogue": 13}  # as many at least; more are found by themselves


def called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def telling(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that notify, and those of the same module that do it through one of them."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    names = {"notify"}
    found: list[ast.FunctionDef] = []
    while more := [f for f in functions if f not in found and any(called(node) in names for node in ast.walk(f))]:
        found += more
        names |= {f.name for f in more}
    yield from found


def messages() -> list[tuple[str, str]]:
    """Every lazy text in a function that notifies, with its module."""
    found = []
    for package in PACKAGES:
        for path in sorted(Path(settings.BASE_DIR, package).rglob("*.py")):
            source = path.read_text("utf-8")
            if "notify(" not in source or path.match("accounts/services.py"):
                continue
            place = str(path.relative_to(settings.BASE_DIR))
            for function in telling(ast.parse(source)):
                texts = [node.args[0] for node in ast.walk(function) if called(node) == "gettext_lazy"]  # type: ignore[attr-defined]
                found += [(place, text.value) for text in texts if isinstance(text, ast.Constant)]
    return found


def test_all_parts_of_the_library_that_tell_people_something_are_found() -> None:
    for part, least in SUBJECTS.items():
        assert len([text for place, text in messages() if f"/{part}/" in place]) >= least, part


@pytest.mark.parametrize(("place", "text"), messages())
def test_a_notice_caused_by_a_reader_of_english_is_chinese(place: str, text: str) -> None:
    words: dict[str, object] = defaultdict(lambda: 7)
    words |= dict.fromkeys(re.findall(r"%\((\w+)\)", text), 7)
    with translation.override("en"):
        (notice,) = notify([factories.UserFactory()], subject=gettext_lazy(text), body=gettext_lazy(text), words=words)
    assert not re.search(r"[A-Za-z]", notice.subject + notice.body), place


def test_a_text_that_is_in_some_language_already_is_refused() -> None:
    """A caller that forgets would tell people in the language of whoever acts; it is found where the verb is tested."""
    person = factories.UserFactory()
    with pytest.raises(TypeError):
        notify([person], subject=gettext("notices"))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        notify([person], subject=gettext_lazy("notices"), body=gettext("notices"))  # type: ignore[arg-type]
    assert not Notice.objects.exists()


def test_days_are_written_out_and_the_words_of_a_person_are_left_as_they_are(
    mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: object
) -> None:
    moment = datetime(2026, 11, 30, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    with translation.override("en"), django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        notify(
            [factories.UserFactory()],
            subject=gettext_lazy("%(day)s / %(when)s"),
            quoted="完成率 80%，见 %(day)s",
            words={"day": date(2026, 11, 3), "when": moment},
        )
    notice = Notice.objects.get()
    assert notice.subject == "2026年11月3日 / 2026年11月30日 14:05"
    assert notice.body == "完成率 80%，见 %(day)s"
    assert mailoutbox[0].subject == notice.subject
    assert notice.body in mailoutbox[0].body
