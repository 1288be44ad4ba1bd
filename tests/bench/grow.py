#!/usr/bin/python3
"""What a mail costs when many are there: the same stream of mail filed into an empty database and beside a million mails,
and into one long thread. Counted are the buffers that PostgreSQL touched and its CPU time, which no other work on the
machine spoils as it does the clock.

    tests/bench/grow.py [--mails 1000000] [--batch 400] [--thread 5000]

--check is the test of the suite: few mails, buffers only, within what the depth of the indexes explains."""

import argparse
import datetime
import itertools
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness  # noqa: E402
import mails  # noqa: E402
import pg  # noqa: E402

SETTINGS = """
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = 'top'
shared_buffers = 1GB
max_wal_size = 8GB
maintenance_work_mem = 256MB
checkpoint_timeout = 60min
autovacuum = off
"""

# Cases of five mails over two years: own and foreign mails in turn, 500 firms, four in ten with one of a hundred subjects
# that everybody uses; one key in five is a ghost. Rows as filing writes them, keys as random as hashes are.
LOAD = """
SET session_replication_role = replica;
SET search_path = casegate;
SET synchronous_commit = off;
SELECT set_config('casegate.tenant', 'acme', false);
CREATE TEMP TABLE base AS SELECT coalesce(max(message_id), 0) AS m FROM message;
CREATE FUNCTION pg_temp.subject(c bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $f$ SELECT CASE WHEN c %% 10 < 4 THEN 'subject ' || c %% 97 ELSE 'offer ' || c || ' shafts and flanges' END $f$;
INSERT INTO case_file (tenant, case_id, number, subject, opened_by)
  SELECT 'acme', 10000000 + c, 10000000 + c, pg_temp.subject(c), 'anna' FROM generate_series(1, %(n)s / 5) c;
INSERT INTO case_token (token, tenant, case_id)
  SELECT translate(substr(md5(c::text), 1, 20), '0189', 'ghij'), 'acme', 10000000 + c FROM generate_series(1, %(n)s / 5) c;
INSERT INTO case_member (tenant, case_id, "user") SELECT 'acme', 10000000 + c, 'anna' FROM generate_series(1, %(n)s / 5) c;
INSERT INTO thread (tenant, thread_id, root_id, case_id, subject_mark)
  SELECT 'acme', 10000000 + c, 10000000 + c, 10000000 + c, subject_mark(pg_temp.subject(c)) FROM generate_series(1, %(n)s / 5) c;
CREATE TEMP TABLE load AS SELECT i, 10000000 + i AS id, 10000000 + (i - 1) / 5 + 1 AS c, (i - 1) %% 5 AS p, md5('m' || i)::uuid AS own,
  timestamptz '2024-03-01' + (i - 1) / 5 * (interval '730 days' / (%(n)s / 5)) + (i - 1) %% 5 * interval '1 day 7 minutes' AS at,
  'firm' || ((i - 1) / 5) %% 500 || '.example' AS side FROM generate_series(1, %(n)s) i;
INSERT INTO thread_key (tenant, key, thread_id, message_id) SELECT 'acme', own, c, id FROM load;
INSERT INTO thread_key (tenant, key, thread_id) SELECT 'acme', md5('g' || i)::uuid, c FROM load WHERE p = 4;
INSERT INTO message (tenant, message_id, case_id, thread_id, own_key, ref_keys, refs, side, weak, base_subject, internet_message_id, identity,
    is_reconstructed, direction, source, kind, from_name, from_address, from_key, subject, sent_at, received_at, submitted_by, text, source_sha256, delivery_id)
  SELECT 'acme', id, c, c, own, CASE WHEN p > 0 THEN ARRAY[md5('m' || i - 1)::uuid] ELSE '{}' END,
    CASE WHEN p > 0 THEN ARRAY['id' || i - 1 || '@example'] ELSE '{}' END, side, false, pg_temp.subject(c - 10000000),
    'id' || i || '@example', 'id', false, CASE WHEN p %% 2 = 0 THEN 'in' ELSE 'out' END, 'bcc', 'mail', 'Name', from_key, from_key,
    pg_temp.subject(c - 10000000), at, at, 'anna', repeat(md5(i::text), 12), sha256(i::text::bytea), id
  FROM (SELECT *, CASE WHEN p %% 2 = 0 THEN 'karl' || c %% 3 || '@' || side ELSE 'anna@acme.example' END AS from_key FROM load) x;
INSERT INTO participant (tenant, message_id, role, position, name, address, address_key, case_id)
  SELECT 'acme', id, r.role, r.n, 'Name', a, a, c FROM load, (VALUES ('from', 1), ('to', 2)) r(role, n),
  LATERAL (SELECT CASE WHEN (p %% 2 = 0) = (r.n = 1) THEN 'karl' || c %% 3 || '@' || side ELSE 'anna@acme.example' END AS a) x;
INSERT INTO said (tenant, message_id, position, base_subject, from_key, name, at, has_zone, refs)
  SELECT 'acme', id, 1, pg_temp.subject(c - 10000000), CASE WHEN p %% 2 = 1 THEN 'karl' || c %% 3 || '@' || side ELSE 'anna@acme.example' END,
    'Name', at - interval '1 day 7 minutes', false, 1 FROM load WHERE p > 0;
INSERT INTO content (tenant, sha256, piece, bytes) SELECT 'acme', sha256(i::text::bytea), 0, convert_to(repeat(md5(i::text), 20), 'UTF8') FROM load;
INSERT INTO delivery (tenant, delivery_id, received_at, protocol, recipient, is_first, source_sha256, size, internet_message_id, outcome, message_id,
    standing, authenticated, submitted_by) SELECT 'acme', id, at, 'lmtp', 'agent@in.acme.example', true, sha256(i::text::bytea), 640,
    'id' || i || '@example', 'filed', id, 'user', 'none', 'anna' FROM load;
INSERT INTO delivery_message_row (tenant, delivery_id, message_id, position) SELECT 'acme', id, id, 0 FROM load;
INSERT INTO evidence (tenant, delivery_id, position, case_id, signal, strength, chosen)
  SELECT 'acme', id, 0, c, CASE WHEN p = 0 THEN 'new' ELSE 'references' END, 'certain', true FROM load;
INSERT INTO event (tenant, event_id, kind, case_id, message_id, delivery_id) SELECT 'acme', 10000000 + i, 'message_filed', c, id, id FROM load;
UPDATE event_counter SET last = 20000000 WHERE tenant = 'acme';
SELECT setval('message_message_id_seq', 30000000), setval('thread_thread_id_seq', 30000000), setval('case_file_case_id_seq', 30000000),
  setval('delivery_delivery_id_seq', 30000000);
DROP TABLE load;
"""


