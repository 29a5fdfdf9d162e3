"""HTML split into the paragraphs of a chapter. A part of the splitting program: it needs no Django."""

import re
from collections import Counter

import nh3
from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from bs4.element import PreformattedString

from training.markdown_text import Writer

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
# What is left out, and what the remark on it is called; "" where nobody misses it.
LEFT_OUT = {
    "script": "scripts", "noscript": "", "style": "", "template": "", "head": "", "title": "", "meta": "", "link": "",
    "base": "", "iframe": "embedded", "object": "embedded", "embed": "embedded", "applet": "embedded",
    "frame": "embedded", "frameset": "embedded", "video": "embedded", "audio": "embedded", "canvas": "embedded",
    "svg": "drawings", "math": "equations", "input": "", "select": "", "textarea": "", "button": "",
}  # fmt: skip
MEANT = {  # inline elements that Markdown can say
    "a", "strong", "b", "em", "i", "s", "del", "code", "sup", "sub", "br", "img",
}  # fmt: skip
BLOCK = {
    *HEADINGS, "html", "body", "main", "article", "section", "header", "footer", "nav", "aside", "div", "center",
    "form", "fieldset", "legend", "details", "summary", "address", "figure", "figcaption", "hgroup", "p", "hr", "pre",
    "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot",
    "tr", "td", "th",
}  # fmt: skip
ATTRIBUTES = {"*": {"class", "id"}, "a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}}
ATTRIBUTES |= {cell: {"colspan", "rowspan"} for cell in ("td", "th")}
ADDRESSES = {"http", "https", "mailto", "data", "file", "ftp", "tel", "javascript"}  # all but two are counted, and go
CAPTION = re.compile(r"^(fig(ure|ura|\.)|image[mn]?|imagen|ilustraci[oó]n|ilustração)\s*\d", re.IGNORECASE)
QUESTION = re.compile(
    r"^\W*(questions?( to states)?|preguntas?( a los estados)?|perguntas?( aos estados)?|questions? aux états)"
    r"\s*\d*\W*:",
    re.IGNORECASE,
)


def closed(html):
    """The same HTML with every element closed, as browsers read it; what is left out stays in, to be counted."""
    tags = BLOCK | MEANT | set(LEFT_OUT)
    return nh3.clean(
        html, tags=tags, clean_content_tags=set(), attributes=ATTRIBUTES, url_schemes=ADDRESSES, link_rel=None
    )


class Splitter:
    """Blocks of an HTML text with what is to be said of it; `picture` gives the name of a picture's file, or ""."""

    def __init__(self, picture):
        self.picture, self.writer, self.remarks = picture, Writer(), Counter()
        self.blocks, self.notes, self.title = [], {}, ""

    def split(self, html):
        """[{"kind", "level", "text", "picture"}] in the order of the text."""
        soup = BeautifulSoup(html, "html.parser")
        if soup.title and soup.title.string:
            self.title = " ".join(soup.title.string.split())
        self._drop(soup)
        self._take_notes(soup)
        _level(soup)
        self._walk(soup)
        self.remarks.update({"links": self.writer.dropped, "merged": self.writer.merged})
        return self._settled()

    def _drop(self, soup):
        for node in soup.find_all(string=lambda text: isinstance(text, Comment | PreformattedString)):
            node.extract()
        for element in soup.find_all(list(LEFT_OUT)):
            if not element.decomposed:
                self.remarks[LEFT_OUT[element.name]] += 1
                element.decompose()
        for element in soup.find_all("p", class_="toc"):
            self.remarks["contents"] += 1
            element.decompose()

    def _take_notes(self, soup):
        """Footnotes leave the end of the text, to stand where they are called."""
        for item in soup.find_all("li", id=re.compile("^(foot|end)note-")):
            for back in item.find_all("a", href=re.compile("note-ref-")):
                back.decompose()
            item.name = "div"
            self.notes[item["id"]] = item.extract()
        self.remarks["notes"] = len(self.notes)

    def _walk(self, node):
        run = []
        for child in list(node.children):
            if isinstance(child, Tag) and (child.name in BLOCK or child.find(_is_block)):
                self._flush(run)
                self._block(child)
            elif isinstance(child, Tag | NavigableString):
                run.append(child)
        self._flush(run)

    def _flush(self, run):
        """Inline content that stands between blocks is a paragraph of its own."""
        if any(isinstance(piece, Tag) or piece.strip() for piece in run):
            paragraph = run[0].wrap(_new("p"))
            for piece in run[1:]:
                paragraph.append(piece.extract())
            self._text(paragraph)
        run.clear()

    def _block(self, element):
        name = element.name
        if name in HEADINGS:
            self._heading(element)
        elif name in ("p", "summary", "address", "dt", "dd") and not element.find(_is_block):
            self._text(element)
        elif name in ("ul", "ol", "dl", "blockquote", "pre"):
            self._as_one(element)
        elif name == "table":
            self._table(element)
        elif name in ("caption", "figcaption", "legend"):
            self._add("caption", self._inline(element), element)
        else:
            self._walk(element)

    def _heading(self, element):
        self._figures(element)
        level, element.name = int(element.name[1]), "p"
        self._add("heading", " ".join(self._inline(element).split()), element, level=level)

    def _text(self, element):
        classes = element.get("class") or []
        before = element.find("img") and not _text_before_picture(element)
        if before:
            self._figures(element)
        text = self._inline(element)
        kind = next((kind for kind in ("title", "caption", "question") if kind in classes), "text")
        if kind == "text" and QUESTION.match(text):
            kind = "question"
        self._add(kind, text, element)
        self._figures(element)

    def _as_one(self, element):
        """A list, a box or a text as it was typed is one paragraph."""
        self._figures(element)
        if element.name == "dl":
            _as_list(element)
        kind = {"blockquote": "box", "pre": "text"}.get(element.name, "list")
        if kind == "box":
            element.name = "div"
        self._add(kind, self.writer.process_tag(element, parent_tags=set()).strip("\n"), element)

    def _table(self, element):
        """A table, or a box where it has but one cell."""
        for caption in element.find_all("caption"):
            self._block(caption.extract())
        self._figures(element)
        self.remarks["nested"] += len(element.find_all("table"))
        cells = element.find_all(["td", "th"])
        if len(cells) == 1:
            cells[0].name = "div"
            self._add("box", self.writer.process_tag(cells[0], parent_tags=set()).strip(), element)
        else:
            self._add("table", self.writer.table(element), element)

    def _figures(self, element):
        """Each picture of an element is a figure of its own."""
        for image in element.find_all("img"):
            name = self.picture(image.get("src") or "")
            if name:
                alt = " ".join((image.get("alt") or "").split())
                self.blocks.append({"kind": "figure", "level": 0, "text": "", "alt": alt, "picture": name})
            image.decompose()

    def _inline(self, element):
        return self.writer.process_tag(element, parent_tags=set()).strip()

    def _add(self, kind, text, element, level=0):
        called = [link["href"][1:] for link in element.find_all("a", href=True) if link["href"][1:] in self.notes]
        noted = [f"[{number}] {self._note(key)}" for number, key in self._numbered(called)]
        if text and noted and kind in ("text", "list", "box", "question"):
            text = "\n\n".join([text, *noted])
            noted = []
        if text:
            self.blocks.append({"kind": kind, "level": level, "text": text, "picture": ""})
        self.blocks += [{"kind": "text", "level": 0, "text": note, "picture": ""} for note in noted]

    def _numbered(self, called):
        keys = list(self.notes)
        return [(keys.index(key) + 1, key) for key in dict.fromkeys(called)]

    def _note(self, key):
        return " ".join(self._inline(self.notes[key]).split())

    def _settled(self):
        """The blocks with their captions at their figures, at most one of them the "title"."""
        kept = []
        for block in self.blocks:
            last = kept[-1] if kept else None
            is_caption = block["kind"] == "caption" or block["kind"] == "text" and CAPTION.match(block["text"])
            if is_caption and last and last["picture"] and not last["text"]:
                last["text"], block = block["text"], None
            elif block["picture"] and last and last["kind"] == "caption" and CAPTION.match(last["text"]):
                block["text"] = kept.pop()["text"]
            if block:
                kept.append(block)
        for block in kept:
            block["text"] = block["text"] or block.pop("alt", "")
            block.pop("alt", None)
        titles = [block for block in kept if block["kind"] == "title"]
        for block in [*titles[1:], *(block for block in kept if block["kind"] == "caption")]:
            block["kind"] = "text"
        return kept


def _is_block(tag):
    return tag.name in BLOCK


def _new(name):
    return BeautifulSoup("", "html.parser").new_tag(name)


def _level(soup):
    """Take off what says nothing: elements of looks, and one emphasis directly after another."""
    for element in soup.find_all(lambda tag: tag.name not in MEANT and tag.name not in BLOCK):
        element.unwrap()
    for element in soup.find_all("ol", start=True):
        if not re.fullmatch("[0-9]{1,9}", element["start"]):  # what Markdown can count from
            del element["start"]
    for element in soup.find_all(["strong", "b", "em", "i"]):
        following = element.next_sibling
        while isinstance(following, Tag) and following.name == element.name:
            element.extend(list(following.children))
            following.decompose()
            following = element.next_sibling
    soup.smooth()


def _as_list(element):
    """A list of definitions as a list of Markdown."""
    element.name = "ul"
    for term in element.find_all("dt"):
        term.name, strong = "li", _new("strong")
        strong.extend(list(term.contents))
        term.append(strong)
    for meaning in element.find_all("dd"):
        meaning.name = "li"


def _text_before_picture(element):
    for node in element.descendants:
        if isinstance(node, Tag) and node.name == "img":
            return False
        if isinstance(node, NavigableString) and node.strip():
            return True
    return False
