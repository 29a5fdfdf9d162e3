"""Loaded texts at their edges: huge heads of tables, odd elements and numbers, and what others changed meanwhile."""

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from tests.factories import make_chapter, make_edition
from tests.manual_files import changed, part_of, uploaded, with_body, words
from training.actions import edit_chapter
from training.load_plan import Plan
from training.loading import ChangedSince, apply_load, correct_load, discard_load, start_load
from training.models import Chapter, ChapterLoad, Edition, EditionParagraph, ParagraphChange
from training.parsing import parse_text, parse_upload, pieces_of
from training.writing import translate_paragraph

pytestmark = pytest.mark.django_db
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def begun(text, *, by):
    chapter = Chapter.objects.get()
    parsed = parse_text(text) if isinstance(text, str) else text
    return start_load(edition=Edition.objects.get(), chapter=chapter, language="en", parsed=parsed, filename="",
                      title="", by=by)  # fmt: skip


def seen_of(load):
    return Plan(ChapterLoad.objects.select_related("edition__work", "chapter").get(pk=load.pk)).seen


def texts_of(parsed):
    return [block["text"] for block in parsed.blocks]


@pytest.mark.parametrize("length", [9_000, 15_000, 25_000, 60_000])
def test_a_table_with_a_huge_head_is_divided_all_the_same(length):
    text = f"| {'a ' * (length // 2)} |\n| --- |\n" + f"| {'b ' * 200} |\n" * 60
    pieces = pieces_of(text, table=True)
    assert all(0 < len(piece) <= 20_000 for piece in pieces)
    assert sum(piece.count("b ") for piece in pieces) == 200 * 60


def test_a_pasted_table_with_a_huge_head_is_loaded():
    parsed = parse_text(f"| {'a ' * 10_100} |\n| --- |\n| b |\n")
    assert max(map(len, texts_of(parsed))) <= 20_000


def bare(content, name):
    xml = part_of(content, name)
    return xml[xml.index("?>") + 2 :].lstrip()


def test_white_space_hides_neither_entities_nor_macros():
    content = words("Early.")
    dtd = "\n" * 100_000 + '<!DOCTYPE w:document [<!ENTITY a "BOOM">]>'
    xml = bare(content, "word/document.xml").replace("Early.", "&a;")
    with pytest.raises(ValidationError, match="entities"):
        parse_upload(uploaded(changed(content, **{"word/document.xml": dtd + xml})))
    types = bare(content, "[Content_Types].xml").replace(MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml")
    with pytest.raises(ValidationError):
        parse_upload(uploaded(changed(content, **{"[Content_Types].xml": " " * 250 + types})))


def test_the_text_of_fields_directions_and_glosses_is_kept():
    def run(text):
        return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'

    field = f'<w:fldSimple w:instr="SEQ Figure">{run("7")}</w:fldSimple>'
    turned = f'<w:bdo w:val="ltr">{run(" bdo")}</w:bdo><w:dir w:val="ltr">{run(" dir")}</w:dir>'
    gloss = f"<w:r><w:ruby><w:rubyBase>{run(' base')}</w:rubyBase></w:ruby></w:r>"
    parsed = parse_upload(uploaded(with_body(words("Early."), f"<w:p>{run('Table ')}{field}{turned}{gloss}</w:p>")))
    assert texts_of(parsed) == ["Table 7 bdo dir base", "Early."]


def test_broken_pictures_and_odd_numbers_refuse_no_file():
    odd = "".join(f'<ol start="{start}"><li>a</li></ol><p>b</p>' for start in ("²", "-4", "9" * 5000))
    parsed = parse_upload(uploaded(f'<p>Some <img src="data:image/png;base64,A">words.</p>{odd}', "a.html"))
    assert texts_of(parsed) == ["Some words.", *["1. a", "b"] * 3]
    assert parsed.remarks == [{"code": "pictures", "n": 1}]


def test_a_hash_before_a_word_of_a_heading_stays(secretariat):
    make_chapter(by=secretariat, paragraphs=["A."])
    load = begun(parse_upload(uploaded("<h2>#NoMas campaign</h2><h2>## Roles</h2><p>A.</p>", "a.html")), by=secretariat)
    load = ChapterLoad.objects.select_related("edition__work", "chapter").get(pk=load.pk)
    headings = [entry.text.replace("\\", "") for entry in Plan(load).entries if entry.kind == "heading"]
    assert headings[0] == "#NoMas campaign"


def test_each_language_of_a_paragraph_that_goes_is_in_the_trace(secretariat):
    chapter = make_chapter(by=secretariat, paragraphs=["First stays here as it is.", "Second goes away altogether."])
    second = EditionParagraph.objects.in_chapter(chapter).at("p2").select_related("edition__work").get()
    translate_paragraph(placed=second, language="es", text="La segunda.", translates=1, by=secretariat)
    load = begun("First stays here as it is.", by=secretariat)
    apply_load(load=load, seen=seen_of(load), by=secretariat)
    removed = ParagraphChange.objects.filter(kind="removed").order_by("pk").values_list("language", "before")
    assert list(removed) == [("en", "Second goes away altogether."), ("es", "La segunda.")]


def test_a_chapter_renamed_meanwhile_is_looked_at_again(secretariat):
    make_chapter(by=secretariat, paragraphs=["A one."])
    load = begun("A one changed.", by=secretariat)
    seen = seen_of(load)
    edit_chapter(chapter=Chapter.objects.get(), title_en="Renamed", by=secretariat)
    with pytest.raises(ChangedSince):
        apply_load(load=load, seen=seen, by=secretariat)
    assert Chapter.objects.get().title_en == "Renamed"


def test_a_load_thrown_away_meanwhile_is_not_there(secretariat):
    load = start_load(edition=make_edition(by=secretariat), chapter=None, language="en", parsed=parse_text("One."),
                      filename="", title="T", by=secretariat)  # fmt: skip
    again = ChapterLoad.objects.select_related("edition__work").get(pk=load.pk)
    discard_load(load=load, by=secretariat)
    discard_load(load=again, by=secretariat)
    again.pk = again.pk or 1
    with pytest.raises(Http404):
        apply_load(load=again, seen="", by=secretariat)
    with pytest.raises(Http404):
        correct_load(load=again, title="T", kinds={}, matches={}, kept={}, by=secretariat)
