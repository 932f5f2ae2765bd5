"""Verbs of awards: confirm them all, mark the resources, issue and revoke certificates."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from caselib.accounts.models import User
from caselib.core import clock, page_cache
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.resources.models import ResourceAward

from ..enums import CallState, ObjectionState
from ..models import Award, Certificate, Competition, PublicityPeriod
from ..rules import acts
from ..selectors import outcome
from . import chain
from .calls import locked


@transaction.atomic
def confirm_awards(competition: Competition, *, by: User, at: datetime | None = None) -> list[Certificate]:
    """Confirm the awards after the publicity period and issue the certificates; return them.

    Raises RefusedError before the last day is over, while an objection is open, or while a resource among them has been
    withdrawn from the library. Effects in order: awards, marks on
    the resources, certificates, state, cache version, audit ``awards_confirmed``; the search index follows on commit.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    today = clock.day_of(moment)
    _hold_numbers(competition)
    competition = locked(competition)
    period = PublicityPeriod.objects.filter(competition=competition).first()
    unanswered = competition.objections.filter(state=ObjectionState.OPEN).count()
    require(acts.may_confirm(competition.state, unanswered, period.ends_on if period else None, today))
    require(acts.winners_published(outcome.withdrawn_winners(competition)))
    awards = outcome.winners(competition)
    Award.objects.filter(pk__in=[award.pk for award in awards]).update(confirmed_at=moment)
    certificates = []
    for number, award in zip(_numbers(competition, len(awards)), awards, strict=True):
        certificates.append(_issue(award, number, today))
    _mark_resources(competition, awards, {c.award_id: c.number for c in certificates})
    competition.state = CallState.CONFIRMED
    competition.save(update_fields=["state"])
    page_cache.bump(page_cache.PAGES)
    chain.write(
        competition, "awards_confirmed", competition, by=by, at=moment,
        awards={str(award.entry_id): award.tier for award in awards}, certificates=[c.number for c in certificates],
    )  # fmt: skip
    return certificates


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Revoke a certificate; its public page says so from now on.

    Effects in order: certificate, award mark of the resource removed, cache version, audit ``certificate_revoked``.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    certificate = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("award__competition", "award__entry")
        .get(pk=certificate.pk)
    )
    if certificate.revoked_at is not None:
        raise ConflictError(Refusal("revoked", _("The certificate has already been revoked.")))
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down why the certificate is revoked.")))
    certificate.revoked_at, certificate.revoked_reason = moment, reason[:300]
    certificate.save(update_fields=["revoked_at", "revoked_reason"])
    competition = certificate.award.competition
    ResourceAward.objects.filter(
        certificate_number=certificate.number, page_id=certificate.award.entry.page_id
    ).delete()
    page_cache.bump(page_cache.PAGES)
    chain.write(competition, "certificate_revoked", certificate, by=by, at=moment, reason=reason)


def _hold_numbers(competition: Competition) -> None:
    """Lock every call that draws on the same run of numbers: two of them confirmed at once would issue one number twice."""
    same = Competition.objects.filter(certificate_prefix=competition.certificate_prefix, year=competition.year)
    if competition.certificate_prefix:
        list(same.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _numbers(competition: Competition, wanted: int) -> list[str]:
    """Return the next free certificate numbers; calls that share a prefix in one year share one run of numbers."""
    stem = f"{competition.certificate_prefix or f'C{competition.pk}'}-{competition.year}-"
    taken = Certificate.objects.filter(number__startswith=stem).values_list("number", flat=True)
    ends = [number.removeprefix(stem) for number in taken]
    last = max((int(end) for end in ends if end.isascii() and end.isdigit()), default=0)
    return [f"{stem}{place:04d}" for place in range(last + 1, last + 1 + wanted)]


def _issue(award: Award, number: str, today: date) -> Certificate:
    return Certificate.objects.create(award=award, number=number, text=text_of(award), issued_on=today)


def text_of(award: Award) -> str:
    """Return the text that the certificate of ``award`` is given when it is issued.

    Nobody writes it again: it is in the language of the library, not in that of whoever confirms.
    """
    with override(settings.LANGUAGE_CODE):
        return certificate_text(award, award.competition.certificate_text or default_text())


def default_text() -> str:
    """Return the text of certificates where a call has none of its own."""
    return _(
        "{authors}: “{title}” has won the {award} in “{competition}” ({track}). This certificate is given in recognition."
    )


def certificate_text(award: Award, template: str) -> str:
    """Return ``template`` filled in; braces that name nothing known stay as they are."""
    entry = award.entry
    values = {
        "authors": entry.author_names or entry.unit.name,
        "title": entry.title,
        "competition": award.competition.title,
        "track": entry.track.name,
        "award": str(award.get_tier_display()),
        "year": str(award.competition.year),
    }
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template[:2000]


def _mark_resources(competition: Competition, awards: list[Award], numbers: dict[int, str]) -> None:
    for award in awards:
        if award.entry.page_id is not None:
            ResourceAward.objects.update_or_create(
                page_id=award.entry.page_id,
                competition=competition.title[:200],
                year=competition.year,
                defaults={"tier": award.tier, "certificate_number": numbers[award.pk]},
            )
