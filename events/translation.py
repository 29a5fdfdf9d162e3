"""Which texts of the registry are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from events.models import CooperationNeed, EventPlace, Lesson, MajorEvent, Series


@register(Series)
class SeriesTranslation(TranslationOptions):
    fields = ("name",)


@register(MajorEvent)
class MajorEventTranslation(TranslationOptions):
    fields = ("name", "summary", "status_note")


@register(CooperationNeed)
class CooperationNeedTranslation(TranslationOptions):
    fields = ("need",)


@register(Lesson)
class LessonTranslation(TranslationOptions):
    fields = ("title", "context", "what_happened", "what_we_did", "recommendation")


keep_history(Series)
keep_history(EventPlace)
keep_history(
    MajorEvent,
    excluded_fields=["search_text"],
    m2m_fields=["other_hosts", "themes", "documents", "named_states"],
)
keep_history(CooperationNeed, m2m_fields=["themes", "named_states"])
keep_history(Lesson, excluded_fields=["search_text"], m2m_fields=["themes", "documents", "named_states"])
