"""The sitemap: every open page in every language."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from community.models import Forum, Thread
from consultations.models import Consultation
from events.models import Lesson, MajorEvent, Series
from legislation.models import Instrument
from members.models import Labelled
from programme.models import Activity
from reference.models import MemberState, Theme
from training.models import Chapter, Edition, Publication

PAGES = [
    "kms:home",
    "events:event_list",
    "events:event_map",
    "events:event_calendar",
    "events:event_timeline",
    "events:series_list",
    "events:lesson_list",
    "legislation:instrument_list",
    "legislation:theme_matrix",
    "legislation:treaty_list",
    "programme:activity_list",
    "programme:programme_about",
    "programme:programme_history",
    "programme:programme_partners",
    "training:publication_list",
    "consultations:consultation_list",
    "community:forum_list",
    "kms:country_list",
    "kms:theme_list",
    "kms:about",
    "kms:contact",
    "kms:accessibility",
    "kms:data_protection",
    "kms:feeds",
]


class Records(Sitemap):
    """The records of one model that everybody may read."""

    i18n = alternates = x_default = True

    def __init__(self, model):
        self.model = model
        self.is_dated = issubclass(model, Labelled)

    def items(self):
        columns = ["slug", "updated"] if self.is_dated else ["slug"]
        return self.model.objects.visible_to(AnonymousUser()).only(*columns).order_by("pk")

    def lastmod(self, record):
        return record.updated if self.is_dated else None

    def get_latest_lastmod(self):
        if not self.is_dated:
            return None
        return self.model.objects.visible_to(AnonymousUser()).aggregate(latest=Max("updated"))["latest"]


class Treaties(Records):
    """The tables of what States did with the treaties."""

    def items(self):
        return super().items().treaties()

    def location(self, treaty):
        return reverse("legislation:treaty_detail", args=[treaty.slug])


class Threads(Records):
    """Conversations, by their last post; what went into another one has no page."""

    def items(self):
        return Thread.objects.visible_to(AnonymousUser()).whole().only("slug", "last_posted").order_by("pk")

    def lastmod(self, thread):
        return thread.last_posted

    def get_latest_lastmod(self):
        return self.items().aggregate(latest=Max("last_posted"))["latest"]


class Editions(Records):
    """Editions of the manual and the standards, below the addresses of their publications."""

    def items(self):
        return self.model.objects.visible_to(AnonymousUser()).select_related("work").order_by("pk")


class Chapters(Editions):
    """Their chapters, which change with them."""

    def items(self):
        return self.model.objects.visible_to(AnonymousUser()).select_related("edition__work").order_by("pk")


class Consultations(Records):
    """What the States are asked."""

    def items(self):
        return self.model.objects.visible_to(AnonymousUser()).order_by("pk")


class Pages(Sitemap):
    """Lists and text pages."""

    i18n = alternates = x_default = True

    def items(self):
        return PAGES

    def location(self, name):
        return reverse(name)


SITEMAPS = {
    "pages": Pages,
    "events": Records(MajorEvent),
    "series": Records(Series),
    "lessons": Records(Lesson),
    "legislation": Records(Instrument),
    "treaties": Treaties(Instrument),
    "programme": Records(Activity),
    "publications": Records(Publication),
    "editions": Editions(Edition),
    "chapters": Chapters(Chapter),
    "consultations": Consultations(Consultation),
    "forums": Records(Forum),
    "threads": Threads(Thread),
    "network": Records(MemberState),
    "themes": Records(Theme),
}
