"""The portal in a process of its own, over the database of the test."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PATIENCE = 30


def database_address():
    """DATABASE_URL of the database that the test is using."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    return f"postgres://{there['USER']}@{quote(there['HOST'], safe='')}/{there['NAME']}"


@contextlib.contextmanager
def portal_process():
    """A function that asks the other process for a path, as (status, headers, text); it ends with the block.

    Its `port` is for those who ask otherwise.

    Only what is committed is seen there, so the test needs `transactional_db`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.serving_settings", "DATABASE_URL": database_address()}
    command = [sys.executable, "-m", "gunicorn", "kms.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        ask = partial(_ask, port)
        ask.port = port
        yield ask
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(port):
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline, "the other process does not answer"
        time.sleep(0.05)


def _ask(port, path, **headers):
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connected.request("GET", path, headers={"Host": "localhost", **headers})
    answer = connected.getresponse()
    text = answer.read().decode()
    connected.close()
    return answer.status, answer.headers, text
