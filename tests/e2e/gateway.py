#!/usr/bin/python3
"""The gateway from outside: what a mail that comes over LMTP becomes, what the app then reads, and what the
sender is told. (Every row of "What happens to a mail" is in outcomes.py.)

    tests/e2e/gateway.py [SCENARIO]..."""

import hashlib
import os
import re
import select
import signal
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
from harness import AGENT, ConnectionEnded, Gateway, Lmtp, Tap, check_sanitizers, eml, stuffed, wait_until  # noqa: E402

BETA_AGENT = "agent@in.beta.example"


def one_case(tap, gateway):
    """The user's story: an offer forwarded, the answer forwarded, one's own answer in BCC"""
    offer = mails.Plain(subject="Angebot 4711: Wellen", text="Guten Tag Frau Muster,\n\n200 Stück zu 18,40 €.", when=mails.at(3, 14, 5))
    first = mails.forward(offer, "Bitte als Vorgang anlegen.\nAnna")
    reply = gateway.send(first)
    tap.equal(reply.code, 250, "an Outlook forward is taken", reply)
    delivery = gateway.delivery(first)
    tap.equal([delivery[k] for k in ("tenant", "protocol", "envelope_from", "recipient", "outcome", "opened_case")],
              ["acme", "lmtp", "anna@acme.example", AGENT, "filed", True], "its delivery is written at the 250")
    message = gateway.message(delivery["message_id"])
    tap.equal([message[k] for k in ("from_name", "from_address", "subject", "direction", "source", "kind", "submitted_by")],
              ["Karl Berger", "k.berger@stahlbau-nord.example", "Angebot 4711: Wellen", "in", "forward", "mail", "anna"],
              "the case's first message is the supplier's")
    tap.equal(message["sent_at"], offer.when, "with his date as an instant")
    tap.equal((message["comment"] or "").split(), "Bitte als Vorgang anlegen. Anna".split(), "and Anna's words as its comment")
    tap.ok("18,40 €" in (message["text"] or "") and "Bitte als" not in message["text"], "its text is his text", message["text"])
    tap.ok("Von:" not in message["text"], "without the block of headers", message["text"])
    with gateway.admin() as session:
        case = session.rows("SELECT * FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],))[0]
        tap.equal([case[k] for k in ("tenant", "subject", "state", "opened_by", "message_count")],
                  ["acme", "Angebot 4711: Wellen", "open", "anna", 1], "the case has the offer's subject")
        tap.ok(re.fullmatch(r"V-\d{6}", case["reference"]), "and a reference", case["reference"])
        tap.equal(session.execute("SELECT signal FROM casegate.match_evidence WHERE delivery_id = %s AND chosen",
                                  (delivery["delivery_id"],)), [("new",)], "the evidence says that it is new")

    question = offer.answer(text="Guten Tag Herr Berger,\n\ngeht es schneller?")
    answer = question.answer(mails.KARL, text="Guten Tag,\n\nin zwei Wochen.", subject=question.subject)
    second = mails.forward(answer, "Passt.")
    gateway.send(second)
    delivery2 = gateway.delivery(second)
    tap.equal([delivery2["outcome"], delivery2["case_id"], delivery2["opened_case"]], ["filed", delivery["case_id"], False],
              "his answer, forwarded, lands in the same case")
    message2 = gateway.message(delivery2["message_id"])
    tap.equal([message2["direction"], message2["from_address"], message2["sent_at"]], ["in", mails.KARL[1], answer.when], "as his")

    order = answer.answer(text="Guten Tag Herr Berger,\n\ndann bestellen wir.", subject=answer.subject)
    third = order.bytes()
    gateway.send(third)
    delivery3 = gateway.delivery(third)
    tap.equal([delivery3["outcome"], delivery3["case_id"]], ["filed", delivery["case_id"]], "her answer in BCC lands there, too")
    message3 = gateway.message(delivery3["message_id"])
    tap.equal([message3[k] for k in ("direction", "source", "from_address", "internet_message_id", "sent_at")],
              ["out", "bcc", "anna@acme.example", order.message_id, order.when], "as outgoing mail")
    with gateway.admin() as session:
        tap.equal(session.execute("SELECT role, name, address FROM casegate.recipients WHERE message_id = %s",
                                  (delivery3["message_id"],)), [("to", "Karl Berger", mails.KARL[1])], "without the agent among its recipients")
        tap.equal(session.value("SELECT missing_count FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],)), 1,
                  "the case knows that Anna's question is missing")
        tap.equal(session.value("SELECT array_agg(direction ORDER BY sent_at, message_id) FROM casegate.messages WHERE case_id = %s",
                                (delivery["case_id"],)), ["in", "in", "out"], "the history in the order of their dates")


def known_mail(tap, gateway):
    """The same bytes, and the same mail by other ways: no second message"""
    offer = mails.Plain(subject="Angebot Bleche")
    first = mails.forward(offer, "Erste Weiterleitung.")
    gateway.send(first)
    placed = gateway.delivery(first)
    reply = gateway.send(first)
    tap.equal(reply.code, 250, "a resend of the same bytes is taken")
    again = gateway.delivery(first)
    tap.equal([again["outcome"], again["case_id"], again["message_id"]], ["duplicate", placed["case_id"], placed["message_id"]],
              "as a duplicate that points to the message")
    tap.ok(again["delivery_id"] != placed["delivery_id"], "and is a delivery of its own")
    ways = {
        "forwarded once more": mails.forward(offer, "Noch einmal."),
        "forwarded as an attachment": mails.attached([offer]),
        "forwarded by a colleague": mails.forward(offer, "Von mir auch.", author=mails.BERND),
    }
    for way, mail in ways.items():
        sender = "bernd@acme.example" if "colleague" in way else "anna@acme.example"
        gateway.send(mail, sender=sender)
        delivery = gateway.delivery(mail)
        tap.equal([delivery["outcome"], delivery["message_id"], delivery["case_id"]],
                  ["duplicate", placed["message_id"], placed["case_id"]], f"{way}: duplicate", delivery)
    answer = offer.answer()
    gateway.send(answer.bytes())
    sent = gateway.delivery(answer.bytes())
    tap.equal([sent["outcome"], sent["case_id"]], ["filed", placed["case_id"]], "her answer by BCC is filed")
    relayed = b"Received: from relay.acme.example by mx.acme.example; Mon, 3 Mar 2025 18:00:00 +0100\r\n" + answer.bytes()
    for name, copy in (("its copy by another relay", relayed), ("the same answer attached", mails.attached([answer]))):
        gateway.send(copy)
        delivery = gateway.delivery(copy)
        tap.equal([delivery["outcome"], delivery["message_id"]], ["duplicate", sent["message_id"]], f"{name}: duplicate", delivery)
    with gateway.admin() as session:
        tap.equal(session.value("SELECT message_count FROM casegate.cases WHERE case_id = %s", (placed["case_id"],)), 2,
                  "after all that the case has two messages")
        texts = session.execute("SELECT text FROM casegate.comments WHERE message_id = %s ORDER BY position, delivery_id", (placed["message_id"],))
    tap.equal(sorted(t.strip() for (t,) in texts), sorted(["Erste Weiterleitung.", "Noch einmal.", "Siehe Anlage.", "Von mir auch."]),
              "every comment is kept and shown")


VIEWS = ["cases", "messages", "recipients", "attachments", "deliveries", "delivery_messages", "comments", "held", "match_evidence",
         "events", "outlook_connections"]


def who_sees_what(tap, gateway):
    """Row-level security: other users, other tenants, nobody"""
    offer = mails.with_file(mails.Plain(mails.ANNA, [mails.KARL], "Vertraulich: Preise"), "preise.csv", "text/csv", b"1;2\r\n")
    gateway.send(offer)
    delivery = gateway.delivery(offer)

    def seen(tenant, user, view):
        with gateway.signed_in(tenant, user) as session:
            return session.value(f"SELECT count(*) FROM casegate.{view} WHERE tenant = 'acme'")

    with gateway.signed_in("acme", "anna") as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.messages WHERE case_id = %s", (delivery["case_id"],)), 1, "Anna sees her case")
        attachment = session.value("SELECT attachment_id FROM casegate.attachments WHERE message_id = %s", (delivery["message_id"],))
        tap.equal(bytes(session.value("SELECT casegate.attachment_content(%s)", (attachment,))), b"1;2\r\n", "and reads the attached file")
    with gateway.signed_in("acme", "bernd") as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],)), 0, "Bernd does not")
        for name, number in (("delivery_source", delivery["delivery_id"]), ("message_source", delivery["message_id"]),
                             ("attachment_content", attachment)):
            try:
                tap.equal(session.value(f"SELECT casegate.{name}(%s)", (number,)), None, f"nor by {name}")
            except Exception as error:  # pylint: disable=broad-except
                tap.ok("vertraulich" not in str(error).lower(), f"nor by {name}", error)
            session.connection.rollback()
            session.execute("SELECT casegate.sign_in('acme', 'bernd')")
    with gateway.signed_in("acme", "chef") as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],)), 1, "the role all does")
    for view in VIEWS:
        tap.equal([seen("beta", "berta", view), seen("beta", "boss", view), seen(None, None, view)], [0, 0, 0],
                  f"{view}: nothing of acme for beta, its role all, and nobody")
    for tenant, user in (("acme", "berta"), ("gamma", "anna"), ("acme", ""), ("", "")):
        try:
            gateway.signed_in(tenant or " ", user).__exit__()
            tap.ok(False, f"sign_in('{tenant}', '{user}') is an error")
        except Exception:  # pylint: disable=broad-except
            tap.ok(True, f"sign_in('{tenant}', '{user}') is an error")
    with gateway.signed_in("acme", "anna") as session:
        session.connection.commit()
        tap.equal(session.value("SELECT count(*) FROM casegate.cases"), 0, "the sign-in ends with its transaction")
        session.connection.rollback()
        session.execute("SELECT casegate.sign_in('acme', 'anna')")
        own = session.value("SELECT count(*) FROM casegate.cases")
        session.execute("SELECT set_config('casegate.tenant', 'beta', true)")
        tap.equal(session.value("SELECT count(*) FROM casegate.cases WHERE tenant = 'beta'"), 0, "setting casegate.tenant by hand opens nothing")
        tap.ok(own > 0, "(she sees cases otherwise)")
    with gateway.cluster.connect() as session:
        tables = session.execute("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'casegate' AND relkind IN ('r','p')")
        writable = session.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'casegate' AND relkind IN ('r','p','v')"
            " AND has_table_privilege('casegate_app', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')")
    tap.ok(tables, "there are tables")
    tap.equal(writable, [], "the app's role writes no table")


