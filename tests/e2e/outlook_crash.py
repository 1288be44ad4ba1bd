#!/usr/bin/python3
"""Nothing lost, doubled or sent twice: the whole gateway is killed at chosen moments of sending, syncing, signing in and
refreshing (the moments are requests that Microsoft gets), and at random ones.

    CRASH_SECONDS=60 tests/e2e/outlook_crash.py        # default 20; CRASH_SEED repeats the order of blows"""

import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from harness import Tap, wait_until  # noqa: E402
from outlook import Office  # noqa: E402

SECONDS = float(os.environ.get("CRASH_SECONDS", "20"))
# A mailbox sends 30 a minute: all have gone a minute after the storm.
MOST_SENT = 30 * (1 + int(SECONDS / 60)) + 25
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.randrange(1, 1 << 30)


def connected(office):
    desk = office.desk()
    outcome = desk.connect("anna")
    if outcome[0] != "connected":
        raise RuntimeError(f"not connected: {outcome}")
    offer, case_id = desk.opened()
    return desk, offer, case_id


class Killer:
    """kill -9 of the whole gateway when Microsoft gets a request; started again by `revive`."""

    def __init__(self, office):
        self.gateway = office.gateway
        self.fell = threading.Event()

    def __call__(self, _request):
        self.gateway.kill()
        self.fell.set()

    def revive(self):
        hit = self.fell.wait(30)
        self.fell.clear()
        if self.gateway.process is None:
            self.gateway.start()
        return hit


def ripen(office):
    """As if eleven minutes had passed for what is unknown."""
    with office.tables() as session:
        session.execute("UPDATE casegate.outbox o SET started_at = o.started_at - interval '11 minutes', due_at = now() FROM casegate.message m"
                        " WHERE m.tenant = o.tenant AND m.message_id = o.message_id AND m.send_state IN ('unknown', 'sending')")
        session.execute("UPDATE casegate.outlook_connection SET send_due_at = now()")


def while_sending(tap, office):
    """Killed before and after Microsoft takes the mail, and while the answer is under way"""
    desk, offer, case_id = connected(office)
    del offer
    killer = Killer(office)
    moments = {"before it is taken": {"cut": "silent", "hook": killer}, "after it was taken": {"after": True, "hook": killer}, "after it was taken, answer lost": {"after": True, "hook": killer, "cut": "silent"},
               "at the token": {"path": r"/token$"}}
    with office.cloud.forgive():
        for name, fault in moments.items():
            if "path" in fault:
                continue
            office.cloud.fault(r"/(sendMail|reply)$", mailbox=desk.mailbox("anna"), **fault)
            message_id = desk.send("anna", case_id, subject=name)
            tap.ok(killer.revive(), f"{name}: killed")
            wait_until(lambda m=message_id: desk.message(m)["send_state"] in ("sent", "unknown"), 30, 0.1)
            if desk.message(message_id)["send_state"] != "sent":
                time.sleep(2)
                tap.ok(len(desk.sent(name)) <= 1, f"{name}: not sent blindly")
                ripen(office)
            message = desk.wait_send(message_id, "sent", seconds=40)
            tap.equal([message["send_state"], len(desk.sent(name))], ["sent", 1], f"{name}: sent once", message["send_error"], office.gateway.tail(5))
        desk.sync()
    counts = {name: [m["subject"] for m in desk.messages(case_id)].count(name) for name in moments if "token" not in name}
    tap.equal(set(counts.values()), {1}, "one message each, after their copies came", counts)
    office.settled(tap, "killed while sending")


def while_syncing(tap, office):
    """A round is killed at each kind of request; the next one has everything, once"""
    desk, offer, case_id = connected(office)
    wanted = []
    for number, (path, after) in enumerate([(r"/delta", False), (r"/delta", True), (r"/\$value$", False), (r"/\$value$", True), (r"/messages$", True), (r"/\$batch$", True)]):
        fresh = [offer.answer(mails.KARL, subject=f"AW: {number}.{n}") for n in range(12)]
        wanted += [m.message_id for m in fresh]
        for mail in fresh:
            desk.arrive(mail)
        process = []

        def blow(_request, process=process):
            for child in process:
                child.kill()
        office.cloud.fault(path, hook=blow, after=after, skip=random.randrange(2), mailbox=desk.mailbox("anna"))
        # What a killed round got and did not keep is asked for again, perhaps by the gateway's own round.
        with office.cloud.forgive():
            process.append(subprocess.Popen([office.gateway.program, "outlook", "sync", desk.tenant, "anna", "-c", office.gateway.config],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=office.gateway.directory))
            process[0].wait(120)
            office.cloud.faults.clear()
            code, out, err = desk.sync()
        tap.equal(code, 0, f"{path} {'after' if after else 'before'} the answer: the next round works", out, err)
    ids = desk.ids(case_id)
    tap.equal([i for i in wanted if ids.count(i) != 1], [], "all are there, once")
    office.settled(tap, "killed while syncing")


