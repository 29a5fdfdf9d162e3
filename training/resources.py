"""Import and export of publications, in the format of data/README.md."""

from core.columns import Choice, RelatedList, Text, Whole
from core.imports import RecordResource
from reference.models import Theme
from reference.resources import label
from training.actions import refresh_pictures
from training.models import Publication


class PublicationResource(RecordResource):
    slug = Text("slug")
    kind = Choice("kind", Publication.Kind)
    title_en = Text("title_en")
    title_es = Text("title_es")
    title_pt = Text("title_pt")
    title_fr = Text("title_fr")
    summary_en = Text("summary_en")
    summary_es = Text("summary_es")
    summary_pt = Text("summary_pt")
    summary_fr = Text("summary_fr")
    label = label()
    themes = RelatedList("themes", Theme, "slug")
    order = Whole("order")
    publication = Choice("publication", Publication.Publication, keep=True)

    class Meta:
        model = Publication

    def refresh(self, instance):
        refresh_pictures(instance)
