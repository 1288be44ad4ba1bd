#!/usr/bin/python3
"""Following mailboxes: what ties to a case is filed, once, whatever Microsoft answers; nothing else is kept. Against the stand-in.

    tests/e2e/outlook_sync.py [SCENARIO]..."""

import datetime
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from graph.client import fetch  # noqa: E402
from harness import Gateway, Tap, check_sanitizers, wait_until  # noqa: E402
from outlook import Office, ago  # noqa: E402


def connected(office, **more):
    desk = office.desk(**more)
    outcome = desk.connect("anna")
    if outcome[0] != "connected":
        raise RuntimeError(f"not connected: {outcome}")
    return desk


def kept(desk, mail):
    """The messages that are this mail."""
    return [m for m in desk.all_messages() if m["internet_message_id"] == mail.message_id]


def synced(tap, desk, name, user="anna"):
    code, out, err = desk.sync(user)
    return tap.equal(code, 0, f"{name}: the round works", out, err, desk.gateway.tail(5))


def ties(tap, office):
    """Kept is what ids tie to a case; the rest is counted and forgotten, and not even fetched"""
    desk = connected(office)
    offer, case_id = desk.opened()
    order = offer.answer(desk.person("anna"))
    answer = order.answer(mails.KARL)
    private = mails.Plain(mails.FRIEDA, [desk.person("anna")], "Privat", "Ganz geheim: MERKMAL-4711")
    desk.arrive(order, folder="sentitems")
    desk.arrive(answer)
    item = desk.arrive(private)
    synced(tap, desk, "ties")
    messages = {m["internet_message_id"]: m for m in desk.messages(case_id)}
    tap.ok(order.message_id in messages and answer.message_id in messages, "the order from Sent Items and its answer from the Inbox are in the case", list(messages))
    tap.equal([(m["direction"], m["source"], m["submitted_by"]) for m in (messages.get(order.message_id), messages.get(answer.message_id)) if m],
              [("out", "sync", "anna"), ("in", "sync", "anna")], "direction, source, who")
    rows = [d for d in desk.deliveries() if d["protocol"] == "graph"]
    tap.equal([{d["recipient"] for d in rows}, {d["outcome"] for d in rows}], [{desk.address("anna")}, {"filed"}], "the deliveries name the mailbox")
    tap.equal([kept(desk, private), item.reads], [[], 0], "private mail is not kept and not fetched")
    code, leaks = office.leaks()
    with office.tables() as session:
        found = session.value("SELECT count(*) FROM casegate.content WHERE position('MERKMAL-4711'::bytea in bytes) > 0")
    tap.equal([code, found], [0, 0], "nor is its text anywhere", leaks)
    before = len(office.cloud.requests)
    synced(tap, desk, "nothing new")
    asked = office.cloud.requests[before:]
    tap.ok(len(asked) <= 3, f"a round without news costs {len(asked)} requests", *map(str, asked))
    office.settled(tap, "ties")


def conversation_and_index(tap, office):
    """Without a usable id: the conversation in this mailbox, and Outlook's Thread-Index"""
    desk = connected(office)
    offer = desk.offer(more=[("Thread-Index", "AdqTx0b7vC1Q5m2XQ3yX9mJ0Jq3V2g==")])
    desk.arrive(offer)
    delivery = desk.file(mails.forward(offer, author=desk.person("anna"), to=[("", desk.agent)]))
    synced(tap, desk, "the offer")
    box = desk.mailbox("anna")
    loose = mails.Plain(mails.KARL, [desk.person("anna")], "AW: " + offer.subject, "Die Maße stimmen so.", mails.at(6))
    box.deliver(loose.bytes(), conversation=box.conversations[f"<{offer.message_id}>"])
    indexed = mails.Plain(mails.KARL, [desk.person("anna")], "AW: " + offer.subject, "Lieferung am Freitag.", mails.at(9), more=[("Thread-Index", "AdqTx0b7vC1Q5m2XQ3yX9mJ0Jq3V2gAAAAAB")])
    desk.arrive(indexed)
    synced(tap, desk, "the answers")
    ids = desk.ids(delivery["case_id"])
    tap.ok(loose.message_id in ids, "by its conversation")
    tap.ok(indexed.message_id in ids, "by its Thread-Index")
    office.settled(tap, "conversations")


