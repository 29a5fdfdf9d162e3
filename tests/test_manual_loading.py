"""Loading a text into the manual: file or paste, confirmation, chapter; what stays the same paragraph and what not."""

import pytest

from documents.models import Document
from tests.factories import make_chapter, make_edition, make_publication
from tests.manual_files import rich, uploaded, words
from training.models import Chapter, ChapterLoad, EditionParagraph, Paragraph, ParagraphChange, ParagraphText

pytestmark = pytest.mark.django_db
URL = "/en/manual/guide/1/load/"


@pytest.fixture
def edition(secretariat):
    return make_edition(work=make_publication(slug="guide"), by=secretariat)


@pytest.fixture
def client(secretariat, client_for):
    return client_for(secretariat)


def told(response):
    return [str(message) for message in response.context["messages"]]


def load(client, content="", *, name="chapter.docx", **data):
    """Send a file, or a pasted text; gives the page on which it is confirmed."""
    data = {"into": "new", "language": "en", "text": "", "title": ""} | data
    data |= {"file": uploaded(content, name)} if content else {}
    response = client.post(URL, data)
    assert response.status_code == 302, response.context["form"].errors
    return client.get(response.url)


def fields_of(page):
    """What the form of a page would send."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (False, None)}
    return sent | {"seen": page.context["plan"].seen}


def confirm(client, page, *, do="apply", without=(), **corrections):
    sent = {name: value for name, value in fields_of(page).items() if name not in without}
    return client.post(page.wsgi_request.get_full_path(), sent | {"do": do} | corrections, follow=True)


def text_of(chapter, language="en"):
    """[(identifier, kind with level, text)] of a chapter."""
    rows = ParagraphText.objects.filter(placed__chapter=chapter, language=language).order_by("placed__order")
    return [
        (f"p{row.placed.paragraph.serial}", f"{row.placed.kind}{row.placed.level or ''}", row.text)
        for row in rows.select_related("placed__paragraph")
    ]


def chapter_with(edition, *texts, by):
    chapter = make_chapter(edition=edition, by=by, paragraphs=texts)
    ParagraphChange.objects.all().delete()
    return chapter


def traced():
    rows = ParagraphChange.objects.order_by("pk").values_list("kind", "paragraph__serial", "before", "after")
    return [(kind, f"p{serial}", before, after) for kind, serial, before, after in rows]


def test_a_word_file_becomes_a_chapter_with_all_that_it_holds(client, edition, secretariat):
    page = load(client, rich())
    assert Chapter.objects.count() == 0
    assert page.context["summary"] == [(9, "new")]
    assert confirm(client, page).status_code == 200
    chapter = Chapter.objects.get()
    assert (chapter.title, chapter.order) == ("Planning", 1)
    assert text_of(chapter) == [
        ("p1", "text", "Begin **early** and *often*, see [the plan](https://example.org/plan)."),
        ("p2", "text", "1\\. This is no list, and 5 * 3 * 2 no emphasis."),
        ("p3", "list", "- one\n- two\n  - two a\n- three"),
        ("p4", "heading2", "Roles"),
        (
            "p5",
            "table",
            "| 0\\|0 | 0\\|1 | 0\\|2 |\n| --- | --- | --- |\n| both | 1\\|1 | 1\\|2 |\n| both | 2\\|1 | 2\\|2 |",
        ),
        ("p6", "box", "Remember the exits."),
        ("p7", "figure", "Figure 1. The ring road"),
        ("p8", "box", "Nobody plans alone."),
        ("p9", "question", "Question: how many gates do you use?"),
    ]
    numbers = list(EditionParagraph.objects.in_chapter(chapter).values_list("number", flat=True))
    assert numbers == ["1.1", "1.2", "1.3", "", "1.4", "1.5", "1.6", "1.7", "1.8"]
    assert {change.kind for change in ParagraphChange.objects.all()} == {"loaded"}
    assert {change.by for change in ParagraphChange.objects.all()} == {secretariat}


def test_a_newer_file_keeps_the_identifiers_of_what_is_the_same(client, edition, secretariat):
    texts = [f"Sentence number {word} stands here for good." for word in ("alpha", "beta", "gamma", "delta", "epsilon")]
    chapter = chapter_with(edition, *texts, by=secretariat)
    newer = [
        texts[4],
        texts[0],
        "A paragraph that nobody wrote before.",
        texts[1].replace("stands", "remains"),
        texts[3],
    ]
    page = load(client, words(*newer), into="1")
    assert {said: n for n, said in page.context["summary"]} == {
        "new": 1, "changed": 1, "unchanged": 3, "moved": 1, "taken out": 1,
    }  # fmt: skip
    assert "<del>stands </del>" in page.content.decode()
    assert "<ins>remains </ins>" in page.content.decode()
    confirm(client, page)
    assert [(name, text) for name, _kind, text in text_of(chapter)] == list(
        zip(["p5", "p1", "p6", "p2", "p4"], newer, strict=True)
    )
    assert traced() == [
        ("removed", "p3", texts[2], ""),
        ("edited", "p2", texts[1], newer[3]),
        ("loaded", "p6", "", newer[2]),
        ("moved", "p5", "1.5", "1.1"),
    ]
    versions = ParagraphText.objects.order_by("placed__order").values_list("version", flat=True)
    assert list(versions) == [1, 1, 1, 2, 1]


def test_a_text_with_several_top_headings_becomes_as_many_chapters(client, edition):
    content = words(
        ("Title", "The whole manual"),
        "# Roles * _x_",
        "Who does what.",
        "## Police",
        "All of it.",
        "# Venues",
        "Where.",
    )
    page = load(client, content)
    assert page.context["summary"] == [(4, "new"), (2, "new chapters")]
    assert "each begins a chapter" in page.content.decode()
    assert "“The whole manual” is the title of the whole text" in page.content.decode()
    confirm(client, page)
    roles, venues = Chapter.objects.in_order()
    assert (roles.title, [row[1:] for row in text_of(roles)]) == (
        "Roles * _x_",
        [("text", "Who does what."), ("heading2", "Police"), ("text", "All of it.")],
    )
    assert (venues.order, venues.title, [row[2] for row in text_of(venues)]) == (2, "Venues", ["Where."])


def test_the_same_text_into_a_chapter_that_is_there_has_its_top_headings_as_headings(client, edition, secretariat):
    chapter = chapter_with(edition, by=secretariat)
    page = load(client, words("# Roles", "Who does what.", "## Police", "# Venues", "Where."), into="1")
    assert "top headings of the text (2) became headings" in page.content.decode()
    confirm(client, page)
    assert [kind for _name, kind, _text in text_of(chapter)] == ["heading2", "text", "heading3", "heading2", "text"]
    assert Chapter.objects.get().title == "Planning"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.md",
            "# Planning\n\nBegin **early**,\nreally.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Boxed.",
        ),
        (
            "a.html",
            "<title>x</title><h1>Planning</h1><p>Begin <b>early</b>,\nreally.<ul><li>one<li>two</ul>"
            "<table><tr><th>a<th>b<tr><td>1<td>2</table><blockquote>Boxed.</blockquote>",
        ),
    ],
)
def test_markdown_and_html_are_split_alike(client, edition, name, content):
    confirm(client, load(client, content, name=name))
    assert Chapter.objects.get().title == "Planning"
    assert [row[1:] for row in text_of(Chapter.objects.get())] == [
        ("text", "Begin **early**, really."),
        ("list", "- one\n- two"),
        ("table", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("box", "Boxed."),
    ]


def test_of_a_pasted_text_each_line_is_a_paragraph_where_no_line_is_blank(client, edition):
    confirm(client, load(client, text="One line.\nAnother line.", title="Pasted"))
    assert Chapter.objects.get().title == "Pasted"
    assert [row[2] for row in text_of(Chapter.objects.get())] == ["One line.", "Another line."]


def test_what_was_split_wrongly_is_corrected_before_it_is_applied(client, edition):
    page = load(client, words("# Planning", "Where do you begin?", "Draft: delete me.", "Early."))
    page = confirm(client, page, do="save", kind_0="question", kind_1="out", kind_2="heading3", title="Begin")
    assert told(page) == ["Your corrections are kept. Nothing is in the edition yet."]
    assert Chapter.objects.count() == 0
    confirm(client, page)
    chapter = Chapter.objects.get()
    assert chapter.title == "Begin"
    assert text_of(chapter) == [("p1", "question", "Where do you begin?"), ("p2", "heading3", "Early.")]


def test_a_match_is_corrected_and_shown_once_more(client, edition, secretariat):
    chapter = chapter_with(edition, "Completely new words follow now.", "Gates open at noon.", by=secretariat)
    page = load(client, words("Doors are opened at midday.", "Gates open at noon and close at night."), into="1")
    assert [(entry.fate, entry.old and entry.old.serial) for entry in page.context["plan"].entries] == [
        ("removed", 1), ("new", None), ("changed", 2),
    ]  # fmt: skip
    page = confirm(client, page, as_0="P1", as_1="", without=["out_1"])
    assert told(page) == ["The text was matched anew by your corrections. Look once more, then apply it."]
    assert [(entry.fate, entry.old and entry.old.serial) for entry in page.context["plan"].entries] == [
        ("changed", 1), ("removed", 2), ("new", None),
    ]  # fmt: skip
    confirm(client, page)
    assert [(name, text) for name, _kind, text in text_of(chapter)] == [
        ("p1", "Doors are opened at midday."),
        ("p3", "Gates open at noon and close at night."),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [("p99", "The chapter has no paragraph with this identifier."), ("x", "The chapter has no paragraph"),
     ("p2", "Another paragraph of the text is that one already.")],
)  # fmt: skip
def test_a_match_that_cannot_be_is_said_at_its_field(client, edition, secretariat, given, said):
    chapter_with(edition, "Gates open at noon.", "They close at night.", by=secretariat)
    page = load(client, words("Gates open at ten.", "They close at eleven."), into="1")
    page = confirm(client, page, as_0=given)
    assert said in page.content.decode()
    assert f'value="{given}"' in page.content.decode()


def test_a_paragraph_that_the_file_does_not_have_stays_where_that_is_said(client, edition, secretariat):
    chapter = chapter_with(edition, "First of all.", "A note of the secretariat.", "Last of all.", by=secretariat)
    page = load(client, words("First of all.", "Last of all."), into="1")
    confirm(client, page, without=["out_2"])
    assert [name for name, _kind, _text in text_of(chapter)] == ["p1", "p2", "p3"]
    assert traced() == []


def test_kinds_that_people_chose_stay_where_the_file_has_plain_text(client, edition, secretariat):
    chapter = chapter_with(edition, "How many gates?", "Mind the exits.", by=secretariat)
    EditionParagraph.objects.filter(order=1).update(kind="question")
    EditionParagraph.objects.filter(order=2).update(kind="box")
    confirm(client, load(client, words("How many gates?", "Mind all the exits."), into="1"))
    assert text_of(chapter) == [("p1", "question", "How many gates?"), ("p2", "box", "Mind all the exits.")]


def test_a_double_click_loads_once(client, edition):
    page = load(client, words("# Planning", "Early."))
    again = load(client, words("# Planning", "Early."))
    assert again.context["load"] == page.context["load"]
    confirm(client, page)
    after = confirm(client, page)
    assert told(after) == ["This text is loaded already."]
    assert after.redirect_chain[-1][0] == "/en/manual/guide/1/1/write/"
    assert len(text_of(Chapter.objects.get())) == ParagraphChange.objects.count() == 1


def test_a_chapter_that_changed_meanwhile_is_matched_again(client, edition, secretariat):
    chapter = chapter_with(edition, "Gates open at noon.", by=secretariat)
    page = load(client, words("Gates open at noon.", "They close at night."), into="1")
    ParagraphText.objects.update(text="Gates open at noon or later.", html="<p>…</p>", version=2)
    page = confirm(client, page, kind_1="box")
    assert told(page) == ["Not loaded yet: the chapter was changed since. It was matched again, look once more."]
    assert [name for name, _kind, _text in text_of(chapter)] == ["p1"]
    confirm(client, page)
    assert text_of(chapter) == [("p1", "text", "Gates open at noon."), ("p2", "box", "They close at night.")]
    assert ParagraphText.objects.order_by("pk").first().version == 3


def test_a_final_edition_takes_no_text_in_its_own_language(client, edition, secretariat):
    chapter_with(edition, "Gates open at noon.", by=secretariat)
    page = load(client, words("Gates open at ten."), into="1")
    edition.status = "consultation"
    edition.save()
    page = confirm(client, client.get(page.wsgi_request.path))
    assert told(page) == ["Nothing was changed: the text of an edition changes only while it is being drafted."]
    form = client.get(URL).context["form"]
    assert [code for code, _name in form.fields["language"].choices] == ["es", "pt", "fr"]


def test_a_text_of_many_parts_is_confirmed_in_pages_and_applied_at_once(client, edition):
    page = load(client, words("# Planning", *(f"Paragraph {n} of many." for n in range(120))))
    assert [len(page.context["lines"]), list(page.context["pages"])] == [100, [1, 2]]
    second = client.get(page.wsgi_request.path + "?page=2")
    assert len(second.context["lines"]) == 20
    confirm(client, second, kind_110="box")
    kinds = [kind for _name, kind, _text in text_of(Chapter.objects.get())]
    assert (len(kinds), kinds.index("box"), kinds.count("box")) == (120, 110, 1)


def test_turning_the_page_keeps_what_was_corrected(client, edition):
    page = load(client, words("# Planning", *(f"Paragraph {n} of many." for n in range(120))))
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    answer = client.post(page.wsgi_request.path, {**fields, "kind_3": "box", "page": "2"})
    assert answer["Location"].endswith("?page=2")
    assert client.get(page.wsgi_request.path).context["form"]["kind_3"].value() == "box"


def test_a_load_is_thrown_away(client, edition):
    page = load(client, rich())
    after = client.post(page.wsgi_request.path, {"do": "discard"}, follow=True)
    assert told(after) == ["Thrown away. The edition is as it was."]
    assert [ChapterLoad.objects.count(), Document.objects.count(), Chapter.objects.count()] == [0, 0, 0]


@pytest.mark.parametrize("who", ["visitor", "partner", "expert", "alternate", "focal_point", "other_focal_point"])
def test_others_neither_load_nor_see_what_waits(request, client, client_for, edition, who):
    page = load(client, words("# Secret plan", "Early."))
    nobody = client_for(request.getfixturevalue(who))
    for url in (URL, page.wsgi_request.path):
        for answer in (nobody.get(url), nobody.post(url, {"do": "discard"})):
            assert answer.status_code == (302 if who == "visitor" else 403)
            assert b"Secret plan" not in answer.content
    assert ChapterLoad.objects.count() == 1


def test_a_load_is_its_own_persons(client, client_for, administrator, edition):
    page = load(client, words("# Planning", "Early."))
    assert client_for(administrator).get(page.wsgi_request.path).status_code == 404


def test_pages_ask_the_database_as_often_for_many_paragraphs(client, edition, secretariat, django_assert_num_queries):
    chapter_with(edition, *(f"Paragraph number {n} is here." for n in range(30)), by=secretariat)
    few = load(client, words("Paragraph number 1 is here."), into="1").wsgi_request.path
    many = load(client, words(*(f"Paragraph number {n} is there now." for n in range(30))), into="1").wsgi_request.path
    with django_assert_num_queries(6):
        client.get(few)
    with django_assert_num_queries(6):
        client.get(many)


def test_of_a_paragraph_that_the_file_splits_the_first_piece_keeps_the_identity(client, edition, secretariat):
    whole = "The host State names one person. That person answers for the security of all venues."
    chapter = chapter_with(edition, whole, "Gates open at noon.", by=secretariat)
    first, second = whole.split(". ")
    page = load(client, words(f"{first}.", second, "Gates open at noon."), into="1")
    assert "It was a part of p1." in page.content.decode()
    confirm(client, page)
    assert [name for name, _kind, _text in text_of(chapter)] == ["p1", "p3", "p2"]
    assert Paragraph.objects.get(serial=3).split_from.serial == 1
    again = load(client, words(whole, "Gates open at noon."), into="1")
    assert "It is a part of p1 now." in again.content.decode()
    confirm(client, again)
    assert [name for name, _kind, _text in text_of(chapter)] == ["p1", "p2"]
    assert Paragraph.objects.get(serial=3).merged_into.serial == 1


def test_another_kind_of_the_same_paragraph_is_traced_too(client, edition, secretariat):
    chapter = chapter_with(edition, "Roles", by=secretariat)
    confirm(client, load(client, words("## Roles"), into="1"))
    assert text_of(chapter) == [("p1", "heading2", "Roles")]
    assert traced() == [("kind", "p1", "text", "heading 2")]


def test_a_manual_of_forty_pages_is_loaded_with_few_questions_to_the_database(
    client, edition, secretariat, django_assert_max_num_queries
):
    parts = [f"## Part {n // 10}" if n % 10 == 0 else f"Paragraph {n} says more than that. " * 9 for n in range(300)]
    page = load(client, words("# Planning", *parts))
    assert page.context["summary"] == [(300, "new")]
    with django_assert_max_num_queries(60):
        client.post(page.wsgi_request.path, {"do": "apply", **fields_of(page)})
    chapter = Chapter.objects.get()
    assert [text for _name, _kind, text in text_of(chapter)] == [part.strip("# ") for part in parts]
    newer = [part if n % 50 else f"{part} And a word." for n, part in enumerate(parts)]
    page = load(client, words("# Planning", *newer), into="1")
    assert dict(map(reversed, page.context["summary"])) == {"changed": 6, "unchanged": 294}
    with django_assert_max_num_queries(45):
        client.post(page.wsgi_request.path, {"do": "apply", **fields_of(page)})
    assert [name for name, _kind, _text in text_of(chapter)] == [f"p{n}" for n in range(1, 301)]
