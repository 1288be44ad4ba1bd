#!/usr/bin/python3
"""Sending through Outlook: once in every fault, in order, in the thread, with files, and told in words. Against the stand-in.

    tests/e2e/outlook_send.py [SCENARIO]..."""

import email
import email.policy
import email.utils
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from harness import Tap, check_sanitizers, wait_until  # noqa: E402
from outlook import Office  # noqa: E402

MB = 1024 * 1024


def parsed(entry):
    return email.message_from_bytes(entry.mime, policy=email.policy.default)


def connected(office, user="anna", **more):
    """A desk with a connected mailbox and a case: (desk, offer, case_id)."""
    desk = office.desk(**more)
    outcome = desk.connect(user)
    if outcome[0] != "connected":
        raise RuntimeError(f"not connected: {outcome}")
    offer, case_id = desk.opened(user)
    return desk, offer, case_id


def aged(office, message_id, minutes=11):
    """As if the mail had been given to Microsoft so long ago."""
    with office.tables() as session:
        session.execute("UPDATE casegate.outbox SET started_at = started_at - make_interval(mins => %s), queued_at = queued_at - make_interval(mins => %s), due_at = now()"
                        " WHERE message_id = %s", (minutes, minutes, message_id))
        session.execute("UPDATE casegate.outlook_connection c SET send_due_at = now() FROM casegate.outbox o WHERE o.message_id = %s AND c.tenant = o.tenant AND c.\"user\" = o.\"user\"",
                        (message_id,))


def once(tap, desk, message_id, name, subject="Bestellung", seconds=40):
    """It reaches `sent`, and exactly one mail went out."""
    message = desk.wait_send(message_id, "sent", "failed", seconds=seconds)
    tap.equal([message["send_state"], len(desk.sent(subject))], ["sent", 1], f"{name}: sent, once", message["send_error"], desk.gateway.tail(5))


def plain(tap, office):
    """Queued, sent, and the copy that comes back is the same message"""
    desk, _, case_id = connected(office)
    message_id = desk.send("anna", case_id, text="Wir bestellen 12 Wellen zu Übergröße.", cc=["Bernd Beispiel <bernd@nord.example>"])
    tap.equal(desk.message(message_id)["send_state"] in ("queued", "sending", "sent"), True, "queued")
    once(tap, desk, message_id, "plain")
    entry = desk.sent()[0]
    tap.ok(entry.how in ("sendMail", "reply"), f"by {entry.how}")
    mail = parsed(entry)
    tap.equal([mail["To"].addresses[0].addr_spec, mail["Cc"].addresses[0].addr_spec], [mails.KARL[1], "bernd@nord.example"], "To and Cc")
    tap.ok("Übergröße" in mail.get_body(("plain", "html")).get_content(), "the text")
    before = len(desk.messages(case_id))
    tap.equal(desk.sync()[0], 0, "a round")
    tap.equal(len(desk.messages(case_id)), before, "the copy is no second message")
    message = desk.message(message_id)
    tap.equal([message["direction"], message["source"], message["send_state"]], ["out", "send", "sent"], "still the mail that was sent")
    tap.equal([d["message_id"] for d in desk.deliveries() if d["protocol"] == "graph"], [message_id], "the copy is a delivery of it")
    source = desk.call("SELECT casegate.message_source(%s)", (message_id,), "anna")
    tap.ok(source and entry.internet_id.encode() in bytes(source), "its bytes are those of the copy")
    reply = mails.Plain(mails.KARL, [desk.person("anna")], "AW: Bestellung", more=[("In-Reply-To", entry.internet_id), ("References", entry.internet_id)])
    desk.arrive(reply)
    desk.sync()
    tap.ok(reply.message_id in desk.ids(case_id), "an answer to the id that Exchange gave it finds the case")
    own = message["internet_message_id"]
    tap.ok("<" not in own, "ids stand without angle brackets", own)
    office.settled(tap, "plain")


