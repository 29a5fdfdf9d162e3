"""Which texts of publications are kept in four languages; history is registered after that. The text itself has rows
of its own for each language (ParagraphText)."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from training.models import Chapter, Edition, Publication, Term


@register(Publication)
class PublicationTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(Edition)
class EditionTranslation(TranslationOptions):
    fields = ("name",)


@register(Chapter)
class ChapterTranslation(TranslationOptions):
    fields = ("title", "audience")


@register(Term)
class TermTranslation(TranslationOptions):
    fields = ("term", "definition")


keep_history(Publication, m2m_fields=["themes", "named_states"])
keep_history(Edition, m2m_fields=["named_states", "documents"])
keep_history(Chapter)
keep_history(Term)