def unknown_and_strange(tap, gateway):
    """Who is not ours: 550 at RCPT; a stranger's mail is held"""
    mail = mails.Plain(subject="Irrläufer").bytes()
    for address in ("niemand@in.acme.example", "agent@in.gamma.example", "unbekannt@nirgends.example"):
        tap.equal(gateway.send(mail, to=address).short, "550 5.1.1", f"{address}: 550 5.1.1 at RCPT")
    tap.equal(gateway.delivery(mail), None, "such a RCPT is no delivery")
    both = mails.Plain(mails.ANNA, [mails.KARL], "Zwei Empfänger").bytes()
    replies = gateway.send(both, to=["niemand@in.acme.example", AGENT])
    tap.equal([r.code for r in replies], [550, 250], "an unknown recipient does not spoil the known one")
    stranger = mails.Plain(mails.FRIEDA, [("", AGENT)], "Anfrage einer Fremden", "Liefern Sie auch Bleche?")
    reply = gateway.send(stranger.bytes(), sender="frieda@fremd.example")
    tap.equal(reply.code, 250, "a stranger's mail is taken")
    delivery = gateway.delivery(stranger.bytes())
    tap.equal([delivery["outcome"], delivery["case_id"], delivery["message_id"]], ["held", None, None], "and held")
    tap.ok(delivery["reason"], "with a reason")
    with gateway.signed_in("acme", "chef") as session:
        row = session.rows("SELECT * FROM casegate.held WHERE delivery_id = %s", (delivery["delivery_id"],))[0]
        tap.equal([row["from_name"], row["from_address"], row["subject"], row["kind"]],
                  ["Frieda Fremd", "frieda@fremd.example", "Anfrage einer Fremden", "mail"], "the role all sees who and what")
        tap.ok("Bleche" in (row["preview"] or ""), "and a preview", row)
        tap.equal(bytes(session.value("SELECT casegate.delivery_source(%s)", (delivery["delivery_id"],)))[-len(stranger.bytes()):],
                  stranger.bytes(), "its bytes are there")
    with gateway.signed_in("acme", "anna") as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.held WHERE delivery_id = %s", (delivery["delivery_id"],)), 0, "Anna does not see it")
    gateway.send(stranger.bytes(), sender="frieda@fremd.example")
    again = gateway.delivery(stranger.bytes())
    tap.equal([again["outcome"], again["message_id"]], ["duplicate", None], "the same once more is its duplicate")


