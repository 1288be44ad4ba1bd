#!/usr/bin/python3
"""A few mails in every order: tests/permuted/NAME holds them, NAME/want the cases that they are, one a line ("a=b c": a and b
are one mail, c another of the same case). Up to four mails are filed in all orders, more in 40 drawn ones, and some orders by
one process a mail at once.

    tests/permuted.py [NAME ...]"""

import glob
import hashlib
import itertools
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402
import pg  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "permuted")
ORDERS_MAX = 40
RACES = 4
AGENT = "agent@in.acme.example"


def wanted(directory):
    """The cases as sets of sets of names: a case of mails, a mail of its deliveries."""
    with open(os.path.join(directory, "want"), encoding="utf-8") as lines:
        return {frozenset(frozenset(mail.split("=")) for mail in line.split()) for line in lines if line.strip()}


def provide(cluster, tenant):
    """A tenant with three users, whose is the agent address now."""
    with cluster.connect("casegate_admin") as admin:
        admin.execute("DELETE FROM casegate.agent_address")
        for call, *arguments in [("tenant_add(%s, %s)", tenant, tenant), ("address_add(%s, %s)", tenant, AGENT),
                                 ("user_add(%s, 'anna', %s)", tenant, ["anna@acme.example"]),
                                 ("user_add(%s, 'bernd', %s)", tenant, ["bernd@acme.example"]),
                                 ("user_add(%s, 'gross', %s)", tenant, ["juergen.gross@acme.example"])]:
            admin.execute("SELECT casegate." + call, arguments)


def found(cluster, tenant, names):
    """The same of what was filed. names: of the deliveries, by the digest of their bytes."""
    cases = {}
    with cluster.connect() as session:
        for sha256, message, case in session.execute(
                "SELECT encode(d.source_sha256, 'hex'), r.message_id, m.case_id FROM casegate.delivery d"
                " JOIN casegate.delivery_message_row r USING (tenant, delivery_id)"
                " JOIN casegate.message m ON m.tenant = r.tenant AND m.message_id = r.message_id WHERE d.tenant = %s", (tenant,)):
            cases.setdefault(case, {}).setdefault(message, set()).add(names[sha256])
    return {frozenset(frozenset(n) for n in messages.values()) for messages in cases.values()}


def sha256(path):
    with open(path, "rb") as mail:
        return hashlib.sha256(mail.read()).hexdigest()


def shown(cases):
    return " | ".join(sorted(" ".join(sorted("=".join(sorted(m)) for m in case)) for case in cases))


def orders(paths, rng):
    if len(paths) <= 4:
        return list(itertools.permutations(paths))
    return [tuple(rng.sample(paths, len(paths))) for _ in range(ORDERS_MAX)]


def file(environment, order, at_once):
    command = [harness.program(), "file", "--to", AGENT]
    calls = [[*command, path] for path in order] if at_once else [[*command, *order]]
    running = [subprocess.Popen(call, env=environment, stdout=subprocess.DEVNULL) for call in calls]
    return sum(process.wait() != 0 for process in running)


def check(tap, cluster, environment, directory):
    """One set of mails. Says the first orders that went wrong."""
    name = os.path.basename(directory)
    paths = sorted(glob.glob(os.path.join(directory, "*.eml")))
    names = {sha256(path): os.path.basename(path).removesuffix(".eml") for path in paths}
    want, rng, wrong = wanted(directory), random.Random(name), []
    tried = [(order, False) for order in orders(paths, rng)] + [(tuple(rng.sample(paths, len(paths))), True) for _ in range(RACES)]
    for number, (order, at_once) in enumerate(tried):
        tenant = f"{name}-{number}"
        provide(cluster, tenant)
        failed = file(environment, order, at_once)
        got = found(cluster, tenant, names)
        if failed or got != want:
            told = ", ".join(os.path.basename(path).removesuffix(".eml") for path in order)
            wrong.append(f"{'at once' if at_once else told}: {shown(got)}{f', {failed} failed' if failed else ''}")
    tap.ok(not wrong, f"{name}: the same in {len(tried)} orders", f"{len(wrong)} wrong; want {shown(want)}", *wrong[:6])


def main():
    tap = harness.Tap()
    with pg.Cluster() as cluster:
        environment = cluster.environment()
        subprocess.run([harness.program(), "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
        for directory in sorted(glob.glob(os.path.join(HERE, "*", ""))):
            directory = directory.rstrip("/")
            if not sys.argv[1:] or os.path.basename(directory) in sys.argv[1:]:
                check(tap, cluster, environment, directory)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
