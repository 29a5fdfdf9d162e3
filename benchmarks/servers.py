"""What the measuring starts and ends itself: a PostgreSQL of its own, the portal's web server, its commands."""

import glob
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds that a server may take to start or to end


def environment(folder, database, **more):
    """The variables of every process of the portal: demo mode on loopback, never DEBUG."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMS_", "EMAIL_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "KMS_DEMO": "1",
        "KMS_BENCH": "1",
        "KMS_DATA_DIR": str(folder / "data"),
        "DATABASE_URL": database,
        **more,
    }


def manage(env, *arguments):
    """Run one of the portal's commands; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _postgres_folder():
    """Where PostgreSQL's programs are."""
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1:]), None)
    if found is None:
        sys.exit("PostgreSQL's server is not installed (apt-get install postgresql); --database sqlite needs none.")
    return Path(found).resolve().parent


def _account():
    """Whom the server runs as: it refuses root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


class Postgres:
    """A server that only this user reaches, through a socket in its folder."""

    def __init__(self, folder):
        self.folder, self.programs = folder / "postgresql", _postgres_folder()

    def run(self, program, *arguments):
        log = subprocess.run([self.programs / program, *arguments], cwd="/", capture_output=True, **_account())
        if log.returncode:
            sys.exit(f"{program}: {log.stderr.decode()}")

    def make(self):
        """The cluster, with the settings of a fresh installation: what is written is on the disk."""
        self.folder.mkdir(exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder.chmod(0o700)
        arguments = ["-U", "kms", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self.run("initdb", "-D", self.folder / "data", *arguments)

    @contextmanager
    def running(self):
        """The server's process. No vacuuming beside the measuring: filling a database ends with one."""
        if not (self.folder / "data" / "PG_VERSION").exists():
            self.make()
        options = ["listen_addresses=", f"unix_socket_directories={self.folder}", "autovacuum=off"]
        command = [self.programs / "postgres", "-D", self.folder / "data"]
        command += [part for option in options for part in ("-c", option)]
        with open(self.folder.parent / "postgresql.log", "ab") as log:
            server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **_account())
        try:
            _wait(server, self._answers, f"PostgreSQL (see {log.name})")
            yield server.pid
        finally:
            _end(server, 2)  # SIGINT: disconnects everybody and ends in order

    def _answers(self):
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder]
        return subprocess.run(ready, cwd="/", **_account()).returncode == 0

    def database(self, name):
        """The address of a database, which is made where it is absent."""
        ask = ["-h", self.folder, "-U", "kms", "-d", "postgres", "-Atc"]
        there = subprocess.run(
            [self.programs / "psql", *ask, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"],  # noqa: S608 - ours
            cwd="/", capture_output=True, **_account(),
        )  # fmt: skip
        if not there.stdout.strip():
            self.run("createdb", "-h", self.folder, "-U", "kms", name)
        return f"postgres://kms@{quote(str(self.folder), safe='')}/{name}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def web_server(env):
    """The portal under gunicorn, configured as it is, with one worker that is not renewed; (port, worker's id)."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    command += ["--max-requests", "0", "--max-requests-jitter", "0"]
    env = env | {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        _wait(server, lambda: _answers(port), "The web server")
        yield port, children(server.pid)[0]
    finally:
        _end(server, 15)


def _answers(port):
    """Whether the web server answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/robots.txt")
        return bool(connection.getresponse().status)
    except OSError:
        return False
    finally:
        connection.close()


def _wait(process, is_ready, name):
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{name} did not start.")
        time.sleep(0.1)


def _end(process, signum):
    """End a process that we started, kindly, then for good."""
    process.send_signal(signum)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children(pid):
    """Ids of the processes that `pid` started and that still run."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == pid]


def _parent(path):
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def cpu_seconds(pid):
    """What a process used of the processor so far, to the nanosecond; its first thread, which is the only one here."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


def cpu_seconds_of_all(pid):
    """A server with its processes: those that run, and those that have ended, such as PostgreSQL's parallel ones."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return cpu_seconds(pid) + ended + sum(cpu_seconds(child) for child in children(pid))


def memory(pid):
    """Resident memory of a process, in bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