def while_signing_in(tap, office):
    """Killed while a code or a refresh token is redeemed: connected afterwards, or asked to sign in again, never half"""
    desk, _, _ = connected(office)
    killer = Killer(office)
    other = office.desk()
    office.cloud.fault(r"/token$", origin="login", hook=killer, after=True)
    try:
        other.connect("anna")
    except OSError:
        pass
    killer.revive()
    with office.cloud.forgive():
        state = wait_until(lambda: (s := other.state("anna")) in ("connected", "reconnect") and s, 20, 0.2) or other.state("anna")
        tap.ok(state in ("connected", "reconnect", "disconnected"), f"a clear state: {state}")
        if state != "connected":
            tap.equal(other.connect("anna")[0], "connected", "signing in again works")
        tap.equal(other.sync()[0], 0, "a round works")
    office.cloud.directory.token_lifetime = 3
    with office.cloud.forgive():
        desk.connect("anna")
        office.cloud.directory.token_lifetime = 3600
        time.sleep(3)
        process = []

        def blow(_request):
            process[0].kill()
        office.cloud.fault(r"/token$", origin="login", hook=blow, after=True)
        process.append(subprocess.Popen([office.gateway.program, "outlook", "sync", desk.tenant, "anna", "-c", office.gateway.config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=office.gateway.directory))
        process[0].wait(120)
        office.cloud.faults.clear()
        tap.equal([desk.sync()[0], desk.state("anna")], [0, "connected"], "killed between the answer and the commit: the old refresh token still works")
    office.settled(tap, "killed while signing in")


class Hold:
    """Transactions that write such a row stand still before they commit, until somebody is killed."""

    def __init__(self, office, table, when="true", after="INSERT OR UPDATE"):
        self.office, self.table, self.when, self.after = office, table, when, after

    def __enter__(self):
        self.session = self.office.tables().__enter__()
        self.session.execute("CREATE OR REPLACE FUNCTION casegate.test_hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$")
        self.session.execute(f"CREATE TRIGGER test_hold AFTER {self.after} ON casegate.{self.table} FOR EACH ROW WHEN ({self.when}) EXECUTE FUNCTION casegate.test_hold()")
        return self

    def is_there(self):
        return wait_until(lambda: self.session.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), 40, 0.05)

    def __exit__(self, *_):
        self.session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        self.session.execute(f"DROP TRIGGER test_hold ON casegate.{self.table}")
        self.session.__exit__(None, None, None)


def before_commits_of_a_round(tap, office):
    """A round is killed with a token, a mail, a sighting or a cursor written and not committed"""
    desk, offer, case_id = connected(office)
    desk.sync()
    # So that nobody else needs the token that ends below.
    wait_until(lambda: [s for s in office.cloud.subscriptions.live.values() if s.mailbox is desk.mailbox("anna")], 30, 0.2)
    wanted = []
    for table, when in (("outlook_token", "true"), ("message", "new.internet_message_id IS NOT NULL"), ("outlook_sighting", "true"), ("outlook_folder", "new.folder = 'inbox'"),
                        ("outlook_connection", "new.last_sync_at > now() - interval '1 second'")):
        with office.cloud.forgive():
            fresh = [offer.answer(mails.KARL, subject=f"AW: {table} {n}") for n in range(3)]
            wanted += fresh
            for mail in fresh:
                desk.arrive(mail)
            if table == "outlook_token":
                with office.tables() as session:
                    session.execute("UPDATE casegate.outlook_token SET access_expires_at = now() - interval '1 minute' WHERE tenant = %s", (desk.tenant,))
            with Hold(office, table, when) as hold, subprocess.Popen([office.gateway.program, "outlook", "sync", desk.tenant, "anna", "-c", office.gateway.config],
                                                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=office.gateway.directory) as process:
                tap.ok(hold.is_there(), f"{table}: written")
                process.kill()
            code, out, err = desk.sync()
        tap.equal([code, desk.state("anna")], [0, "connected"], f"{table}: the next round works", out, err)
    ids = desk.ids(case_id)
    tap.equal([ids.count(m.message_id) for m in wanted], [1] * len(wanted), "all are there, once")
    office.settled(tap, "killed before the commits of a round")


def before_commits_of_sending(tap, office):
    """The whole gateway is killed with what it says of a mail written and not committed"""
    desk, _, case_id = connected(office)
    for name, table, when in (("about to be given", "outbox", "new.attempt = 1 AND new.started_at IS NOT NULL"), ("accepted", "message", "new.send_state = 'sent'")):
        with office.cloud.forgive():
            with Hold(office, table, when, "UPDATE") as hold:
                message_id = desk.send("anna", case_id, subject=name)
                tap.ok(hold.is_there(), f"{name}: written")
                office.gateway.kill()
            office.gateway.start()
            message = desk.wait_send(message_id, "sent", seconds=40)
            tap.equal([message["send_state"], len(desk.sent(name))], ["sent", 1], f"{name}: sent once", message["send_error"], office.gateway.tail(5))
    with office.cloud.forgive():
        tap.equal(desk.sync()[0], 0, "a round")
    subjects = [m["subject"] for m in desk.messages(case_id)]
    tap.equal([subjects.count("about to be given"), subjects.count("accepted")], [1, 1], "one message each")
    office.settled(tap, "killed before the commits of sending")


