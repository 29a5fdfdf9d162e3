"""What pages of an edition that passed the gate say of its consultations and positions: whoever reads an edition knows
of the former, and members of the latter, so the SQL is the same for each reader and is written once."""

from django.db.models import F

from consultations.models import Adoption, Consultation, Position
from core.kept_sql import kept_rows

COLUMNS = [field.attname for field in Consultation._meta.concrete_fields]


def consultations_on(edition, chapter=None):
    """The Consultations on an edition, or on a chapter of it, the latest first."""
    rows = kept_rows(_on_chapter, edition.pk, chapter.pk) if chapter else kept_rows(_on_edition, edition.pk)
    found = [Consultation(**row) for row in rows]
    for row in found:
        row.edition = edition
    return found


def _on_edition(edition):
    return Consultation.objects.of(edition).for_part(None).values(*COLUMNS)


def _on_chapter(edition, chapter):
    return Consultation.objects.of(edition).for_part(chapter).values(*COLUMNS)


def said_of(model, edition):
    """[{"state", "said"}]: what each State says of an edition, for members alone: of Position or Adoption."""
    return kept_rows(READ[model], edition.pk)


def _positions(edition):
    return Position.objects.of(edition).values("state", said=F("kind"))


def _adoptions(edition):
    return Adoption.objects.of(edition).values("state", said=F("level"))


READ = {Position: _positions, Adoption: _adoptions}
