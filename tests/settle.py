#!/usr/bin/python3
"""What a mail changes in a settled thread is what deciding the whole thread anew would change.

Random threads with everything that branches them (new subjects, missing mails, quotes, mailing lists, automatic mail,
outsiders, pins, mails under two ids, ids that were only presumed) are filed through casegate.file_message() in random
orders. After each mail settle() decides its thread anew, from nothing, and must find that all lies where it should."""

import hashlib
import os
import random
import subprocess
import sys

import psycopg2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402
import pg  # noqa: E402

THREADS = int(os.environ.get("CASEGATE_THREADS", "12"))
SUBJECTS = ["offer 4711", "re: offer 4711", "crane for hall 3", "crane for hall 4", "wood", "[patch 2/7] roof", ""]
PEOPLE = ["s@supplier.example", "t@supplier.example", "u@other.example"]

FILE = """
SELECT message_id, case_id FROM casegate.file_message(
  ROW(%(tenant)s, nextval('casegate.delivery_delivery_id_seq'), 0, %(authority)s, %(user)s, %(sender)s,
    %(pin)s, true, true, null, %(known)s, %(completes)s, true)::filing,
  ROW(%(keys)s::uuid[], %(signals)s::text[], %(details)s::text[], %(ref_keys)s::uuid[], %(refs)s::text[], %(people)s::text[],
    %(weak)s, %(subject)s, %(id)s, %(identity)s, %(reconstructed)s, null, false, %(evicts)s, %(reuses)s, %(listed)s, null)::naming,
  ROW('in', 'forward', %(kind)s, 'S', %(sender)s, %(sender)s, %(subject)s, %(subject)s,
    %(at)s, 'second', true, now(), null, 'text', null, null, 0, 1, null, false, '{}')::body,
  ROW('{from,to}', '{S,T}', ARRAY[%(sender)s, %(to)s], ARRAY[%(sender)s, %(to)s], '{f,f}', '{}', '{}', '{}', '{}', '{}', '{}')::belongings,
  ROW('{}', '{}', '{}', '{}')::remarks,
  ROW(%(said_position)s::int[], array_fill(%(subject)s::text, array[cardinality(%(said_position)s::int[])]), %(said_from)s::text[], %(said_from)s::text[], %(said_at)s::timestamptz[], %(said_zone)s::boolean[], '{}')::quotations)
"""

STATE = """
SELECT array_agg((m.message_id, m.case_id, m.pin, m.pin_auto)::text ORDER BY m.message_id),
  (SELECT array_agg((a.key, a.message_id)::text ORDER BY a.key, a.message_id) FROM awaited a
    WHERE a.tenant = %(tenant)s AND a.thread_id IN (SELECT class_of(%(tenant)s, %(root)s))),
  (SELECT count(*) FROM case_file c WHERE c.tenant = %(tenant)s AND c.state <> 'merged')
FROM message m WHERE m.tenant = %(tenant)s AND m.thread_id IN (SELECT class_of(%(tenant)s, %(root)s))
"""


def key_of(value):
    return hashlib.sha256(b"m\0" + value.encode()).hexdigest()[:32]


class Mail:
    """One mail of a thread; its number is its time."""

    def __init__(self, rng, thread, number, before):
        self.thread, self.number, self.own = thread, number, f"t{thread}.{number}@example"
        chain, parent = [], rng.choice(before) if before else None
        while parent:
            chain.append(parent)
            parent = parent.parent
        self.parent = chain[0] if chain else None
        self.refs = [m.own for m in chain if m is self.parent or rng.random() < .7]
        if before and rng.random() < .05:
            self.refs.append(rng.choice(before).own)                 # names somebody else's branch, too
        self.subject = rng.choice(SUBJECTS) if not chain or rng.random() < .35 else chain[0].subject
        self.weak = bool(chain) and rng.random() < .2
        self.listed = rng.random() < .1
        self.kind = "auto_reply" if rng.random() < .08 else "mail"
        self.sender = rng.choice(PEOPLE)
        self.quotes = [m for m in chain[:2] if not self.weak and rng.random() < .4]
        self.quoted = rng.choice(before) if before and rng.random() < .15 else None   # without naming it
        is_bare = rng.random() < .1                                 # it says its conversation, and nothing else
        if is_bare:
            self.refs, self.weak = [], False
        self.has_index = is_bare or rng.random() < .4
        self.brought = "known" if rng.random() < .12 else "user"

    def at(self):
        return f"2026-01-01 {self.number // 60:02d}:{self.number % 60:02d}:00+00"