def before_commits_of_a_sign_in(tap, office):
    """Killed at each step of a callback: connected, or asked to sign in again, and the code is offered once"""
    for table, when, after in (("outlook_state", "new.used_at IS NOT NULL", "UPDATE"), ("outlook_job", "new.kind = 'redeem'", "INSERT"), ("outlook_state", "new.spent_attempt IS NOT NULL", "UPDATE"),
                               ("outlook_token", "true", "INSERT"), ("outlook_connection", "new.state = 'connected'", "UPDATE"), ("outlook_job", "new.outcome IS NOT NULL", "UPDATE"),
                               ("outlook_subscription", "new.subscription_id IS NOT NULL", "UPDATE")):
        desk = office.desk()
        name = f"{table} {when}"
        url = desk.connect_url("anna")
        with Hold(office, table, f"new.tenant = '{desk.tenant}' AND {when}", after) as hold:
            browser = threading.Thread(target=signs_in, args=(desk, url))
            browser.start()
            tap.ok(hold.is_there(), f"{name}: written")
            office.gateway.kill()
        browser.join()
        office.gateway.start()
        with office.cloud.forgive():
            state = wait_until(lambda d=desk: (s := d.state("anna")) in ("connected", "reconnect") and s, 6, 0.2) or desk.state("anna")
            if state != "connected":
                tap.equal(desk.connect("anna")[0], "connected", f"{name}: {state}, and signing in again works")
            tap.equal([desk.sync()[0], desk.state("anna")], [0, "connected"], f"{name}: a round works")
            tap.ok(wait_until(lambda d=desk: len([s for s in office.cloud.subscriptions.live.values() if s.mailbox is d.mailbox("anna")]) == 1, 20, 0.2), f"{name}: one subscription")
        if "outcome" in when:
            tap.equal(state, "connected", "what was done stays done")
    office.settled(tap, "killed before the commits of a sign-in")


def signs_in(desk, url):
    try:
        desk.sign_in(url, "anna")
    except (OSError, ValueError, AttributeError):
        pass


def storm(tap, office):
    """Random kills while mail is sent and comes in, with random faults"""
    print(f"# CRASH_SEED={SEED}", flush=True)
    rng = random.Random(SEED)
    desk, offer, case_id = connected(office)
    box = desk.mailbox("anna")
    sent, wanted, kills = {}, [], 0
    end = time.monotonic() + SECONDS
    with office.cloud.forgive():
        while time.monotonic() < end:
            if office.gateway.process is None:
                office.gateway.start()
            for _ in range(rng.randrange(1, 4) if len(sent) < MOST_SENT else 0):
                subject = f"Sturm {len(sent)}"
                sent[subject] = desk.send("anna", case_id, subject=subject)
            for _ in range(rng.randrange(3)):
                mail = offer.answer(mails.KARL, subject=f"AW: Sturm {len(wanted)}")
                wanted.append(mail.message_id)
                desk.arrive(mail)
            if rng.random() < 0.4:
                office.cloud.fault(r"/(sendMail|reply)$", mailbox=box, **rng.choice([{"status": 504, "after": True}, {"cut": "silent", "after": True}, {"cut": "silent"}, {"status": 503}]))
            time.sleep(rng.uniform(0.05, 1.0))
            blow = rng.random()
            if blow < 0.3:
                office.gateway.kill()
                kills += 1
            elif blow < 0.6:
                for pid in office.gateway.processes():
                    if rng.random() < 0.5:
                        try:
                            os.kill(pid, 9)
                        except ProcessLookupError:
                            pass
                kills += 1
        office.cloud.faults.clear()
        if office.gateway.process is None:
            office.gateway.start()

        def all_sent():
            ripen(office)
            return all(desk.message(m)["send_state"] == "sent" for m in sent.values())
        tap.ok(wait_until(all_sent, 90, 2), "every mail is sent in the end", {s: desk.message(m)["send_state"] for s, m in sent.items() if desk.message(m)["send_state"] != "sent"}, office.gateway.tail(10))
        code, out, err = desk.sync()
        tap.equal(code, 0, "a round works", out, err)
    print(f"# {len(sent)} sent, {len(wanted)} came in, {kills} blows", flush=True)
    tap.equal({s: len(desk.sent(s)) for s in sent if len(desk.sent(s)) != 1}, {}, "each went out exactly once")
    subjects = [m["subject"] for m in desk.messages(case_id)]
    tap.equal({s: subjects.count(s) for s in sent if subjects.count(s) != 1}, {}, "each is one message")
    ids = desk.ids(case_id)
    tap.equal([i for i in wanted if ids.count(i) != 1], [], "what came in is there, once")
    office.cloud.parked.clear()
    office.settled(tap, "the storm")


SCENARIOS = [while_sending, while_syncing, while_signing_in, before_commits_of_a_round, before_commits_of_sending, before_commits_of_a_sign_in, storm]


def main():
    tap = Tap()
    with Office() as office:
        tap.run(SCENARIOS, office)
        tap.equal(office.leaks(), (0, []), "no token in the log, the database or the commands")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
