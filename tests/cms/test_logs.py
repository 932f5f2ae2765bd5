"""The server's log says in a line who knocked under another name."""

from __future__ import annotations

import logging
import logging.config

import pytest
from django.conf import LazySettings
from django.test import Client

from cms.settings import base


def test_another_name_is_one_line_of_the_log(settings: LazySettings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.ALLOWED_HOSTS = ["library.example"]
    try:
        logging.config.dictConfig(base.LOGGING)
        assert Client().get("/hello/", headers={"host": "elsewhere.example"}).status_code == 400
    finally:
        logging.config.dictConfig(settings.LOGGING)
    said = capsys.readouterr().err
    assert "elsewhere.example" in said
    assert "Traceback" not in said
