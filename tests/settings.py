"""The portal's own settings in demo mode, in a folder of their own, with what would only make tests slow left out."""

import atexit
import os
import shutil
import tempfile

# The process that starts the others makes one folder for all and removes it; each worker has its part.
if "KMS_TEST_DIR" not in os.environ:
    os.environ["KMS_TEST_DIR"] = tempfile.mkdtemp(prefix="kms-tests-")
    atexit.register(shutil.rmtree, os.environ["KMS_TEST_DIR"], ignore_errors=True)
FOLDER = os.path.join(os.environ["KMS_TEST_DIR"], os.environ.get("PYTEST_XDIST_WORKER", "main"))

# Nothing of the developer's own portal may reach the tests, apart from the choice of the database.
for name in list(os.environ):
    if name.startswith(("KMS_", "EMAIL_")) and name != "KMS_TEST_DIR":
        del os.environ[name]
os.environ.update(KMS_DEMO="1", KMS_DATA_DIR=FOLDER, DJANGO_ALLOW_ASYNC_UNSAFE="true")

from kms.settings import *  # noqa: E402, F403 - the variables above come first
from kms.settings import CACHES, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Most tests run in a transaction that never commits, and it is the commit that makes kept pages old.
CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(FOLDER, "test.sqlite3")}  # a real file: the real locks
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # what a test wrote outlives no crash