def as_reply(tap, office):
    """What answers a mail of the mailbox goes out as its reply; else it names the ids itself"""
    desk, _, second = connected(office)
    offer = desk.offer()
    desk.arrive(offer)
    delivery = desk.file(mails.forward(offer, author=desk.person("anna"), to=[("", desk.agent)]))
    desk.sync()
    message_id = desk.send("anna", delivery["case_id"], subject="AW: " + offer.subject)
    once(tap, desk, message_id, "in the thread", "AW: " + offer.subject)
    entry = desk.sent()[0]
    tap.equal([entry.how in ("reply", "replyAll"), entry.recipients], [True, [mails.KARL[1]]], "by /reply, with the recipients that were asked for", entry.how)
    tap.ok(f"<{offer.message_id}>" in parsed(entry)["References"], "it refers to the offer")
    tap.ok("Guten Tag" in parsed(entry).get_body(("plain", "html")).get_content(), "with our text")
    message_id = desk.send("anna", second, subject="Nicht im Postfach")
    once(tap, desk, message_id, "what it answers is not there", "Nicht im Postfach")
    entry = desk.sent("Nicht im Postfach")[0]
    tap.equal(entry.how, "sendMail", "by sendMail")
    tap.ok(parsed(entry)["In-Reply-To"] and parsed(entry)["References"], "with In-Reply-To and References")
    office.settled(tap, "replies")


def program_alone(tap, office):
    """App-only: through /users/{id}, never /me"""
    desk = office.desk(app_only=True, certificate=True)
    desk.app.roles = {"Mail.Send", "Mail.Read"}
    desk.bind("anna")
    desk.sync()
    _, case_id = desk.opened()
    message_id = desk.send("anna", case_id)
    once(tap, desk, message_id, "app-only")
    tap.equal(desk.sent()[0].mailbox.address, desk.address("anna"), "from her mailbox")
    office.settled(tap, "app-only")


def files(tap, office):
    """Attachments up to Graph's limit, and a clear word above it"""
    desk, _, case_id = connected(office)
    content = os.urandom(2 * MB)
    message_id = desk.send("anna", case_id, subject="Mit Datei", attachments=[desk.attach("anna", case_id, content, "Größe & Maß.pdf")])
    once(tap, desk, message_id, "2 MB", "Mit Datei", 90)
    parts = list(parsed(desk.sent("Mit Datei")[0]).iter_attachments())
    tap.equal([[p.get_filename() for p in parts], parts[0].get_content() == content, parts[0].get_content_type()], [["Größe & Maß.pdf"], True, "application/pdf"],
              "byte for byte, with its name and type")
    before = len(desk.requests("POST", "sendMail"))
    for name, sizes in (("one of 4 MB", [4 * MB]), ("three of 1.3 MB", [1300000] * 3)):
        message_id = desk.send("anna", case_id, subject=name, attachments=[desk.attach("anna", case_id, os.urandom(size), f"{i}.bin") for i, size in enumerate(sizes)])
        message = desk.wait_send(message_id, "failed", "sent")
        tap.ok(message["send_state"] == "failed" and "BCC" in (message["send_error"] or "") and "\n" not in message["send_error"], f"{name}: failed, and says what to do", message["send_error"])
    tap.equal(len(desk.requests("POST", "sendMail")) - before, 0, "Microsoft was not asked")
    office.settled(tap, "files")


def in_order(tap, office):
    """The mails of a case go out in the order in which they were written, whatever happens to the first"""
    desk, _, case_id = connected(office)
    office.cloud.fault(r"/(sendMail|reply)$", status=503, headers={"Retry-After": "1"}, mailbox=desk.mailbox("anna"))
    ids = [desk.send("anna", case_id, subject=f"Nummer {n}") for n in range(5)]
    for message_id in ids:
        desk.wait_send(message_id, "sent", seconds=60)
    tap.equal([s.subject for s in desk.sent()], [f"Nummer {n}" for n in range(5)], "in order, each once")
    office.settled(tap, "order")


