"""The web server's settings, for the demo and for production; each choice of the place is a variable."""

import os
import sys
from contextlib import suppress
from ipaddress import ip_address

from gunicorn.glogging import Logger, SafeAtoms

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # this file may be read from another folder
from core.lines import LineFormatter, without_secrets

demo = os.environ.get("KMS_DEMO") == "1"
port = os.environ.get("PORT") or "8000"
proxies = int(os.environ.get("KMS_TRUSTED_PROXY_COUNT") or 0)


def one_line(text):
    """The text without the secrets of links; what is not printable, and the backslash itself, written as an escape."""
    return "".join(
        mark if mark.isprintable() and mark != "\\" else mark.encode("unicode_escape").decode()
        for mark in without_secrets(text)
    )


def visitor_of(environ):
    """A visitor's address as the first of the trusted proxies saw it; what stands before it anybody may invent."""
    said = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < proxies <= len(said):
        with suppress(ValueError):
            return str(ip_address(said[-proxies].strip().partition("%")[0]))
    return environ.get("REMOTE_ADDR") or "-"


class OneLineAtoms(SafeAtoms):
    """The parts of a log line. Paths arrive decoded: a line break in one would forge a line."""

    def __init__(self, atoms):
        super().__init__({name: one_line(value) if isinstance(value, str) else value for name, value in atoms.items()})


class OneLineLogger(Logger):
    """Gunicorn's logger, whose requests take one line each."""

    atoms_wrapper_class = OneLineAtoms

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter(self.error_fmt, self.datefmt))

    def atoms(self, resp, req, environ, request_time):
        return super().atoms(resp, req, environ, request_time) | {"h": visitor_of(environ)}


wsgi_app = "kms.wsgi:application"
bind = f"127.0.0.1:{port}" if demo else os.environ.get("KMS_BIND") or f"127.0.0.1:{port}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - the heartbeat must not wait for a disk
timeout = 60
graceful_timeout = 4 if demo else 30
max_requests = 5000  # a worker is renewed now and then, not all at the same time
max_requests_jitter = 500
limit_request_line = 8190
logger_class = OneLineLogger
accesslog = None if demo else "-"
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(D)s'  # no query strings: they may hold names
loglevel = "warning" if demo else "info"
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1,::1"
control_socket_disable = True
