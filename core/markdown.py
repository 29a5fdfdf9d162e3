"""Members' Markdown: CommonMark without raw HTML, then cleaned; the result is safe to print."""

import re
import unicodedata
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "hr", "a", "code", "pre", "h3", "h4"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# What turns the direction of the text around it, so that a line says other than it holds.
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# An address as it is pasted: without what ends the sentence around it, with brackets where they are closed in it.
IN_ADDRESS = r"""[^\s<>"'`\\|()]"""
ADDRESS = re.compile(
    rf"(?<![\w/])(https?://(?:{IN_ADDRESS}|\({IN_ADDRESS}*\))*(?:(?![\].,;:!?*_~\[]){IN_ADDRESS}|\({IN_ADDRESS}*\)))"
)
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}
MOST_REMEMBERED, LONGEST_REMEMBERED = 750, 10_000  # texts, characters: at the very most 30 MB

_parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).enable(["table", "strikethrough"])
_parser.disable("image")  # a picture is an attachment: nothing is fetched from another host


def to_html(text):
    """Markdown as cleaned HTML. Headings begin at h3, since the page around has h1 and h2."""
    tokens = _parser.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
        if token.children:
            token.children = _with_links(token.children)
    return _clean(_parser.renderer.render(tokens, _parser.options, {}))


def to_plain(text):
    """What Markdown says without its marks: each block on lines of its own, items of lists behind a dash."""
    blocks, in_items = [], 0
    for token in _parser.parse(text):
        in_items += token.nesting if token.type.startswith("list_item") else 0
        if token.type == "inline":
            said = "".join("\n" if child.type.endswith("break") else child.content for child in token.children)
            blocks.append(f"– {said}" if in_items else said)
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip())
    return "\n\n".join(filter(None, blocks))


def _with_links(tokens):
    """The tokens of a line with the addresses in it as links, save those that stand in a link already."""
    said, within = [], 0
    for token in tokens:
        within += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not within and "://" in token.content:
            said += _linked(token.content)
        else:
            said.append(token)
    return said


def _linked(text):
    """Tokens of a plain text, each address in it a link."""
    for place, piece in enumerate(ADDRESS.split(text)):
        if place % 2:
            yield Token("link_open", "a", 1, attrs={"href": _parser.normalizeLink(piece)})
        yield Token("text", "", 0, content=piece)
        if place % 2:
            yield Token("link_close", "a", -1)


def clean(html):
    """HTML with nothing but what Markdown gives here; cleaning twice changes nothing. The latest are remembered, save
    the very long ones."""
    return _remembered(html) if len(html) <= LONGEST_REMEMBERED else _clean(html)


def _clean(html):
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
    return html if cleaned == html else cleaned  # what was clean stands in memory once


_remembered = lru_cache(maxsize=MOST_REMEMBERED)(_clean)


def without_directions(text):
    """Text without the signs that override its direction; Arabic or Hebrew need none of them."""
    return DIRECTIONS.sub("", text)


def is_blank(text):
    """Whether there is nothing to see: spaces, controls, signs of no width."""
    return all(unicodedata.category(letter)[0] in "ZC" for letter in text)