ODD_BODIES = {
    "plain": b"Guten Tag\r\n",
    "dots": b".\r\n..\r\n.a\r\n...b\r\nEnde.\r\n",
    "bare line feeds and returns": b"eins\nzwei\rdrei\r\n\n\nvier\r\n",
    "every byte": bytes(b for b in range(256) if b not in (10, 13)) + b"\r\n",
    "a smuggled end": b"x\n.\nMAIL FROM:<evil@fremd.example>\r\nx\r.\r\n\n.\r\n",
    "a line of 200 kB": b"y" * 200_000 + b"\r\n",
    "3 MB": b"".join(b"%07d\r\n" % i for i in range(330_000)),
    "empty": b"",
}


def bytes_exact(tap, gateway):
    """message_source and delivery_source: the bytes as received, after our own trace lines"""
    for name, body in ODD_BODIES.items():
        mail = eml(mails.Plain(mails.ANNA, [mails.KARL], f"Bytes: {name}").headers(), "") + body
        reply = gateway.send(mail)
        delivery = gateway.delivery(mail)
        if not tap.ok(delivery, f"{name}: the delivery has the hash of exactly these bytes", reply):
            continue
        with gateway.signed_in("acme", "anna") as session:
            source = bytes(session.value("SELECT casegate.delivery_source(%s)", (delivery["delivery_id"],)) or b"")
            if delivery["message_id"]:
                tap.ok(bytes(session.value("SELECT casegate.message_source(%s)", (delivery["message_id"],))) == source,
                       f"{name}: message_source is the delivery's")
        trace = source[:len(source) - len(mail)]
        tap.ok(source.endswith(mail), f"{name}: delivery_source ends in the bytes as received", len(source), len(mail))
        tap.ok(re.fullmatch(rb"Return-Path: <anna@acme\.example>\r\nReceived: [^\r\n]+\r\n(?:[ \t][^\r\n]+\r\n)*", trace),
               f"{name}: before them Return-Path and Received", trace)
    for role in ("casegate_admin", "postgres"):
        with gateway.cluster.connect(role) as session:
            tap.equal(session.value("SELECT count(*) FROM casegate.deliveries d WHERE d.outcome = 'filed'"
                                    " AND length(casegate.delivery_source(d.delivery_id)) IS NULL"), 0, f"{role} reads every source unsigned")
    original = mails.Plain(text="Das Original.\n\n" + "x" * 70).bytes()
    wrapper = mails.attached([original])
    gateway.send(wrapper)
    delivery = gateway.delivery(wrapper)
    with gateway.signed_in("acme", "anna") as session:
        tap.equal(bytes(session.value("SELECT casegate.message_source(%s)", (delivery["message_id"],))), original,
                  "an attached original's source is its own bytes")


