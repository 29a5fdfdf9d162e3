"""An instrument's page as schema.org's Legislation."""

from django import template

from core.linked_data import absolute, script
from core.other_forms import text_of
from legislation.models import Instrument

register = template.Library()

FORCE = {
    Instrument.Status.IN_FORCE: "https://schema.org/InForce",
    Instrument.Status.AMENDED: "https://schema.org/InForce",
    Instrument.Status.REPEALED: "https://schema.org/NotInForce",
}


@register.simple_tag
def instrument_linked_data(instrument):
    """The block for an instrument read with for_detail(). `legislationDateVersion` is the day of which it is known."""
    title = text_of(instrument, "title")
    verified = instrument.verified_on
    return script(
        {
            "@type": "Legislation",
            "name": title,
            "alternateName": instrument.original_title if instrument.original_title != title else None,
            "url": absolute(instrument.get_absolute_url()),
            "sameAs": instrument.url,
            "description": text_of(instrument, "summary"),
            "inLanguage": instrument.language,
            "legislationIdentifier": instrument.number,
            "legislationType": instrument.get_kind_display(),
            "legislationDate": instrument.adopted_on,
            "legislationDateVersion": verified.isoformat() if verified else None,
            "legislationLegalForce": FORCE.get(instrument.status),
            "legislationJurisdiction": _jurisdiction(instrument),
            "legislationPassedBy": _organisation(instrument.organisation) if instrument.organisation else None,
        }
    )


def _jurisdiction(instrument):
    """The State, or the part of it, that the text holds in; of an international text it is not recorded."""
    if not instrument.state:
        return None
    country = {"@type": "Country", "name": text_of(instrument.state, "name"), "identifier": instrument.state.iso2}
    if not instrument.subdivision:
        return country
    return {"@type": "AdministrativeArea", "name": instrument.subdivision, "containedInPlace": country}


def _organisation(organisation):
    return {"@type": "Organization", "name": text_of(organisation, "name"), "url": organisation.url}
