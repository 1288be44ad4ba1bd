#!/usr/bin/python3
"""Runs the pgTAP files of tests/sql, each in its own copy of a freshly migrated database, and passes their
points on as one TAP.

    tests/sql.py [FILE]...         # CASEGATE names the program (default build/casegate)

A file runs in psql as superuser with ON_ERROR_STOP; it says `plan` or `no_plan`, and `finish`. The sample
tenant is not there: a file makes its own rows."""

import glob
import os
import re
import subprocess
import sys

import harness
import pg

POINT = re.compile(r"^(not )?ok \d+(?: - )?(.*)$")


def prepare(cluster):
    subprocess.run([harness.program(), "migrate"], env=cluster.environment(), check=True, stdout=subprocess.DEVNULL)
    with cluster.connect() as session:
        session.execute("CREATE EXTENSION pgtap")


def run_file(tap, cluster, path, database):
    name = os.path.splitext(os.path.basename(path))[0]
    with cluster.connect(database="postgres") as session:
        session.execute(f"CREATE DATABASE {database} TEMPLATE {pg.DATABASE} OWNER {pg.OWNER}")
    psql = subprocess.run(["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", path, cluster.url(pg.SUPERUSER, database)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    planned, seen, comments, last = None, 0, [], None
    results = []
    for line in psql.stdout.split("\n"):
        point = POINT.match(line)
        if point:
            seen += 1
            last = [not point[1], point[2], []]
            results.append(last)
        elif line.startswith("1.."):
            planned = int(line[3:])
        elif line.startswith("#") and last:
            last[2].append(line[1:])
        elif line.strip():
            comments.append(line)
    for passed, what, details in results:
        if "# SKIP" in what:
            tap.skip(f"{name}: {what.split('#')[0]}", what.split("# SKIP")[1].strip())
        else:
            tap.ok(passed, f"{name}: {what}", *details)
    tap.ok(psql.returncode == 0 and seen and planned == seen, f"{name}: runs to its end",
           f"exit {psql.returncode}, {seen} points of {planned} planned", psql.stderr, *comments[-10:])
    with cluster.connect(database="postgres") as session:
        session.execute(f"DROP DATABASE {database} WITH (FORCE)")


def main():
    files = sys.argv[1:] or sorted(glob.glob(f"{harness.ROOT}/tests/sql/*.sql"))
    tap = harness.Tap()
    if not files:
        harness.skip_all("no files in tests/sql")
    if not glob.glob(f"{os.path.dirname(pg.bindir())}/share/extension/pgtap.control") and not glob.glob(
            "/usr/share/postgresql/*/extension/pgtap.control"):
        harness.skip_all("postgresql-15-pgtap is not installed")
    with pg.Cluster() as cluster:
        prepare(cluster)
        for number, path in enumerate(files):
            with tap.scenario(path):
                run_file(tap, cluster, path, f"t{number}")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