def looked_up(tap, office):
    """What came before the case is found in its members' mailboxes, also when it came long ago"""
    desk = connected(office)
    inquiry = mails.Plain(desk.person("anna"), [mails.KARL], "Anfrage Wellen", when=mails.at(3))
    offer = inquiry.answer(mails.KARL)
    order = offer.answer(desk.person("anna"))
    desk.arrive(inquiry, folder="sentitems", received=ago(days=200))
    desk.arrive(offer, received=ago(days=199))
    desk.arrive(order, folder="sentitems", received=ago(days=198))
    for number in range(30):
        desk.arrive(mails.Plain(mails.FRIEDA, [desk.person("anna")], f"Anderes {number}"), received=ago(days=199))
    synced(tap, desk, "before the case")
    tap.equal(desk.all_messages(), [], "nothing is kept")
    confirmation = order.answer(mails.KARL)
    delivery = desk.file(mails.forward(confirmation, author=desk.person("anna"), to=[("", desk.agent)]))
    synced(tap, desk, "after it was opened")
    ids = set(desk.ids(delivery["case_id"]))
    tap.equal({inquiry.message_id, offer.message_id, order.message_id} - ids, set(), "the three that came before are there")
    with office.gateway.admin() as session:
        tap.equal(session.value("SELECT missing_count FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],)), 0, "nothing is missing any more")
    office.settled(tap, "look-ups")
    late = order.answer(mails.KARL, subject="AW: Nachtrag")
    desk.arrive(late, received=ago(days=100))
    further = late.answer(desk.person("anna"))
    desk.file(mails.forward(further, author=desk.person("anna"), to=[("", desk.agent)]))
    synced(tap, desk, "a new missing id")
    tap.ok(late.message_id in desk.ids(delivery["case_id"]), "a new missing id is looked for")
    office.settled(tap, "missing ids")


def oddities(tap, office):
    """Pages, empty pages, repeats, sparse updates, removals in the first round: each mail once"""
    desk = connected(office)
    api = office.cloud.api
    offer, case_id = desk.opened()
    api.empty_pages = api.repeats = api.sparse = api.removed_first = True
    answers = [offer.answer(desk.person("anna"), subject=f"AW: Seite {n}") for n in range(130)]
    for answer in answers[:120]:
        desk.arrive(answer, folder="sentitems")
    gone = desk.arrive(mails.Plain(mails.FRIEDA, [desk.person("anna")], "Weg"))
    desk.mailbox("anna").delete(gone)
    synced(tap, desk, "120 mails")
    items = list(desk.mailbox("anna").folder("sentitems").messages.values())
    for item in items[:20]:
        desk.mailbox("anna").touch(item)
    for answer in answers[120:]:
        desk.arrive(answer, folder="sentitems")
    synced(tap, desk, "changes and 10 more")
    api.empty_pages = api.repeats = api.sparse = api.removed_first = False
    ids = desk.ids(case_id)
    tap.equal([len([a for a in answers if ids.count(a.message_id) == 1])], [130], "each is there once")
    tap.ok(all(item.reads == 1 for item in desk.mailbox("anna").folder("sentitems").messages.values()), "and was fetched once",
           [i.reads for i in desk.mailbox("anna").folder("sentitems").messages.values() if i.reads != 1])
    office.settled(tap, "oddities")


def lost_state(tap, office):
    """410 and every spelling of a lost state: begun anew, without duplicates and without loss"""
    desk = connected(office)
    offer, case_id = desk.opened()
    wanted = []
    for number, code in enumerate((410, "SyncStateNotFound", "syncStateNotFound", "resyncRequired")):
        office.cloud.api.gone_with = code
        before, after = (offer.answer(desk.person("anna"), subject=f"AW: {number} {n}") for n in "ab")
        desk.arrive(before, folder="sentitems")
        synced(tap, desk, f"{code}: before")
        desk.arrive(after, folder="sentitems")
        desk.mailbox("anna").expire_delta()
        synced(tap, desk, f"{code}: after")
        wanted += [before.message_id, after.message_id]
    office.cloud.api.gone_with = "SyncStateNotFound"
    ids = desk.ids(case_id)
    tap.equal([i for i in wanted if ids.count(i) != 1], [], "each is there once")
    office.settled(tap, "lost states")


def loops_and_links(tap, office):
    """A nextLink that repeats for ever ends; one that leads elsewhere is not followed, and gets no token"""
    desk = connected(office)
    offer, case_id = desk.opened()
    first = offer.answer(desk.person("anna"))
    desk.arrive(first, folder="sentitems")
    synced(tap, desk, "the first round")
    graph = office.cloud.urls["graph"]
    foreign = office.cloud.urls["foreign"]
    host, port = foreign.removeprefix("http://").split(":")
    evil = {"another host": foreign + "/v1.0/me/messages", "our host as user name": f"{graph}@{host}:{port}/v1.0/x", "our host as a prefix": f"{graph}.evil.example:{port}/v1.0/x",
            "another port": f"http://127.0.0.1:{port}/v1.0/me/mailFolders/inbox/messages/delta?$deltatoken=1", "another name of it": f"http://localhost:{port}/v1.0/x",
            "no host": "//" + foreign.removeprefix("http://") + "/v1.0/x", "a file": "file:///etc/passwd", "a backslash": f"{graph}\\@{host}:{port}/x", "gopher": "gopher://127.0.0.1:1/x",
            "a fragment": f"{foreign}#@{graph.removeprefix('http://')}/v1.0"}
    for kind in ("@odata.nextLink", "@odata.deltaLink"):
        for name, url in evil.items():
            def change(body, kind=kind, url=url):
                body.pop("@odata.deltaLink" if kind.endswith("nextLink") else "@odata.nextLink", None)
                body[kind] = url
            fault = office.cloud.twist(r"/messages/delta", change, mailbox=desk.mailbox("anna"), times=2)
            desk.sync()
            fault.times = 0
            with office.cloud.forgive():
                code, out, err = desk.sync()
            tap.equal([len(office.cloud.foreign), code], [0, 0], f"{kind}: {name} is not followed, and the next round works", out, err)
    office.settled(tap, "evil links")
    office.cloud.api.loops = True
    before = office.cloud.count("GET", "/delta")
    with office.cloud.forgive():
        code, _, err = desk.sync()
        asked = office.cloud.count("GET", "/delta") - before
        office.cloud.api.loops = False
        tap.ok(code == 1 and err.startswith("later:") and asked <= 120, f"a loop ends after {asked} requests", code, err)
        second = offer.answer(desk.person("anna"), subject="AW: danach")
        desk.arrive(second, folder="sentitems")
        synced(tap, desk, "after the loop")
    tap.equal([desk.ids(case_id).count(m.message_id) for m in (first, second)], [1, 1], "nothing is lost or doubled")
    for status in (302, 307, 308):
        office.cloud.fault(r"/messages/delta", redirect=foreign + "/v1.0/x", mailbox=desk.mailbox("anna"))
        office.cloud.faults[-1].answer.status = status
        with office.cloud.forgive():
            desk.sync()
        tap.equal(office.cloud.foreign, [], f"{status} is not followed")
        office.cloud.faults.clear()
    with office.cloud.forgive():
        synced(tap, desk, "in the end")
    office.settled(tap, "loops and redirects")


def moved(tap, office):
    """Rules and people move mail: into subfolders before we look, and while we look"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    box.add_folder("projekt", "Projekt Nord", box.folder("inbox"))
    synced(tap, desk, "the first round")
    ruled = offer.answer(mails.KARL, subject="AW: von einer Regel verschoben")
    box.move(desk.arrive(ruled), "projekt")
    straight = offer.answer(mails.KARL, subject="AW: nie im Posteingang")
    desk.arrive(straight, folder="projekt")
    racing = offer.answer(mails.KARL, subject="AW: während wir lesen")
    item = desk.arrive(racing)
    office.cloud.fault(r"/messages/[^/]+$", hook=lambda _: box.move(item, "projekt"), mailbox=box)
    synced(tap, desk, "moved mail")
    synced(tap, desk, "once more")
    with office.tables() as session:      # the hourly sweep over all folders is due
        session.execute("UPDATE casegate.outlook_folder SET done_at = now() - interval '2 hours' WHERE tenant = %s AND folder = 'all'", (desk.tenant,))
    synced(tap, desk, "the sweep")
    ids = desk.ids(case_id)
    tap.equal([ids.count(m.message_id) for m in (ruled, straight, racing)], [1, 1, 1], "all three are in the case, once")
    box.move(item, "inbox")
    box.move(item, "archive")
    synced(tap, desk, "moved to and fro")
    tap.equal(desk.ids(case_id).count(racing.message_id), 1, "still once")
    box.delete(item)
    synced(tap, desk, "deleted in Outlook")
    tap.equal(desk.ids(case_id).count(racing.message_id), 1, "and stays in the case")
    office.settled(tap, "moves")


def not_wanted(tap, office):
    """Drafts, junk, deleted mail: never"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    for folder in ("drafts", "junkemail", "deleteditems", "outbox"):
        item = desk.arrive(offer.answer(mails.KARL, subject=f"AW: {folder}"), folder=folder)
        item.is_draft = folder in ("drafts", "outbox")
    synced(tap, desk, "a round")
    box.touch(list(box.folder("drafts").messages.values())[0])
    synced(tap, desk, "another")
    tap.equal([m["subject"] for m in desk.messages(case_id) if m["source"] == "sync"], [], "nothing of it is filed")
    office.settled(tap, "not wanted")


def erased(tap, office):
    """What a person has erased in the app does not come back"""
    desk = connected(office)
    offer, case_id = desk.opened()
    answer = offer.answer(mails.KARL)
    desk.arrive(answer)
    synced(tap, desk, "a round")
    with office.gateway.admin() as session:
        reference = session.value("SELECT reference FROM casegate.cases WHERE case_id = %s", (case_id,))
    code, out, err = office.command("erase", "--tenant", desk.tenant, "--case", reference)
    if code == 2:
        tap.skip("erased mail does not return", "this build has no erase")
        return
    tap.equal([code, len(kept(desk, answer))], [0, 0], "erased", out, err)
    box = desk.mailbox("anna")
    box.move(list(box.folder("inbox").messages.values())[0], "archive")
    box.move(list(box.folder("archive").messages.values())[0], "inbox")
    box.expire_delta()
    with office.cloud.forgive():
        synced(tap, desk, "after it")
        synced(tap, desk, "and again")
    tap.equal(kept(desk, answer), [], "it does not come back")
    office.settled(tap, "erased mail")


def same_mail(tap, office):
    """One mail by LMTP, from two mailboxes and from Sent Items: one message"""
    desk = connected(office)
    tap.equal(desk.connect("bernd")[0], "connected", "Bernd is connected, too")
    offer, case_id = desk.opened()
    order = offer.answer(desk.person("anna"), to=[mails.KARL, desk.person("bernd")])
    desk.file(order.bytes(), sender=desk.address("anna"))
    desk.arrive(order, folder="sentitems")
    desk.arrive(order, user="bernd")
    synced(tap, desk, "Anna's round")
    synced(tap, desk, "Bernd's round", "bernd")
    tap.equal(len(kept(desk, order)), 1, "one message")
    tap.equal({d["message_id"] for d in desk.deliveries() if d["internet_message_id"] == order.message_id}, {kept(desk, order)[0]["message_id"]}, "all deliveries are of it")
    tap.ok(order.message_id in desk.ids(case_id), "in its case")
    office.settled(tap, "the same mail")


def hard_to_read(tap, office):
    """A body that breaks off, an item that is gone, a mail over the limit, one with a mail inside"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    broken = offer.answer(mails.KARL, subject="AW: bricht ab", text="Zeile\n" * 5000)
    desk.arrive(broken)
    office.cloud.fault(r"/\$value$", cut="middle", mailbox=box)
    synced(tap, desk, "a body that breaks off")
    messages = kept(desk, broken)
    tap.ok(len(messages) == 1 and messages[0]["text"].count("Zeile") == 5000, "read again, and whole", [m["text"][:40] for m in messages])
    vanishing = offer.answer(mails.KARL, subject="AW: verschwindet")
    item = desk.arrive(vanishing)
    office.cloud.fault(r"/\$value$", hook=lambda _: box.delete(item), mailbox=box)
    synced(tap, desk, "an item that is gone")
    huge = mails.with_file(offer.answer(mails.KARL, subject="AW: sehr groß"), "gross.bin", "application/octet-stream", os.urandom(1024) * 40_000)
    big = desk.arrive(huge)
    synced(tap, desk, "a mail over the limit")
    found = [m for m in desk.messages(case_id) if m["subject"] == "AW: sehr groß"]
    tap.equal(len(found), 1, f"a mail of {len(huge) / 1e6:.0f} MB is filed with its headers", office.gateway.tail(5))
    tap.ok(big.reads <= 1, "and not read again and again")
    nested = mails.attached([offer], author=mails.KARL, subject="AW: " + offer.subject, to=[desk.person("anna")])
    desk.arrive(nested.replace(b"\r\nMIME-Version", f"\r\nIn-Reply-To: <{offer.message_id}>\r\nMIME-Version".encode(), 1))
    synced(tap, desk, "a mail within a mail")
    office.settled(tap, "hard to read")


def throttled(tap, office):
    """429 in the middle of a round, with and without Retry-After; HTML; resets; a busy server: waited for, nothing lost"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    wanted = []
    for number, (name, path, fault) in enumerate((
            ("429 with a fraction", r"/delta", {"status": 429, "headers": {"Retry-After": "1.5"}}), ("429 at the content", r"/\$value$", {"status": 429, "headers": {"Retry-After": "1"}}),
            ("503 at the content", r"/\$value$", {"status": 503}), ("HTML", r"/delta", {"status": 502, "html": True}), ("a reset", r"/delta", {"cut": "silent"}),
            ("half an answer", r"/delta", {"cut": "middle"}), ("500", r"/messages/[^/]+$", {"status": 500, "code": "ErrorInternalServerTransientError"}),
            ("MailboxConcurrency", r"/\$value$", {"status": 429, "code": "ApplicationThrottled", "headers": {"Retry-After": "1"}}))):
        mail = offer.answer(mails.KARL, subject=f"AW: {number}")
        desk.arrive(mail)
        wanted.append(mail.message_id)
        rule = office.cloud.fault(path, mailbox=box, **fault)
        synced(tap, desk, name)
        if not rule.hits:
            print(f"# {name}: nothing asked for it")
        office.cloud.faults.clear()
    ids = desk.ids(case_id)
    tap.equal([i for i in wanted if ids.count(i) != 1], [], "each is there once")
    office.cloud.fault(r"/delta", status=503, times=100000, mailbox=box)
    begin = time.monotonic()
    code, _, err = desk.sync()
    tap.ok(code == 1 and err.startswith("later:") and time.monotonic() - begin < 150, "away for good: later, after a minute", err, time.monotonic() - begin)
    tap.ok(sum(1 for r in office.cloud.requests if r.mailbox is box and r.status == 503) < 40, "and asked with patience")
    office.cloud.faults.clear()
    tap.equal(desk.state("anna"), "connected", "still connected")
    office.settled(tap, "throttling")


def refused(tap, office):
    """No right to read, no mailbox: states and words"""
    desk = connected(office)
    box = desk.mailbox("anna")
    for status, code, state in ((403, "ErrorAccessDenied", ("consent", "admin")), (404, "MailboxNotEnabledForRESTAPI", ("admin",)), (400, "RequestBodyRead", ("admin", "failed", "later"))):
        office.cloud.fault(r"/delta", status=status, code=code, mailbox=box, times=30)
        done = desk.sync()
        tap.ok(done[0] == 1 and done[2].split(":")[0] in state and done[2].count("\n") == 1, f"{code}: {done[2].strip()}")
        office.cloud.faults.clear()
    with office.cloud.forgive():
        synced(tap, desk, "when it is mended")
    tap.equal(desk.state("anna"), "connected", "connected again by itself")
    office.settled(tap, "refusals")


def fill(box, count, newest, per_hour, offer, answers):
    """count mails of the past, newest first, so many an hour; those at the positions `answers` answer the offer."""
    for number in range(count):
        is_answer = number in answers
        box.add(subject=f"AW: {offer.subject}" if is_answer else f"Mail {number}", author=mails.KARL if is_answer else ("Viel", "viel@viel.example"), to=[("", box.address)],
                internet_id=f"<nummer-{number}@viel.example>", references=(f"<{offer.message_id}>",) if is_answer else (), text=f"Text {number}",
                received=newest - datetime.timedelta(seconds=number * 3600 / per_hour))


def unfiled(desk, case_id, answers):
    """Which of the answers are not there exactly once."""
    ids = desk.ids(case_id)
    return [number for number in answers if ids.count(f"nummer-{number}@viel.example") != 1]


def large(tap, office):
    """A mailbox of 20,000 mails, 4,000 of them within the window of 14 days; a few belong to a case"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    answers = set(range(0, 4000, 40))
    fill(box, 20_000, ago(minutes=1), 4000 / (14 * 24) * 1.001, offer, answers)
    before, begin = len(office.cloud.requests), time.monotonic()
    code, megabytes = desk.sync_measured()
    tap.equal(code, 0, "20,000 mails: the round works")
    seconds, asked = time.monotonic() - begin, sum(1 for r in office.cloud.requests[before:] if not r.inner)
    tap.equal(unfiled(desk, case_id, answers), [], "the 100 that belong to the case are there, once")
    filed = len(desk.messages(case_id)) - 1
    print(f"# 4,000 mails of the window in {seconds:.1f} s ({4000 / seconds:.0f}/s), {filed} filed, {asked} requests ({asked / 4000:.3f} a mail seen), {megabytes:.0f} MB of memory")
    tap.ok(asked <= 100 + 4000 / 50 + 4000 / 20 + 4000 / 50 + 20, f"{asked} requests: lists by 50, details by batches of 20, content of what is filed")
    office.settled(tap, "a large mailbox")


def cap(tap, office):
    """A filtered delta ends at 5,000: what lies behind is swept"""
    desk = connected(office)
    offer, case_id = desk.opened()
    box = desk.mailbox("anna")
    answers = {5001, 5500, 6100}
    fill(box, 6200, ago(minutes=1), 6300 / (14 * 24), offer, answers)
    synced(tap, desk, "6,200 mails")
    synced(tap, desk, "once more")
    tap.equal(unfiled(desk, case_id, answers), [], "those behind the 5,000 are there")
    office.settled(tap, "the cap")


def flow(tap, office):
    """A silent stop is visible: last seen against last filed, in status and as a metric"""
    desk = connected(office)
    offer, _ = desk.opened()
    desk.arrive(offer.answer(mails.KARL))
    synced(tap, desk, "a round")
    status = desk.status("anna")
    tap.ok(status["last_sync_at"], "last_sync_at", status)
    metrics = fetch_metrics(office)
    names = sorted({line.split("{")[0].split(" ")[0] for line in metrics.splitlines() if "graph" in line and not line.startswith("#")})
    tap.ok({"casegate_graph_seen_total", "casegate_graph_filed_total"} <= set(names) and desk.address("anna") not in metrics, f"metrics: {names}", metrics[:600])
    office.settled(tap, "flow")


def fetch_metrics(office):
    return fetch(office.public_url + "/metrics").body.decode()


def by_itself(tap, _):
    """With poll_seconds the workers go round by themselves; two gateways share the mailboxes"""
    with Office(polls=1) as polling:
        desk = connected(polling)
        offer, case_id = desk.opened()
        settings = polling.gateway.wanted
        with Gateway({section: keys for section, keys in settings.items() if section != "http"}, cluster=polling.gateway.cluster):
            answers = [offer.answer(mails.KARL, subject=f"AW: {n}") for n in range(5)]
            for answer in answers:
                desk.arrive(answer)
                time.sleep(0.5)
            tap.ok(wait_until(lambda: all(a.message_id in desk.ids(case_id) for a in answers), 30, 0.2), "five mails come by themselves", polling.gateway.tail(5))
            tap.equal([desk.ids(case_id).count(a.message_id) for a in answers], [1] * 5, "each once")
        polling.settled(tap, "polling")


SCENARIOS = [ties, conversation_and_index, looked_up, oddities, lost_state, loops_and_links, moved, not_wanted, erased, same_mail, hard_to_read, throttled, refused, large, cap, flow, by_itself]


def main():
    tap = Tap()
    with Office(settings={"limits": {"message_size": str(32 * 1024 * 1024)}}) as office:
        tap.run(SCENARIOS, office)
        tap.equal(office.leaks(), (0, []), "no token in the log, the database or the commands")
        check_sanitizers(tap, office.gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
