"""Which texts of law are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from legislation.models import Instrument, InstrumentRelation, TreatyAction


@register(Instrument)
class InstrumentTranslation(TranslationOptions):
    fields = ("title", "summary", "commentary")


keep_history(
    Instrument,
    excluded_fields=["search_text"],
    m2m_fields=["themes", "events", "documents", "named_states"],
)
keep_history(InstrumentRelation)
keep_history(TreatyAction)
