"""The curators' admin of the registry."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from core.admin import RegistryAdmin
from documents.admin import LABEL_FIELDSET, PublishedAdmin, RecordAdmin
from events.forms import EventForm
from events.models import CooperationNeed, EventPlace, MajorEvent, Series
from events.resources import EventResource, SeriesResource


@admin.register(Series)
class SeriesAdmin(TranslationAdmin, RegistryAdmin):
    resource_classes = [SeriesResource]
    list_display = ["name", "slug"]
    search_fields = ["slug", "name_en", "name_es", "name_pt", "name_fr"]
    prepopulated_fields = {"slug": ["name_en"]}


class PlaceInline(admin.TabularInline):
    model = EventPlace
    extra = 0


@admin.register(MajorEvent)
class MajorEventAdmin(TranslationAdmin, RecordAdmin):
    form = EventForm
    resource_classes = [EventResource]
    list_display = ["name", "dates", "kind", "host_state", "status", "label", "publication"]
    list_filter = ["publication", "label", "kind", "status", "precision", "host_state__sub_region", "source_kind"]
    list_select_related = ["host_state"]
    search_fields = ["slug", "search_text"]
    autocomplete_fields = [
        "series", "umbrella", "host_state", "other_hosts", "organiser", "themes", "documents", "named_states",
    ]  # fmt: skip
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [PlaceInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "series", "umbrella", "status", "status_note"]}),
        (_("When"), {"fields": ["start", "end", "precision"]}),
        (_("Where"), {"fields": ["host_state", "other_hosts", "hosts_elsewhere"]}),
        (
            _("What and who"),
            {
                "fields": [
                    "summary", "expected_attendance", "delegations", "organiser", "security_authority", "website",
                    "ipo_support", "themes", "documents",
                ]
            },
        ),
        LABEL_FIELDSET,
        (_("Source"), {"fields": ["source", "source_kind"]}),
    ]  # fmt: skip


@admin.register(CooperationNeed)
class CooperationNeedAdmin(TranslationAdmin, PublishedAdmin):
    list_display = ["event", "need", "label", "publication"]
    list_filter = ["publication", "label"]
    list_select_related = ["event"]
    search_fields = ["need_en", "need_es", "need_pt", "need_fr", "event__search_text"]
    autocomplete_fields = ["event", "themes", "named_states"]
    fieldsets = [(None, {"fields": ["event", "need", "themes"]}), LABEL_FIELDSET]
