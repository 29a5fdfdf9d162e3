"""The curators' admin of the Programme."""

from csp.decorators import csp_update
from django.contrib import admin
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from core.admin import RegistryAdmin
from core.editor import EDITOR_POLICY
from documents.admin import LABEL_FIELDSET
from moderation.admin import WatchedAdmin
from programme.models import Activity, Page, Participation
from programme.resources import ActivityResource, PageResource


class ParticipationInline(admin.TabularInline):
    model = Participation
    autocomplete_fields = ["state"]
    extra = 0


@admin.register(Activity)
@method_decorator(csp_update(EDITOR_POLICY), name="changeform_view")
class ActivityAdmin(TranslationAdmin, WatchedAdmin):
    subject_name = "activity"
    resource_classes = [ActivityResource]
    list_display = ["title", "dates", "kind", "host_state", "label", "publication"]
    list_filter = ["publication", "label", "kind", "precision", "host_state__sub_region"]
    list_select_related = ["host_state"]
    search_fields = ["slug", "search_text"]
    autocomplete_fields = ["host_state", "event", "partners", "themes", "documents", "named_states"]
    prepopulated_fields = {"slug": ["title_en"]}
    inlines = [ParticipationInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "summary"]}),
        (_("When"), {"fields": ["start", "end", "precision"]}),
        (_("Where and for what"), {"fields": ["city", "host_state", "event", "themes"]}),
        (_("Who"), {"fields": ["partners", "other_partners", "funders", "participants_note"]}),
        (_("What came out"), {"fields": ["agenda", "outcome", "documents"]}),
        (
            _("Meeting of National Focal Points"),
            {"fields": ["conclusions", "regional_priorities", "needs_stated"], "classes": ["collapse"]},
        ),
        LABEL_FIELDSET,
        (_("Source"), {"fields": ["source", "source_kind"]}),
    ]


@admin.register(Page)
@method_decorator(csp_update(EDITOR_POLICY), name="changeform_view")
class PageAdmin(TranslationAdmin, RegistryAdmin):
    resource_classes = [PageResource]
    list_display = ["title", "slug", "updated"]
    search_fields = ["slug", "title_en"]
    fieldsets = [(None, {"fields": ["title", "slug", "body"]})]
