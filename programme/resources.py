"""Import and export of activities and pages, in the format of data/README.md."""

from core.columns import Choice, Html, Period, Related, RelatedList, Text, date_precision, end_date
from core.imports import RecordResource
from core.languages import CONTENT_CODES
from core.text import refuse_markup, split_list
from documents.actions import refresh_record
from events.models import MajorEvent
from programme.models import Activity, Page
from reference.models import MemberState, Organisation, Theme
from reference.resources import label, source_kind


class Partners(RelatedList):
    """Organisations by their codes go to `partners`, any other name to `other_partners`."""

    def __init__(self):
        super().__init__("partners", Organisation, "code", also=["other_partners"])

    def read(self, text):
        return {self.codes[code] for code in split_list(text) if code in self.codes}

    def take(self, instance, row):
        others = ";".join(name for name in split_list(row[self.column_name]) if name not in self.codes)
        refuse_markup(others)
        changed = others != instance.other_partners
        instance.other_partners = others
        return super().take(instance, row) or changed

    def export(self, instance, **kwargs):
        return ";".join(part for part in (super().export(instance), instance.other_partners) if part)


class ActivityResource(RecordResource):
    slug = Text("slug")
    title_en = Text("title_en", "title")
    title_es = Text("title_es")
    title_pt = Text("title_pt")
    title_fr = Text("title_fr")
    kind = Choice("kind", Activity.Kind)
    start = Period()
    end = end_date()
    precision = date_precision()
    city = Text("city")
    host_state = Related("host_state", MemberState, "iso3", "country_iso3")
    event = Related("event", MajorEvent, "slug", "related_event_slug")
    partners = Partners()
    participants_note_en = Text("participants_note_en", "participants_note")
    participants_note_es = Text("participants_note_es")
    participants_note_pt = Text("participants_note_pt")
    participants_note_fr = Text("participants_note_fr")
    summary_en = Text("summary_en")
    summary_es = Text("summary_es")
    summary_pt = Text("summary_pt")
    summary_fr = Text("summary_fr")
    source = Text("source")
    source_kind = source_kind()
    funders = Text("funders")
    themes = RelatedList("themes", Theme, "slug")
    label = label()
    publication = Choice("publication", Activity.Publication, keep=True)
    language = Choice("language", {code: code for code in CONTENT_CODES}, keep=True)

    class Meta:
        model = Activity

    def refresh(self, instance):
        refresh_record(instance)


class PageResource(RecordResource):
    slug = Text("slug")
    title_en = Text("title_en")
    title_es = Text("title_es")
    title_pt = Text("title_pt")
    title_fr = Text("title_fr")
    body_en = Html("body_en")
    body_es = Html("body_es")
    body_pt = Html("body_pt")
    body_fr = Html("body_fr")

    class Meta:
        model = Page