# One thread: each mail names the one before it and the first. Some have not come.
THREAD = """
SET session_replication_role = replica;
SET search_path = casegate;
SELECT set_config('casegate.tenant', 'acme', false);
INSERT INTO case_file (tenant, case_id, number, subject, opened_by) VALUES ('acme', %(t)s, %(t)s, 'thread', 'anna');
INSERT INTO case_member (tenant, case_id, "user") VALUES ('acme', %(t)s, 'anna');
INSERT INTO thread (tenant, thread_id, root_id, case_id, branched, subject_mark)
  VALUES ('acme', %(t)s, %(t)s, %(t)s, %(branched)s, subject_mark('thread'));
CREATE TEMP TABLE load AS SELECT i, %(t)s + i AS id, i <> ALL(%(gone)s::int[]) AS here, 't%(t)s.' || i || '@example' AS name, CASE WHEN i > 1 THEN
  ARRAY['t%(t)s.' || i - 1 || '@example', 't%(t)s.1@example'] ELSE '{}' END AS refs, timestamptz '2025-06-01' + i * interval '1 minute' AS at
  FROM generate_series(1, %(n)s) i;
INSERT INTO thread_key (tenant, key, thread_id, message_id) SELECT 'acme', key_of('m', name), %(t)s, CASE WHEN here THEN id END FROM load;
INSERT INTO message (tenant, message_id, case_id, thread_id, own_key, ref_keys, refs, side, weak, base_subject, internet_message_id, identity,
    is_reconstructed, direction, source, kind, from_name, from_address, from_key, subject, sent_at, received_at, submitted_by, text)
  SELECT 'acme', id, %(t)s, %(t)s, key_of('m', name), array(SELECT key_of('m', r) FROM unnest(refs) r), refs, 'stahlbau-nord.example', false, 'thread',
    name, 'id', false, 'out', 'bcc', 'mail', 'Anna', 'anna@acme.example', 'anna@acme.example', 'Re: thread', at, at, 'anna', 'text ' || i
  FROM load WHERE here;
INSERT INTO participant (tenant, message_id, role, position, address, address_key, case_id)
  SELECT 'acme', id, 'from', 1, 'anna@acme.example', 'anna@acme.example', %(t)s FROM load WHERE here;
DROP TABLE load;
"""


