"""JSON-LD (schema.org) in a page: facts that the page shows, for programs that read pages."""

import json

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.safestring import mark_safe

# What could end the element or a line of a script is written as an escape.
ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def script(data):
    """The data as a block that no browser runs. What is None, "" or an empty list is left out."""
    known = {"@context": "https://schema.org", **without_gaps(data)}
    text = json.dumps(known, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>')  # noqa: S308


def without_gaps(data):
    """The same without what nobody recorded, at every depth."""
    if isinstance(data, dict):
        return {key: without_gaps(value) for key, value in data.items() if value not in (None, "", [], {})}
    return [without_gaps(item) for item in data] if isinstance(data, list) else data


def absolute(path):
    """The address of a path of the portal."""
    return settings.BASE_URL + path


def breadcrumb_list(steps):
    """BreadcrumbList of (name, path), the start page first; the page itself comes last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(path)}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }
