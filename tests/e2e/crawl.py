"""Finds every page by its links, as each role: a page that is added is visited without being named anywhere."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

# Wagtail's own pages keep its own look and are tested by it; the others are files, not pages.
FOREIGN = ("/admin/", "/static/", "/media/", "/language/", "/account/logout/")
FILES = re.compile(
    r"(\.(docx|xlsx|pdf|ics|zip|csv|vtt|svg|txt|xml|json)$|/(word|download|file|files|export|export\.\w+)/$)"
)
# From each view so many different addresses are opened as one person; resources are one view and many templates.
EACH = 2
RESOURCES = "resource_address"
EACH_RESOURCE = 16
KIND = "document.querySelector('.resource .chip--kind')?.textContent ?? ''"
LINKS = "[...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)"


@dataclass(frozen=True)
class Found:
    """A page that answered: its view, its address and what kind of page it is."""

    view: str
    address: str
    kind: str

    @property
    def template(self) -> str:
        """What is looked at once: the view, and the kind of resource where one view shows several."""
        return f"{self.view} {self.kind}".strip()


def view_of(path: str) -> str:
    """Return the name of the view behind ``path``, or an empty string."""
    try:
        return resolve(unquote(path)).view_name
    except Resolver404:
        return ""


def crawl(page: Page, base: str, starts: list[str], known: Collection[str] = ()) -> Iterator[Found]:
    """Open pages breadth first from ``starts`` and give each that is one; of views that are ``known``, one will do.

    The caller looks at the page as it stands in the browser before it asks for the next.
    """
    waiting = deque(starts)
    queued = set(starts)
    opened: dict[str, int] = {}
    while waiting:
        address = waiting.popleft()
        view = view_of(urlsplit(address).path)
        quota = 1 if view in known else EACH_RESOURCE if view == RESOURCES else EACH
        if address not in starts and opened.get(view, 0) >= quota:
            continue
        opened[view] = opened.get(view, 0) + 1
        try:
            answer = page.goto(address)
        except PlaywrightError as error:
            if "Download is starting" in error.message:
                continue
            raise
        assert answer is not None
        assert answer.status < 500, (address, answer.status)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield Found(view_of(urlsplit(page.url).path), address, page.evaluate(KIND))
        for link in page.evaluate(LINKS):
            path = urldefrag(link)[0].removeprefix(base)
            if path.startswith("/") and path not in queued and worth_opening(path):
                queued.add(path)
                waiting.append(path)


def worth_opening(path: str) -> bool:
    plain = urlsplit(path).path
    return not plain.startswith(FOREIGN) and not FILES.search(plain) and "as=xlsx" not in path


def page_views() -> set[str]:
    """Return the names of all views of our own that take no POST only, from the URLconf itself."""
    names: set[str] = set()

    def walk(patterns: list[URLPattern | URLResolver], prefix: str, path: str) -> None:
        for pattern in patterns:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                if not ("/" + here).startswith(FOREIGN):
                    space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                    walk(pattern.url_patterns, space, here)
            elif pattern.name and not ("/" + here).startswith(FOREIGN):
                names.add(prefix + pattern.name)

    walk(get_resolver().url_patterns, "", "")
    return names
