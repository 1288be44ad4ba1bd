#!/usr/bin/python3
"""Nothing lost, nothing twice: while senders that behave like an MTA (they try again until 250) deliver mail,
workers, the listener, the whole gateway, single database sessions and PostgreSQL are killed, at random
moments and at chosen ones. Afterwards every mail that was answered 250 must be there exactly once.

    CRASH_SECONDS=60 tests/e2e/crash.py        # default 25; CRASH_SEED repeats the order of blows"""

import collections
import hashlib
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
from harness import AGENT, ConnectionEnded, Gateway, Tap, check_sanitizers, stuffed, wait_until  # noqa: E402

SECONDS = float(os.environ.get("CRASH_SECONDS", "25"))
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.randrange(1, 1 << 30)
SENDERS = 4


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Sender(threading.Thread):
    """Sends one mail after another, each until it is answered 250. Threads of mails, and resends of mails that
    were acknowledged, as after a lost answer. Keeps its own account."""

    def __init__(self, gateway, number, stopping):
        super().__init__(daemon=True)
        self.gateway, self.number, self.stopping = gateway, number, stopping
        self.random = random.Random(SEED + number)
        self.acknowledged = {}   # SHA-256 of the bytes → how often 250
        self.refused = []        # replies that no MTA would try again
        self.attempts = 0
        self.errors = []

    def run(self):
        previous = None
        count = 0
        while not self.stopping.is_set():
            count += 1
            subject = f"Absturz {self.number}.{count}"
            if previous and self.random.random() < 0.5:
                mail = previous.answer(mails.ANNA, to=[mails.KARL], subject="AW: " + subject)
            else:
                mail = mails.Plain(mails.ANNA, [mails.KARL], subject)
            if self.random.random() < 0.1:
                mail.text += "\n" + "Viel Text. " * 200_000    # over 1 MB: the rows of large mails
            content = mail.bytes()
            self.deliver(content)
            if self.random.random() < 0.15:
                self.deliver(content)                          # the 250 was lost on the way
            previous = mail

    def deliver(self, content):
        key = digest(content)
        while True:
            try:
                self.attempts += 1
                reply = self.gateway.send(content)
            except (OSError, ConnectionEnded):
                reply = None
            if reply is not None and reply.code == 250:
                self.acknowledged[key] = self.acknowledged.get(key, 0) + 1
                return
            if reply is not None and reply.code >= 500:
                self.refused.append(repr(reply))
                return
            time.sleep(self.random.uniform(0.02, 0.2))


class Blows:
    """What may happen to a running system. Run by the main thread alone: processes that it starts die with it."""

    def __init__(self, gateway, rng):
        self.gateway, self.rng = gateway, rng
        self.count = collections.Counter()

    def one_process(self):
        """Any process below the supervisor: listener, worker, notifier, web."""
        pids = self.gateway.processes()
        if pids:
            self.kill(self.rng.choice(pids))

    def two_processes(self):
        for pid in self.rng.sample(self.gateway.processes(), k=min(2, len(self.gateway.processes()))):
            self.kill(pid)

    def whole_gateway(self):
        self.gateway.kill()
        time.sleep(self.rng.uniform(0, 0.2))
        self.gateway.start(wait=False)

    def polite_restart(self):
        self.gateway.stop()
        self.gateway.start(wait=False)

    def supervisor(self):
        """Alone: its children must not go on without it."""
        os.kill(self.gateway.process.pid, signal.SIGKILL)
        self.gateway.process.wait()
        group = self.gateway.process.pid
        if not wait_until(lambda: not orphans(group), 20, 0.05):
            raise RuntimeError(f"children outlive their supervisor by 20 s: {orphans(group)}")
        self.gateway.process = None
        self.gateway.start(wait=False)

    def database_sessions(self):
        try:
            with self.gateway.cluster.connect() as session:
                for _ in range(self.rng.randrange(1, 20)):
                    session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'casegate_gateway'"
                                    " AND (random() < 0.5 OR state = 'active')")
                    time.sleep(self.rng.uniform(0, 0.02))
        except Exception:  # pylint: disable=broad-except
            pass

    def one_backend(self):
        """kill -9 of a session's process: PostgreSQL ends all others and recovers."""
        children = self.gateway.cluster.children()
        if children:
            self.kill(self.rng.choice(children))

    def database_immediate(self):
        self.gateway.cluster.restart("immediate")

    def database_fast(self):
        self.gateway.cluster.restart("fast")

    def database_killed(self):
        self.gateway.cluster.kill()
        time.sleep(self.rng.uniform(0, 0.3))
        self.gateway.cluster.start()

    @staticmethod
    def kill(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def random_one(self):
        table = [(self.one_process, 6), (self.two_processes, 2), (self.database_sessions, 5), (self.one_backend, 1),
                 (self.whole_gateway, 2), (self.polite_restart, 1), (self.supervisor, 1), (self.database_immediate, 1),
                 (self.database_fast, 1), (self.database_killed, 1)]
        blow = self.rng.choices([b for b, _ in table], [w for _, w in table])[0]
        self.count[blow.__name__] += 1
        blow()


def orphans(group):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(name))
        except (OSError, IndexError):
            pass
    return found