def once_by_key(tap, office):
    """The same key is the same mail; what is queued can be held back; what failed can be sent again"""
    desk, _, case_id = connected(office)
    first = desk.send("anna", case_id, key="bestellung-1")
    tap.equal(desk.send("anna", case_id, key="bestellung-1"), first, "the same key, the same message")
    once(tap, desk, first, "by key")
    office.cloud.fault(r"/(sendMail|reply)$", status=429, headers={"Retry-After": "4"}, mailbox=desk.mailbox("anna"))
    held = desk.send("anna", case_id, subject="Zurückgehalten")
    other = desk.send("anna", case_id, subject="Danach")
    wait_until(lambda: desk.message(held)["send_state"] == "queued" and desk.message(held)["send_error"], 10)
    try:
        desk.call("SELECT casegate.cancel_send(%s)", (other,), "anna")
        cancelled = True
    except Exception:    # pylint: disable=broad-except
        cancelled = False
    once(tap, desk, held, "after the pause", "Zurückgehalten")
    if cancelled:
        tap.equal(len(desk.sent("Danach")), 0, "what was held back is not sent")
    office.cloud.fault(r"/(sendMail|reply)$", status=400, code="ErrorInvalidRecipients", mailbox=desk.mailbox("anna"))
    wrong = desk.send("anna", case_id, subject="Falscher Empfänger")
    message = desk.wait_send(wrong, "failed")
    tap.ok(message["send_state"] == "failed" and len(message["send_error"]) > 10, "refused for good: failed, with a reason", message["send_error"])
    desk.call("SELECT casegate.retry_send(%s)", (wrong,), "anna")
    once(tap, desk, wrong, "sent again by hand", "Falscher Empfänger")
    office.settled(tap, "keys")


def patience(tap, office):
    """Retry-After as a fraction, as a date, and none at all; 500 by a throttled mailbox; HTML"""
    desk, _, case_id = connected(office)
    http_date = email.utils.formatdate(time.time() + 3, usegmt=True)
    for name, fault in (("a fraction", {"status": 429, "headers": {"Retry-After": "1.128"}}), ("a date", {"status": 503, "headers": {"Retry-After": http_date}}), ("429 without", {"status": 429}),
                        ("503 in HTML", {"status": 503, "html": True, "headers": {"Retry-After": "1"}})):
        office.cloud.fault(r"/(sendMail|reply)$", mailbox=desk.mailbox("anna"), **fault)
        message_id = desk.send("anna", case_id, subject=name)
        once(tap, desk, message_id, name, name, 90)
    office.settled(tap, "patience")


def lost_answers(tap, office):
    """504 after it was accepted, a cut line before and after, 500: looked for, never blindly sent again"""
    desk, _, case_id = connected(office)
    for name, fault in (("504 after it was accepted", {"status": 504, "after": True}), ("500 after it was accepted", {"status": 500, "after": True}), ("cut after it was accepted", {"cut": "silent", "after": True}),
                        ("502 in HTML after it was accepted", {"status": 502, "html": True, "after": True})):
        rule = office.cloud.fault(r"/(sendMail|reply)$", mailbox=desk.mailbox("anna"), **fault)
        message_id = desk.send("anna", case_id, subject=name)
        once(tap, desk, message_id, name, name, 60)
        tap.equal(rule.hits, 1, f"{name}: it happened")
    office.settled(tap, "lost answers")
    for name, fault in (("504 and not accepted", {"status": 504}), ("cut and not accepted", {"cut": "silent"})):
        office.cloud.fault(r"/(sendMail|reply)$", mailbox=desk.mailbox("anna"), **fault)
        message_id = desk.send("anna", case_id, subject=name)
        message = desk.wait_send(message_id, "unknown", seconds=20)
        tap.equal([message["send_state"], len(desk.sent(name))], ["unknown", 0], f"{name}: unknown")
        time.sleep(3)
        tap.equal(len(desk.sent(name)), 0, f"{name}: not sent again before ten minutes have passed")
        first = [r for r in desk.requests("POST", r"/(sendMail|reply)$")][-1].body
        aged(office, message_id)
        once(tap, desk, message_id, f"{name}, after ten minutes", name, 60)
        mark = re.compile(rb'(?i)zalion-?send-?id"?[^}]*?([0-9a-f-]{36})')
        again = desk.requests("POST", r"/(sendMail|reply)$")[-1].body
        tap.equal(set(mark.findall(again)[-1:]), set(mark.findall(first)[-1:]), f"{name}: with the same id")
    office.settled(tap, "lost requests")


