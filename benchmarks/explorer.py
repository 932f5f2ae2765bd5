"""What Wagtail's explorer costs an editor: folders by unit, kind and year beside the same number of pages in one folder.

    python -m benchmarks.explorer [--size 50000] [--requests 10] [--keep DIR]

In one process, without a server: CPU ms of a request with the full middleware, and how many queries it asks. The flat
folder holds as many plain Wagtail pages as the library has resources; it is made in a transaction that is rolled back.
Both are listed by the same admin with the same hooks. Searches of the admin are asked beside them; a library made in bulk is
put into the admin's index first, once for a kept one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHUNK = 5_000


def measure(client: Any, path: str, requests: int) -> dict[str, Any]:
    """Return CPU ms, wall ms, queries and bytes of a request for ``path``. Raises RuntimeError for anything but 200."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _number in range(2):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
            queries = len(asked)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
    cpu, wall = time.process_time(), time.perf_counter()
    for _number in range(requests):
        client.get(path)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "cpu_ms": round(1000 * cpu / requests, 1),
        "wall_ms": round(1000 * wall / requests, 1),
        "queries": queries,
        "bytes": len(answer.content),
    }


def flat_folder(root: Any, number: int) -> Any:
    """Return a page below ``root`` with ``number`` plain pages below it."""
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import Page

    plain = ContentType.objects.get_for_model(Page)
    folder = root.add_child(instance=Page(title="flat", slug="bench-flat", content_type=plain))
    for first in range(0, number, CHUNK):
        Page.objects.bulk_create(
            Page(
                title=f"第{place}篇",
                draft_title=f"第{place}篇",
                slug=f"flat-{place}",
                content_type=plain,
                depth=folder.depth + 1,
                path=Page._get_path(folder.path, folder.depth + 1, place + 1),
                url_path=f"{folder.url_path}flat-{place}/",
                locale_id=root.locale_id,
                live=True,
            )
            for place in range(first, min(number, first + CHUNK))
        )
    Page.objects.filter(pk=folder.pk).update(numchild=number)
    return folder


def run(requests: int) -> dict[str, Any]:
    """Measure the explorer of the library, of the flat folder, and a search."""
    from django.db import transaction
    from django.test import Client

    from benchmarks import library
    from caselib.accounts.sessions import BACKEND
    from caselib.resources.models import Folder, ResourcePage

    client = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(library.editor(), backend=BACKEND)
    years = Folder.objects.filter(numchild__gt=0).order_by("-numchild")
    year = next(folder for folder in years[:50] if not Folder.objects.child_of(folder).exists())
    kind = year.get_parent()
    unit = kind.get_parent()
    shelves = unit.get_parent()
    places = {"all units": shelves, "one unit": unit, "one kind": kind, "one year (the fullest)": year}
    results: dict[str, Any] = {
        f"explorer, {name}": measure(client, f"/admin/pages/{page.pk}/", requests) | {"children": page.numchild}
        for name, page in places.items()
    }
    results["explorer, the fullest year by title"] = measure(
        client, f"/admin/pages/{year.pk}/?ordering=title", requests
    )
    for text in ("账目公开", "临江"):
        results[f"search, {text}"] = measure(client, f"/admin/pages/search/?q={text}", requests)
    with transaction.atomic():
        flat = flat_folder(shelves, ResourcePage.objects.count())
        last = -(-flat.get_children().count() // 50)
        for name, query in (("", ""), (", by title", "?ordering=title"), (", last page", f"?p={last}")):
            results[f"stock, one flat folder{name}"] = measure(client, f"/admin/pages/{flat.pk}/{query}", requests)
        transaction.set_rollback(True)
    return results


def _found() -> int:
    """Return how many resources the admin's own index finds for a place that stands in many titles."""
    from wagtail.search.backends import get_search_backend

    from caselib.resources.models import ResourcePage

    return int(get_search_backend().search("临江", ResourcePage.objects.all()).count())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=10)
    parser.add_argument(
        "--keep", type=Path, help="keep and reuse the library in this folder (that of benchmarks.pages)"
    )
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="caselib-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(DJANGO_SETTINGS_MODULE="benchmarks.settings", CASELIB_VAR=str(folder))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from benchmarks import library
    from caselib.resources.models import ResourcePage

    settings.ALLOWED_HOSTS = ["*"]
    try:
        library.build(options.size)
        if not _found():
            call_command("update_index", verbosity=0, stdout=sys.stderr)
        results, found, resources = run(options.requests), _found(), ResourcePage.objects.count()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    about = {
        "resources": resources,
        "found by the admin's search for 临江": found,
        "load": [round(number, 1) for number in os.getloadavg()],
    }
    json.dump({"about": about, "results": results}, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
