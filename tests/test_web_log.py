"""The access log of the web server: one line for a request, whatever its path holds."""

import http.client
import logging
import os
import re
import runpy
import socket
import subprocess
import sys
import time
from datetime import timedelta
from logging import StreamHandler
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse
from gunicorn.config import Config

from core.lines import without_secrets

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
        ("/fr/unsubscribe/s3cret:1a-b/", "/fr/unsubscribe/-/"),
        ("/en/account/invitation/ s3cret/", "/en/account/invitation/-/"),
    ],
)
def test_secret_of_a_link_is_in_no_line(path, logged):
    one_line = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["one_line"]
    assert one_line(path) == logged


def names_with_a_token(patterns):
    """The names of all addresses that have a token in them."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_with_a_token(pattern.url_patterns)
        elif "token" in pattern.pattern.converters:
            yield pattern.name


def test_every_link_with_a_secret_is_known_to_the_logs():
    assert set(names_with_a_token(get_resolver().url_patterns)) == {"invitation_accept", "unsubscribe"}
    links = [reverse("kms:invitation_accept", args=["s3cret"]), reverse("unsubscribe", args=["s3cret"])]
    links.append(reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "s3cret"}))
    assert [link for link in links if "s3cret" in without_secrets(link)] == []


@pytest.mark.parametrize("path", ["/en/account/invitation/s3cret/nothing/", "/unsubscribe/s3cret/nothing/"])
def test_warning_of_the_portal_names_no_secret(path, client, db, caplog):
    client.get(path)
    [record] = [record for record in caplog.records if record.name == "django.request"]
    assert "s3cret" in record.getMessage()
    line = portal_log().format(record)
    assert line.endswith(f" WARNING django.request Not Found: {path.replace('s3cret', '-')}")


def test_traceback_names_no_secret():
    try:
        raise ValueError("/en/account/invitation/s3cret")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "/unsubscribe/%s", ("s3cret",), sys.exc_info())
    text = portal_log().format(record)
    assert ("s3cret" in text, "Traceback" in text, text.endswith("/account/invitation/-")) == (False, True, True)


def portal_log():
    """What writes the lines of the portal's log, of Django's warnings and of all others."""
    named = [logging.getLogger(name).handlers for name in ("django", None)]
    [formatter] = {handler.formatter for handlers in named for handler in handlers if type(handler) is StreamHandler}
    return formatter


@pytest.mark.parametrize(
    ("proxies", "said", "logged"),
    [
        ("0", "8.8.8.8", "10.0.0.1"),
        ("1", "8.8.8.8", "8.8.8.8"),
        ("1", "1.2.3.4, 8.8.8.8", "8.8.8.8"),
        ("2", "1.2.3.4, 8.8.8.8, 9.9.9.9", "8.8.8.8"),
        ("2", "8.8.8.8", "10.0.0.1"),
        ("1", "2001:DB8::1%x y", "2001:db8::1"),
        ("1", 'x" GET', "10.0.0.1"),
        ("1", "", "10.0.0.1"),
    ],
)
def test_line_has_the_address_that_the_trusted_proxy_saw(proxies, said, logged, monkeypatch):
    monkeypatch.setenv("KMS_TRUSTED_PROXY_COUNT", proxies)
    visitor_of = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["visitor_of"]
    assert visitor_of({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": said}) == logged


def test_error_of_the_web_server_names_no_secret(capfd):
    logger_class = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["logger_class"]
    logger = logger_class(Config())
    logger.error("Error handling request %s", "/unsubscribe/s3cret/?")
    logger.error_log.handlers.clear()
    assert "Error handling request /unsubscribe/-/?" in capfd.readouterr().err


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
        env={"PATH": os.environ["PATH"], "PORT": str(port), "KMS_TRUSTED_PROXY_COUNT": "1"},
        stderr=subprocess.DEVNULL,
    )
    yield port, log
    process.terminate()
    process.wait(timeout=30)


def answer(port, path, **headers):
    """The status of a request, once the server is up."""
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("The web server does not answer.")


def test_a_request_cannot_write_a_second_line_of_the_log(web_server):
    port, log = web_server
    forged = "/en/%0a127.0.0.1%20%22GET%20/admin/%22%20200?name=secret"
    assert answer(port, forged, **{"X-Forwarded-For": "1.2.3.4, 192.0.2.7"}) == 200
    deadline = time.monotonic() + 5
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    [line] = log.read_text().splitlines()
    begins = r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] 192\.0\.2\.7 "
    assert re.fullmatch(begins + r'"GET /en/\\n127\.0\.0\.1 \\"GET /admin/\\" 200" 200 \d+ \d+', line)
