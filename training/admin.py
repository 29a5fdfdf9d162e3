"""The curators' admin of publications: what frames them. Their text is written on pages of the portal."""

from django.contrib import admin
from django.db import transaction
from modeltranslation.admin import TranslationAdmin

from core.admin import CuratedAdmin, RegistryAdmin
from documents.actions import refresh_documents
from documents.admin import LABEL_FIELDSET, PublishedAdmin
from training.actions import refresh_pictures
from training.models import Edition, Publication, Term
from training.resources import PublicationResource


@admin.register(Publication)
class PublicationAdmin(TranslationAdmin, PublishedAdmin, RegistryAdmin):
    resource_classes = [PublicationResource]
    list_display = ["title", "kind", "order", "label", "publication"]
    list_filter = ["publication", "label", "kind"]
    search_fields = ["slug", "title_en", "title_es", "title_pt", "title_fr"]
    autocomplete_fields = ["themes", "named_states"]
    prepopulated_fields = {"slug": ["title_en"]}
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "summary", "themes", "order"]}),
        LABEL_FIELDSET,
    ]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        refresh_pictures(form.instance)

    @transaction.atomic
    def _set_publication(self, request, rows, state):
        works = list(rows)
        super()._set_publication(request, rows, state)
        for work in works:
            refresh_pictures(work)


@admin.register(Edition)
class EditionAdmin(TranslationAdmin, CuratedAdmin):
    """Name and audience of an edition. It is begun, written and let out on pages of the portal."""

    list_display = ["__str__", "status", "label", "finalised"]
    list_filter = ["status", "label", "work"]
    list_select_related = ["work"]
    search_fields = ["work__title_en", "name_en"]
    autocomplete_fields = ["named_states"]
    readonly_fields = ["work", "number", "status", "finalised", "publication", "language"]
    fieldsets = [
        (None, {"fields": ["work", "number", "name", "status", "finalised"]}),
        LABEL_FIELDSET,
    ]

    actions = None

    def has_add_permission(self, request):
        return False

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        refresh_documents(form.instance.documents.all())


@admin.register(Term)
class TermAdmin(TranslationAdmin, CuratedAdmin):
    list_display = ["term", "work"]
    list_filter = ["work"]
    list_select_related = ["work"]
    search_fields = ["term_en", "term_es", "term_pt", "term_fr"]
    fieldsets = [(None, {"fields": ["work", "term", "definition", "source"]})]
