"""The rich-text editor stays locked down, and what it sends is cleaned."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from core import checks
from core.checks import editor_is_locked_down
from core.richtext import clean_html


def test_the_configuration_passes_its_check():
    assert editor_is_locked_down(None) == []


@pytest.mark.parametrize(
    "change",
    [
        {"fullPage": True},
        {"versionCheck": True},
        {"allowedContent": True},
        {"allowedContent": "p; style"},
        {"removePlugins": "about"},
    ],
)
def test_a_loosened_configuration_fails_the_check(settings, change):
    settings.CKEDITOR_CONFIGS = {"default": settings.CKEDITOR_CONFIGS["default"] | change}
    assert [error.id for error in editor_is_locked_down(None)] == ["core.E001"]


def test_an_uploader_fails_the_check(monkeypatch):
    apps = [*settings.INSTALLED_APPS, "ckeditor_uploader"]
    monkeypatch.setattr(
        checks, "settings", SimpleNamespace(INSTALLED_APPS=apps, CKEDITOR_CONFIGS=settings.CKEDITOR_CONFIGS)
    )
    assert [error.msg for error in editor_is_locked_down(None)] == ["ckeditor_uploader must not be installed"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<script>x()</script><p>a</p>", "<p>a</p>"),
        ('<h2 style="color:red" class="x" id="y">a</h2>', "<h2>a</h2>"),
        ("<style>x</STYLE\t><img src=x onerror=alert(1)></style>", ""),
        (
            '<table><tr><td colspan="2">a</td></tr></table>',
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ),
    ],
)
def test_rich_text_keeps_only_what_is_allowed(given, kept):
    assert clean_html(given) == kept
    assert clean_html(kept) == kept


def test_every_toolbar_button_has_what_it_makes_allowed():
    allowed = settings.CKEDITOR_CONFIGS["default"]["allowedContent"]
    assert {"h2", "strong", "em", "s", "sub", "sup", "ul", "ol", "blockquote", "a[!href,title]", "table", "hr"} <= set(
        allowed.replace(";", " ").split()
    )
