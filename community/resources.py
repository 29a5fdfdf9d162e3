"""Import and export of forums, in the format of data/README.md."""

from community.actions import lock_threads_of, refresh_forum
from community.models import Forum
from core.columns import Choice, Related, Text, Whole, yes_or_no
from core.imports import RecordResource
from reference.models import SubRegion, Theme
from reference.resources import label


class ForumResource(RecordResource):
    slug = Text("slug")
    name_en = Text("name_en")
    name_es = Text("name_es")
    name_pt = Text("name_pt")
    name_fr = Text("name_fr")
    description_en = Text("description_en")
    description_es = Text("description_es")
    description_pt = Text("description_pt")
    description_fr = Text("description_fr")
    label = label()
    open_to_partners = yes_or_no("open_to_partners")
    sub_region = Related("sub_region", SubRegion, "slug")
    theme = Related("theme", Theme, "slug")
    order = Whole("order")
    publication = Choice("publication", Forum.Publication, keep=True)

    class Meta:
        model = Forum

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        lock_threads_of(Forum.objects.bare().filter(slug__in=self.in_file).values("pk"))

    def refresh(self, instance):
        refresh_forum(instance, by=self.by)
