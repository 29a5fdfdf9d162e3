"""The access log of the web server: one line for a request, whatever its path holds."""

import http.client
import os
import re
import runpy
import socket
import subprocess
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings

FORGED = '/en/\n127.0.0.1 "GET /" 200\r\x1b[31m\x00\u2028\x85\\é'
ESCAPED = r"/en/\n127.0.0.1 \"GET /\" 200\r\x1b[31m\x00\u2028\x85\\é"


def test_what_is_not_printable_is_escaped_in_every_part_of_a_line():
    logger_class = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["logger_class"]
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": "/", "SERVER_PROTOCOL": "HTTP/1.1", "PATH_INFO": FORGED}
    environ |= {"HTTP_USER_AGENT": "a\nb", "QUERY_STRING": "a\tb"}
    response = SimpleNamespace(status="200 OK", sent=12, headers=[("X-Name", "c\nd")])
    logger = object.__new__(logger_class)
    atoms = logger.atoms_wrapper_class(logger.atoms(response, [("Name", "e\nf")], environ, timedelta(seconds=1)))
    assert (atoms["U"], atoms["a"], atoms["q"], atoms["B"]) == (ESCAPED, r"a\nb", r"a\tb", 12)
    assert (atoms["{x-name}o"], atoms["{name}i"], atoms["{none}i"]) == (r"c\nd", r"e\nf", "-")


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/en/account/invitation/s3cret-Token_1/", "/en/account/invitation/-/"),
        ("/pt-br/account/invitation/s3cret", "/pt-br/account/invitation/-"),
        ("/en/account/password/reset/key/1-s3cret/", "/en/account/password/reset/key/-/"),
        ("/en/account/password/reset/", "/en/account/password/reset/"),
    ],
)
def test_secret_of_a_link_is_in_no_line(path, logged):
    one_line = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["one_line"]
    assert one_line(path) == logged


@pytest.fixture
def web_server(tmp_path):
    """The address of a real web server with the portal's settings and an application of three lines, and its log."""
    (tmp_path / "hello.py").write_text("def application(environ, start):\n    start('200 OK', [])\n    return [b'']\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "access.log"
    command = [sys.executable, "-m", "gunicorn", "--config", str(settings.BASE_DIR / "gunicorn.conf.py")]
    process = subprocess.Popen(
        [*command, "--workers", "1", "--access-logfile", str(log), "hello:application"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    yield port, log
    process.terminate()
    process.wait(timeout=30)


def answer(port, path):
    """The status of a request, once the server is up."""
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("The web server does not answer.")


def test_a_request_cannot_write_a_second_line_of_the_log(web_server):
    port, log = web_server
    assert answer(port, "/en/%0a127.0.0.1%20%22GET%20/admin/%22%20200?name=secret") == 200
    deadline = time.monotonic() + 5
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    [line] = log.read_text().splitlines()
    assert re.fullmatch(r'127\.0\.0\.1 "GET /en/\\n127\.0\.0\.1 \\"GET /admin/\\" 200" 200 \d+ \d+', line)