def mails_of(rng):
    found = []
    for thread in range(THREADS):
        mails = []
        for number in range(rng.choice((2, 4, 8, 16, 30))):
            mails.append(Mail(rng, thread, number, mails))
        for _ in range(len(mails) // 6):                            # named by mails of their own thread only: a cycle
            a, b = rng.sample(mails, 2)
            a.refs.insert(0, b.own)
        gone = rng.choice((0, .2, .4))
        found += [m for m in mails if rng.random() >= gone]
    return found


class Filing:
    """One order of the mails, in a tenant of its own."""

    def __init__(self, cluster, tenant, rng):
        self.tenant, self.rng, self.filed, self.spared, self.asked, self.settled = tenant, rng, {}, 0, 0, 0
        self.connection = psycopg2.connect(cluster.url("casegate_gateway"), options="-c search_path=casegate,pg_temp")
        self.wrong = []

    def value(self, sql, **values):
        rows = self.rows(sql, **values)
        return rows[0][0] if rows else None

    def rows(self, sql, **values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, {"tenant": self.tenant, **values})
            return cursor.fetchall() if cursor.description else []

    def known(self, own):
        return self.value("SELECT message_id FROM thread_key WHERE tenant = %(tenant)s AND key = %(key)s", key=key_of(own))

    def file(self, mail, own=None, also=(), **more):
        own = own or mail.own
        signals = ["message_id"] + ["references"] * len(mail.refs) + ["content"] * len(also)
        names = [own, *mail.refs, *also]
        keys = [key_of(n) for n in names]
        if own != mail.own and more.get("known"):                    # as whom it was recognised
            keys, signals, names = keys + [key_of(mail.own)], signals + ["content"], names + [None]
        if mail.has_index and mail.brought == "user":
            keys, signals, names = keys + [key_of(f"thread {mail.thread}")], signals + ["thread_index"], names + [None]
        if mail.quoted and mail.brought == "user":
            key = key_of(mail.quoted.own)
            if key not in keys and self.known(mail.quoted.own):
                keys, signals, names = keys + [key], signals + ["quoted"], names + [None]
        if mail.brought == "user":
            for other in self.filed.values():                        # who quotes it was here before
                if other.quoted is mail and key_of(other.own) not in keys:
                    keys, signals, names = keys + [key_of(other.own)], signals + ["quoted_by"], names + [None]
        values = {
            "authority": mail.brought, "user": "anna" if mail.brought == "user" else None, "sender": mail.sender, "to": self.rng.choice(PEOPLE),
            "pin": None, "known": self.known(own), "completes": False, "keys": keys, "signals": signals, "details": names,
            "ref_keys": [key_of(r) for r in mail.refs], "refs": mail.refs, "people": PEOPLE, "weak": mail.weak,
            "subject": mail.subject, "id": own, "identity": "id", "reconstructed": self.rng.random() < .1, "evicts": None, "reuses": False, "listed": mail.listed,
            "kind": mail.kind, "at": mail.at(), "said_position": list(range(1, 1 + len(mail.quotes))),
            "said_from": [m.sender for m in mail.quotes], "said_at": [m.at() for m in mail.quotes],
            "said_zone": [True for _ in mail.quotes], **more}
        self.rows("SAVEPOINT refused")
        message, case = self.rows(FILE, **values)[0]
        if message is None or case is None:                          # he takes no part: another brings it
            self.rows("ROLLBACK TO refused")
            mail.brought = "user"
            return self.file(mail, own, also, **more)
        self.filed[message] = mail
        return message

    def step(self, mail):
        """A mail as it came, or once in a while in another way; or a person does something."""
        chance = self.rng.random()
        if chance < .03 and self.filed:
            other = self.rng.choice(list(self.filed))
            case = self.value("SELECT case_id FROM message WHERE tenant = %(tenant)s AND message_id = %(id)s", id=other)
            return self.file(mail, pin=case)
        if chance < .06:
            self.file(mail)                                          # the same under another id
            return self.file(mail, f"{mail.own}.again", known=self.known(mail.own))
        if chance < .09:
            self.file(mail)                                          # the real mail completes it
            mail.subject = self.rng.choice(SUBJECTS)
            return self.file(mail, completes=True)
        if mail.listed and chance < .5:
            self.file(mail)                                          # and a copy that came from no list
            return self.file(mail, listed=False)
        if chance < .11 and self.filed and not self.known(mail.own):
            presumed = self.file(mail, reconstructed=True)           # and it was another that has this id
            return self.file(self.another(mail), mail.own, known=None, evicts=presumed, reuses=self.rng.random() < .5)
        if chance < .15 and self.filed and not self.known(mail.own):
            return self.presume(mail)
        message = self.file(mail)
        if chance > .97:
            other = self.rng.choice(list(self.filed))
            case = self.value("SELECT case_id FROM message WHERE tenant = %(tenant)s AND message_id = %(id)s", id=other)
            self.rows("SELECT message_move(%(tenant)s, %(message)s, %(case)s, true)", message=message, case=case)
        return message

    def another(self, mail):
        """Whose id it is that this one was presumed to have."""
        other = Mail(self.rng, mail.thread, 59, [m for m in self.filed.values() if m.thread == mail.thread and m is not mail])
        other.brought = "user"
        return other

    def presume(self, mail):
        """A forward's id, and one of the mail's own; the first is another's, or the mail names it, or both are its names."""
        mail.brought = "user"
        message, chance = self.file(mail, reconstructed=True, identity="presumed"), self.rng.random()
        self.file(mail, f"{mail.own}.again", [mail.own], known=message, completes=self.rng.random() < .7)
        if chance < .4:
            return self.file(self.another(mail), mail.own, known=None, evicts=message)
        if chance < .7:
            mail.refs.insert(0, mail.own)
            return self.file(mail, f"{mail.own}.again", known=message)
        return message

    def calls(self, function):
        return self.value("SELECT coalesce(pg_stat_get_xact_function_calls(oid), 0) FROM pg_proc WHERE proname = %(name)s", name=function)

    def prove(self, message):
        """settle() from nothing, then everything as it was before."""
        root = self.value("SELECT root_of(tenant, thread_id) FROM message WHERE tenant = %(tenant)s AND message_id = %(id)s", id=message)
        if not self.value("SELECT settled FROM thread WHERE tenant = %(tenant)s AND thread_id = %(root)s", root=root):
            return
        self.settled += 1
        before = self.rows(STATE, root=root)
        self.rows("SAVEPOINT proof")
        self.rows("UPDATE thread SET settled = false WHERE tenant = %(tenant)s AND thread_id = %(root)s", root=root)
        self.rows("SELECT settle(%(tenant)s, %(root)s)", root=root)
        after = self.rows(STATE, root=root)
        self.rows("ROLLBACK TO SAVEPOINT proof")
        if before != after:
            mail = self.filed[message]
            self.wrong.append(f"{mail.own}: " + "; ".join(
                f"{sorted(set(b or []) - set(a or []))} → {sorted(set(a or []) - set(b or []))}" if isinstance(b, list) or isinstance(a, list)
                else f"{b} cases → {a}" for b, a in zip(before[0], after[0]) if b != a))

    def run(self, mails):
        for mail in mails:
            self.rows("SELECT set_config('casegate.tenant', %(tenant)s, false)")
            asked, done = self.calls("settle_due"), self.calls("settle")
            message = self.step(mail)
            asked, done = self.calls("settle_due") - asked, self.calls("settle") - done
            self.asked, self.spared = self.asked + asked, self.spared + max(asked - done, 0)
            self.prove(message)
            self.connection.commit()
        self.connection.close()


def main():
    tap = harness.Tap()
    seed = int(os.environ.get("CASEGATE_SEED", "1"))
    rng = random.Random(seed)
    with pg.Cluster(settings="\ntrack_functions = 'pl'\n") as cluster:
        subprocess.run([harness.program(), "migrate"], env=cluster.environment(), check=True, stdout=subprocess.DEVNULL)
        mails = mails_of(rng)
        orders = [("as sent", mails), ("reversed", mails[::-1]), *((f"shuffled {n}", rng.sample(mails, len(mails))) for n in (1, 2))]
        for number, (name, order) in enumerate(orders, 1):
            tenant = f"t{number}"
            with cluster.connect("casegate_admin") as admin:
                admin.execute("SELECT casegate.tenant_add(%s, %s)", (tenant, tenant))
                admin.execute("SELECT casegate.user_add(%s, 'anna', %s)", (tenant, ["anna@acme.example"]))
            filing = Filing(cluster, tenant, random.Random(seed + number))
            filing.run(order)
            print(f"# {name}: {len(order)} mails, {filing.settled} times proved; of {filing.asked} times {filing.spared} spared")
            tap.equal(len(filing.wrong), 0, f"{name}: settle() finds nothing to do", *filing.wrong[:5])
            tap.ok(filing.spared > len(order) / 20, f"{name}: much is spared", filing.spared)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
