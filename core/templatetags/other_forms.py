"""The links from a list to its other forms: the menu beneath it, and the ones in the head for programs."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

DOWNLOADS = {
    "xlsx": (_("XLSX"), _("for Excel and LibreOffice")),
    "docx": (_("DOCX"), _("for Word and LibreOffice")),
    "csv": (_("CSV"), _("for other programs and statistics")),
    "ics": (_("iCalendar file"), _("for a calendar, once")),
}
IN_THE_HEAD = {
    "atom": ("application/atom+xml", _("Changes")),
    "ics": ("text/calendar", _("Calendar")),
}


def _address(name, form, listing, slug):
    """The path of one form, with the filters and the order in use."""
    path = reverse(name, args=[slug, form] if slug else [form])
    return listing.at(path) if listing else path


@register.inclusion_tag("components/_exports.html", takes_context=True)
def exports(context, name, forms, listing=None, slug=""):
    """The menu: `name` is that of the address, `forms` such as "csv xlsx ics atom"; of a list, or of a slug's page."""
    addresses = {form: _address(name, form, listing, slug) for form in forms.split()}
    calendar = settings.BASE_URL + addresses["ics"] if "ics" in addresses else ""
    return {
        "downloads": [(*said, addresses[form]) for form, said in DOWNLOADS.items() if form in addresses],
        "calendar": calendar,
        "webcal": f"webcal://{calendar.partition('://')[2]}",
        "feed": addresses.get("atom", ""),
        "narrowed": listing is not None,
        "member": getattr(context.get("user"), "is_authenticated", False),
    }


@register.inclusion_tag("components/_alternates.html")
def alternates(name, forms, listing=None):
    """The same for the head of the page, where feed readers and calendars look."""
    return {"alternates": [(*IN_THE_HEAD[form], _address(name, form, listing, "")) for form in forms.split()]}
