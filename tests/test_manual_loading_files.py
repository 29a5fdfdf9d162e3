"""What is not loaded into the manual, or not as it came: bombs, programs, ties to other places, hidden signs."""

import zipfile

import pytest
from django.core.exceptions import ValidationError

from core import scanning
from tests.files import pdf
from tests.manual_files import changed, rich, uploaded, with_body, with_tie, words
from training import parsing
from training.load_remarks import REMARKS, sentence_of
from training.parsing import parse_text, parse_upload, pieces_of, plain

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NOTES = f"""<?xml version="1.0"?><w:footnotes {W}><w:footnote w:id="2">
<w:p><w:r><w:t>Of the host State.</w:t></w:r></w:p></w:footnote></w:footnotes>"""
COMMENTS = f"""<?xml version="1.0"?><w:comments {W}><w:comment w:id="0" w:author="A">
<w:p><w:r><w:t>Nonsense!</w:t></w:r></w:p></w:comment></w:comments>"""


def refused(content, name="chapter.docx"):
    with pytest.raises(ValidationError) as caught:
        parse_upload(uploaded(content, name))
    return caught.value.messages[0]


def remarks_of(parsed):
    return {remark["code"]: remark["n"] for remark in parsed.remarks}


def texts_of(parsed):
    return [block["text"] for block in parsed.blocks]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chapter.docm", "The file contains macros or other programs."),
        ("chapter.dotm", "The file contains macros or other programs."),
        ("chapter.doc", "Only DOCX, Markdown and HTML files are loaded."),
        ("chapter.odt", "Only DOCX, Markdown and HTML files are loaded."),
        ("chapter", "Only DOCX, Markdown and HTML files are loaded."),
    ],
)
def test_a_file_of_another_type_is_refused_by_its_name(name, said):
    assert refused(words("Early."), name).startswith(said)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.docx", "The file is empty."),
        (b"nothing of the kind", "a.docx", "The file cannot be opened as DOCX"),
        (b"PK\x03\x04 and no more", "a.docx", "The file cannot be opened as DOCX"),
        (pdf(), "a.md", "The file cannot be opened as TEXT"),
        (words("x"), "a.html", "The file cannot be opened as HTML"),
        (b"some\0thing", "a.md", "The file cannot be opened as TEXT"),
        (b" \n\n ", "a.md", "There is no text in it."),
        (b"<script>alert(1)</script>", "a.html", "There is no text in it."),
        (("<div>" * 20_000).encode(), "a.html", "The file took too long or too much memory to open."),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(content, name, said):
    assert refused(content, name).startswith(said)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(parsing, "MOST_BYTES", 1000)
    monkeypatch.setattr(parsing, "opened", None)
    assert refused(words("Early.")) == "The file is larger than 0 MB."


def test_a_zip_bomb_is_refused(tmp_path):
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * 30_000_000)
    assert refused(bomb.read_bytes()) == "The file unpacks to far more than it should."


