"""Which texts of consultations are kept in four languages; history is registered after that. What States say stays in
the language in which they say it."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from consultations.models import Adoption, Comment, Consultation, Position


@register(Consultation)
class ConsultationTranslation(TranslationOptions):
    fields = ("title", "questions")


keep_history(Consultation, m2m_fields=["chapters", "states"])
keep_history(Comment)
keep_history(Position)
keep_history(Adoption, m2m_fields=["instruments"])
