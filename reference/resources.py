"""Import and export of States, organisations and themes, in the format of data/README.md."""

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.columns import LATITUDES, LONGITUDES, Choice, Number, Related, Text, yes_or_no
from core.imports import RecordResource
from core.labels import Label
from reference.models import MemberState, Organisation, Sourced, SubRegion, Theme

# Names of the sub-regions that a file of States may bring, in English, Spanish, Portuguese and French.
SUB_REGIONS = [
    ("North America", "América del Norte", "América do Norte", "Amérique du Nord"),
    ("Central America", "América Central", "América Central", "Amérique centrale"),
    ("Caribbean", "Caribe", "Caribe", "Caraïbes"),
    ("Andean", "Región Andina", "Região Andina", "Région andine"),
    ("Southern Cone", "Cono Sur", "Cone Sul", "Cône Sud"),
]
LABELS = {label.label: label for label in Label} | {label.name: label for label in Label}


def source_kind():
    """The column that every sourced record has."""
    return Choice("source_kind", Sourced.SourceKind)


def label():
    """The column of the audience label, by its name in the standard: TLP:GREEN, or GREEN."""
    return Choice("label", LABELS, keep=True)


class SubRegionColumn(Related):
    """A sub-region by its English name; the five of the working grouping are made when a file first names them."""

    def __init__(self):
        super().__init__("sub_region", SubRegion, "name_en", "subregion")

    def read(self, text):
        names = next((names for names in SUB_REGIONS if names[0] == text), None)
        if names and text not in self.codes:
            self.codes[text] = self._make(names).pk
        return super().read(text)

    def _make(self, names):
        fields = dict(zip(["name_en", "name_es", "name_pt", "name_fr"], names, strict=True))
        return SubRegion.objects.get_or_create(slug=slugify(names[0]), defaults=fields)[0]


class StateResource(RecordResource):
    iso3 = Text("iso3", pattern="[A-Z]{3}")
    iso2 = Text("iso2", pattern="[A-Z]{2}")
    name_en = Text("name_en")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")
    sub_region = SubRegionColumn()
    oas_status = Choice("oas_status", MemberState.OasStatus, keep=True)
    status_note = Text("status_note")
    participates = yes_or_no("participates", "participates_in_34")
    capital = Text("capital")
    latitude = Number("latitude", *LATITUDES, needs=["longitude"])
    longitude = Number("longitude", *LONGITUDES, needs=["latitude"])
    official_languages = Text("official_languages", pattern="[a-z]{2}(;[a-z]{2})*")
    source = Text("source")
    source_kind = source_kind()
    slug = Text("slug")

    class Meta:
        model = MemberState
        import_id_fields = ["iso3"]

    def import_instance(self, instance, row, **kwargs):
        row["slug"] = row.get("slug") or instance.slug or slugify(row.get("name_en", ""))[:80]
        super().import_instance(instance, row, **kwargs)
        if (instance.latitude is None) != (instance.longitude is None):
            self.errors["latitude"] = ValidationError(_("Latitude and longitude go together."))
            raise ValidationError(self.errors)


class OrganisationResource(RecordResource):
    code = Text("code", pattern=r"[^\s;]+")
    name_en = Text("name_en")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")
    url = Text("url")
    source = Text("source")

    class Meta:
        model = Organisation
        import_id_fields = ["code"]


class ThemeResource(RecordResource):
    slug = Text("slug", "code")
    name_en = Text("name_en")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")
    description_en = Text("description_en")
    description_es = Text("description_es")
    description_pt = Text("description_pt")
    description_fr = Text("description_fr")
    source = Text("source")

    class Meta:
        model = Theme
