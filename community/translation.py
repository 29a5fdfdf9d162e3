"""Which texts of forums are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from community.models import Forum


@register(Forum)
class ForumTranslation(TranslationOptions):
    fields = ("name", "description", "rules", "closed_notice")


keep_history(Forum, m2m_fields=["named_states", "participants"])
