"""Runs the portal: prepares it, starts the web server and the queue's worker, and ends both together.

`make run` and `make serve` end here. A signal ends everything that was started; where one of the two ends by
itself or is killed, the other is ended too, with every process below it.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = os.environ.get("KMS_DEMO") == "1"
PORT = os.environ.get("PORT") or "8000"
PROGRAMS = {
    "web server": [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"],
    "queue": [sys.executable, "manage.py", "qcluster"],
}
STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
GRACE = 6 if DEMO else 40  # seconds to finish requests and tasks; more than gunicorn's own patience
LAST_GRACE = 2
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def prctl(option, value):
    """Ask the kernel (Linux); elsewhere only the death of the supervisor itself goes unnoticed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)


def check_port():
    """Say at once that the port is taken or none at all, before minutes of preparation."""
    if not (PORT.isascii() and PORT.isdigit() and 0 < int(PORT) < 65536):
        sys.exit(f"PORT must be a whole number from 1 to 65535; it is {PORT!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except OSError as error:
            sys.exit(
                f"Port {PORT} cannot be used ({error.strerror}). Choose another one: make run PORT={int(PORT) + 1}"
            )


def prepare():
    """Run scripts/prepare.py; returns what it has to tell the visitor."""
    done = subprocess.run([sys.executable, "scripts/prepare.py"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def start(command):
    """Start a program in a process group of its own, ended with us even where we are killed."""

    def before():
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP | {signal.SIGCHLD})

    return subprocess.Popen(command, start_new_session=True, preexec_fn=before).pid


def reap():
    """Ids of the processes that have ended, orphans of our programs included."""
    ended = set()
    try:
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            ended.add(pid)
    except ChildProcessError:
        pass
    return ended


def signal_all(send, pids, signum):
    """Send a signal to processes or groups; returns those that were still there."""
    there = set()
    for pid in pids:
        try:
            send(pid, signum)
            there.add(pid)
        except ProcessLookupError:
            pass
    return there


def wait_for(still_there, seconds):
    """Wait until `still_there()` is empty, for so many seconds at most."""
    deadline = time.monotonic() + seconds
    while still_there() and time.monotonic() < deadline:
        time.sleep(0.05)


def end(running, groups):
    """End the programs kindly, then whatever is left of their groups."""
    running = set(running)

    def leaders():
        running.difference_update(reap())
        return running

    def members():
        reap()
        return signal_all(os.killpg, groups, 0)

    signal_all(os.kill, running, signal.SIGTERM)  # the leaders only: each ends its own children in order
    wait_for(leaders, GRACE)
    signal_all(os.killpg, groups, signal.SIGTERM)
    wait_for(members, LAST_GRACE)
    signal_all(os.killpg, groups, signal.SIGKILL)
    wait_for(members, LAST_GRACE)


def answers():
    """Whether the web server answers already."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=5)
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False


def watch(running, words):
    """Return the exit code once a stop signal came or a program has ended; say `words` when all is up."""
    while True:
        received = signal.sigtimedwait(STOP | {signal.SIGCHLD}, 0.5)
        if received is not None and received.si_signo in STOP:
            return 0
        ended = reap() & set(running)
        if ended:
            names = " and the ".join(running.pop(pid) for pid in ended)
            print(f"The {names} has ended, so the portal ends.", file=sys.stderr)
            return 1
        if words and answers():
            print(words, flush=True)
            words = ""


def supervise(programs, words=""):
    """Run the programs until a signal comes or one of them ends; returns the exit code."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP | {signal.SIGCHLD})
    running = {start(command): name for name, command in programs.items()}
    groups = list(running)  # each program leads the group of its children
    code = watch(running, words)
    end(running, groups)
    return code


def main():
    os.chdir(ROOT)
    os.umask(0o077)  # database, uploads and keys are for this account only
    for signum in STOP:
        signal.signal(signum, lambda received, _frame: sys.exit(128 + received))
    if DEMO:
        check_port()
    return supervise(PROGRAMS, prepare())


if __name__ == "__main__":
    sys.exit(main())
