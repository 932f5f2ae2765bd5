"""Whatever the site links to, and whatever is sent by its forms, is answered; nobody sees a failure."""

from __future__ import annotations

import json
import subprocess
import sys

from .conftest import ROOT, Site

PERSONS = ["editor", "office", "system", "security", "author", "dispatcher", "contact"]


def test_no_link_and_no_form_fails(site: Site) -> None:
    command = [sys.executable, "-m", "tests.explore", *PERSONS, "--each", "2", "--sends", "2"]
    done = subprocess.run(command, cwd=ROOT, env=site.env, text=True, capture_output=True, check=False)
    assert done.stdout, done.stderr[-2000:]
    for person, told in json.loads(done.stdout).items():
        assert not told["faults"], "\n\n".join([person, *told["faults"].values()])
        assert told["routes"] > 30, person
        assert told["forms"] > 20, person
