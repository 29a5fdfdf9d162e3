"""The demonstration text: an edition as the secretariat would load it, once, and in the demo only."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_publication
from training.models import Chapter, Edition, EditionParagraph, ParagraphText, Term

pytestmark = pytest.mark.django_db


def test_demo_has_a_final_edition_in_two_languages(client, secretariat):
    work = make_publication(slug="training-manual")
    call_command("demo_manual")
    call_command("demo_manual")
    edition = Edition.objects.get()
    assert (edition.work, edition.status, Chapter.objects.of(edition).count()) == (work, "final", 3)
    whole = ParagraphText.objects.in_edition(edition)
    assert whole.in_languages(["en"]).count() == EditionParagraph.objects.of(edition).count()
    assert 0 < whole.in_languages(["es"]).count() < whole.in_languages(["en"]).count()
    assert set(whole.outdated()) == set() and Term.objects.of(work).count() == 2
    page = client.get(Chapter.objects.of(edition).get(order=2).get_absolute_url()).content.decode()
    assert "Name one authority" in page and "<table" in page


def test_demonstration_text_never_joins_what_the_secretariat_wrote(secretariat):
    work = make_publication(slug="training-manual")
    Edition.objects.create(work=work, number=1)
    call_command("demo_manual")
    assert Chapter.objects.count() == 0


def test_demonstration_text_is_refused_outside_the_demo(settings, secretariat):
    settings.DEMO = False
    make_publication(slug="training-manual")
    with pytest.raises(CommandError, match="KMS_DEMO=1"):
        call_command("demo_manual")
    assert Edition.objects.count() == 0
