"""How passwords are kept: the framework's PBKDF2 with the number of rounds that decision 0013 gives reasons for."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class LibraryPasswordHasher(PBKDF2PasswordHasher):
    """PBKDF2 with HMAC-SHA256 and 600,000 rounds; passwords kept with another number are kept anew at the next sign-in."""

    iterations = 600_000
