"""Which texts of documents are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from documents.models import Document


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)


keep_history(Document, m2m_fields=["named_states"])