class Bench:
    def __init__(self, cluster, directory):
        self.cluster, self.directory, self.count = cluster, directory, 0
        self.environment = cluster.environment()
        self.servants = set(cluster.children())          # checkpointer and its like

    def run(self, *arguments):
        subprocess.run([harness.program(), *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def provide(self):
        self.run("migrate")
        self.run("tenant", "add", "acme", "--name", "ACME")
        self.run("user", "add", "acme", "anna", "anna@acme.example")
        self.run("address", "add", "acme", harness.AGENT)
        with self.cluster.connect() as session:
            session.execute("CREATE EXTENSION pg_stat_statements")

    def file(self, sources):
        paths = []
        for source in sources:
            self.count += 1
            paths.append(f"{self.directory}/{self.count}.eml")
            with open(paths[-1], "wb") as out:
                out.write(source)
        self.run("file", "--to", harness.AGENT, *paths)

    def cpu(self):
        """Seconds of the server and of its children that have ended: the backends that filed, once they are gone."""
        harness.wait_until(lambda: set(self.cluster.children()) <= self.servants)
        fields = open(f"/proc/{self.cluster.process.pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
        return sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def measure(self, sources):
        """(buffers, CPU in ms) for each mail; statement by statement in self.statements."""
        with self.cluster.connect() as session:
            session.execute("SELECT pg_stat_statements_reset()")
        before = self.cpu()
        self.file(sources)
        cpu = self.cpu() - before
        with self.cluster.connect() as session:
            self.statements = session.execute(
                "SELECT sum(shared_blks_hit + shared_blks_read) / %s AS b, left(regexp_replace(query, '\\s+', ' ', 'g'), 70) FROM pg_stat_statements"
                " WHERE query !~ 'pg_stat_statements' GROUP BY 2 ORDER BY 1 DESC LIMIT 14", (len(sources),))
            buffers = session.value("SELECT sum(shared_blks_hit + shared_blks_read)::float FROM pg_stat_statements WHERE query !~ 'pg_stat_statements'")
        return buffers / len(sources), cpu * 1000 / len(sources)


def stream(count, seed):
    """Cases of five: an offer that is forwarded, answers in BCC, some with a quote and without references."""
    found, previous = [], None
    for i in range(count):
        if i % 5 == 0:
            previous = mails.Plain(subject=f"Angebot {seed}-{i}" if i % 2 else "Angebot", when=mails.at(1 + i // 5 % 27, i % 23, i % 60, i % 59, year=2010 + seed))
            found.append(mails.forward(previous))
        else:
            previous = previous.answer(mails.ANNA, to=[mails.KARL], subject="AW: " + previous.subject.removeprefix("AW: "))
            found.append(previous.bytes())
    return found


class Known:
    """A mail of a loaded thread, to be answered."""

    def __init__(self, thread, number):
        self.message_id, self.references, self.subject, self.text = f"t{thread}.{number}@example", [], "thread", "text"
        self.author, self.to, self.when = mails.KARL, [mails.ANNA], mails.at(5, month=7)


_minutes = itertools.count(1)


def told(thread):
    """What makes a mail another one than those before: its minute and its words."""
    minute = next(_minutes)
    return {"when": mails.at(6, month=7) + datetime.timedelta(minutes=minute), "text": f"Guten Tag,\n\nPosition {minute} von {thread} passt."}


def answers(thread, length, count):
    """Answers to the last mails of a thread."""
    parents = [Known(thread, length - 2 - n % 2) for n in range(count)]
    return [mails.Plain.answer(parent, mails.ANNA, to=[mails.KARL], subject="Re: thread", **told(thread)).bytes() for parent in parents]


def late(thread, number):
    """A mail that was referred to before it came."""
    mail = mails.Plain(mails.ANNA, [mails.KARL], subject="Re: thread", message_id=Known(thread, number).message_id,
                       answers=Known(thread, number - 1), **told(thread))
    return mail.bytes()


def lengths(bench, options):
    """{length: buffers of a mail in a plain thread, in a branched one, of one referred to before, there and where every third is missing}"""
    found, thread = {}, 50000000
    for length in (40, options.thread):
        row = []
        few, many = list(range(length - 1, length - 37, -3)), list(range(2, length, 3))
        for branched, gone in (("false", []), ("true", few), ("true", many)):
            thread += 100000
            with bench.cluster.connect() as session:
                session.execute(THREAD % {"t": thread, "n": length, "branched": branched, "gone": pg_array(gone)})
            with bench.cluster.connect() as session:
                session.execute("ANALYZE")
            bench.file(answers(thread, length + 2, 10))
            if gone is not many:
                row.append(bench.measure(answers(thread, length + 2, 50))[0])
            if gone:
                bench.file([late(thread, gone[0])])              # once everything is decided anew, however long it is
                with bench.cluster.connect() as session:
                    session.execute("ANALYZE casegate.awaited")
                row.append(bench.measure([late(thread, number) for number in gone[1:12]])[0])
                with bench.cluster.connect() as session:
                    times = session.execute("SELECT min_exec_time, (total_exec_time - max_exec_time) / (calls - 1), max_exec_time"
                                            " FROM pg_stat_statements WHERE query ~ 'casegate.file_message'")[0]
                print("# referred to before: %.1f to %.1f ms on a connection that has seen some, %.1f as its first" % times)
        found[length] = row
        print("# a thread of %d: %.0f buffers a mail, branched %.0f, referred to before %.0f, where a third is missing %.0f" % (length, *row))
    return found


def pg_array(numbers):
    return "'{" + ",".join(map(str, numbers)) + "}'"


def grow(bench, options):
    bench.file(stream(options.batch, 1))
    with bench.cluster.connect() as session:
        session.execute("VACUUM ANALYZE")
    bench.file(stream(100, 2))
    empty = bench.measure(stream(options.batch, 3))
    few = bench.statements
    with bench.cluster.connect() as session:
        session.execute(LOAD % {"n": options.mails})
    with bench.cluster.connect() as session:
        session.execute("VACUUM ANALYZE")
        session.execute("CHECKPOINT")
    for seed in range(4, 8):                       # until the pages of random keys are in the log
        bench.file(stream(options.batch, seed))
    full = bench.measure(stream(options.batch, 8))
    print(f"# empty: {empty[0]:.0f} buffers, {empty[1]:.2f} ms CPU a mail; with {options.mails} mails: {full[0]:.0f} buffers, {full[1]:.2f} ms")
    print(f"# ratio: buffers {full[0] / empty[0]:.2f}, CPU {full[1] / empty[1]:.2f}")
    if options.statements:
        before = {query: b for b, query in few}
        for b, query in bench.statements:
            print(f"#   {float(before.get(query, 0)):8.1f} {float(b):8.1f}  {query}")
    return full[0] / empty[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--mails", type=int, default=1000000)
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--thread", type=int, default=5000)
    parser.add_argument("--statements", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        options.mails, options.batch, options.thread = 20000, 100, 500
    tap = harness.Tap()
    with pg.Cluster(in_memory=options.check, settings=SETTINGS) as cluster, tempfile.TemporaryDirectory() as directory:
        bench = Bench(cluster, directory)
        bench.provide()
        if options.thread:
            found = lengths(bench, options)
            short, long = found[40], found[options.thread]
            for n, name in enumerate(("plain", "branched", "referred to before", "where a third is missing")):
                tap.ok(long[n] <= 1.5 * short[n], f"a mail costs as much in a long thread, {name}", short, long)
        if options.mails:
            ratio = grow(bench, options)
            tap.ok(ratio <= 1.3, "a mail costs as much beside many others", ratio)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
