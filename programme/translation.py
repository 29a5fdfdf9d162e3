"""Which texts of the Programme are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from programme.models import Activity, Page, Participation


@register(Activity)
class ActivityTranslation(TranslationOptions):
    fields = (
        "title",
        "summary",
        "participants_note",
        "agenda",
        "outcome",
        "conclusions",
        "regional_priorities",
        "needs_stated",
    )


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "body")


keep_history(
    Activity,
    excluded_fields=["search_text"],
    m2m_fields=["partners", "themes", "documents", "named_states"],
)
keep_history(Participation)
keep_history(Page)
