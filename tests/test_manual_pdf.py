"""The PDF of an edition: all its text once, in order and tagged, with links that lead, nothing from elsewhere."""

import re
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from core.labels import Label
from documents.actions import refresh_documents
from documents.models import Document
from tests.factories import make_chapter, make_document, make_edition, make_paragraph, make_publication, make_state
from tests.files import picture
from training import typesetting
from training.models import EditionParagraph, Term
from training.pdf import Part, digest_of, document_of, part_in, pictures_of
from training.pdf_files import typeset
from training.writing import edit_paragraph, move_paragraph, original_of, set_kind, translate_paragraph

pytestmark = pytest.mark.django_db
needs_pango = pytest.mark.skipif(bool(typesetting.missing_libraries()), reason="no Pango on this machine")
Kind = EditionParagraph.Kind
MARGIN = re.compile(r"(?:Zx manual · Edition 1 ?)?(?:TLP:AMBER )?(?:\d\. [\w ]+? )?\d+ / \d+ TLP:AMBER")
HOSTILE = (
    "Zxhostile <img src='file:///etc/passwd'> ![x](http://127.0.0.1:9/a.png) <script>alert(1)</script> "
    "[bad](javascript:alert(1)) [file](file:///etc/passwd) <style>@import 'http://127.0.0.1:9/';</style> "
    "<link rel=attachment href='file:///etc/passwd'> url(file:///etc/hostname)"
)
CELLS = "\n".join(f"| {n} a | {n} b | {n} c |" for n in range(80))
TABLE = f"| Zyhead | B | C |\n|---|---|---|\n| Zxtable | | |\n{CELLS}"
TEXTS = [
    {"text": "Zxheading begins", "kind": Kind.HEADING, "level": 2},
    {"text": "Zxfirst is **bold**, [linked](/en/events/) and says ¿qué?, ação, œuvre & «1 < 2»."},
    {"text": "Zxsecond [up](#p2). " + "Long words go on. " * 200},
    {"text": "- Zxlist one\n- two\n\n  more of two\n  1. nested\n- three", "kind": Kind.LIST},
    {
        "text": TABLE,
        "kind": Kind.TABLE,
    },
    {"text": "Zxfigure says what is seen.", "kind": Kind.FIGURE},
    {"text": "Zxbox holds a good practice.\n\n- one\n- two", "kind": Kind.BOX},
    {"text": "Zxquestion to all?", "kind": Kind.QUESTION},
    {"text": HOSTILE},
    {"text": "> Zxquote\n\n`code` and\n\n```\npre\n```\n\n1. one\n2. two"},
]


def write_edition(label=Label.AMBER):
    """An edition of two chapters with each kind of paragraph, partly translated; a picture for its figures."""
    edition = make_edition(work=make_publication(title="Zx manual"), label=label)
    Term.objects.create(work=edition.work, term="Zxterm", definition="What it means.", source="ISO 22300")
    figure = make_document(content=picture("PNG"), filename="plan.png", title="Zxalt of the plan")
    edition.documents.add(figure)
    refresh_documents([figure])
    for title in ("Planning", "After the event"):
        chapter, last = make_chapter(edition=edition, title=title, audience="Planners"), None
        for said in TEXTS:
            more = {"figure": figure} if said.get("kind") == Kind.FIGURE else {}
            last = make_paragraph(chapter=chapter, after=last, **said, **more)
    heading, first = EditionParagraph.objects.of(edition).filter(chapter__order=1)[:2]
    translate_paragraph(placed=heading, language="es", text="Zxtítulo", translates=1, by=None)
    translate_paragraph(placed=first, language="es", text="Zxprimero señala.", translates=0, by=None)
    return edition


def made_in(folder, part):
    path = folder / f"{part.language}.pdf"
    pages = typeset(document_of(part), path)
    reader = PdfReader(path)
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    return SimpleNamespace(reader=reader, texts=texts, pages=pages, part=part, content=path.read_bytes())


@pytest.fixture(scope="module")
def files(own_database, django_db_blocker, tmp_path_factory):
    """{language: the PDF of one edition}, made once for all tests of this file."""
    folder = tmp_path_factory.mktemp("pdf")
    with django_db_blocker.unblock():
        edition = write_edition()
        return {language: made_in(folder, Part(edition, None, language)) for language in ("en", "es")}


@pytest.fixture
def made(files):
    return files["en"]


