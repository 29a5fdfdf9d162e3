"""The forums with which the community starts: for whom they are, in four languages, with nothing in them."""

import csv

from django.conf import settings

from community.models import Forum, Thread

FILE = settings.BASE_DIR / "data" / "forums.csv"


def test_starting_forums_are_read_by_whom_they_are_meant_for(seeded, visitor, partner, expert, focal_point):
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"forums: {len(rows)} added" in seeded and len(rows) == 18
    assert Forum.objects.count() == 18 and Thread.objects.count() == 0
    names = [
        name for forum in Forum.objects.all() for name in (forum.name_en, forum.name_es, forum.name_pt, forum.name_fr)
    ]
    assert all(names) and all(forum.description_fr for forum in Forum.objects.all())

    def slugs(user):
        return list(Forum.objects.visible_to(user).for_list().values_list("slug", flat=True))

    assert slugs(visitor) == ["about-the-community"]
    assert slugs(partner) == ["public-private-partnerships", "about-the-community"]
    assert set(slugs(focal_point)) - set(slugs(expert)) == {"focal-points", "intelligence-sharing", "protected-persons"}
    assert len(slugs(focal_point)) == 18
