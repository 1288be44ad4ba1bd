#!/usr/bin/python3
"""The union of threads gives the same cases in every order, also with many writers at once.

Random threads (with gaps: some mails never come, ghosts take their place) are filed through
casegate.file_message() in sent order, reversed, shuffled, and by eight writers at a time; the partition of
mails into cases must be that of the reply graph, and no writer may fail."""

import hashlib
import os
import random
import subprocess
import sys
import threading

import psycopg2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dangling  # noqa: E402
import pg  # noqa: E402

WRITERS = 8
THREADS = 40
MAILS = 12
AGAIN = ("40001", "40P01", "23505")

FILE = """
SELECT outcome, message_id, case_id FROM casegate.file_message(
  ROW(%(tenant)s, nextval('casegate.delivery_delivery_id_seq'), 0, 'user', 'anna', 'anna@acme.example',
    null, true, true, null, %(known)s, false, true)::filing,
  ROW(%(keys)s::uuid[], %(signals)s::text[], %(details)s::text[], %(ref_keys)s::uuid[], %(refs)s::text[], '{}',
    %(weak)s, %(subject)s, %(id)s, 'id', false, null, false, null, false, false, null)::naming,
  ROW('in', 'forward', 'mail', 'S', 's@supplier.example', 's@supplier.example', %(subject)s, %(subject)s,
    now(), 'second', true, now(), null, 'text', null, null, 0, 1, null, false, '{}')::body,
  ROW('{from}', '{S}', '{s@supplier.example}', '{s@supplier.example}', '{f}', '{}', '{}', '{}', '{}', '{}', '{}')::belongings,
  ROW('{}', '{}', '{}', '{}')::remarks, ROW('{}', '{}', '{}', '{}', '{}', '{}', '{}')::quotations)
"""


def key_of(kind, value):
    return hashlib.sha256(kind.encode() + b"\0" + value.encode()).hexdigest()[:32]


def streams(rng):
    """Mails as (id, references nearest first, true thread)."""
    mails = []
    for thread in range(THREADS):
        ids = []
        for n in range(rng.randint(1, MAILS)):
            own = f"t{thread}.{n}@example"
            chain = []
            parent = rng.choice(ids) if ids else None
            while parent:
                chain.append(parent[0])
                parent = parent[1]
            ids.append((own, next((i for i in ids if chain and i[0] == chain[0]), None)))
            mails.append((own, chain, thread))
    # Some mails never come. A thread whose bridge is gone still hangs together by what the others name.
    gone = set(m[0] for m in rng.sample(mails, len(mails) // 5))
    return [m for m in mails if m[0] not in gone]


def truth(mails):
    """The classes that the mails' own references give."""
    parent = {}

    def root(x):
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for own, refs, _ in mails:
        for ref in refs:
            parent[root(ref)] = root(own)
    classes = {}
    for own, _, _ in mails:
        classes.setdefault(root(own), set()).add(own)
    return {frozenset(c) for c in classes.values()}


def file_mail(connection, tenant, mail):
    own, refs, thread = mail
    keys = [key_of("m", own)] + [key_of("m", r) for r in refs]
    values = {
        "tenant": tenant, "known": None, "id": own, "keys": keys, "subject": f"re {thread}", "weak": False,
        "signals": ["message_id"] + ["references"] * len(refs), "details": [own] + refs,
        "ref_keys": keys[1:], "refs": refs,
    }
    for _ in range(60):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('casegate.tenant', %s, true)", (tenant,))
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                cursor.execute(FILE, values)
                outcome = cursor.fetchone()
                cursor.execute(
                    "INSERT INTO casegate.delivery (tenant, delivery_id, received_at, protocol, recipient, is_first, size, outcome, message_id)"
                    " SELECT tenant, delivery_id, now(), 'lmtp', 'agent', true, 1, 'filed', message_id FROM casegate.message"
                    " WHERE tenant = %s AND message_id = %s", (tenant, outcome[1]))
            connection.commit()
            return outcome
        except psycopg2.Error as error:
            connection.rollback()
            if error.pgcode not in AGAIN:
                raise
    raise RuntimeError("sixty tries were not enough")


def gateway(cluster):
    return psycopg2.connect(cluster.url("casegate_gateway"), options="-c search_path=casegate,pg_temp")


def partition(connection, tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('casegate.tenant', %s, true)", (tenant,))
        cursor.execute("SELECT array_agg(internet_message_id) FROM casegate.message WHERE tenant = %s GROUP BY case_id", (tenant,))
        found = {frozenset(row[0]) for row in cursor.fetchall()}
    connection.commit()
    return found


def run_order(cluster, tenant, mails, writers):
    failures = []

    def write(part):
        connection = gateway(cluster)
        try:
            for mail in part:
                file_mail(connection, tenant, mail)
        except Exception as error:  # a thread's exception would pass unseen
            failures.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(mails[i::writers],)) for i in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def main():
    program = os.environ["CASEGATE"]
    seed = int(os.environ.get("CASEGATE_SEED", "1"))
    rng = random.Random(seed)
    mails = streams(rng)
    want = truth(mails)
    shuffled = [rng.sample(mails, len(mails)) for _ in range(3)]
    orders = [("as sent", mails, 1), ("reversed", mails[::-1], 1), ("shuffled", shuffled[0], 1),
              ("eight writers", shuffled[1], WRITERS), ("eight writers again", shuffled[2], WRITERS),
              ("eight writers, reversed", mails[::-1], WRITERS)]
    print(f"1..{len(orders) + 1}")
    print(f"# seed {seed}, {len(mails)} mails, {len(want)} cases")
    failed = 0
    with pg.Cluster() as cluster:
        subprocess.run([program, "migrate"], env=cluster.environment(), check=True, stdout=subprocess.DEVNULL)
        for number, (name, order, writers) in enumerate(orders, 1):
            tenant = f"t{number}"
            with psycopg2.connect(cluster.url("casegate_admin")) as admin, admin.cursor() as cursor:
                cursor.execute("SELECT casegate.tenant_add(%s, %s)", (tenant, tenant))
                cursor.execute("SELECT casegate.user_add(%s, 'anna', %s)", (tenant, ["anna@acme.example"]))
            failures = run_order(cluster, tenant, order, writers)
            connection = gateway(cluster)
            found = partition(connection, tenant)
            connection.close()
            good = not failures and found == want
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name}")
            for failure in failures[:3]:
                print(f"# {failure}")
            if found != want:
                print(f"# {len(found - want)} cases too many, {len(want - found)} missing")
        with cluster.connect() as session:
            wrong = dangling.found(session)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {len(orders) + 1} - nothing refers to what is not there {wrong or ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