def bare(text):
    """Text without what a line may break at, and without the marks of lists."""
    return re.sub(r"[\s•◦]", "", text)


def run_through(made):
    """All that the pages say, without what stands at their head and foot."""
    return bare("".join(MARGIN.sub("", text) for text in made.texts))


def structure(made):
    """All elements of the tags, as a list of dictionaries in their order."""
    found, waiting = [], [made.reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        each = waiting.pop()
        each = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, dict) and "/S" in each:
            found.append(each)
            waiting.append(each.get("/K", []))
    return found


def first_word(row):
    return re.search(r"Zx\w+", row["text"])[0]


@needs_pango
def test_pdf_says_every_paragraph_once_and_in_order(made):
    said, place = run_through(made), 0
    first_words = [first_word(said) for said in TEXTS]
    for _chapter in (1, 2):
        for words in first_words:
            here = said.index(words, place)
            assert said.count(words) == (4 if words == "Zxheading" else 2), words  # headings stand in the contents too
            place = here + len(words)
    for whole in ("Zxfirstisbold,linkedandsays¿qué?,ação,œuvre&«1<2».", "Longwordsgoon." * 200, "Zxquestiontoall?"):
        assert said.count(whole) == 2
    assert re.findall(r"(\d+)a\d+b\d+c", said) == [str(n) for n in range(80)] * 2


@needs_pango
def test_pdf_has_the_numbers_of_its_paragraphs(made):
    said = run_through(made)
    numbered = [row for row in TEXTS if row.get("kind") != Kind.HEADING]
    for order in (1, 2):
        for n, row in enumerate(numbered, 1):
            words = first_word(row)
            assert re.search(rf"{order}\.{n}(?:QuestiontoStates|ZyheadBC)?{words}", said), (order, n, words)


EDITION = {"en": "Edition", "es": "Edición"}


@needs_pango
def test_pdf_is_tagged_and_says_its_language_title_and_author(files):
    for language, made in files.items():
        root = made.reader.trailer["/Root"]
        assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, language)
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert made.reader.metadata.title.startswith(f"Zx manual · {EDITION[language]} 1")
        assert made.reader.metadata.author == "IPO Americas"
        assert b"pdfuaid" in root["/Metadata"].get_data()
        kinds = {each["/S"] for each in structure(made)}
        assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Link"} <= kinds
    assert {each["/Alt"] for each in structure(files["en"]) if "/Alt" in each} == {"Zxalt of the plan"}


@needs_pango
def test_contents_lead_to_the_pages_that_they_name(made):
    page = next(page for page in made.reader.pages if page.extract_text().startswith("Contents"))
    lines = re.findall(r"^(.+?) \.{3,}\s+(\d+)$", page.extract_text(), re.MULTILINE)
    names = list(dict.fromkeys(link.get_object()["/Dest"] for link in page["/Annots"]))
    assert [title for title, _page in lines] == [
        "1. Planning", "Zxheading begins", "2. After the event", "Zxheading begins", "Glossary",
    ]  # fmt: skip
    assert names == ["c1", "p1", "c2", "p11", "glossary"]
    for (title, number), name in zip(lines, names, strict=True):
        there = made.reader.get_destination_page_number(made.reader.named_destinations[name])
        assert there + 1 == int(number)
        assert title in made.texts[there]


@needs_pango
def test_outline_is_that_of_the_chapters(made):
    titles = [each.title for each in made.reader.outline if not isinstance(each, list)]
    assert titles == ["Contents", "1. Planning", "2. After the event", "Glossary"]


@needs_pango
def test_each_page_says_of_what_it_is_its_number_and_its_label(made):
    assert made.pages == len(made.texts) > 8
    for number, text in enumerate(made.texts, 1):
        assert text.count("TLP:AMBER") == (3 if number == 1 else 2)  # at its head and its foot; on the cover once more
        assert f"{number} / {made.pages}" in text
        assert number == 1 or "Zx manual · Edition 1" in text
    assert "2. After the event" in made.texts[-2][-60:]


@needs_pango
def test_a_table_over_pages_repeats_its_head(made):
    pages = [text for text in made.texts if re.search(r"\d+ a \d+ b \d+ c", text)]
    assert len(pages) >= 4
    assert all("Zyhead B C" in text for text in pages)


