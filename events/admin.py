"""The curators' admin of the registry."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from core.admin import RegistryAdmin
from documents.admin import LABEL_FIELDSET, PublishedAdmin
from events.forms import EventForm
from events.models import CooperationNeed, EventPlace, Lesson, MajorEvent, Series
from events.resources import EventResource, LessonResource, SeriesResource
from moderation.admin import WatchedAdmin


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
class MajorEventAdmin(TranslationAdmin, WatchedAdmin):
    subject_name = "event"
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


@admin.register(Lesson)
class LessonAdmin(TranslationAdmin, WatchedAdmin):
    subject_name = "lesson"
    resource_classes = [LessonResource]
    list_display = ["title", "kind", "state", "event", "validated", "label", "publication"]
    list_filter = [
        "publication", "label", "kind", "state__sub_region", "language", ("validated", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["state", "event"]
    search_fields = ["slug", "search_text"]
    autocomplete_fields = ["state", "event", "themes", "documents", "validated_by", "named_states"]
    prepopulated_fields = {"slug": ["title_en"]}
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "state", "event"]}),
        (
            _("Content"),
            {
                "fields": [
                    "context",
                    "what_happened",
                    "what_we_did",
                    "recommendation",
                    "evidence",
                    "themes",
                    "documents",
                ]
            },
        ),
        (_("Validated"), {"fields": ["validated_by", "validated"]}),
        LABEL_FIELDSET,
    ]