def database_away(tap, gateway):
    """PostgreSQL stopped: 451, and the same mail later is filed once"""
    before = mails.Plain(mails.ANNA, [mails.KARL], "Datenbank weg, vor RCPT").bytes()
    between = mails.Plain(mails.ANNA, [mails.KARL], "Datenbank weg, vor dem Punkt").bytes()
    with gateway.lmtp() as client:
        tap.equal([r.code for r in client.envelope("anna@acme.example", [AGENT])], [250], "RCPT while it is there")
        tap.equal(client.command("DATA").code, 354, "DATA")
        gateway.cluster.stop("immediate")
        client.socket.sendall(stuffed(between))
        tap.equal(client.read().short, "451 4.3.0", "stopped before the dot: 451 4.3.0")
    reply = gateway.send(before)
    tap.equal(reply.short, "451 4.3.0", "stopped before RCPT: 451 4.3.0")
    gateway.cluster.start()

    def taken(mail):
        return gateway.send(mail).code == 250
    for mail in (between, before):
        tap.ok(wait_until(lambda m=mail: taken(m), 30, 0.2), "the sender tries again, and it is taken")
        with gateway.admin() as session:
            rows = session.execute("SELECT outcome FROM casegate.deliveries WHERE source_sha256 = %s", (hashlib.sha256(mail).hexdigest(),))
        tap.equal(rows, [("filed",)], "filed once")
    tap.ok(gateway.process.poll() is None, "the gateway has lived through it")