@needs_pango
def test_cover_and_glossary_say_what_the_reader_must_know(files):
    cover = files["es"].texts[0]
    for said in ("Este es un borrador", "18 párrafos aún no están traducidos", "1 traducción es anterior", "Español"):
        assert said in cover
    assert "not translated" not in files["en"].texts[0]
    assert files["en"].texts[-1].startswith("Glossary Zxterm What it means. Source: ISO 22300")


@needs_pango
def test_translated_pdf_shows_the_original_where_nothing_is_translated_and_marks_its_language(files):
    said = run_through(files["es"])
    assert "Zxtítulo" in said and "1.1Zxprimeroseñala." in said
    assert said.count("Estatraducciónesanterior") == 1
    assert said.count("Zxsecond") == 2 and said.count("Zxfirst") == 1
    languages = {each["/Lang"] for each in structure(files["es"]) if "/Lang" in each}
    assert languages == {"en", "es"}
    assert {each["/Lang"] for each in structure(files["en"]) if "/Lang" in each} == {"en"}


@needs_pango
def test_pdf_holds_the_pictures_of_the_edition_and_nothing_from_elsewhere(made):
    images = [image for page in made.reader.pages for image in page.images]
    assert {image.image.size for image in images} == {(40, 30)}
    root = made.reader.trailer["/Root"]
    assert "/EmbeddedFiles" not in root["/Names"] and not made.reader.attachments
    targets = {
        link.get_object()["/A"]["/URI"]
        for page in made.reader.pages
        for link in page.get("/Annots", [])
        if "/A" in link.get_object()
    }
    assert {target.split(":")[0] for target in targets} == {"http"}
    assert "http://localhost:8000/en/events/" in targets
    assert "root:" not in "".join(made.texts)
    for each in (b"/JavaScript", b"/Launch", b"/OpenAction"):
        assert each not in made.content


@needs_pango
def test_typesetting_fetches_nothing_that_it_was_not_given(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture("PNG"))
    html = f'<html lang="en"><title>x</title><img alt="a" src="{secret.as_uri()}"><img alt="b" src="picture:2">'
    html += f'<img alt="c" src="data:image/svg+xml,<svg/>"><object data="{secret.as_uri()}"></object><p>Zx'
    css = f"@import url({secret.as_uri()}); p {{ background: url({secret.as_uri()}) }}"
    css += f"@font-face {{ font-family: x; src: url({secret.as_uri()}) }}"
    typeset({"html": html, "css": css, "base": "http://localhost/", "pictures": {}}, tmp_path / "a.pdf")
    page = PdfReader(tmp_path / "a.pdf").pages[0]
    assert len(page.images) == 0 and "Zx" in page.extract_text()
    given = {"picture:2": [str(secret), "image/png"]}
    typeset({"html": html, "css": css, "base": "http://localhost/", "pictures": given}, tmp_path / "b.pdf")
    assert len(PdfReader(tmp_path / "b.pdf").pages[0].images) == 1


@needs_pango
def test_text_that_fits_no_page_is_still_printed_whole(tmp_path):
    words = " ".join(f"w{n}" for n in range(2500))
    cells = "|".join(f" c{n} " for n in range(30))
    chapter = make_chapter(title="W" * 250)
    for text, kind in [
        (f"| a | b |\n|---|---|\n| {words} | x |", Kind.TABLE),
        (f"|{cells}|\n|{'---|' * 30}\n|{cells}|", Kind.TABLE),
        ("x" * 3000, Kind.TEXT),
        ("> " * 15 + "deep", Kind.BOX),
        ("\n".join("  " * n + "- nested" for n in range(8)), Kind.LIST),
    ]:
        make_paragraph(chapter=chapter, text=text, kind=kind)
    made = made_in(tmp_path, Part(chapter.edition, chapter, "en"))
    said = bare("".join(made.texts))
    assert "deep" in said and said.count("nested") == 8
    assert all(f"w{n}" in said for n in range(2500)) and said.count("x") > 3000


def test_part_is_in_the_language_of_the_edition_where_nothing_is_translated():
    edition = write_edition()
    second = edition.chapters.get(order=2)
    assert part_in(edition, None, "es").language == "es"
    assert part_in(edition, second, "es").language == "en"
    assert part_in(edition, None, "fr").language == "en"