def slow_copy(tap, office):
    """The copy lies in Drafts for a while before it is in Sent Items"""
    desk, _, case_id = connected(office)
    office.cloud.transport.delay_seconds = 4
    office.cloud.fault(r"/(sendMail|reply)$", status=504, after=True, mailbox=desk.mailbox("anna"))
    message_id = desk.send("anna", case_id)
    once(tap, desk, message_id, "found in Drafts or later in Sent Items")
    office.cloud.transport.delay_seconds = 0
    time.sleep(4)
    desk.sync()
    tap.equal(len([m for m in desk.messages(case_id) if m["subject"] == "Bestellung"]), 1, "one message")
    office.settled(tap, "a slow copy")


def without_a_trace(tap, office):
    """Exchange drops the property, or the header, or both are only in $value: the copy is still known"""
    desk, _, case_id = connected(office)
    transport = office.cloud.transport
    for name, keeps, shows, finds in (("no property", False, True, True), ("no header in $select", True, False, True), ("no filter by property", True, True, False), ("only in $value", False, False, False)):
        transport.keep_property, transport.show_headers, office.cloud.api.find_by_property = keeps, shows, finds
        office.cloud.fault(r"/(sendMail|reply)$", status=504, after=True, mailbox=desk.mailbox("anna"))
        with office.cloud.forgive():         # the copy is asked for its headers, and fetched later
            message_id = desk.send("anna", case_id, subject=name)
            once(tap, desk, message_id, name, name, 60)
            desk.sync()
        tap.equal(len([m for m in desk.messages(case_id) if m["subject"] == name]), 1, f"{name}: one message")
    transport.keep_property, transport.show_headers, office.cloud.api.find_by_property = True, True, True
    office.settled(tap, "traces")


def refused_stamps(tap, office):
    """A tenant that refuses our property, or our Message-ID: nothing was sent, so once more without"""
    desk, _, case_id = connected(office)
    for member, status in (("singleValueExtendedProperties", 400), ("singleValueExtendedProperties", 403), ("internetMessageId", 400)):
        office.cloud.transport.refuses = {member: status}
        subject = f"{member} {status}"
        message_id = desk.send("anna", case_id, subject=subject)
        once(tap, desk, message_id, f"{member} is refused with {status}", subject)
        tap.equal(desk.state("anna"), "connected", "and it is no reason to disconnect")
    office.cloud.transport.refuses = {}
    office.settled(tap, "refused stamps")


def without_reading(tap, office):
    """Send only: what is unknown stays so, and says so"""
    desk, _, case_id = connected(office, scopes="send")
    message_id = desk.send("anna", case_id, subject="Ganz normal")
    once(tap, desk, message_id, "send only", "Ganz normal")
    office.cloud.fault(r"/sendMail$", status=504, after=True, mailbox=desk.mailbox("anna"))
    message_id = desk.send("anna", case_id)
    message = desk.wait_send(message_id, "unknown", "failed")
    tap.ok(message["send_state"] == "unknown" and len(message["send_error"] or "") > 10, "unknown, with a word", message["send_error"])
    aged(office, message_id)
    time.sleep(3)
    tap.equal([desk.message(message_id)["send_state"], len(desk.sent("Bestellung"))], ["unknown", 1], "and is not sent again")
    tap.equal(desk.requests("GET", "/messages"), [], "nothing is read")
    code, out, err = desk.test()
    tap.ok(code == 0 and len(out) > 10, "the test mail: sent, not confirmed", out, err)
    office.settled(tap, "send only")