@pytest.mark.parametrize(
    "parts",
    [
        {"word__vbaProject.bin": b"macro"},
        {"[Content_Types].xml": '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.'
         'document.macroEnabled.main+xml"/></Types>'},
    ],
)  # fmt: skip
def test_macros_are_refused_whatever_the_name_says(parts):
    assert refused(changed(words("Early."), **parts)) == "The file contains macros or other programs."


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels", "word/footnotes.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_part(part, encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{LAUGHS}<x>&b;</x>'.encode(encoding)
    assert refused(changed(words("Early."), **{part: xml})).startswith("The file defines entities of its own")


def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(parsing, "SPLITTING_SECONDS", 0.01)
    assert refused(words("Early.")) == "The file took too long or too much memory to open."


def test_the_virus_scanner_reads_texts_too(monkeypatch, settings):
    settings.CLAMAV = ("127.0.0.1", 1)
    monkeypatch.setattr(scanning, "_verdict", lambda path: "stream: Eicar FOUND")
    for content, name in [(b"Early.", "a.md"), (words("Early."), "a.docx")]:
        assert refused(content, name) == "The virus scanner refuses this file: Eicar."


@pytest.mark.parametrize(
    ("kind", "target", "remark"),
    [
        ("image", "http://198.51.100.7/tracker.png", {"outside": 1}),
        ("attachedTemplate", "http://198.51.100.7/evil.dotm", {"outside": 1}),
        ("oleObject", "file:///etc/passwd", {"embedded": 1}),
        ("aFChunk", "http://198.51.100.7/chunk.html", {"embedded": 1}),
        ("hyperlink", "http://198.51.100.7/", {}),
    ],
)
def test_what_is_not_in_the_file_is_never_fetched_and_said(monkeypatch, kind, target, remark):
    parsed = parse_upload(uploaded(with_tie(words("Early."), kind, target)))
    assert (texts_of(parsed), remarks_of(parsed)) == (["Early."], remark)


def test_a_linked_picture_is_left_out():
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessing'
        'Drawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData><pic:pic '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip xmlns:r="http://'
        'schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rId900"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    content = with_body(with_tie(words("Early."), "image", "file:///etc/passwd"), drawing)
    parsed = parse_upload(uploaded(content))
    assert (texts_of(parsed), remarks_of(parsed)) == (["Early."], {"outside": 1})


def test_tracked_changes_are_accepted_and_comments_left_out_and_both_said():
    xml = (
        '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>New words.</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="A"><w:r><w:delText>Old words.</w:delText></w:r></w:del></w:p>'
    )
    content = changed(with_body(words("Early."), xml), **{"word/comments.xml": COMMENTS})
    parsed = parse_upload(uploaded(content))
    assert texts_of(parsed) == ["New words.", "Early."]
    assert remarks_of(parsed) == {"tracked": 2, "comments": 1}
    assert "Nonsense" not in repr(parsed)


def test_equations_and_objects_are_said_since_they_are_lost():
    maths = '<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/></w:p>'
    content = with_tie(with_body(words("Early."), maths), "chart", "charts/chart1.xml", outside=False)
    assert remarks_of(parse_upload(uploaded(content))) == {"equations": 1, "drawings": 1}


def test_a_footnote_stands_below_the_paragraph_that_calls_it():
    called = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    xml = f"<w:p><w:r><w:t>The police</w:t></w:r>{called}<w:r><w:t> help.</w:t></w:r></w:p>"
    content = changed(with_body(words("Early."), xml), **{"word/footnotes.xml": NOTES})
    parsed = parse_upload(uploaded(with_tie(content, "footnotes", "footnotes.xml", outside=False)))
    assert texts_of(parsed) == ["The police[1] help.\n\n[1] Of the host State.", "Early."]
    assert remarks_of(parsed) == {"notes": 1}


def test_scripts_and_what_is_elsewhere_are_left_out_of_html_and_said():
    html = (
        "<h1>Plan</h1><script>steal()</script><p onclick='x()'>Early <a href='javascript:x'>now</a>.</p>"
        "<img src='http://198.51.100.7/t.png'><iframe src='http://198.51.100.7/'></iframe><style>p{}</style>"
    )
    parsed = parse_upload(uploaded(html, "a.html"))
    assert texts_of(parsed) == ["Plan", "Early now."]
    assert remarks_of(parsed) == {"scripts": 1, "links": 1, "outside": 1, "embedded": 1}


def test_hidden_signs_are_taken_out_and_said():
    parsed = parse_text("Pay \u202e001 to him.\u2066")
    assert (texts_of(parsed), remarks_of(parsed)) == (["Pay 001 to him."], {"hidden": 1})


def test_old_encodings_are_read_and_said():
    parsed = parse_upload(uploaded("Seguran\xe7a".encode("cp1252"), "a.md"))
    assert (texts_of(parsed), remarks_of(parsed)) == (["Segurança"], {"encoding": 1})
    assert texts_of(parse_upload(uploaded("Segurança".encode("utf-16"), "a.md"))) == ["Segurança"]


def test_what_markdown_would_take_for_a_sign_of_its_own_is_text():
    said = [
        "# no heading", "- no list", "1. none either", "[a]: definition", "> no box", "| no | table |", "===",
        "a *b* _c_ `d` <b>e</b> &amp; [f](g) ~~h~~ 5 * 3 snake_case", "* * *", "2) no", "+ no", "--- no rule",
    ]  # fmt: skip
    parsed = parse_upload(uploaded(words(*(("Normal", line) for line in said))))
    assert [plain(text) for text in texts_of(parsed)] == said
    assert {block["kind"] for block in parsed.blocks} == {"text"}


def test_a_long_paragraph_is_divided_at_the_end_of_a_sentence_and_the_place_said():
    sentence = "The police of the host State are asked. "
    parsed = parse_text(sentence * 1200)
    assert [len(text) <= 20_000 for text in texts_of(parsed)] == [True] * 3
    assert all(text.endswith("asked.") for text in texts_of(parsed))
    assert " ".join(texts_of(parsed)) == (sentence * 1200).strip()
    assert sentence_of(parsed.remarks[0]).endswith("(“The police of the host State are asked.…”).")


def test_a_long_table_is_divided_between_its_rows_with_its_head_repeated():
    head = "| a | b |\n| --- | --- |"
    rows = [f"| {n} | {'x' * 200} |" for n in range(300)]
    pieces = pieces_of("\n".join([head, *rows]), table=True)
    assert all(piece.startswith(head) and len(piece) <= 20_000 for piece in pieces)
    assert [row for piece in pieces for row in piece.split("\n")[2:]] == rows


def test_text_without_any_place_to_divide_it_is_divided_where_it_must_be():
    assert [len(piece) for piece in pieces_of("x" * 45_000)] == [20_000, 20_000, 5_000]


def test_too_many_paragraphs_are_refused_with_their_number():
    with pytest.raises(ValidationError) as caught:
        parse_text("\n\n".join(f"Paragraph {n}." for n in range(2001)))
    assert caught.value.messages[0].startswith("These are 2001 paragraphs, and 2000 are the most")


def test_every_remark_has_its_words():
    assert all(sentence_of({"code": code, "n": n, "text": "x"}) for code in REMARKS for n in (1, 2))


def test_a_word_file_with_everything_has_but_one_remark():
    parsed = parse_upload(uploaded(rich()))
    assert remarks_of(parsed) == {"merged": 1}


def test_the_list_of_contents_is_left_out_and_said():
    parsed = parse_upload(uploaded(words(("TOC Heading", "Contents"), "# Planning", "Early.")))
    assert (texts_of(parsed), remarks_of(parsed)) == (["Planning", "Early."], {"contents": 1})
