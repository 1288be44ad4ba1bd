#!/usr/bin/python3
"""What Microsoft's documents leave open: the same told in other words, moved or cut between two requests, said twice or not
at all. Nothing is lost or doubled, whichever it is. Against the stand-in.

    tests/e2e/outlook_odd.py [SCENARIO]..."""

import json
import os
import re
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from graph.cloud import graph_error  # noqa: E402
from graph.wire import Answer  # noqa: E402
from harness import Tap, check_sanitizers, wait_until  # noqa: E402
from outlook import Office  # noqa: E402


def connected(office, **more):
    """A desk with a connected mailbox and a case: (desk, offer, case_id, mailbox)."""
    desk = office.desk(**more)
    outcome = desk.connect("anna")
    if outcome[0] != "connected":
        raise RuntimeError(f"not connected: {outcome}")
    offer, case_id = desk.opened()
    return desk, offer, case_id, desk.mailbox("anna")


def synced(tap, desk, name, user="anna"):
    code, out, err = desk.sync(user)
    return tap.equal(code, 0, f"{name}: the round works", out, err, desk.gateway.tail(5))


def counted(desk, case_id, *wanted):
    """How often each mail is in the case."""
    ids = desk.ids(case_id)
    return [ids.count(mail.message_id) for mail in wanted]


def moved_meanwhile(tap, office):
    """A mail that is moved between the list, the second look and its content is found where it is, in the same round"""
    desk, offer, case_id, box = connected(office)
    box.add_folder("projekt", "Projekt", box.folder("inbox"))
    synced(tap, desk, "the first round")
    wanted = []
    for number, path in enumerate((r"/messages/AA[^/]+$", r"/messages/AA[^/]+/\$value$")):
        mail = offer.answer(mails.KARL, subject=f"AW: unterwegs {number}")
        item = desk.arrive(mail)
        wanted.append(mail)
        office.cloud.fault(path, hook=lambda _, i=item: box.move(i, "projekt"), mailbox=box)
        synced(tap, desk, f"moved at {path}")
    tap.equal(counted(desk, case_id, *wanted), [1, 1], "both are in the case, once")
    thrown = offer.answer(mails.KARL, subject="AW: weggeworfen")
    item = desk.arrive(thrown)
    office.cloud.fault(r"/\$value$", hook=lambda _: box.move(item, "deleteditems"), mailbox=box)
    synced(tap, desk, "thrown away meanwhile")
    tap.equal(counted(desk, case_id, thrown), [0], "what was thrown away is nobody's business")
    office.settled(tap, "moved meanwhile")