def expired(tap, office):
    """Access withdrawn while mail waits: it stays queued and goes out on reconnect; after a day it has failed"""
    desk, _, case_id = connected(office)

    def send_and_revoke(subject):
        """It is put off once, so that it surely still waits."""
        office.cloud.fault(r"/(sendMail|reply)$", status=503, headers={"Retry-After": "2"}, mailbox=desk.mailbox("anna"))
        sent = desk.send("anna", case_id, subject=subject)
        office.cloud.directory.revoke(desk.people["anna"], at_once=True)
        wait_until(lambda: desk.state("anna") == "reconnect" and desk.message(sent)["send_error"], 20, 0.2)
        return sent
    message_id = send_and_revoke("Bestellung")
    message = desk.message(message_id)
    tap.ok(message["send_state"] == "queued" and message["send_error"], "queued, and says why", message["send_state"], message["send_error"])
    tap.equal(desk.state("anna"), "reconnect", "state")
    try:
        desk.send("anna", case_id, subject="Noch eine")
        tap.ok(False, "who is not connected cannot send")
    except Exception as error:    # pylint: disable=broad-except
        tap.ok("BCC" in str(error), "who is not connected is told of the BCC way", error)
    tap.equal(desk.connect("anna")[0], "connected", "connected again")
    once(tap, desk, message_id, "after the reconnect")
    late = send_and_revoke("Zu spät")
    aged(office, late, 25 * 60)
    message = desk.wait_send(late, "failed", seconds=20)
    tap.equal(message["send_state"], "failed", "after a day it has failed", message["send_error"])
    desk.connect("anna")
    time.sleep(1)
    tap.equal(len(desk.sent("Zu spät")), 0, "and is not sent any more")
    office.settled(tap, "expired")


def errors(tap, office):
    """What Graph refuses, in words; what is for the administrator, as a state"""
    desk, _, case_id = connected(office)
    for status, code, states in ((403, "ErrorSendAsDenied", ("failed", "queued")), (404, "MailboxNotEnabledForRESTAPI", ("failed", "queued")), (507, "ErrorQuotaExceeded", ("failed", "queued")),
                                 (413, "ErrorMessageSizeExceeded", ("failed",)), (400, "ErrorInvalidRecipients", ("failed",))):
        office.cloud.fault(r"/(sendMail|reply)$", status=status, code=code, mailbox=desk.mailbox("anna"), times=20)
        message_id = desk.send("anna", case_id, subject=code)
        message = wait_until(lambda: (m := desk.message(message_id))["send_error"] and m, 20) or desk.message(message_id)   # pylint: disable=cell-var-from-loop
        tap.ok(message["send_state"] in states and 20 < len(message["send_error"] or "") < 500 and "{" not in message["send_error"], f"{code}: {message['send_state']}: {message['send_error']}")
        office.cloud.faults.clear()
        if message["send_state"] != "failed":
            with office.tables() as session:
                session.execute("UPDATE casegate.message SET send_state = 'failed' WHERE message_id = %s", (message_id,))
        if desk.state("anna") != "connected":
            with office.cloud.forgive():
                desk.connect("anna")
    office.settled(tap, "errors")


def bounced(tap, office):
    """A mail that cannot be delivered comes back as a bounce: the user sees it at his mail"""
    desk, _, case_id = connected(office)
    office.cloud.transport.bouncing.add("weg.example")
    message_id = desk.send("anna", case_id, ["niemand@weg.example"])
    desk.wait_send(message_id, "sent")
    desk.sync()
    message = desk.message(message_id)
    tap.ok(message["send_error"], f"send_error: {message['send_error']}")
    tap.equal([m["kind"] for m in desk.messages(case_id) if m["kind"] == "bounce"], ["bounce"], "the bounce lies in the case")
    with office.gateway.admin() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.events WHERE message_id = %s AND kind = 'delivery_failed'", (message_id,)), 1, "event delivery_failed")
    office.settled(tap, "bounces")


