"""Follows every link and sends every form as one person, with values nobody expects, and names what was answered by 500.

    CASELIB_VAR=DIRECTORY python -m tests.explore editor office --seconds 120 --seed 3

It runs inside the site's own code on a demo site that may be thrown away afterwards. What a form did is rolled back, so
that every page stays what it was (unless ``--keep``); files that were sent may stay behind. A page that is added is visited without being
named anywhere. Prints one JSON object and ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import django
import lxml.html

BASE = "http://127.0.0.1"
HOSTILE = [
    "", " ", "\u3000", "x" * 10_000, "a\x00b", "-1", "0", "1", "-0", "1.5", "½", "1e400", "NaN", "inf", "0x10", "1_000",
    " 5 ", "１２", "٣", "2147483648", "9223372036854775808", "9" * 400, "1,2,3", "2026-02-30", "9999-12-31", "0001-01-01",
    "2026-11-29", "24:61", "12:00", "true", "on", "案例", "course", '"><script>alert(1)</script>', "{{7*7}}{%x%}",
    "../../etc/passwd", "%00", "%s%n", "' or 1=1 --", "=1+1", "😀" * 300, "é" * 255, "\u202ehtml", "\ufffe", "a\r\nb: c",
    "null", "[]", "{}", '{"a":', "[" * 3000, "[1,2]", '[{"type":"x"}]', '{"blocks":1}', '{"blocks":[],"entityMap":{}}',
    '{"blocks":[{"text":"\\ud83d\\u0000","type":"unstyled","depth":0,"inlineStyleRanges":[],"entityRanges":[]}],"entityMap":{}}',
    '{"caption":"\\ud800","rows":[["\\u0000",{"a":1}],[]],"header_rows":9}', "http://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", '3,"x"',
]  # fmt: skip
FILES = [
    ("a.docx", b""), ("a.docx", b"PK\x03\x04" + bytes(100)), ("é" * 120 + ".docx", b"abc"), ("a.xlsx", b"PK\x05\x06" + bytes(18)),
    ("a.zip", b"PK\x05\x06" + bytes(18)), ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(30)), ("a.jpg", b"\xff\xd8\xff\xe0"),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), ("a.pdf", b"%PDF-1.4\n"), ("a.exe", b"MZ"),
    ("a.vtt", b"WEBVTT\n\n99:99 --> x\n"), ("a.mp4", b"\0\0\0\x18ftypmp42"), ("a.txt", "第一章".encode()),
]  # fmt: skip


@dataclass(frozen=True)
class Control:
    """A field of a form: what a browser would send of it untouched, and what it offers."""

    name: str
    kind: str
    present: list[str]
    offered: list[str]


@dataclass
class Form:
    """A form as it stood on a page, and how often it was sent."""

    address: str
    method: str
    controls: list[Control]
    sent: int = 0

    @property
    def names(self) -> frozenset[str]:
        """What it is recognised by: its fields without the numbers of rows."""
        return frozenset(re.sub(r"\d+", "N", control.name) for control in self.controls)


def controls_of(form: Any) -> list[Control]:
    """Return the fields of an lxml form, submit buttons among them."""
    found = []
    for element in form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"):
        kind, value = element.get("type", element.tag), element.get("value", "")
        present, offered = [value], []
        if element.tag == "select":
            offered = [option.get("value", option.text or "") for option in element.xpath(".//option")]
            present = [option.get("value", "") for option in element.xpath(".//option[@selected]")] or offered[:1]
        elif element.tag == "textarea":
            present = [element.text or ""]
        elif kind in ("checkbox", "radio"):
            offered = [element.get("value", "on")]
            present = offered if element.get("checked") is not None else []
        elif kind in ("submit", "button", "file", "image"):
            present, offered = [], [value]
        found.append(Control(element.get("name"), "submit" if element.tag == "button" else kind, present, offered))
    return found


def bodies_of(address: str) -> list[Control]:
    """Return the fields that the editor's script adds to the edit form of a page at ``address``."""
    from wagtail.models import Page

    from tests.streams import posted

    page = Page.objects.filter(pk=resolved(address).kwargs.get("page_id")).first()
    latest = page.specific.get_latest_revision_as_object() if page else None
    return [Control(name, "text", [value], []) for name, value in (posted(latest) if latest else {}).items()]