def tokens(tap, gateway):
    """Case tokens in addresses"""
    opening = mails.Plain(mails.ANNA, [mails.KARL], "Vorgang mit Adresse").bytes()
    gateway.send(opening)
    case_id = gateway.delivery(opening)["case_id"]
    with gateway.admin() as session:
        address = session.value("SELECT case_address FROM casegate.cases WHERE case_id = %s", (case_id,))
    tap.ok(re.fullmatch(r"agent\+[a-z2-7]{20}@in\.acme\.example", address, re.I), "a case has an address of its own", address)
    token = address.split("+")[1].split("@")[0]
    ways = {"agent+TOKEN": address, "the bare TOKEN": f"{token}@in.acme.example",
            "in upper case": f"AGENT+{token.upper()}@IN.ACME.EXAMPLE"}
    for name, to in ways.items():
        mail = mails.Plain(mails.ANNA, [mails.KARL], f"Etwas ganz anderes: {name}").bytes()
        gateway.send(mail, to=to)
        delivery = gateway.delivery(mail)
        tap.equal([delivery["outcome"], delivery["case_id"]], ["filed", case_id], f"{name} files into that case")
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Kein Token").bytes()
    gateway.send(mail, to="agent+werbung@in.acme.example")
    delivery = gateway.delivery(mail)
    tap.ok(delivery["outcome"] == "filed" and delivery["opened_case"], "agent+WORD is the agent address", delivery)
    tap.equal(gateway.send(mail, to=f"{token[:-1]}@in.acme.example").short, "550 5.1.1", "an unknown bare word is not")
    tap.equal(gateway.send(mail, to=f"{token}@in.beta.example").short, "550 5.1.1", "nor another tenant's token")
    foreign = mails.Plain(("Berta", "berta@beta.example"), [mails.KARL], "Fremdes Token").bytes()
    gateway.send(foreign, sender="berta@beta.example", to=f"agent+{token}@in.beta.example")
    delivery = gateway.delivery(foreign)
    tap.ok(delivery["tenant"] == "beta" and delivery["case_id"] != case_id, "agent+TOKEN of another tenant opens nothing of ours", delivery)
    both = mails.Plain(mails.ANNA, [mails.KARL], "Beide Adressen").bytes()
    gateway.send(both, to=[AGENT, address])
    with gateway.admin() as session:
        rows = session.execute("SELECT DISTINCT message_id, case_id FROM casegate.deliveries WHERE source_sha256 = %s",
                               (hashlib.sha256(both).hexdigest(),))
    tap.ok(len(rows) == 1 and rows[0][1] == case_id, "both addresses in one mail: one message, in the token's case", rows)


def two_tenants(tap, gateway):
    """One mail for two tenants: two deliveries, nothing shared"""
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Für zwei Mandanten").bytes()
    replies = gateway.send(mail, to=[AGENT, BETA_AGENT])
    tap.equal([r.code for r in replies], [250, 250], "each recipient has its own reply")
    with gateway.admin() as session:
        rows = session.execute("SELECT tenant, outcome FROM casegate.deliveries WHERE source_sha256 = %s ORDER BY tenant",
                               (hashlib.sha256(mail).hexdigest(),))
    tap.equal(rows, [("acme", "filed"), ("beta", "held")], "filed for the one, an outsider's for the other")