def letters(tap, office):
    """HTML, umlauts, odd names, long subjects"""
    desk, _, case_id = connected(office)
    subject = "Ä" * 200 + " \"Anführung\" <kein>"
    message_id = desk.send("anna", case_id, ['"Berger, Karl" <k.berger@stahlbau-nord.example>'], subject=subject, text="Text", html="<p>Grüße &amp; mehr <b>fett</b></p>")
    once(tap, desk, message_id, "HTML", subject)
    mail = parsed(desk.sent(subject)[0])
    tap.equal([mail["Subject"], mail["To"].addresses[0].display_name], [subject, "Berger, Karl"], "subject and name")
    tap.ok("<b>fett</b>" in mail.get_body(("html",)).get_content(), "the HTML")
    office.settled(tap, "letters")


def test_mail(tap, office):
    """The test mail: sent, its copy seen; also into a case; errors as states"""
    desk, _, case_id = connected(office)
    code, out, err = desk.test()
    tap.equal([code, len(desk.sent()), desk.sent()[0].recipients if desk.sent() else None], [0, 1, [desk.address("anna")]], "to herself", out, err)
    code, out, err = desk.test("anna", "--to", "pruefer@nord.example")
    tap.equal([code, desk.sent()[-1].recipients], [0, ["pruefer@nord.example"]], "to somebody", out, err)
    with office.gateway.admin() as session:
        reference = session.value("SELECT reference FROM casegate.cases WHERE case_id = %s", (case_id,))
    before = len(desk.messages(case_id))
    code, out, err = desk.test("anna", "--case", reference)
    tap.equal([code, len(desk.sent())], [0, 3], "from a case", out, err)
    tap.ok(wait_until(lambda: len(desk.messages(case_id)) == before + 1, 10), "it lies in the case")
    office.cloud.fault(r"/sendMail$", status=403, code="ErrorAccessDenied", mailbox=desk.mailbox("anna"), times=5)
    code, out, err = desk.test()
    tap.ok(code == 1 and err.split(":")[0] in ("consent", "admin"), "no right to send", out, err)
    office.settled(tap, "test mails")


def too_many(tap, office):
    """A user's rate is limited"""
    desk, _, case_id = connected(office)
    limit = 200
    office.cloud.fault(r"/(sendMail|reply)$", status=429, headers={"Retry-After": "600"}, mailbox=desk.mailbox("anna"), times=1)
    refused = None
    with desk.gateway.signed_in(desk.tenant, "anna") as session:
        for number in range(limit + 1):
            try:
                session.execute("SELECT casegate.send_mail(%s, ARRAY['x@y.example'], 'Viele', 'x')", (case_id,))
                session.connection.commit()
                session.execute("SELECT casegate.sign_in(%s, 'anna')", (desk.tenant,))
            except Exception as error:    # pylint: disable=broad-except
                refused = (number, str(error).split("\n", maxsplit=1)[0])
                break
    tap.ok(refused and 50 <= refused[0] <= limit and "hour" in refused[1], "after some hundred in an hour: wait", refused)
    tap.ok(len(desk.sent("Viele")) <= 30, "and Exchange's 30 a minute are kept", len(desk.sent("Viele")))
    with office.tables() as session:
        session.execute("UPDATE casegate.message SET send_state = 'failed' WHERE tenant = %s AND send_state = 'queued'", (desk.tenant,))
    office.settled(tap, "rates")


SCENARIOS = [plain, as_reply, program_alone, files, in_order, once_by_key, patience, lost_answers, slow_copy, without_a_trace, refused_stamps, without_reading, expired, errors, bounced,
             letters, test_mail, too_many]


def main():
    tap = Tap()
    with Office() as office:
        tap.run(SCENARIOS, office)
        tap.equal(office.leaks(), (0, []), "no token in the log, the database or the commands")
        check_sanitizers(tap, office.gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
