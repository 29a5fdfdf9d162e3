"""Which reference texts are kept in four languages; history is registered after that."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from reference.models import MemberState, Organisation, SubRegion, Theme


@register([SubRegion, Organisation, MemberState])
class NameTranslation(TranslationOptions):
    fields = ("name",)


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name", "description")


for model in (SubRegion, MemberState, Organisation, Theme):
    keep_history(model)
