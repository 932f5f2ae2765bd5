"""Passwords: the decided number of rounds, and what was kept with another number is kept anew."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import RequestFactory

from caselib.accounts.hashers import LibraryPasswordHasher
from caselib.accounts.models import User
from cms.settings import base
from tests import factories


@pytest.mark.django_db
def test_a_password_of_another_number_of_rounds_is_kept_anew_at_the_next_sign_in(settings: object) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS  # type: ignore[attr-defined]
    request = RequestFactory().post("/account/login/")
    user = factories.UserFactory(username="old-hand")
    user.password = PBKDF2PasswordHasher().encode("correct horse", "salt" * 6, iterations=1000)
    user.save()
    assert authenticate(request, username="old-hand", password="wrong") is None
    assert User.objects.get(pk=user.pk).password.split("$")[1] == "1000"
    assert authenticate(request, username="old-hand", password="correct horse") == user
    assert User.objects.get(pk=user.pk).password.split("$")[1] == str(LibraryPasswordHasher.iterations)
    assert authenticate(request, username="old-hand", password="correct horse") == user