def halved(answer):
    """Half of the content as if it were all: its length says nothing of it."""
    return Answer(answer.status, answer.body[:len(answer.body) // 2], answer.headers)


def cut_content(tap, office):
    """Half of a mail under a length that fits it: asked for again, and whole"""
    desk, offer, case_id, box = connected(office)
    plain = offer.answer(mails.KARL, subject="AW: halb", text="Zeile\n" * 3000)
    parts = mails.with_file(offer.answer(mails.KARL, subject="AW: halb mit Datei"), "plan.bin", "application/octet-stream", bytes(range(256)) * 400)
    for name, mail in (("a plain mail", plain), ("a mail in parts", parts)):
        desk.arrive(mail)
        rule = office.cloud.fault(r"/\$value$", twist=halved, mailbox=box)
        with office.cloud.forgive():
            synced(tap, desk, name)
        tap.equal(rule.hits, 1, f"{name}: it happened")
    found = {m["subject"]: m for m in desk.messages(case_id)}
    tap.equal(found["AW: halb"]["text"].count("Zeile"), 3000, "the plain mail is whole")
    with office.gateway.admin() as session:
        sizes = session.rows("SELECT size FROM casegate.attachments WHERE message_id = %s", (found["AW: halb mit Datei"]["message_id"],))
    tap.equal([row["size"] for row in sizes], [256 * 400], "and the file, too")
    office.settled(tap, "cut content")


def unreadable(tap, office):
    """A mail whose content Exchange refuses: filed as what is known of it, and those behind it, too"""
    desk, offer, case_id, box = connected(office)
    odd = offer.answer(mails.KARL, subject="AW: beschädigt Ä", text="Der Text ist noch da: Übergröße.")
    item = desk.arrive(odd)
    good = offer.answer(mails.KARL, subject="AW: danach")
    desk.arrive(good)
    key = urllib.parse.quote(item.default_id, safe="")
    office.cloud.fault(re.escape(key) + r"/\$value$", status=400, code="ErrorCorruptData", mailbox=box, times=9)
    synced(tap, desk, "content that is refused")
    office.cloud.faults.clear()
    tap.equal(counted(desk, case_id, odd, good), [1, 1], "both are in the case")
    message = next(m for m in desk.messages(case_id) if m["internet_message_id"] == odd.message_id)
    tap.equal([message["from_address"], message["subject"], "Übergröße" in message["text"], "Postfach" in message["text"]], [mails.KARL[1], "AW: beschädigt Ä", True, True],
              "who, what, its text, and why there is no more", message["text"])
    tap.equal(abs((message["sent_at"] - odd.when).total_seconds()) < 2, True, "and when", message["sent_at"], odd.when)
    office.settled(tap, "unreadable mail")


def other_line_ends(tap, office):
    """Content whose lines end in LF alone: our stamp is still found in it"""
    desk, _, case_id, box = connected(office)
    transport = office.cloud.transport
    transport.keep_property, transport.show_headers, transport.line_ends = False, False, b"\n"
    office.cloud.fault(r"/(sendMail|reply)$", status=504, after=True, mailbox=box)
    with office.cloud.forgive():
        message_id = desk.send("anna", case_id, subject="Nur LF")
        message = desk.wait_send(message_id, "sent", "failed", seconds=60)
        tap.equal([message["send_state"], len(desk.sent("Nur LF"))], ["sent", 1], "known by its header, sent once", message["send_error"])
        synced(tap, desk, "its copy")
    transport.keep_property, transport.show_headers, transport.line_ends = True, True, b"\r\n"
    tap.equal([m["subject"] for m in desk.messages(case_id)].count("Nur LF"), 1, "one message")
    office.settled(tap, "line ends")


def odd_letters(tap, office):
    """Half a letter, a NUL, unknown and missing members in a page: one subject does not hide the others"""
    desk, offer, case_id, box = connected(office)
    good, odd = offer.answer(mails.KARL, subject="AW: gut"), offer.answer(mails.KARL, subject="AW: SELTSAM")
    for mail in (good, odd):
        desk.arrive(mail)

    def twist(answer):
        return Answer(answer.status, answer.body.replace(b"AW: SELTSAM", rb"AW: \ud83d halb \u0000 \"\\ud83d\\" + b" \xf0\x9f"), answer.headers)
    office.cloud.fault(r"/delta", twist=twist, mailbox=box, times=9)
    synced(tap, desk, "no Unicode")
    office.cloud.faults.clear()
    tap.equal(counted(desk, case_id, good, odd), [1, 1], "both are filed")
    extra = offer.answer(mails.KARL, subject="AW: mehr")
    desk.arrive(extra)

    def change(body):
        body["value"] = [None, 7, {}, {"id": ""}, {"id": 4}, {"@removed": {"reason": "changed"}, "id": "AAMkgone"}] + body["value"]
        for item in body["value"][6:]:
            item.update({"from": None, "isDraft": "no", "unknown": {"deep": [[[[]]]]}, "receivedDateTime": "yesterday"})
    office.cloud.twist(r"/delta", change, mailbox=box, times=2)
    synced(tap, desk, "members of other kinds")
    tap.equal(counted(desk, case_id, extra), [1], "what can be read is read")
    office.settled(tap, "odd letters")


def within_a_batch(tap, office):
    """In a batch: a token that ended, a refusal of one, patience for some"""
    desk, offer, case_id, box = connected(office)
    synced(tap, desk, "the first round")
    wanted = []

    def arrive(name, **fault):
        for number in range(8):
            mail = offer.answer(mails.KARL, subject=f"AW: {name} {number}")
            desk.arrive(mail)
            wanted.append(mail)
        rule = office.cloud.fault(r"/messages/AA[^/]+$", mailbox=box, **fault)
        with office.cloud.expect("refreshed though"):
            synced(tap, desk, name)
        tap.ok(rule.hits > 0, f"{name}: it happened")
        office.cloud.faults.clear()
    arrive("429 for some", status=429, headers={"Retry-After": "1"}, times=3)
    arrive("429 without a word", status=429, times=2)
    arrive("503 for all", status=503, times=8)
    arrive("401 for one", status=401, code="InvalidAuthenticationToken")
    tap.equal(set(counted(desk, case_id, *wanted)), {1}, "all are filed, once")
    refused = offer.answer(mails.KARL, subject="AW: ohne Auskunft")
    desk.arrive(refused)
    office.cloud.fault(r"/messages/AA[^/]+$", status=400, code="ErrorInvalidProperty", mailbox=box)
    synced(tap, desk, "400 for one")
    office.settled(tap, "batches")


def circles(tap, office):
    """Pages of a sweep that lead to and fro end"""
    desk, offer, case_id, box = connected(office)
    mail = offer.answer(mails.KARL)
    desk.arrive(mail)
    links = []

    def change(body):
        if not links:
            links.extend(f"{office.cloud.urls['graph']}/v1.0/me/messages?$skiptoken={n}" for n in "ab")
        body["@odata.nextLink"] = links[len(seen) % 2]
        seen.append(1)
    seen = []
    office.cloud.fault(r"/me/messages$", answer=None, twist=lambda answer: twisted(answer, change), mailbox=box, times=30)
    with office.cloud.expect("link that was changed or never given"):
        synced(tap, desk, "a circle of two")
    tap.ok(len(seen) <= 5, f"after {len(seen)} pages")
    tap.equal(counted(desk, case_id, mail), [1], "nothing is lost")
    office.settled(tap, "circles")


def twisted(answer, change):
    """As Cloud.twist, also of what was refused: a page without mail then."""
    body = answer.value() if answer.status < 300 else {"value": []}
    change(body)
    return Answer.json(body)


def lost_states(tap, office):
    """A lost state by every status and depth, with and without an address: begun anew, nothing doubled"""
    desk, offer, case_id, box = connected(office)
    synced(tap, desk, "the first round")
    wanted = []
    inner = Answer.json({"error": {"code": "BadRequest", "message": "x", "innererror": {"code": "resyncRequired", "innerError": {"code": "y"}}}}, 400)
    for name, answer in (("410 without an address", graph_error(410, "resyncChangesApplyDifferences")), ("410 in HTML", graph_error(410, "x", html=True)),
                         ("404 syncStateNotFound", graph_error(404, "syncStateNotFound")), ("400 SyncStateInvalid", graph_error(400, "SyncStateInvalid")),
                         ("deep inside", inner), ("a 400 that says nothing", graph_error(400, "BadRequest"))):
        mail = offer.answer(mails.KARL, subject=f"AW: {name}")
        desk.arrive(mail)
        wanted.append(mail)
        office.cloud.fault(r"/delta", answer=answer, mailbox=box)
        with office.cloud.forgive():
            synced(tap, desk, name)
    tap.equal(counted(desk, case_id, *wanted), [1] * len(wanted), "all are filed, once")
    office.settled(tap, "lost states")


def no_mailbox(tap, office):
    """Neither Inbox nor Sent Items, a challenge for claims, a right that takes its time: the state says who must act"""
    desk, offer, case_id, box = connected(office)
    for text, word in (("The specified object was not found in the store.", "admin"), ("Default folder Root not found.", "admin")):
        office.cloud.fault(r"/delta", answer=graph_error(404, "ErrorItemNotFound", text), mailbox=box, times=9)
        code, _, err = desk.sync()
        tap.equal([code, err.split(":")[0]], [1, word], f"404 {text}", err)
        office.cloud.faults.clear()
    with office.cloud.forgive():
        synced(tap, desk, "when the licence is there")
    tap.equal(desk.state("anna"), "connected", "connected again by itself")
    challenge = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="https://login.example/", Bearer claims="eyJ9", error="insufficient_claims"'}
    office.cloud.fault(r"/delta", answer=graph_error(401, "InvalidAuthenticationToken", "Continuous access evaluation", challenge), mailbox=box)
    code, _, err = desk.sync()
    tap.equal([code, err.split(":")[0], desk.state("anna")], [1, "reconnect", "reconnect"], "a challenge for claims: the user signs in again", err)
    with office.cloud.forgive():
        tap.equal([desk.connect("anna")[0], desk.admin_consent()[0]], ["connected", "granted"], "connected, and consented to for all")
    office.cloud.fault(r"/delta", answer=graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."), mailbox=box, times=2)
    mail = offer.answer(mails.KARL)
    desk.arrive(mail)
    with office.cloud.forgive():
        synced(tap, desk, "a consent that is on its way")
    tap.equal(counted(desk, case_id, mail), [1], "and the mail is filed")
    office.settled(tap, "no mailbox")


def parent_gone(tap, office):
    """What is answered is moved between finding and answering: a mail of its own, once"""
    desk, offer, case_id, box = connected(office)
    item = desk.arrive(offer)
    synced(tap, desk, "the offer")
    office.cloud.fault(r"/reply$", hook=lambda _: box.move(item, "archive"), mailbox=box)
    message_id = desk.send("anna", case_id, subject="AW: bewegt")
    message = desk.wait_send(message_id, "sent", "failed")
    tap.equal([message["send_state"], [s.how for s in desk.sent("AW: bewegt")]], ["sent", ["sendMail"]], "sent, once", message["send_error"])
    office.settled(tap, "a parent that is gone")


def early_copy(tap, office):
    """The copy is synced before the answer comes; the same copy lies there twice; none ever comes"""
    desk, _, case_id, box = connected(office)
    office.cloud.fault(r"/sendMail$", hook=lambda _: time.sleep(4), after=True, mailbox=box)
    message_id = desk.send("anna", case_id, subject="Früh")
    wait_until(lambda: desk.sent("Früh"), 20)
    synced(tap, desk, "while the answer waits")
    message = desk.wait_send(message_id, "sent", "failed")
    tap.equal([message["send_state"], len(desk.sent("Früh")), [m["subject"] for m in desk.messages(case_id)].count("Früh")], ["sent", 1, 1], "sent once, one message")
    box.deliver(desk.sent("Früh")[0].mime, "sentitems")
    with office.cloud.forgive():
        synced(tap, desk, "the copy twice")
    tap.equal([m["subject"] for m in desk.messages(case_id)].count("Früh"), 1, "still one message")
    office.cloud.transport.save_copy = False
    message_id = desk.send("anna", case_id, subject="Ohne Kopie")
    message = desk.wait_send(message_id, "sent", "failed")
    synced(tap, desk, "no copy")
    office.cloud.transport.save_copy = True
    tap.equal([message["send_state"], len(desk.sent("Ohne Kopie"))], ["sent", 1], "202 is enough")
    office.settled(tap, "copies")


def hidden_copy(tap, office):
    """A copy that shows nothing of ours and answers nothing: its own header says whose it is, and what it is called now"""
    desk, _, case_id, box = connected(office)
    transport = office.cloud.transport
    transport.keep_property, transport.show_headers = False, False
    with office.cloud.forgive():         # the copy is asked for its headers, and fetched later; by a round that it rings for, too
        message_id = desk.send("anna", case_id, subject="Ganz neu")
        desk.wait_send(message_id, "sent")
        wait_until(lambda: message_id in [d["message_id"] for d in desk.deliveries() if d["protocol"] == "graph"], 10, 0.2)
    same = mails.Plain(desk.person("anna"), [mails.FRIEDA], "Ganz neu", "Privat, zufällig mit demselben Betreff.")
    other = mails.Plain(desk.person("anna"), [mails.FRIEDA], "Ganz anders", "Privat.")
    private = [desk.arrive(mail, folder="sentitems") for mail in (same, other)]
    with office.cloud.forgive():
        synced(tap, desk, "its copy")
    transport.keep_property, transport.show_headers = True, True
    tap.equal([private[1].reads, [m["subject"] for m in desk.all_messages()].count("Ganz neu")], [0, 1], "one message; private mail is not kept, nor asked for under another subject")
    minted = desk.sent("Ganz neu")[0].internet_id
    answer = mails.Plain(mails.KARL, [desk.person("anna")], "Ihre Nachricht", more=[("In-Reply-To", minted), ("References", minted)])
    desk.arrive(answer)
    synced(tap, desk, "an answer to the id that Exchange gave it")
    tap.equal(counted(desk, case_id, answer), [1], "is in the case")
    office.settled(tap, "a hidden copy")


def new_subject(tap, office):
    """Under a new subject, without a prefix: what ids tie to a case is in that case; a mailbox opens none"""
    desk, offer, case_id, _ = connected(office)
    order = offer.answer(desk.person("anna"), subject="Lieferung am Freitag")
    reply = order.answer(mails.KARL, subject="Stellplatz 12")
    desk.arrive(order, folder="sentitems")
    desk.arrive(reply)
    synced(tap, desk, "both")
    tap.equal([counted(desk, case_id, order, reply), {m["case_id"] for m in desk.all_messages()}], [[1, 1], {case_id}], "in the case, and no case beside it")
    office.settled(tap, "a new subject")


def no_filter(tap, office):
    """A tenant whose Exchange does not filter by our stamp, or drops it: looked for by other ways, the test mail, too"""
    desk, _, case_id, box = connected(office)
    office.cloud.fault(r"/(sendMail|reply)$", status=504, after=True, mailbox=box)
    office.cloud.fault(r"/me/messages$", status=400, code="ErrorInvalidUrlQueryFilter", method="GET", mailbox=box, times=2)
    with office.cloud.forgive():
        message_id = desk.send("anna", case_id, subject="Ohne Filter")
        message = desk.wait_send(message_id, "sent", "failed", seconds=60)
    tap.equal([message["send_state"], len(desk.sent("Ohne Filter"))], ["sent", 1], "found in Sent Items", message["send_error"])
    office.cloud.faults.clear()
    transport = office.cloud.transport
    for name, keeps, shows in (("only the header", False, True), ("only in the content", False, False)):
        transport.keep_property, transport.show_headers = keeps, shows
        with office.cloud.forgive():
            code, out, err = desk.test()
        tap.ok(code == 0 and "seen" in out, f"the test mail is confirmed by {name}", out, err)
    transport.keep_property, transport.show_headers = True, True
    transport.refuses = {"singleValueExtendedProperties": 400}
    with office.cloud.forgive():
        code, out, err = desk.test()
    transport.refuses = {}
    tap.ok(code == 0 and "seen" in out, "and where the stamp is refused", out, err)
    office.settled(tap, "no filter")


def strays(tap, office):
    """A subscription whose making nobody heard of does not ring for ever beside a new one"""
    rule = office.cloud.fault(r"/subscriptions$", cut="silent", after=True, method="POST")
    desk, offer, case_id, box = connected(office)
    tap.ok(wait_until(lambda: rule.hits, 20, 0.2), "the answer is lost")
    with office.tables() as session:
        session.execute("UPDATE casegate.outlook_connection SET subscribe_at = now() WHERE tenant = %s", (desk.tenant,))
    live = office.cloud.subscriptions.live
    with office.cloud.expect("a second subscription"):
        first = {s.id for s in live.values() if s.mailbox is box}
        tap.ok(wait_until(lambda: (now := {s.id for s in live.values() if s.mailbox is box}) and not now & first, 90, 0.3), "the stray is ended, another made", office.gateway.tail(5))
    tap.equal(len([s for s in live.values() if s.mailbox is box]), 1, "one is left")
    mail = offer.answer(mails.KARL)
    desk.arrive(mail)
    tap.ok(wait_until(lambda: counted(desk, case_id, mail) == [1], 15, 0.2), "and it rings")
    office.settled(tap, "strays")


def kept_alive(tap, office):
    """A refresh token that nobody needs is used once a month; who only sends finds out by himself that he may again"""
    desk, _, case_id, _ = connected(office, scopes="send")
    before = office.cloud.count("POST", r"/token$", "login")
    with office.tables() as session, office.cloud.forgive():
        session.execute("UPDATE casegate.outlook_token SET refreshed_at = now() - interval '31 days', access_expires_at = now() - interval '31 days' WHERE tenant = %s", (desk.tenant,))
        tap.ok(wait_until(lambda: office.cloud.count("POST", r"/token$", "login") == before + 1, 20, 0.2), "after 30 days: refreshed")
        tap.ok(wait_until(lambda: session.value("SELECT refreshed_at > now() - interval '1 minute' FROM casegate.outlook_token WHERE tenant = %s", (desk.tenant,)), 10, 0.2), "and kept")
        office.cloud.fault(r"/token$", origin="login", status=503, times=1000)
        session.execute("UPDATE casegate.outlook_token SET refreshed_at = now() - interval '31 days', access_expires_at = now() - interval '31 days' WHERE tenant = %s", (desk.tenant,))
        before = office.cloud.count("POST", r"/token$", "login")
        time.sleep(5)
        asked = office.cloud.count("POST", r"/token$", "login") - before
        tap.ok(1 <= asked <= 8, f"a login host that is away is asked with patience: {asked} times in 5 s")
        office.cloud.faults.clear()
        tap.ok(wait_until(lambda: session.value("SELECT refreshed_at > now() - interval '1 minute' FROM casegate.outlook_token WHERE tenant = %s", (desk.tenant,)), 60, 0.5), "and refreshed when it is back")
    office.settled(tap, "keeping alive")
    desk.app.secrets[desk.secret] = False
    with office.tables() as session, office.cloud.forgive():
        session.execute("UPDATE casegate.outlook_token SET access_expires_at = now() - interval '1 minute' WHERE tenant = %s", (desk.tenant,))
        message_id = desk.send("anna", case_id, subject="Schlüssel abgelaufen")
        tap.ok(wait_until(lambda: desk.state("anna") == "admin", 20, 0.2), "an expired secret: admin", desk.status("anna"))
        desk.app.secrets[desk.secret] = True
        tap.equal(desk.message(message_id)["send_state"], "queued", "the mail waits")
        session.execute("UPDATE casegate.outbox SET due_at = now() WHERE message_id = %s", (message_id,))
        session.execute("UPDATE casegate.outlook_connection SET send_due_at = now() WHERE tenant = %s", (desk.tenant,))
        message = desk.wait_send(message_id, "sent", "failed")
    tap.equal([message["send_state"], desk.state("anna")], ["sent", "connected"], "and goes out when the secret is good again", message["send_error"])
    office.settled(tap, "an expired secret")


def asked_for_patience(tap, office):
    """The login host asks one mailbox for patience: the others of the app wait, too. MailboxConcurrency: fewer at once"""
    desk, offer, case_id, box = connected(office)
    tap.equal(desk.connect("bernd")[0], "connected", "Bernd, too")
    with office.tables() as session:
        session.execute("UPDATE casegate.outlook_token SET access_expires_at = now() - interval '1 minute' WHERE tenant = %s", (desk.tenant,))
    office.cloud.fault(r"/token$", origin="login", answer=graph_error(429, "x", headers={"Retry-After": "4"}))
    with office.cloud.expect("refreshed though"):
        begin = time.monotonic()
        synced(tap, desk, "Anna")
        synced(tap, desk, "Bernd", "bernd")
    tap.ok(time.monotonic() - begin >= 3.5, "they waited")
    office.settled(tap, "the login host's patience")
    mail = offer.answer(mails.KARL)
    desk.arrive(mail)
    office.cloud.fault(r"/\$value$", answer=graph_error(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": "1"}), mailbox=box)
    synced(tap, desk, "crowded")
    with office.tables() as session:
        tap.equal(session.value("SELECT places FROM casegate.outlook_registration WHERE tenant = %s", (desk.tenant,)), 8, "half as many mailboxes at once")
    tap.equal(counted(desk, case_id, mail), [1], "and the mail is filed")
    office.settled(tap, "crowds")


def odd_tokens(tap, office):
    """A token answer without scope, a forged issuer, a token of two lines, no JSON"""
    desk = office.desk()

    def without_scope(body):
        body.pop("scope")
    office.cloud.twist(r"/token$", without_scope, origin="login")
    tap.equal(desk.connect("anna")[0], "connected", "no scope is the scope that was asked for")
    office.cloud.directory.person.claims = {"iss": f"https://evil.example/{desk.entra.id}/v2.0"}
    outcome, code, _ = desk.connect("bernd")
    office.cloud.directory.person.claims = None
    tap.ok(outcome != "connected" and code >= 400 and desk.state("bernd") != "connected", "a forged issuer", outcome, code)
    for name, twist in (("two lines", lambda a: Answer.json({**json.loads(a.body), "access_token": "x\r\nX-Evil: 1"})), ("half of the JSON", halved), ("a list", lambda _: Answer.json([1])),
                        ("too much", lambda _: Answer(200, b" " * 200_000 + b"{}", {"Content-Type": "application/json"}))):
        office.cloud.fault(r"/token$", origin="login", twist=twist, times=3)
        with office.cloud.expect("a code redeemed twice"):
            outcome, code, _ = desk.connect("bernd")
        tap.ok(outcome not in ("connected", None) and code >= 400, f"{name}: {outcome}", code)
        office.cloud.faults.clear()
    tap.equal([r.header("X-Evil") for r in office.cloud.requests if r.header("X-Evil")], [], "nothing of it becomes a header")
    office.settled(tap, "odd tokens")


SCENARIOS = [moved_meanwhile, cut_content, unreadable, other_line_ends, odd_letters, within_a_batch, circles, lost_states, no_mailbox, parent_gone, early_copy, hidden_copy, new_subject, no_filter, strays, kept_alive,
             asked_for_patience, odd_tokens]


def main():
    tap = Tap()
    with Office(settings={"limits": {"message_size": str(32 * 1024 * 1024)}}) as office:
        tap.run(SCENARIOS, office)
        tap.equal(office.leaks(), (0, []), "no token in the log, the database or the commands")
        check_sanitizers(tap, office.gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