def limits(tap, gateway):
    """Sizes and counts: refused in time, with the right words"""
    with gateway.lmtp() as client:
        size = next(int(line.split("SIZE ")[1]) for line in client.features.lines if "SIZE " in line)
        tap.equal(size, 5_000_000, "LHLO names the limit of size")
        tap.equal(client.command(f"MAIL FROM:<anna@acme.example> SIZE={size + 1}").short, "552 5.3.4", "an announced size over it: 552 5.3.4")
        client.command("RSET")
        client.command("MAIL FROM:<anna@acme.example>")
        codes = [client.command(f"RCPT TO:<agent+{i}@in.acme.example>").short for i in range(101)]
        tap.equal((codes[:100].count("250 2.1.5"), codes[100]), (100, "452 4.5.3"), "100 recipients, then 452 4.5.3", codes[:3])
    big = eml(mails.Plain(mails.ANNA, [mails.KARL], "Zu groß").headers(), "z" * 78 + "\n").rstrip() + b"\r\n"
    big += (b"z" * 78 + b"\r\n") * (size // 80 + 1000)
    tap.equal(gateway.send(big).short, "552 5.3.4", "a mail that grows over it: 552 5.3.4")
    tap.equal(gateway.delivery(big), None, "and leaves no delivery")


def conversation(tap, gateway):
    """Commands out of order, pipelining, a client that goes away"""
    with gateway.lmtp(hello=None) as client:
        tap.equal(client.greeting.code, 220, "a greeting")
        tap.ok(client.command("MAIL FROM:<a@b.example>").code == 503, "MAIL before LHLO: 503")
        tap.ok(client.command("EHLO x").code in (500, 502, 503), "EHLO is not LMTP's")
        features = client.command("LHLO test.example")
        for word in ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "CHUNKING", "SMTPUTF8"):
            tap.ok(any(word in line for line in features.lines), f"LHLO offers {word}", features)
        tap.equal(client.command("DATA").code, 503, "DATA without a recipient: 503")
        tap.ok(client.command("BLAH").code in (500, 502), "an unknown command: 500")
        tap.equal(client.command("QUIT").code, 221, "QUIT: 221")
    with gateway.lmtp() as client:
        client.socket.sendall(f"MAIL FROM:<anna@acme.example>\r\nRCPT TO:<{AGENT}>\r\nRCPT TO:<nix@in.acme.example>\r\nDATA\r\n".encode())
        tap.equal([client.read().code for _ in range(4)], [250, 250, 550, 354], "pipelined commands are answered in order")
        mail = mails.Plain(mails.ANNA, [mails.KARL], "Am Stück").bytes()
        client.socket.sendall(mail + b".\r\nQUIT\r\n")
        tap.equal([client.read().code, client.read().code], [250, 221], "one final reply, then QUIT's")
    chunked = mails.Plain(mails.ANNA, [mails.KARL], "BDAT").bytes()
    with gateway.lmtp() as client:
        client.envelope("anna@acme.example", [AGENT])
        half = len(chunked) // 2
        client.socket.sendall(f"BDAT {half}\r\n".encode() + chunked[:half])
        first = client.read()
        client.socket.sendall(f"BDAT {len(chunked) - half} LAST\r\n".encode() + chunked[half:])
        tap.equal([first.code, client.read().code], [250, 250], "BDAT in two chunks")
    tap.equal((gateway.delivery(chunked) or {}).get("outcome"), "filed", "is filed, byte for byte")
    lost = mails.Plain(mails.ANNA, [mails.KARL], "Halb gesendet").bytes()
    with gateway.lmtp() as client:
        client.envelope("anna@acme.example", [AGENT])
        client.command("DATA")
        client.socket.sendall(lost)
    time.sleep(0.3)
    tap.equal(gateway.delivery(lost), None, "a client that leaves before the dot leaves nothing behind")
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Über den Socket").bytes()
    with Lmtp(gateway.lmtp_socket) as client:
        tap.equal([r.code for r in client.send("anna@acme.example", [AGENT], mail)], [250], "the unix socket takes mail")
    with Lmtp(gateway.ports["smtp"], hello="EHLO test.example") as client:
        mail = mails.Plain(mails.ANNA, [mails.KARL], "Über SMTP").bytes()
        tap.equal([r.code for r in client.send("anna@acme.example", [AGENT], mail)], [250], "SMTP takes mail")
    tap.equal((gateway.delivery(mail) or {}).get("protocol"), "smtp", "and says so")