@dataclass
class Explorer:
    """One person's walk.

    ``each`` addresses are opened of a route, a form is sent ``sends`` times, once as it stands; ``keep`` what it does.
    """

    client: Any
    chance: random.Random
    each: int
    sends: int
    keep: bool
    faults: dict[str, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    opened: Counter[tuple[str, bool]] = field(default_factory=Counter)
    forms: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict)

    def walk(self, starts: list[str], until: float) -> None:
        """Open what is linked, then send what was found on it, until nothing is left or the clock says ``until``."""
        waiting, known = list(starts), set(starts)
        while waiting and time.monotonic() < until:
            address = waiting.pop(self.chance.randrange(len(waiting)))
            for link in self.open(address):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        for form in sorted(self.forms.values(), key=lambda f: self.chance.random()):
            while form.sent < self.sends and time.monotonic() < until:
                self.send(form)

    def open(self, address: str) -> list[str]:
        """Get ``address`` unless enough of its kind were seen, with its query once bent; return the links on it."""
        query = urlsplit(address).query
        kind = (route_of(address), bool(query))
        if "logout" in address or self.opened[kind] >= self.each * (2 if query else 1):
            return []
        self.opened[kind] += 1
        answer = self.ask("get", address, {})
        if query:
            bent = [(k, self.chance.choice([v, self.chance.choice(HOSTILE)])) for k, v in parse_qsl(query)]
            self.ask("get", f"{urlsplit(address).path}?{urlencode(bent)}", {})
        return self.read(address, answer) if answer is not None else []

    def read(self, address: str, answer: Any) -> list[str]:
        """Keep the forms of a page and return the addresses it leads to."""
        if answer.status_code in (301, 302):
            return local(address, [answer["Location"]])
        if "text/html" not in answer.headers.get("content-type", ""):
            return []
        body = answer.getvalue()
        if not body.strip():
            return []
        page = lxml.html.fromstring(body)
        for element in page.forms:
            target = local(address, [element.get("action") or address])
            if target and "logout" not in target[0]:
                form = Form(target[0], (element.get("method") or "get").lower(), controls_of(element))
                if element.get("id") == "page-edit-form":
                    form.controls.extend(bodies_of(address))
                self.forms.setdefault((route_of(target[0]), form.names), form)
        return local(address, page.xpath("//@href|//@src|//@data-url|//@hx-get"))

    def send(self, form: Form) -> None:
        """Send ``form``: as it stands the first time, then with some of its fields bent."""
        from django.db import transaction

        fields = [c for c in form.controls if c.kind != "submit" and c.name != "csrfmiddlewaretoken"]
        values: dict[str, list[Any]] = {}
        for control in form.controls:
            values.setdefault(control.name, []).extend(control.present)
        buttons = [c for c in form.controls if c.kind == "submit"]
        if buttons and self.chance.random() < 0.7:
            button = self.chance.choice(buttons)
            values[button.name] = button.offered
        if form.sent and fields:
            for control in self.chance.sample(fields, min(len(fields), self.chance.choice([1, 1, 2, 4, len(fields)]))):
                values[control.name] = self.bent(control)
        form.sent += 1
        if form.method == "get":
            self.ask("get", urlsplit(form.address).path, values)
            return
        if self.keep:
            self.ask("post", form.address, values)
            return
        with transaction.atomic():
            self.ask("post", form.address, values)
            transaction.set_rollback(True)

    def bent(self, control: Control) -> list[Any]:
        from django.core.files.uploadedfile import SimpleUploadedFile

        if control.kind == "file":
            return [SimpleUploadedFile(*self.chance.choice(FILES))]
        if control.offered and self.chance.random() < 0.3:
            return self.chance.sample(control.offered, min(len(control.offered), 2))
        return self.chance.sample(HOSTILE, self.chance.choice([0, 1, 1, 1, 1, 2]))

    def ask(self, method: str, address: str, values: dict[str, Any]) -> Any:
        """Return the answer, None where there was none; one of 500 is a fault, told once for each route and reason."""
        self.raised = ""
        try:
            answer = getattr(self.client, method)(address, values)
        except Exception:  # whatever it is, it is what is looked for
            answer, self.raised = None, traceback.format_exc()
        status = answer.status_code if answer is not None else 500
        self.answers[status] += 1
        if status >= 500:
            reason = self.raised.strip().rpartition("\n")[2][:200]
            sent = {name: [str(v)[:60] for v in value] for name, value in values.items()}
            self.faults.setdefault(
                f"{route_of(address)}: {reason}", f"{method} {address} {sent}\n{self.raised[-2500:]}"
            )
        return answer

    def note(self, **_signal: Any) -> None:
        """Remember what a view raised; the client only sees the page of the error."""
        self.raised = "".join(traceback.format_exception(*sys.exc_info()))


def route_of(address: str) -> str:
    """Return the pattern behind an address, an empty string where there is none."""
    from django.urls import Resolver404

    try:
        return str(resolved(address).route)
    except Resolver404:
        return ""


def resolved(address: str) -> Any:
    from django.urls import resolve

    return resolve(urlsplit(address).path)


def local(address: str, links: list[str]) -> list[str]:
    """Return those of ``links`` on the page ``address`` that lead to this site, as paths with their query."""
    whole = [urlsplit(urljoin(BASE + address, str(link))) for link in links]
    kept = [url for url in whole if url.hostname == "127.0.0.1" and not url.path.startswith("/static/")]
    return [url.path + (f"?{url.query}" if url.query else "") for url in kept]


def explore(person: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Walk as ``person`` (nobody: "-") and return what is told of it."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.signals import got_request_exception
    from django.test import Client

    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    if person != "-":
        user = get_user_model().objects.get(username=person)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    explorer = Explorer(client, random.Random(chosen.seed), chosen.each, chosen.sends, chosen.keep)
    got_request_exception.connect(explorer.note)
    began = time.monotonic()
    explorer.walk(["/", "/browse/", "/admin/"], began + chosen.seconds)
    got_request_exception.disconnect(explorer.note)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "routes": len({route for route, _query in explorer.opened}),
        "forms": len(explorer.forms),
        "answers": dict(sorted(explorer.answers.items())),
        "faults": explorer.faults,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", nargs="+", help="user names of accounts of the demo, or - for nobody")
    parser.add_argument("--seconds", type=float, default=600, help="for each of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=3, help="addresses of a route")
    parser.add_argument("--sends", type=int, default=10, help="times a form is sent")
    parser.add_argument("--keep", action="store_true", help="keep what the forms do: goes farther, and spoils the site")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
    django.setup()
    told = {person: explore(person, chosen) for person in chosen.persons}
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
    return 1 if any(one["faults"] for one in told.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
