"""The curators' admin of legislation."""

from csp.decorators import csp_update
from django.contrib import admin
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin

from core.admin import RegistryAdmin
from core.editor import EDITOR_POLICY
from documents.admin import LABEL_FIELDSET
from legislation.models import Instrument, InstrumentRelation, TreatyAction
from legislation.resources import InstrumentResource, TreatyActionResource
from moderation.admin import WatchedAdmin


class RelationInline(admin.TabularInline):
    model = InstrumentRelation
    fk_name = "instrument"
    autocomplete_fields = ["target"]
    extra = 0


@admin.register(Instrument)
@method_decorator(csp_update(EDITOR_POLICY), name="changeform_view")
class InstrumentAdmin(TranslationAdmin, WatchedAdmin):
    subject_name = "instrument"
    resource_classes = [InstrumentResource]
    list_display = ["original_title", "number", "level", "state", "adopted_on", "status", "label", "publication"]
    list_filter = [
        "publication", "label", "level", "kind", "status", "language", "state__sub_region", "source_kind",
        ("verified_on", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["state", "organisation"]
    search_fields = ["slug", "search_text"]
    autocomplete_fields = [
        "state", "organisation", "themes", "events", "documents", "verified_by", "named_states",
    ]  # fmt: skip
    prepopulated_fields = {"slug": ["original_title"]}
    readonly_fields = ["actions_recorded"]
    inlines = [RelationInline]
    fieldsets = [
        (None, {"fields": ["original_title", "title", "slug", "kind", "number", "gazette"]}),
        (_("Whose"), {"fields": ["level", "state", "organisation", "subdivision"]}),
        (
            _("Status and dates"),
            {"fields": ["status", "adopted_on", "in_force_on", "last_amended_on", "repealed_on"]},
        ),
        (
            _("Content"),
            {"fields": ["summary", "commentary", "themes", "events", "url", "documents", "actions_recorded"]},
        ),
        (_("Verified"), {"fields": ["verified_by", "verified_on"]}),
        LABEL_FIELDSET,
        (_("Source"), {"fields": ["source", "source_kind"]}),
    ]

    @admin.display(description=_("treaty actions"))
    def actions_recorded(self, instrument):
        """The way to them, for a treaty has more rows than one form can hold."""
        if instrument.pk is None:
            return "–"
        n = instrument.treaty_actions.count()
        return format_html(
            '<a href="{}?instrument__id__exact={}">{}</a> · <a href="{}?instrument={}">{}</a>',
            reverse("admin:legislation_treatyaction_changelist"),
            instrument.pk,
            ngettext("%(n)d treaty action", "%(n)d treaty actions", n) % {"n": n},
            reverse("admin:legislation_treatyaction_add"),
            instrument.pk,
            _("Add a treaty action"),
        )


@admin.register(TreatyAction)
class TreatyActionAdmin(RegistryAdmin):
    resource_classes = [TreatyActionResource]
    list_display = ["instrument", "state", "kind", "date"]
    list_filter = ["kind", "state__sub_region"]
    list_select_related = ["instrument", "state"]
    search_fields = ["instrument__search_text", "state__name_en", "state__iso3"]
    autocomplete_fields = ["instrument", "state"]
