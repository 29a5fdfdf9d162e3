"""python -m benchmarks: measures the pages on both databases, with the seed and with many rows, and prints a report."""

import argparse
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report, servers
from benchmarks.measuring import Stand, Target, say

SEED_ROWS = 250
DATABASES = ["sqlite", "postgresql"]


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--database", action="append", choices=DATABASES, help="may be repeated; both without it")
    parser.add_argument("--rows", action="append", type=int, help="of events and of laws; 250 (the seed) and 100000")
    parser.add_argument("--posts", type=int, default=100_000, help="of the community, where there are many rows")
    parser.add_argument("--paragraphs", type=int, default=12_000, help="of the manual, likewise")
    parser.add_argument("--comments", type=int, default=20_000, help="on the manual, likewise")
    parser.add_argument("--pages", default="", help="a regular expression: only pages whose name holds it")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--slice", type=float, default=0.3, help="processor seconds of one page in one round")
    parser.add_argument("--requests", type=int, default=10_000, help="before the memory is read; 0 leaves that out")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--fresh", action="store_true", help="make the scratch databases anew")
    scratch = Path(tempfile.gettempdir()) / "kms-bench"
    parser.add_argument("--scratch", type=Path, default=scratch, help=f"the folder of the databases ({scratch})")
    return parser.parse_args()


def prepare(env, options, rows):
    """Bring a database up to date as every start does, and fill it."""
    say("  preparing")
    script = [sys.executable, "scripts/prepare.py"]
    done = subprocess.run(script, cwd=servers.ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    if rows > SEED_ROWS:
        numbers = {
            "--events": rows,
            "--instruments": rows,
            "--posts": options.posts,
            "--paragraphs": options.paragraphs,
            "--comments": options.comments,
        }
        said = servers.manage(env, "fill", *(str(word) for pair in numbers.items() for word in pair))
        say("\n".join(f"  {line}" for line in said.splitlines()))


def targets_of(described, server):
    """The Targets of one server."""
    for page in described["pages"]:
        _, queries, size = page["asked"]
        yield Target(page["key"], page["way"], page["path"], queries, size, server, described["cookie"])


def in_order(targets):
    """As pages.py has them, the ways of one page together."""
    keys = list(dict.fromkeys(target.key for target in targets))
    return sorted(targets, key=lambda target: keys.index(target.key))


def measure(options, title, url, rows, database_pid):
    """Measure one database: a server that keeps pages, as it runs elsewhere, and one that keeps none."""
    say(title)
    env = servers.environment(options.scratch, url)
    prepare(env, options, rows)
    keeping = json.loads(servers.manage(env, "describe_pages", "--keep", f"--pages={options.pages}"))
    new = env | {"KMS_BENCH_KEEP": "0"}
    forgetting = json.loads(servers.manage(new, "describe_pages", f"--pages={options.pages}"))
    with servers.web_server(env) as server, servers.web_server(new) as other:
        targets = [*targets_of(keeping, server), *targets_of(forgetting, other)]
        stand = Stand(in_order(targets), database_pid, options.slice)
        stand.measure(options.rounds)
        memory = stand.memory(options.requests) if options.requests else None
    return report.Run(title, stand.targets, keeping["absent"], memory, options.requests)


def runs(options):
    """Measure each database with each number of rows, one after the other."""
    with contextlib.ExitStack() as stack:
        server = servers.Postgres(options.scratch)
        pid = None
        for database in options.database or DATABASES:
            if database == "postgresql":
                pid = stack.enter_context(server.running())
            for rows in options.rows or [SEED_ROWS, 100_000]:
                name = f"kms_bench_{rows}"
                file = database == "sqlite"
                url = f"sqlite:///{options.scratch}/{name}.sqlite3" if file else server.database(name)
                title = f"{'SQLite' if file else 'PostgreSQL'}, {rows:,} events and {rows:,} instruments"
                yield measure(options, title, url, rows, None if file else pid)


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.fresh:
        shutil.rmtree(options.scratch, ignore_errors=True)
    options.scratch.mkdir(exist_ok=True)
    options.scratch.chmod(0o711)  # PostgreSQL's own user passes through
    show = report.markdown if options.markdown else report.plain
    if options.markdown:
        sys.stdout.write(report.preface() + "\n")
    for run in runs(options):
        sys.stdout.write(show(run) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
