"""The request of somebody who has signed in, for views behind a decorator that sees to it."""

from __future__ import annotations

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """Only a type: ``login_required`` and ``role_required`` let nobody else through."""

    user: User
