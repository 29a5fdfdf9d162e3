"""Brings database, data, catalogues and static files up to date before the portal starts, in one process.

What it does goes to standard error; standard output holds what the demo's visitor is told.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kms.settings")

import django  # noqa: E402 - needs the path above
from catalogues import compile_catalogues  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.base import CommandError, SystemCheckError  # noqa: E402


def step(command, *args, **options):
    """Run one of the portal's commands; its words go to standard error."""
    call_command(command, *args, stdout=sys.stderr, **options)


def static_fingerprint():
    """What the collected static files depend on: our own files and the installed packages."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes() + (ROOT / "core/editor.py").read_bytes())
    for path in sorted(path for path in (ROOT / "static").rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(ROOT)}".encode() + path.read_bytes())
    return digest.hexdigest()


def collect_static():
    """Collect the static files, which takes seconds, only where they changed."""
    stamp, fingerprint = Path(settings.STATIC_ROOT, ".fingerprint"), static_fingerprint()
    if not stamp.exists() or stamp.read_text() != fingerprint:
        step("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def prepare():
    compile_catalogues()
    django.setup()
    step("check", deploy=not settings.DEMO, fail_level="WARNING")
    step("migrate", interactive=False, verbosity=0)
    step("createcachetable", verbosity=0)
    step("sync_rights")
    step("schedule_upkeep")
    if settings.DEMO:
        step("seed")
        call_command("demo_accounts")
        step("demo_manual")
    collect_static()


if __name__ == "__main__":
    try:
        prepare()
    except (CommandError, SystemCheckError, django.core.exceptions.ImproperlyConfigured) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)
