"""Notices as mail: one letter to each person, from the library by name, that says what it is about and where it is seen."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from email.utils import formataddr, parseaddr
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation
from django.utils.translation import gettext as _

from .models import User

log = logging.getLogger(__name__)
# Machines that answer mail (on holiday, moved) do not answer these.
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send_letters(people: Iterable[User], subject: str, body: str, url: str) -> None:
    """Mail a notice to each of ``people`` who has an address, so that nobody sees the others; a dead server loses nothing.

    One connection serves all: a server that does not answer is waited for once, however many are told.
    """
    with translation.override(settings.LANGUAGE_CODE):
        letters = [_letter(person, subject, body, url) for person in people if person.email]
    if not letters:
        return
    sent = get_connection(fail_silently=True).send_messages(letters) or 0
    if sent < len(letters):
        log.warning("%d of %d letters could not be sent", len(letters) - sent, len(letters))


def _letter(person: User, subject: str, body: str, url: str) -> EmailMessage:
    parts = [
        _("Dear %(name)s,") % {"name": person},
        body.strip() or subject,
        _("See: %(address)s") % {"address": urljoin(settings.WAGTAILADMIN_BASE_URL, url)} if url else "",
        "——\n"
        + _("%(site)s. This letter was sent by the system; please do not answer it.")
        % {"site": settings.WAGTAIL_SITE_NAME},
    ]
    text = "\n\n".join(part for part in parts if part)
    return EmailMessage(" ".join(subject.split()), text, _sender(), [person.email], headers=HEADERS)


def _sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.WAGTAIL_SITE_NAME, address))
