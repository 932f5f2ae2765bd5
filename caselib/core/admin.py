"""What the admin views of several apps share."""

from __future__ import annotations

from typing import Any

from .errors import RefusedError


class RefusableFormMixin:
    """A refusal of a service becomes an error of the form, and nothing that was typed is lost."""

    refusal_field: str | None = None
    produced_error_message: Any = None

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except RefusedError as error:
            form.add_error(self.refusal_field, str(error))
            self.produced_error_message = str(error)
            return self.form_invalid(form)  # type: ignore[attr-defined]