def stuck(tap, gateway):
    """A mail whose world changes at every try is kept and shown, and filed when that ends"""
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Nie allein").bytes()
    with gateway.cluster.connect() as session:
        session.execute("CREATE FUNCTION casegate.test_stuck() RETURNS trigger LANGUAGE plpgsql AS"
                        " $$BEGIN RAISE 'somebody was here' USING errcode = 'serialization_failure'; END$$")
        session.execute("CREATE TRIGGER test_stuck BEFORE INSERT ON casegate.message FOR EACH ROW WHEN (new.subject = 'Nie allein') EXECUTE FUNCTION casegate.test_stuck()")
    with gateway.lmtp() as client:
        tap.equal([r.code for r in client.send("anna@acme.example", [AGENT], mail)], [250], "it is taken")
    row = gateway.delivery(mail)
    tap.equal([row["outcome"], "somebody was here" in (row["reason"] or "")], ["failed", True], "and kept, with the reason", row)
    with gateway.cluster.connect() as session:
        session.execute("DROP FUNCTION casegate.test_stuck() CASCADE")
    out = gateway.run("hold", "release", str(row["delivery_id"]))
    tap.ok(out.startswith("filed into V-"), "a person lets it in", out)
    tap.equal(gateway.delivery(mail)["outcome"], "filed", "it is filed")


def audit(tap, gateway):
    """The loss audit adds up"""
    rows = gateway.json("stats", "--json")
    tap.equal(sorted(r["tenant"] for r in rows), ["acme", "beta"], "stats: one row a tenant")
    for row in rows:
        parts = sum(row[k] for k in ("filed", "held", "duplicate", "rejected", "failed"))
        with gateway.admin() as session:
            count = session.value("SELECT count(*) FROM casegate.deliveries WHERE tenant = %s", (row["tenant"],))
        tap.equal((row["received"], parts), (count, count), f"{row['tenant']}: received is the sum of the rest and every delivery")
    with gateway.admin() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.deliveries WHERE outcome = 'failed'"), 0, "nothing has failed")
        orphans = session.value("""SELECT count(*) FROM casegate.deliveries d WHERE outcome = 'filed' AND NOT EXISTS
            (SELECT FROM casegate.match_evidence e WHERE e.delivery_id = d.delivery_id AND e.chosen)""")
        tap.equal(orphans, 0, "each placed delivery has chosen evidence")
        counted = session.execute("""SELECT c.reference FROM casegate.cases c WHERE message_count <>
            (SELECT count(*) FROM casegate.messages m WHERE m.case_id = c.case_id)""")
        tap.equal(counted, [], "each case's count is that of its messages")


def events(tap, gateway):
    """Events: numbered soon after the commit, without gaps, announced once"""
    with gateway.admin() as listener:
        listener.execute("LISTEN casegate_events")
        last = listener.value("SELECT coalesce(max(event_id), 0) FROM casegate.events WHERE tenant = 'acme'")
        mail = mails.Plain(mails.ANNA, [mails.KARL], "Ereignisse").bytes()
        gateway.send(mail)
        tap.ok(select.select([listener.connection], [], [], 2)[0], "NOTIFY casegate_events within two seconds")
        case_id = gateway.delivery(mail)["case_id"]

        def kinds():
            return {kind for (kind,) in listener.execute("SELECT kind FROM casegate.events WHERE tenant = 'acme' AND event_id > %s AND case_id = %s",
                                                         (last, case_id))}
        tap.ok(wait_until(lambda: {"case_opened", "message_filed"} <= kinds(), 2), "case_opened and message_filed", kinds())
        numbers = [n for (n,) in listener.execute("SELECT event_id FROM casegate.events WHERE tenant = 'acme' ORDER BY event_id")]
        tap.equal(numbers, list(range(1, len(numbers) + 1)), "numbered 1, 2, 3, …")
        tap.equal(listener.value("SELECT count(*) FROM casegate.events WHERE event_id IS NULL"), 0, "none is without a number")


