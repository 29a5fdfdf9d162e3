"""The settings of the tests for a server of its own process: pages are kept there, as in the real portal."""

from tests.settings import *  # noqa: F403
from tests.settings import CACHES

CACHES["pages"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"}
