"""manage.py demo_manual: a short text of our own as the manual's first edition, for trying the portal."""

import datetime
import re

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from consultations.consulting import open_consultation
from consultations.models import Consultation
from core.labels import Label
from members.models import User
from training.actions import finalise, start_edition
from training.load_plan import Plan
from training.loading import apply_load, start_load
from training.models import Chapter, Publication, Term
from training.parsing import parse_text

SLUG, ORIGINAL, TRANSLATION = "training-manual", "en", "es"
NAMES = {"name_en": "Demonstration text", "name_es": "Texto de demostración", "name_pt": "Texto de demonstração",
         "name_fr": "Texte de démonstration"}  # fmt: skip
ASKED_FOR = datetime.timedelta(days=60)
TITLES = {
    "title_en": "What should the next edition say?",
    "title_es": "¿Qué debería decir la próxima edición?",
    "title_pt": "O que deveria dizer a próxima edição?",
    "title_fr": "Que devrait dire la prochaine édition ?",
}
QUESTIONS = {
    "questions_en": "Which chapter does your State miss?\nWhich experience of your events belongs beside a paragraph?",
    "questions_es": "¿Qué capítulo echa en falta su Estado?\n¿Qué experiencia de sus eventos va junto a un párrafo?",
    "questions_pt": "Que capítulo falta ao seu Estado?\nQue experiência dos seus eventos cabe ao lado de um parágrafo?",
    "questions_fr": "Quel chapitre manque à votre État ?\nQuelle expérience de vos événements éclaire un paragraphe ?",
}
TERMS = [
    (
        "Perimeter",
        "Perímetro",
        "A line around a venue or a zone, at which people, vehicles or goods are checked or turned away.",
        "Línea alrededor de una sede o de una zona en la que se controla o se rechaza a personas, vehículos o bienes.",
    ),
    (
        "Joint command centre",
        "Centro de mando conjunto",
        "The place from which all bodies that secure an event lead it together.",
        "Lugar desde el cual todos los organismos que dan seguridad a un evento lo dirigen juntos.",
    ),
]


class Command(BaseCommand):
    help = "Loads the demonstration text where the manual has no edition yet; only in demo mode."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("The demonstration text is for the demo only: set KMS_DEMO=1.")
        work = Publication.objects.filter(slug=SLUG, editions=None).first()
        by = User.objects.in_use().of_secretariat().order_by("pk").first()
        if work and by:
            write(work, by)


@transaction.atomic
def write(work, by):
    """The edition with its chapters as the secretariat loads them, in two languages, and two words of the glossary."""
    edition = start_edition(work=work, by=by, label=Label.CLEAR, language=ORIGINAL)
    for name, said in NAMES.items():
        setattr(edition, name, said)
    edition.save()
    load(edition, None, ORIGINAL, text(ORIGINAL), by)
    translated = re.split(r"^(?=# )", text(TRANSLATION), flags=re.MULTILINE)[1:]
    for chapter, said in zip(Chapter.objects.of(edition).order_by("order"), translated, strict=False):
        load(edition, chapter, TRANSLATION, said, by)
    for term, translation, definition, said in TERMS:
        Term.objects.create(work=work, term_en=term, term_es=translation, definition_en=definition, definition_es=said)
    ask(finalise(edition=edition, by=by), by)


def ask(edition, by):
    """A consultation on it that is open for two months, so that there is something to comment on."""
    now = timezone.now()
    shown = Consultation.Shown.AT_ONCE
    open_consultation(edition=edition, by=by, opens=now, closes=now + ASKED_FOR, shown=shown, **TITLES, **QUESTIONS)


def text(language):
    return (settings.BASE_DIR / "data" / "demo" / f"manual.{language}.md").read_text(encoding="utf-8")


def load(edition, chapter, language, said, by):
    kept = start_load(edition=edition, chapter=chapter, language=language, parsed=parse_text(said), filename="",
                      title="", by=by)  # fmt: skip
    return apply_load(load=kept, seen=Plan(kept).seen, by=by)