def deaths(tap, gateway):
    """A killed worker, a killed listener: the sender is told 451 or loses the line, then all works again"""
    for pid in gateway.processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        mail = mails.Plain(mails.ANNA, [mails.KARL], f"Nach dem Tod von {pid}").bytes()

        def taken(mail=mail):
            try:
                return gateway.send(mail).code == 250
            except (OSError, ConnectionEnded):
                return False
        tap.ok(wait_until(taken, 20, 0.1), "one process killed, mail goes on", gateway.tail(5))
        with gateway.admin() as session:
            outcomes = sorted(o for (o,) in session.execute("SELECT outcome FROM casegate.deliveries WHERE source_sha256 = %s",
                                                            (hashlib.sha256(mail).hexdigest(),)))
        tap.ok(outcomes.count("filed") == 1 and set(outcomes) <= {"filed", "duplicate"}, "and is filed once", outcomes)


def ledger(tap, gateway):
    """The loss audit as a metric: what was received is the sum of what became of it"""
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway.ports['http']}/metrics", timeout=10) as answer:
        lines = [line.split() for line in answer.read().decode().splitlines() if line.startswith("casegate_deliveries")]
    values = {name: int(value) for name, value in lines}
    outcomes = {name: value for name, value in values.items() if "outcome=" in name}
    tap.equal(sorted(outcomes), [f'casegate_deliveries{{outcome="{o}"}}' for o in ("duplicate", "failed", "filed", "held", "rejected")], "every outcome is counted")
    tap.equal((values.get("casegate_deliveries_received"), values.get("casegate_deliveries_unaccounted")), (sum(outcomes.values()), 0), "nothing is lost", values)
    tap.ok(outcomes['casegate_deliveries{outcome="filed"}'] > 0, "and some was filed", values)


def end(tap, gateway):
    """SIGTERM: the mail in flight is finished, new ones get 421, exit 0"""
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Im Flug").bytes()
    with gateway.lmtp() as client:
        client.envelope("anna@acme.example", [AGENT])
        client.command("DATA")
        client.socket.sendall(mail)
        gateway.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        try:
            client.socket.sendall(b".\r\n")
            code = client.read().code
        except (OSError, ConnectionEnded):
            code = "gone"
        began = time.monotonic()
    check_sanitizers_later = gateway.log_text()
    code_of_exit = gateway.stop()
    tap.equal(code_of_exit, 0, "exit 0", gateway.tail(10))
    tap.ok(time.monotonic() - began < 15, "within 15 seconds")
    filed = gateway.delivery(mail)
    tap.ok((code == 250) == (filed is not None and filed["outcome"] == "filed"), "what was answered is what was done", code, filed)
    tap.equal(code, 250, "the mail in flight was finished", check_sanitizers_later[-500:])
    gateway.start()
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Wieder da").bytes()).code, 250, "started again it takes mail")


SCENARIOS = [one_case, known_mail, unknown_and_strange, who_sees_what, bytes_exact, tokens, two_tenants, limits, conversation, stuck,
             events, database_away, audit, ledger, deaths, end]


def main():
    tap = Tap()
    with Gateway({"limits": {"message_size": "5000000"}}) as gateway:
        gateway.provide_acme()
        gateway.run("tenant", "add", "beta", "--name", "Beta AG")
        gateway.run("user", "add", "beta", "berta", "berta@beta.example")
        gateway.run("user", "add", "beta", "boss", "boss@beta.example", "--role", "all")
        gateway.run("address", "add", "beta", BETA_AGENT)
        tap.run(SCENARIOS, gateway)
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
