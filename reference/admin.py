"""The curators' admin of States, sub-regions, organisations and themes."""

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from core.admin import CuratedAdmin, RegistryAdmin
from reference.models import MemberState, Organisation, SubRegion, Theme
from reference.resources import OrganisationResource, StateResource, ThemeResource

NAMES = ["name_en", "name_es", "name_pt", "name_fr"]


class ReferenceAdmin(TranslationAdmin, RegistryAdmin):
    """A registry of names in four languages."""


@admin.register(MemberState)
class MemberStateAdmin(ReferenceAdmin):
    resource_classes = [StateResource]
    list_display = ["iso3", "name", "sub_region", "oas_status", "participates"]
    list_display_links = ["iso3", "name"]
    list_filter = ["sub_region", "oas_status", "participates"]
    list_select_related = ["sub_region"]
    search_fields = ["iso3", "iso2", *NAMES]
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(SubRegion)
class SubRegionAdmin(TranslationAdmin, CuratedAdmin):
    list_display = ["name", "slug"]
    search_fields = NAMES
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    resource_classes = [OrganisationResource]
    list_display = ["code", "name", "url"]
    list_display_links = ["code", "name"]
    search_fields = ["code", *NAMES]


@admin.register(Theme)
class ThemeAdmin(ReferenceAdmin):
    resource_classes = [ThemeResource]
    list_display = ["name", "slug", "description"]
    search_fields = ["slug", *NAMES]
    prepopulated_fields = {"slug": ["name_en"]}
