"""Countries of the whole world by ISO 3166 code, for hosts outside the region."""

import gettext
from functools import lru_cache

import pycountry
from django.utils.translation import get_language

from core.text import fold


def unknown_codes(codes):
    """Those of the alpha-3 codes that ISO 3166-1 does not have."""
    return [code for code in codes if pycountry.countries.get(alpha_3=code) is None]


@lru_cache(maxsize=8)
def _catalogue(language):
    """pycountry's names in a language; English is the names themselves."""
    code = language.replace("-br", "_BR")
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [code], fallback=True)


def country_names(codes):
    """Names of the countries with these alpha-3 codes, in the reader's language."""
    catalogue = _catalogue(get_language() or "en")
    return [catalogue.gettext(pycountry.countries.get(alpha_3=code).name) for code in codes]


def country_choices():
    """(alpha-3 code, name in the reader's language) of every country, by name."""
    codes = [country.alpha_3 for country in pycountry.countries]
    return sorted(zip(codes, country_names(codes), strict=True), key=lambda choice: fold(choice[1]))
