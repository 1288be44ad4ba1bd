#!/usr/bin/python3
"""Events under concurrency: writers that commit late and out of order, two notifiers, and readers who ask for more
than the last number that they have seen. Nobody misses one, and the numbers have no gap."""

import random
import subprocess
import sys
import threading
import time

import harness
import pg

WRITERS = 8
EACH = 60
TENANTS = ("acme", "beta")


def migrate(cluster):
    environment = {**cluster.environment(), "CASEGATE_DATABASE_URL": cluster.url()}
    subprocess.run([harness.program(), "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with cluster.connect("casegate_admin") as session:
        for tenant in TENANTS:
            session.execute("SELECT casegate.tenant_add(%s, %s)", (tenant, tenant))
            session.execute("SELECT casegate.user_add(%s, 'chef', '{}', 'all')", (tenant,))


def write(cluster, number, failures):
    """Transactions of one to three events; some wait before they commit, some never do."""
    chance = random.Random(number)
    try:
        with cluster.connect("casegate_gateway", autocommit=False) as session:
            session.execute("SET search_path = casegate")
            session.connection.commit()
            for turn in range(EACH):
                tenant = TENANTS[(number + turn) % 2]
                session.execute("SELECT set_config('casegate.tenant', %s, true)", (tenant,))
                for part in range(1 + turn % 3):
                    session.execute("SELECT casegate.event_add(%s, 'case_opened', NULL, NULL, NULL, jsonb_build_object('writer', %s::int, 'turn', %s::int, 'part', %s::int))",
                                    (tenant, number, turn, part))
                if chance.random() < .4:
                    time.sleep(chance.random() * .05)
                if turn % 7 == 6:
                    session.connection.rollback()
                else:
                    session.connection.commit()
    except Exception as error:  # pylint: disable=broad-except
        failures.append(error)


def notify(cluster, end, failures):
    try:
        with cluster.connect("casegate_gateway") as session:
            while not end.is_set():
                session.execute("SELECT casegate.number_events(false)")
                time.sleep(.005)
    except Exception as error:  # pylint: disable=broad-except
        failures.append(error)


def read(cluster, tenant, end, seen, failures):
    """As docs/SCHEMA.md says: what is newer than the last, until the end and once more."""
    last = 0
    try:
        with cluster.connect("casegate_app", autocommit=False) as session:
            while True:
                is_over = end.is_set()
                session.execute("SELECT casegate.sign_in(%s, 'chef')", (tenant,))
                rows = session.execute("SELECT event_id, detail FROM casegate.events WHERE event_id > %s ORDER BY event_id LIMIT 20", (last,))
                session.connection.rollback()
                seen += [(event_id, detail["writer"], detail["turn"], detail["part"]) for event_id, detail in rows]
                last = seen[-1][0] if seen else 0
                if is_over and not rows:
                    return
    except Exception as error:  # pylint: disable=broad-except
        failures.append(error)


def run(tap, cluster):
    failures, over, stop = [], threading.Event(), threading.Event()
    seen = {tenant: [] for tenant in TENANTS}
    listener = cluster.connect("casegate_app")
    listener.execute("LISTEN casegate_events")
    notifiers = [threading.Thread(target=notify, args=(cluster, stop, failures)) for _ in range(2)]
    readers = [threading.Thread(target=read, args=(cluster, tenant, over, seen[tenant], failures)) for tenant in TENANTS]
    writers = [threading.Thread(target=write, args=(cluster, number, failures)) for number in range(WRITERS)]
    for thread in notifiers + readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    with cluster.connect("casegate_admin") as session:
        harness.wait_until(lambda: session.value("SELECT count(*) FROM casegate.event WHERE event_id IS NULL") == 0)
        stop.set()
        over.set()
        for thread in notifiers + readers:
            thread.join()
        tap.equal(failures, [], "nobody met an error")
        for tenant in TENANTS:
            there = session.rows("SELECT event_id, detail FROM casegate.event WHERE tenant = %s ORDER BY event_id", (tenant,))
            want = [(r["event_id"], r["detail"]["writer"], r["detail"]["turn"], r["detail"]["part"]) for r in there]
            tap.equal([w[0] for w in want], list(range(1, len(want) + 1)), f"{tenant}: numbers without a gap")
            tap.equal(seen[tenant], want, f"{tenant}: the reader has seen every event, each once, in order")
            tap.ok(len(want) > WRITERS * EACH / 2, f"{tenant}: {len(want)} events")
            parts = {}
            for _, writer, turn, part in want:
                parts.setdefault((writer, turn), []).append(part)
            tap.ok(all(p == sorted(p) and len(p) == 1 + key[1] % 3 for key, p in parts.items()), f"{tenant}: a transaction's events stand whole and in order")
    listener.connection.poll()
    tap.ok(listener.connection.notifies, "and was told that there is something new")
    listener.__exit__(None, None, None)


def main():
    tap = harness.Tap()
    with pg.Cluster() as cluster:
        migrate(cluster)
        with tap.scenario("events"):
            run(tap, cluster)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
