"""Who makes the portal, as schema.org's Organization."""

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from core.linked_data import absolute, script

register = template.Library()

PARENTS = [
    ("UNICRI", "United Nations Interregional Crime and Justice Research Institute", "https://unicri.org/"),
    ("OAS", "Organization of American States", "https://www.oas.org/"),
]


@register.simple_tag
def organisation_linked_data():
    """The block for IPO Americas, a programme of UNICRI and of the OAS through its CICTE."""
    return script(
        {
            "@type": "Organization",
            "name": "IPO Americas",
            "alternateName": _("International Permanent Observatory on major-events security in the Americas"),
            "url": absolute(reverse("kms:home")),
            "logo": absolute(static("img/favicon.svg")),
            "foundingDate": "2007",
            "parentOrganization": [
                {"@type": "Organization", "name": name, "alternateName": short, "url": url}
                for short, name, url in PARENTS
            ],
        }
    )