def acts_on(edition):
    """Acts of which each changes what the PDF of an edition shows in English."""
    chapter, then = edition.chapters.get(order=1), edition.chapters.filter(order=2)
    placed = list(EditionParagraph.objects.in_chapter(chapter).select_related("edition"))
    first, version = placed[1], original_of(placed[1]).version
    return [
        lambda: edit_paragraph(placed=first, text="Other.", version=version, by=None),
        lambda: move_paragraph(placed=first, chapter=chapter, after=placed[3], by=None),
        lambda: set_kind(placed=placed[3], kind=Kind.BOX, by=None),
        lambda: then.update(title_en="Zx other"),
        lambda: Term.objects.update(definition_en="Zx other"),
        lambda: setattr(edition, "label", Label.RED),
        lambda: setattr(edition, "status", "final"),
        lambda: Document.objects.update(title_en="Zx other"),
        lambda: Document.objects.update(publication="withdrawn"),
    ]


def test_digest_is_another_as_soon_as_the_pdf_would_be():
    edition = write_edition()
    part = Part(edition, None, "en")
    seen = [digest_of(part)]
    for act in acts_on(edition):
        assert digest_of(part) == seen[-1]
        act()
        seen.append(digest_of(part))
    assert len(set(seen)) == len(seen) == 10


def test_each_language_and_chapter_has_a_digest_of_its_own():
    edition = write_edition()
    english, spanish = Part(edition, None, "en"), Part(edition, None, "es")
    parts = [english, spanish, *(Part(edition, chapter, "en") for chapter in edition.chapters.all())]
    before = [digest_of(part) for part in parts]
    assert len(set(before)) == 4
    third = EditionParagraph.objects.of(edition)[2]
    translate_paragraph(placed=third, language="es", text="Zx más", translates=1, by=None)
    assert [digest_of(part) == old for part, old in zip(parts, before, strict=True)] == [True, False, True, True]


@pytest.mark.parametrize("label", [Label.CLEAR, Label.AMBER, Label.RED], ids=str)
def test_pdf_holds_no_picture_that_is_narrower_than_its_label(label):
    edition = write_edition(label)
    figure = EditionParagraph.objects.of(edition).exclude(figure=None).first().figure
    part = Part(edition, None, "en")
    assert list(pictures_of(part)) == [figure.pk]
    figure.label = Label.RED
    figure.save()
    refresh_documents([figure])
    assert list(pictures_of(part)) == ([figure.pk] if label == Label.RED else [])
    edition.documents.clear()
    refresh_documents([figure])
    assert list(pictures_of(part)) == []


def test_pdf_under_red_holds_no_picture_that_one_of_its_readers_may_not_see():
    edition = write_edition(Label.RED)
    figure = EditionParagraph.objects.of(edition).exclude(figure=None).first().figure
    edition.named_states.set([make_state(), make_state()])
    part = Part(edition, None, "en")
    refresh_documents([figure])
    assert list(pictures_of(part)) == [figure.pk]
    figure.label = Label.RED
    figure.save()
    figure.named_states.set(edition.named_states.all()[:1])
    refresh_documents([figure])
    assert list(pictures_of(part)) == []


def test_picture_that_is_not_shown_is_said_to_be_hidden():
    edition = write_edition()
    edition.documents.clear()
    document = document_of(Part(edition, None, "en"))
    assert document["pictures"] == {} and "<img" not in document["html"]
    assert document["html"].count("This picture is open to fewer readers than the text.") == 2


def test_a_name_can_write_no_style_and_no_markup():
    work = make_publication(title='Zx"; } @import "http://x/"; </style><b>\\')
    chapter = make_chapter(edition=make_edition(work=work, name="<i>x</i>"), title="<u>x</u>", paragraphs=["Zx"])
    document = document_of(Part(chapter.edition, None, "en"))
    assert "@import" not in document["css"] and "</style>" not in document["css"]
    for tag in ("<b>", "<i>", "<u>"):
        assert tag not in document["html"]


@pytest.mark.parametrize("language, own", [("es", "es"), ("pt", "pt-br"), ("fr", "fr"), ("en", "en")])
def test_words_around_the_text_are_in_the_language_of_the_pdf(language, own):
    chapter = make_chapter(edition=make_edition(language=language), paragraphs=["Zx"])
    document = document_of(Part(chapter.edition, None, language))
    assert f'<html lang="{language}">' in document["html"]
    assert f"/{own}/manual/" in document["html"]


def test_reading_a_whole_edition_takes_a_query_for_each_chapter(django_assert_num_queries):
    edition = write_edition()
    part = Part(edition, None, "en")
    with django_assert_num_queries(4):
        digest_of(part)
    with django_assert_num_queries(5):
        document_of(part)
