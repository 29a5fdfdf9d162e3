"""Lessons in the admin: import, export, the curators' form."""

import io

import openpyxl
import pytest
from django.urls import reverse

from core.imports import problems
from core.tables import CSVFile, XLSXFile
from events.models import Lesson
from events.resources import LessonResource
from tests.factories import make_event, make_lesson, make_state, make_theme
from tests.test_exports import as_table

HEADER = ["slug", "title", "kind", "state_iso3", "event_slug", "what_happened", "recommendation_es", "themes"]
GATES = ["gates", "Open the gates early", "lesson", "BRA", "games", "Queues.", "Antes.", "crowds"]


def table(*rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return XLSXFile().create_dataset(file.getvalue())


@pytest.fixture
def ground(brazil):
    make_event(slug="games")
    make_theme(slug="crowds")


def test_lessons_are_imported_as_drafts_that_say_whose_they_are(ground, secretariat, brazil):
    result = LessonResource(by=secretariat).import_data(table(HEADER, GATES))
    assert problems(result) == []
    lesson = Lesson.objects.get()
    assert (lesson.publication, lesson.author, lesson.state, lesson.event.slug) == (
        "draft",
        secretariat,
        brazil,
        "games",
    )
    assert (lesson.title_en, lesson.recommendation_es, lesson.validated) == ("Open the gates early", "Antes.", None)
    assert [theme.slug for theme in lesson.themes.all()] == ["crowds"]
    assert "antes" in lesson.search_text
    assert lesson.history.count() == 1


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("kind", "song", ("kind", "“song” is none of: good-practice, lesson, challenge.")),
        ("state_iso3", "XXX", ("state_iso3", "Unknown State: XXX")),
        ("event_slug", "none", ("event_slug", "Unknown major event: none")),
        ("what_happened", "<b>x</b>", ("what_happened", "Plain text only: HTML markup is not accepted here.")),
        ("recommendation_es", "",
         ("recommendation", "Say what you recommend; what has no answer yet is a challenge.")),
        ("slug", "history", ("slug", "“history” is a word of the portal's own addresses.")),
        ("title", "", ("title", "This field cannot be blank.")),
    ],
)  # fmt: skip
def test_a_bad_row_of_lessons_is_refused_with_its_column(ground, column, value, said):
    row = [value if name == column else cell for name, cell in zip(HEADER, GATES, strict=True)]
    result = LessonResource().import_data(table(HEADER, row))
    assert [problem[1:] for problem in problems(result)][:1] == [said]
    assert Lesson.objects.count() == 0


@pytest.mark.parametrize("file_format", [CSVFile, XLSXFile])
def test_exported_lessons_can_be_loaded_again_and_change_nothing(db, file_format):
    make_lesson(title="=1+1", event=make_event(), themes=[make_theme()], evidence="- a\n- b", label=1)
    make_lesson(kind="challenge", recommendation="", title_es="Título", state=make_state())
    result = LessonResource().import_data(as_table(file_format, LessonResource().export()))
    assert problems(result) == []
    assert {row.import_type for row in result.rows} == {"skip"}


def test_curators_add_a_lesson_in_the_admin(client_for, secretariat, brazil):
    curator, address = client_for(secretariat), reverse("admin:events_lesson_add")
    assert curator.get(address).status_code == 200
    told = {"slug": "gates", "kind": "lesson", "state": brazil.pk, "title_en": "Gates", "what_happened_en": "Queues."}
    told |= {"label": "0", "publication": "published", "language": "en", "validated": "2026-03-03"}
    page = curator.post(address, told)
    assert "Say what you recommend" in page.content.decode() or "This field is required" in page.content.decode()
    assert Lesson.objects.count() == 0
    assert curator.post(address, told | {"recommendation_en": "Early."}).status_code == 302
    lesson = Lesson.objects.get()
    assert (lesson.title_en, lesson.author, str(lesson.validated)) == ("Gates", secretariat, "2026-03-03")
    assert "gates" in lesson.search_text
    found = curator.get(reverse("admin:events_lesson_changelist"), {"q": "GATES"})
    assert list(found.context["cl"].queryset) == [lesson]
