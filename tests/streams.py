#!/usr/bin/python3
"""Streams of mail with a known truth, filed by `casegate file` in sent and in shuffled orders, by one writer and by sixteen:
every order must give the same cases, and these must be the true ones.

    tests/streams.py [--seed N] [--matters N] [--shuffles N] [--writers N] [--show]

Without arguments it is the modest run of the test suite. --show lists what was wrong."""

import argparse
import itertools
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dangling  # noqa: E402
import harness  # noqa: E402
import pg  # noqa: E402
from stream import matters, score, ways, world  # noqa: E402

CHUNK = 400


class Filing:
    """One order of a stream, filed into a tenant of its own. addressed: matters that have a case, and its address, before."""

    def __init__(self, cluster, environment, directory, addressed=()):
        self.cluster, self.environment, self.directory, self.addressed = cluster, environment, directory, addressed
        self.address_of = {}

    def run(self, *arguments):
        return subprocess.run([harness.program(), *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

    def provide(self, tenant):
        """Agent addresses are unique, so the stream's own is this tenant's now."""
        self.run("tenant", "add", tenant, "--name", tenant)
        with self.cluster.connect("casegate_admin") as admin:
            admin.execute("UPDATE casegate.agent_address SET tenant = %s WHERE address = %s", (tenant, world.AGENT))
        self.run("address", "add", tenant, world.AGENT)
        for user, addresses in world.USERS.items():
            self.run("user", "add", tenant, user, *addresses)
        self.run("user", "add", tenant, "--domain", world.DOMAIN)
        self.address_of = {None: world.AGENT}
        with self.cluster.connect() as session:
            session.execute("SET search_path = casegate")
            for matter in sorted(self.addressed):
                case = session.value("SELECT case_open(%s, 'Vorgang', 'anna')", (tenant,))
                token = session.value("SELECT token FROM case_token WHERE case_id = %s", (case,))
                self.address_of[matter] = world.AGENT.replace("@", f"+{token}@") if matter % 2 else token + world.AGENT[world.AGENT.index("@"):]

    def file(self, deliveries, writers, how=()):
        """Files in this order, by several processes at a time; how many of them failed."""
        paths = []
        for delivery in deliveries:
            path = f"{self.directory}/{len(paths):06d}.eml"
            with open(path, "wb") as out:
                out.write(delivery.source)
            paths.append((self.address_of[delivery.matter], path))
        parts = [list(self.chunks(paths[i::writers])) for i in range(writers)]
        failed = 0
        for n in range(max(len(p) for p in parts)):
            running = [subprocess.Popen([harness.program(), "file", "--to", part[n][0], *how, *part[n][1]],
                                        env=self.environment, stdout=subprocess.DEVNULL) for part in parts if n < len(part)]
            failed += sum(process.wait() != 0 for process in running)
        return failed

    @staticmethod
    def chunks(paths):
        """Neighbours that go to one address, at most CHUNK of them."""
        for address, group in itertools.groupby(paths, key=lambda p: p[0]):
            files = [path for _, path in group]
            for start in range(0, len(files), CHUNK):
                yield address, files[start:start + CHUNK]


def orders(deliveries, shuffles, seed):
    yield "as sent", deliveries
    yield "reversed", deliveries[::-1]
    rng = random.Random(seed)
    for n in range(shuffles):
        yield f"shuffled {n + 1}", rng.sample(deliveries, len(deliveries))


def repeats(log):
    """How often a mail was decided again, by what PostgreSQL logged."""
    text = open(log, encoding="utf-8", errors="replace").read()
    return {code: text.count(f"[{code}]") for code in ("40P01", "40001", "23505")}


def check(tap, options, filing, people, stream, runs, how=()):
    """Files the deliveries of the stream in each order and holds what came out against the truth and against the first order."""
    first = None
    for name, order, writers in runs:
        tenant = f"t{tap.count}"
        filing.provide(tenant)
        failed = filing.file(order, writers, how)
        with filing.cluster.connect() as session:
            result = score.Score(people.mails, stream, score.Found(session, tenant))
        print(f"# {name}: {result.line()}; repeated so far {repeats(filing.cluster.log)}")
        if options.show:
            for problem in result.problems:
                print(f"#   {problem}")
        tap.equal(failed, 0, f"{name}: every mail is taken")
        tap.equal(f"{result.precision:.4f}", "1.0000", f"{name}: no mail lies in another matter's case", *result.problems[:12])
        tap.ok(result.recall >= .99, f"{name}: matters stay together", result.line(), *result.problems[:12])
        tap.equal((result.duplicates_missed, result.duplicates_invented), (0, 0), f"{name}: every duplicate is found, none invented",
                  *[p for p in result.problems if "duplicate" in p[0]][:12])
        tap.equal(result.unfiled, 0, f"{name}: nothing of ours waits", *result.problems[:12])
        tap.equal(result.wrong_direction, 0, f"{name}: directions", *result.problems[:12])
        if first is None:
            first = result
            continue
        both = first.case_of.keys() & result.case_of.keys()
        differing = first.partition(both) ^ result.partition(both)
        tap.equal(len(differing), 0, f"{name}: the same cases as in sent order", *[sorted(c) for c in list(differing)[:10]])


def runs_of(name, deliveries, options):
    runs = [(f"{name} {order}", mails, 1) for order, mails in orders(deliveries, options.shuffles, options.seed)]
    if options.writers > 1:
        runs.append((f"{name} by {options.writers} writers", runs[-1][1], options.writers))
    return runs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--matters", type=int, default=60)
    parser.add_argument("--shuffles", type=int, default=1)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--missing", type=float, default=.2)
    parser.add_argument("--only", choices=["stream", "list"])
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    tap = harness.Tap()
    people = matters.Matters(options.seed, options.matters)
    archive = ways.Archive(people)
    stream = ways.Ways(people, options.missing)
    print(f"# seed {options.seed}: {len(people.mails)} mails, {people.cases} matters, {len(stream.deliveries)} deliveries, a list of {len(archive.deliveries)}")
    with pg.Cluster(settings="\nlog_line_prefix = '%m [%p] %u [%e] '\n") as cluster, tempfile.TemporaryDirectory() as directory:
        environment = cluster.environment()
        subprocess.run([harness.program(), "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
        filing = Filing(cluster, environment, directory, people.addressed)
        if options.only != "list":
            check(tap, options, filing, people, stream, runs_of("stream", stream.deliveries, options))
        if options.only != "stream":
            check(tap, options, filing, people, archive, runs_of("list", archive.deliveries, options), ("--from", "anna", "--history"))
        dangling.prove(tap, cluster, "at last")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
