"""The portal's own settings with the two yardsticks beside its pages, and a switch that keeps no page."""

import os

from kms.settings import *  # noqa: F403 - everything as the portal has it
from kms.settings import CACHES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
if os.environ.get("KMS_BENCH_KEEP") == "0":
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