def chosen_moments(tap, gateway):
    """A blow at each step of one mail's way, from RCPT to the answer"""
    def pause():
        time.sleep(0.005)

    steps = ["after RCPT", "within the content", "at the dot", "5 ms after the dot", "20 ms after the dot"]
    kinds = {
        "all processes but the supervisor die": lambda: [Blows.kill(p) for p in gateway.processes()],
        "the gateway's sessions are terminated": lambda: Blows(gateway, random.Random(1)).database_sessions(),
        "PostgreSQL stops at once": lambda: gateway.cluster.restart("immediate"),
    }
    for kind, blow in kinds.items():
        for step in steps:
            mail = mails.Plain(mails.ANNA, [mails.KARL], f"{kind}: {step}")
            content = mail.bytes()
            code = None
            try:
                with gateway.lmtp(timeout=30) as client:
                    client.envelope("anna@acme.example", [AGENT])
                    if step == "after RCPT":
                        blow()
                    client.command("DATA")
                    wire = stuffed(content)
                    client.socket.sendall(wire[:len(wire) // 2])
                    if step == "within the content":
                        blow()
                    client.socket.sendall(wire[len(wire) // 2:])
                    if "dot" in step:
                        time.sleep({"at": 0, "5": 0.005, "20": 0.02}[step.split()[0]])
                        blow()
                    code = client.read().code
            except (OSError, ConnectionEnded):
                pause()
            tap.ok(code in (None, 250, 451, 421, 503, 354), f"{kind} {step}: {code or 'the line is cut'}")
            first = 1 if code == 250 else 0

            def taken(content=content):
                try:
                    return gateway.send(content).code == 250
                except (OSError, ConnectionEnded):
                    return False
            tap.ok(wait_until(taken, 30, 0.1), f"{kind} {step}: the next try is taken", gateway.tail(10))
            with gateway.admin() as session:
                outcomes = [o for (o,) in session.execute("SELECT outcome FROM casegate.deliveries WHERE source_sha256 = %s ORDER BY delivery_id",
                                                          (digest(content),))]
            tap.ok(outcomes[:1] in (["filed"], ["failed"]) and set(outcomes[1:]) <= {"duplicate"} and len(outcomes) >= 1 + first,
                   f"{kind} {step}: kept once", outcomes)


def storm(tap, gateway):
    """Random blows while four senders deliver"""
    print(f"# CRASH_SEED={SEED}", flush=True)
    stopping = threading.Event()
    senders = [Sender(gateway, n, stopping) for n in range(SENDERS)]
    rng = random.Random(SEED)
    blows = Blows(gateway, rng)
    for sender in senders:
        sender.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(rng.uniform(0.05, 0.6))
        blows.random_one()
    stopping.set()
    if not wait_until(gateway.is_ready, 30, 0.1):
        tap.ok(False, "the gateway is back", gateway.tail())
    for sender in senders:
        sender.join(60)
    tap.ok(not any(s.is_alive() for s in senders), "every sender gets its mail through in the end", gateway.tail())
    acknowledged = {k: v for s in senders for k, v in list(s.acknowledged.items())}
    attempts = sum(s.attempts for s in senders)
    print(f"# {len(acknowledged)} mails, {attempts} attempts; blows: {dict(blows.count)}", flush=True)
    tap.ok(len(acknowledged) > 20, "mail went through between the blows", len(acknowledged))
    tap.equal([r for s in senders for r in s.refused], [], "no mail was refused for good")
    account(tap, gateway, acknowledged)


def account(tap, gateway, acknowledged):
    """What was acknowledged against what is there. Mails are known by the hash of their bytes: one that was stored
    without being read, because it was in the hands of workers that were killed, has no Message-ID yet."""
    with gateway.admin() as session:
        rows = session.execute("SELECT source_sha256, outcome, count(*) FROM casegate.deliveries WHERE source_sha256 = ANY(%s) GROUP BY 1, 2",
                               (list(acknowledged),))
        messages = session.execute("SELECT internet_message_id, count(*) FROM casegate.messages GROUP BY 1 HAVING count(*) > 1")
        astray = session.value("SELECT count(*) FROM casegate.deliveries d WHERE outcome IN ('filed', 'duplicate') AND message_id IS NOT NULL"
                               " AND NOT EXISTS (SELECT FROM casegate.messages m WHERE m.message_id = d.message_id AND m.case_id = d.case_id)")
        without = session.value("SELECT count(*) FROM casegate.deliveries WHERE outcome = 'filed' AND message_id IS NULL")
        broken = session.execute("""SELECT c.reference, c.message_count, count(m.message_id) FROM casegate.cases c
            LEFT JOIN casegate.messages m USING (tenant, case_id) GROUP BY 1, 2 HAVING c.message_count <> count(m.message_id)""")
        numbers = [n for (n,) in session.execute("SELECT event_id FROM casegate.events WHERE tenant = 'acme' ORDER BY event_id")]
    there = collections.defaultdict(dict)
    for key, outcome, count in rows:
        there[key][outcome] = count
    tap.equal([k for k in acknowledged if k not in there], [], "nothing is lost: every acknowledged mail has a delivery")
    tap.equal({k: (n, there[k]) for k, n in acknowledged.items() if sum(there[k].values()) < n}, {},
              "as many deliveries as acknowledgements, or more (answers that were lost)")
    tap.equal({k: o for k, o in there.items() if o.get("filed", 0) + o.get("failed", 0) != 1}, {},
              "each was kept by exactly one delivery, the others are duplicates")
    tap.equal(messages, [], "nothing is there twice: one message a Message-ID")
    tap.equal((astray, without), (0, 0), "every filed delivery leads to its message in its case")
    failed = [k for k in there if "failed" in there[k]]
    tap.ok(len(failed) <= max(3, len(acknowledged) // 20), f"few were stored unread ({len(failed)} of {len(acknowledged)})")
    tap.equal(broken, [], "each case's count is that of its messages")
    tap.equal(numbers, list(range(1, len(numbers) + 1)), "the events are numbered without a gap")


def two_gateways(tap, gateway):
    """Two gateways on one database get the same mails at once"""
    with Gateway(cluster=gateway.cluster) as other:
        batch = [mails.Plain(mails.ANNA, [mails.KARL], f"Wettlauf {i}") for i in range(60)]
        replies = [[], []]

        def deliver(which, slot):
            for mail in batch:
                replies[slot].append(which.send(mail.bytes()).code)
        threads = [threading.Thread(target=deliver, args=a) for a in ((gateway, 0), (other, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        tap.equal([set(r) for r in replies], [{250}, {250}], "both take all")
        account(tap, gateway, {digest(mail.bytes()): 2 for mail in batch})


def main():
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        tap.run([chosen_moments, two_gateways, storm], gateway)
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
