#!/usr/bin/python3
"""Every row of "What happens to a mail": one scenario each, from the bytes to what the app reads.

    tests/e2e/outcomes.py [SCENARIO]..."""

import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers, wait_until  # noqa: E402

RITA = ("Rita Rand", "rita@rand.example")


class World:
    """The gateway with some habits: file a mail and read what became of it."""

    def __init__(self, gateway):
        self.gateway = gateway

    def file(self, mail, sender="anna@acme.example", to=AGENT):
        content = mail if isinstance(mail, bytes) else mail.bytes()
        reply = self.gateway.send(content, sender=sender, to=to)
        if reply.code != 250:
            raise RuntimeError(f"not taken: {reply}")
        return self.gateway.delivery(content)

    def opened(self, subject="Angebot", **more):
        """A case that an offer of Karl's, forwarded by Anna, has opened: (offer, delivery)."""
        offer = mails.Plain(subject=f"{subject} {mails.new_id()[:6]}", **more)
        return offer, self.file(mails.forward(offer))

    def message(self, delivery):
        return self.gateway.message(delivery["message_id"])

    def messages(self, case_id):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.messages WHERE case_id = %s ORDER BY sent_at, message_id", (case_id,))

    def brought(self, delivery):
        with self.gateway.admin() as session:
            return [row[0] for row in session.execute("SELECT message_id FROM casegate.delivery_messages WHERE delivery_id = %s ORDER BY message_id",
                                                      (delivery["delivery_id"],))]

    def evidence(self, delivery, chosen=None):
        with self.gateway.admin() as session:
            rows = session.rows("SELECT * FROM casegate.match_evidence WHERE delivery_id = %s", (delivery["delivery_id"],))
        return [r for r in rows if chosen is None or r["chosen"] == chosen]

    def case(self, case_id):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.cases WHERE case_id = %s", (case_id,))[0]

    def event_kinds(self, **where):
        column, value = next(iter(where.items()))
        with self.gateway.admin() as session:
            return [k for (k,) in session.execute(f"SELECT kind FROM casegate.events WHERE {column} = %s ORDER BY event_id", (value,))]

    def reload(self, delivery):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.deliveries WHERE delivery_id = %s", (delivery["delivery_id"],))[0]

    def held(self, delivery):
        with self.gateway.admin() as session:
            rows = session.rows("SELECT * FROM casegate.held WHERE delivery_id = %s", (delivery["delivery_id"],))
        return rows[0] if rows else None

    def act(self, statement, values, user="chef"):
        session = self.gateway.signed_in("acme", user)
        with session:
            found = session.execute(statement, values)
            session.connection.commit()
        return found[0][0] if found else None


def forward_forms(tap, world):
    """A user forwards: inline in every form, attached, without the original's ids"""
    for form in ("alternative", "plain", "html"):
        offer = mails.Plain(subject=f"Form {form}", when=mails.at(4, 8, 17))
        delivery = world.file(mails.forward(offer, "Zur Info", form=form, known_ids=False))
        message = world.message(delivery)
        tap.equal([message[k] for k in ("from_name", "from_address", "direction", "source", "submitted_by", "sent_at", "subject")],
                  ["Karl Berger", mails.KARL[1], "in", "forward", "anna", offer.when, f"Form {form}"], f"{form}: the original is the message")
        tap.equal((message["comment"] or "").strip(), "Zur Info", f"{form}: the comment")
    offer = mails.Plain(subject="Form Anlage", when=mails.at(4, 8, 17))
    message = world.message(world.file(mails.attached([offer], "Zur Info")))
    tap.equal([message[k] for k in ("from_address", "direction", "source", "submitted_by", "sent_at", "internet_message_id", "comment")],
              [mails.KARL[1], "in", "forward_attached", "anna", offer.when, offer.message_id, "Zur Info"], "attached: the original with its own id")
    own = mails.Plain(mails.ANNA, [mails.KARL], "Meine alte Mail")
    message = world.message(world.file(mails.forward(own)))
    tap.equal(message["direction"], "out", "a forward of one's own old mail is outgoing")


def reply_is_no_forward(tap, world):
    """An Outlook reply with its block below and the agent in Cc is none"""
    offer, delivery = world.opened()
    text = "Guten Tag,\n\nwir bestellen.\n\n" + "\n".join(mails.outlook_block(offer)) + f"\n\n{offer.text}\n"
    for role, more in (("Cc", {"cc": [("", AGENT)]}), ("BCC", {})):
        answer = offer.answer(text=text, **more)
        filed = world.file(answer)
        message = world.message(filed)
        tap.equal([filed["outcome"], filed["case_id"], message["direction"], message["from_address"], message["source"]],
                  ["filed", delivery["case_id"], "out", mails.ANNA[1], role.lower()], f"agent in {role}: it is her own answer")


def several_attached(tap, world):
    """Several mails attached: one message each; the unmatched share one new case"""
    offer, delivery = world.opened()
    known = offer.answer(mails.ANNA)
    new1 = mails.Plain(subject="Neues Thema A", when=mails.at(1, 9))
    new2 = mails.Plain(RITA, [mails.ANNA], subject="Neues Thema B", when=mails.at(2, 9))
    filed = world.file(mails.attached([known, new1, new2]))
    tap.equal(filed["outcome"], "filed", "filed")
    cases = {world.gateway.message(m)["internet_message_id"]: world.gateway.message(m)["case_id"] for m in world.brought(filed)}
    tap.equal(set(cases), {known.message_id, new1.message_id, new2.message_id}, "three messages")
    tap.equal(cases.get(known.message_id), delivery["case_id"], "the answer joins its case")
    tap.ok(cases.get(new1.message_id) == cases.get(new2.message_id) != delivery["case_id"], "the other two share one new case", cases)
    tap.equal(world.message(filed)["internet_message_id"], known.message_id, "the delivery's ids are the first new message's")
    again = world.file(mails.attached([known, new1], "Doppelt"))
    tap.equal(again["outcome"], "duplicate", "only known ones: duplicate")
    some = world.file(mails.attached([known, mails.Plain(subject="Neu dabei")], "Halb doppelt"))
    tap.equal(some["outcome"], "filed", "one new among known ones: filed")


def redirected(tap, world):
    """Resent-*: the mail itself, standing of its From"""
    for author, outcome in ((mails.BERND, "filed"), (mails.FRIEDA, "held")):
        original = mails.Plain(author, [mails.ANNA], f"Umgeleitet von {author[0]}")
        resent = (f"Resent-From: {mails.address(mails.ANNA)}\r\nResent-To: {AGENT}\r\nResent-Date: {mails.rfc_date(mails.at(5))}\r\n"
                  f"Resent-Message-ID: <{mails.new_id()}>\r\n").encode() + original.bytes()
        delivery = world.file(resent)
        tap.equal(delivery["outcome"], outcome, f"redirected mail of {author[0]}: {outcome}", delivery)
        if outcome == "filed":
            tap.equal([world.message(delivery)[k] for k in ("source", "from_address")], ["redirect", author[1]], "source redirect, its own From")
        else:
            tap.ok("anna@acme.example" in (delivery["reason"] or ""), "the reason names the resender", delivery["reason"])


def nested(tap, world):
    """A forward of a forward is unwrapped while a level's author is ours"""
    offer = mails.Plain(to=[mails.BERND], subject="Kette", text="Der Kern.")
    inner = mails.Plain(mails.BERND, [mails.ANNA], "WG: Kette", "Für dich, Anna.\n\n" + "\n".join(mails.outlook_block(offer)) + f"\n\n{offer.text}",
                        when=mails.at(4))
    delivery = world.file(mails.forward(inner, "Bitte ablegen.", known_ids=False))
    message = world.message(delivery)
    tap.equal([message["from_address"], message["sent_at"], message["direction"]], [mails.KARL[1], offer.when, "in"], "the innermost is the message")
    with world.gateway.admin() as session:
        rows = session.execute("SELECT author_address, trim(text, E' \\n\\r') FROM casegate.comments WHERE message_id = %s ORDER BY position",
                               (delivery["message_id"],))
    tap.ok(sorted(rows) == sorted([(mails.ANNA[1], "Bitte ablegen."), (mails.BERND[1], "Für dich, Anna.")]), "both comments with their authors", rows)
    foreign = mails.Plain(mails.KARL, [mails.ANNA], "WG: Lieferant", "Siehe unten.\n\n" + "\n".join(mails.outlook_block(
        mails.Plain(RITA, [mails.KARL], "Lieferant"))) + "\n\nTiefer.", when=mails.at(4))
    message = world.message(world.file(mails.forward(foreign, "Bitte.", known_ids=False)))
    tap.equal(message["from_address"], mails.KARL[1], "a supplier's forward is the supplier's mail")


def copied(tap, world):
    """A user CCs or BCCs the agent: the mail itself"""
    for role in ("cc", "bcc"):
        mail = mails.Plain(mails.ANNA, [mails.KARL], f"Kopie per {role}", cc=[("", AGENT)] if role == "cc" else [])
        delivery = world.file(mail)
        message = world.message(delivery)
        tap.equal([delivery["opened_case"], message["direction"], message["source"], message["submitted_by"]], [True, "out", role, "anna"],
                  f"{role}: out, opens a case")
    internal = mails.Plain(mails.ANNA, [mails.BERND], "Unter uns")
    tap.equal(world.message(world.file(internal))["direction"], "internal", "all participants ours: internal")
    with world.gateway.admin() as session:
        listed = session.value("SELECT count(*) FROM casegate.recipients r JOIN casegate.messages m USING (tenant, message_id)"
                               " WHERE m.subject = 'Kopie per cc' AND r.address = %s", (AGENT,))
    tap.equal(listed, 1, "a stated agent address is listed")


def direct(tap, world):
    """A user writes to the agent, nothing forwarded"""
    note = mails.Plain(mails.ANNA, [("", AGENT)], "Notiz", "Bitte Vorgang für Messe anlegen.")
    delivery = world.file(note)
    message = world.message(delivery)
    tap.equal([delivery["opened_case"], message["direction"], message["source"]], [True, "internal", "direct"], "opens a case, internal, direct")
    more = mails.Plain(mails.ANNA, [("", AGENT)], "AW: Notiz", "Nachtrag.", answers=note)
    tap.equal(world.file(more)["case_id"], delivery["case_id"], "an answer to it lands there by its ids")


def participant(tap, world):
    """A supplier replies to all with the agent in Cc"""
    offer, delivery = world.opened()
    order = offer.answer(cc=[("", AGENT)])
    world.file(order)
    reply = order.answer(mails.KARL, to=[mails.ANNA], cc=[("", AGENT)], subject=order.subject)
    filed = world.file(reply, sender=mails.KARL[1])
    tap.equal([filed["outcome"], filed["case_id"]], ["filed", delivery["case_id"]], "a participant's reply is filed where the ids say")
    message = world.message(filed)
    tap.equal([message["direction"], message["source"]], ["in", "cc"], "in, cc")
    other = mails.Plain(mails.KARL, [mails.ANNA], "Ganz neues Thema", cc=[("", AGENT)])
    held = world.file(other, sender=mails.KARL[1])
    tap.equal([held["outcome"], held["case_id"]], ["held", None], "without ids it is held")
    stranger = mails.Plain(mails.FRIEDA, [mails.ANNA], "AW: " + offer.subject, cc=[("", AGENT)], answers=order)
    held = world.file(stranger, sender=mails.FRIEDA[1])
    tap.equal(held["outcome"], "held", "a stranger with known ids is held")
    candidates = (world.held(held) or {}).get("candidates") or []
    tap.ok(candidates and candidates[0]["case_id"] == delivery["case_id"], "that case is the first candidate", candidates)
    with_token = mails.Plain(mails.FRIEDA, [mails.ANNA], "Mit Token")
    held = world.file(with_token, sender=mails.FRIEDA[1], to=world.case(delivery["case_id"])["case_address"])
    candidates = (world.held(held) or {}).get("candidates") or []
    tap.ok(held["outcome"] == "held" and candidates and candidates[0]["case_id"] == delivery["case_id"],
           "a stranger with a valid token, too", held, candidates)


def held_before_its_case(tap, world):
    """A mail waits that came before what it answers"""
    order = mails.Plain(mails.ANNA, [mails.FRIEDA], "Erst die Antwort")
    answer = mails.Plain(mails.FRIEDA, [mails.ANNA], "AW: " + order.subject, cc=[("", AGENT)], answers=order)
    held = world.file(answer, sender=mails.FRIEDA[1])
    tap.equal([held["outcome"], world.held(held)["candidates"]], ["held", []], "nothing is known of what it names")
    filed = world.file(order)
    tap.equal([(c["case_id"], c["evidence"][0]["signal"]) for c in world.held(held)["candidates"]], [(filed["case_id"], "references")],
              "now the case is its candidate")
    tap.equal(world.reload(held)["outcome"], "held", "and it waits on for a person")


def automatic(tap, world):
    """Auto-replies: filed where the ids say, never open, never reopen"""
    offer, delivery = world.opened()
    order = offer.answer()
    world.file(order)
    filed = world.file(mails.auto_reply(order), sender="")
    tap.equal([filed["outcome"], filed["case_id"], world.message(filed)["kind"]], ["filed", delivery["case_id"], "auto_reply"],
              "an out of office joins its case")
    world.act("SELECT casegate.set_case_state(%s, 'closed')", (delivery["case_id"],))
    world.file(mails.auto_reply(order), sender="")
    tap.equal(world.case(delivery["case_id"])["state"], "closed", "it does not reopen a closed one")
    world.file(order.answer(mails.KARL, cc=[("", AGENT)], subject=order.subject), sender=mails.KARL[1])
    tap.equal(world.case(delivery["case_id"])["state"], "open", "a person's mail does")
    lost = mails.auto_reply(mails.Plain(mails.ANNA, [mails.KARL], "Nie gesehen"))
    held = world.file(lost, sender="")
    tap.equal([held["outcome"], held["case_id"]], ["held", None], "without a case it is held")
    listed, everything = world.gateway.json("hold", "list", "acme", "--json"), world.gateway.json("hold", "list", "acme", "--all", "--json")
    ids = lambda rows: [row["delivery_id"] for row in rows]  # noqa: E731
    tap.ok(held["delivery_id"] not in ids(listed) and held["delivery_id"] in ids(everything), "shown with hold list --all only")
    confirmation = mails.Plain(mails.KARL, [mails.ANNA], "Auftragsbestätigung", more=[("Auto-Submitted", "auto-generated")])
    tap.ok(world.file(mails.attached([confirmation]))["opened_case"], "an order confirmation that a user brings opens a case")
    listed_mail = mails.Plain(mails.ANNA, [mails.KARL], "Rundschreiben", more=[("Precedence", "bulk"), ("List-Id", "<alle.acme.example>")])
    tap.equal(world.message(world.file(listed_mail))["kind"], "mail", "Precedence and List-Id alone do not make a user's mail automatic")


def bounces(tap, world):
    """A bounce joins the case of the mail that it reports on, or is held"""
    offer, delivery = world.opened()
    order = offer.answer()
    sent = world.file(order)
    report = mails.bounce(order)
    filed = world.file(report, sender="")
    tap.equal([filed["outcome"], filed["case_id"]], ["filed", delivery["case_id"]], "it joins that case")
    tap.equal(world.message(filed)["kind"], "bounce", "as a bounce")
    tap.ok(world.message(sent)["send_error"], "the mail that failed shows it", world.message(sent))
    tap.ok(wait_until(lambda: "delivery_failed" in world.event_kinds(case_id=delivery["case_id"]), 3), "event delivery_failed")
    wrong = world.file(mails.bounce(order, recipient="jemand@anders.example"), sender="")
    tap.equal(wrong["outcome"], "held", "a report about somebody whom the mail never went to is held")
    forged = mails.bounce(order)
    tap.equal(world.file(forged, sender="angreifer@fremd.example")["outcome"], "held", "with an envelope sender it is a stranger's mail")
    unknown = mails.bounce(mails.Plain(mails.ANNA, [mails.KARL], "Unbekannt"))
    tap.equal(world.file(unknown, sender="")["outcome"], "held", "a report about a mail we never saw is held")
    lost = mails.bounce(order.answer(mails.ANNA, text="Eilt."))
    tap.equal(world.file(lost, sender="")["outcome"], "held", "and so it is where only its thread is here")
    tap.equal(world.file(mails.attached([lost]))["case_id"], delivery["case_id"], "unless a user brings it: then it joins that thread's case")
    passed_on, copy = mails.Plain(mails.ANNA, [mails.KARL], "Abruf Juli"), mails.Plain(mails.ANNA, [mails.KARL], "Abruf Juli")
    copy.when = passed_on.when
    sent = world.file(copy)
    tap.equal(world.file(mails.bounce(passed_on), sender="")["outcome"], "held", "a report about a mail that came under another id is held")
    tap.equal(world.file(mails.attached([mails.bounce(passed_on)]))["case_id"], sent["case_id"], "unless a user brings it: then author, second and subject tell")
    tap.ok(world.message(sent)["send_error"], "and the mail that failed shows it")
    tap.equal(world.message(filed)["send_error"], None, "no other does")
    own = mails.bounce(order.answer(mails.ANNA, text="Eilt sehr."), reporter=("Mail Delivery System", "mailer-daemon@acme.example"))
    tap.equal(world.file(own, sender="")["outcome"], "held", "what a server of ours sends by itself no user brings")


def calendar(tap, world):
    """A calendar invitation"""
    delivery = world.file(mails.invitation())
    message = world.message(delivery)
    tap.equal([delivery["outcome"], message["kind"]], ["filed", "calendar"], "filed as kind calendar")
    tap.ok("Abnahme der Wellen" in message["text"], "its summary is in the text", message["text"])
    with world.gateway.admin() as session:
        kept = session.execute("SELECT content_type FROM casegate.attachments WHERE message_id = %s", (delivery["message_id"],))
    tap.ok(any("calendar" in kind for (kind,) in kept), "the ics is kept", kept)


def same_id(tap, world):
    """The same Message-ID with other content is a message of its own"""
    first = mails.Plain(mails.ANNA, [mails.KARL], "Kennung", "Der eine Inhalt.")
    other = mails.Plain(mails.ANNA, [mails.KARL], "Kennung", "Ein ganz anderer Inhalt, der nichts mit dem ersten gemein hat.",
                        message_id=first.message_id)
    one, two = world.file(first), world.file(other)
    tap.ok(two["outcome"] == "filed" and two["message_id"] != one["message_id"], "a message of its own", two)
    tap.ok(two["reason"] or any("id" in (e["signal"] or "") for e in world.evidence(two)), "and marked", two, world.evidence(two))


def user_brings_held(tap, world):
    """A user brings a mail that is held"""
    mail = mails.Plain(mails.FRIEDA, [mails.ANNA], "Gehalten und gebracht", cc=[("", AGENT)])
    held = world.file(mail, sender=mails.FRIEDA[1])
    tap.equal(held["outcome"], "held", "first held")
    brought = world.file(mails.attached([mail]))
    tap.equal(brought["outcome"], "filed", "the forward is filed")
    after = world.reload(held)
    tap.equal([after["outcome"], after["message_id"], after["case_id"]], ["duplicate", brought["message_id"], brought["case_id"]],
              "the held delivery becomes its duplicate")
    tap.ok(wait_until(lambda: "mail_released" in world.event_kinds(delivery_id=held["delivery_id"]), 3), "event mail_released")
    tap.equal(world.held(held), None, "and is held no more")
    mail = mails.Plain(mails.FRIEDA, [mails.ANNA], "Gehalten, im Text gebracht", cc=[("", AGENT)])
    other = mails.Plain(mails.FRIEDA, [mails.ANNA], mail.subject, "Hallo,\n\nnoch etwas ganz anderes vom selben Tag.", cc=[("", AGENT)])
    held, stays = (world.file(m, sender=mails.FRIEDA[1]) for m in (mail, other))
    brought = world.file(mails.forward(mail, known_ids=False))
    after = world.reload(held)
    tap.equal([after["outcome"], after["message_id"]], ["duplicate", brought["message_id"]], "inline, without any id, too", brought, after)
    tap.equal([e["signal"] for e in world.evidence(held, chosen=True)], ["content"], "by its content")
    tap.equal(world.reload(stays)["outcome"], "held", "another mail of the same author and subject waits on")
    mail = mails.Plain(mails.FRIEDA, [mails.ANNA], "Ihre Bestellung", "Ihre Bestellung 4711 ist eingegangen.", cc=[("", AGENT)])
    held = world.file(mail, sender=mails.FRIEDA[1])
    world.file(mails.attached([mails.Plain(mails.FRIEDA, [mails.ANNA], mail.subject, "Ihre Bestellung 4711 ist auf dem Weg.",
                                           when=mails.at(4, 1, 16), message_id=mail.message_id)]))
    tap.equal(world.reload(held)["outcome"], "held", "so does one of a robot that gives all its mails one id")


def held_under_a_foreign_id(tap, world):
    """What an outsider calls a mail that a user brought joins no case in which he takes no part"""
    for is_held in (True, False):
        foreign, delivery = world.opened("Anfrage", author=RITA)
        mail = mails.Plain(mails.FRIEDA, [mails.ANNA], mails.new_id(), cc=[("", AGENT)])
        awaiting = foreign.answer()
        awaiting.references.insert(0, mail.message_id)
        tap.equal(world.file(awaiting)["case_id"], delivery["case_id"], "a case awaits his id")
        if is_held:
            own = world.file(mail, sender=mails.FRIEDA[1])
            tap.equal(own["outcome"], "held", "his own mail is held")
        brought = world.file(mails.forward(mail, known_ids=False))
        own = world.reload(own) if is_held else world.file(mail, sender=mails.FRIEDA[1])
        tap.equal([own["outcome"], own["message_id"], own["case_id"]], ["duplicate", brought["message_id"], brought["case_id"]], "now it is a copy")
        tap.equal([world.reload(brought)["case_id"] == delivery["case_id"], world.message(brought)["internet_message_id"]], [False, None],
                  "and has no name there")


def two_become_one(tap, world):
    """What a text made a message turns out to be another that is here: one is left, with what people did to either"""
    mail = mails.Plain(subject="Zweimal da", text="Guten Tag,\n\ndie zwölf Kupplungen gehen am Donnerstag mit der Spedition ab, das Werkszeugnis liegt bei.")
    late = mails.Plain(subject=mail.subject, text=mail.text, when=mail.when + datetime.timedelta(minutes=9), message_id=mail.message_id)
    relayed = mails.Plain(subject=mail.subject, text=mail.text, when=mail.when)
    _, other = world.opened()
    arrival = world.file(mails.forward(late, "Von Bernd", mails.BERND), sender=mails.BERND[1])
    real = world.file(mails.attached([relayed], "Vom Relais"))
    tap.ok(arrival["message_id"] != real["message_id"], "a forward that states the arrival is not told to be the relay's copy")
    world.act("SELECT casegate.move_message(%s, %s)", (arrival["message_id"], other["case_id"]))
    stated = world.file(mails.forward(mail, "Von Anna"))
    tap.equal([stated["outcome"], stated["message_id"], world.reload(arrival)["message_id"]], ["duplicate", real["message_id"], real["message_id"]],
              "one that states the minute is a copy of both")
    tap.equal([world.reload(d)["case_id"] for d in (arrival, real, stated)], [other["case_id"]] * 3, "it lies where a person has put it")
    tap.equal([m["message_id"] for m in world.messages(other["case_id"]) if m["subject"] == mail.subject], [real["message_id"]], "as one message")
    with world.gateway.admin() as session:
        comments = session.execute("SELECT text FROM casegate.comments WHERE message_id = %s ORDER BY text", (real["message_id"],))
    tap.equal([text.strip() for (text,) in comments], ["Vom Relais", "Von Anna", "Von Bernd"], "with everybody's comment")
    tap.ok("message_completed" in world.event_kinds(message_id=real["message_id"]), "event message_completed")
    answer = mails.Plain(mails.ANNA, [mails.KARL], "AW: Zweimal da", answers=mail)
    tap.equal(world.file(answer)["case_id"], other["case_id"], "who answers it by its first id lies there, too")


def release(tap, world):
    """A human releases, and refuses"""
    mail = mails.Plain(RITA, [("", AGENT)], "Bitte freigeben")
    held = world.file(mail, sender=RITA[1])
    message_id = world.act("SELECT casegate.release_held(%s)", (held["delivery_id"],))
    after = world.reload(held)
    tap.equal([after["outcome"], after["message_id"]], ["filed", message_id], "released into a case of its own")
    tap.equal(world.message(after)["from_address"], RITA[1], "the message is hers")
    reply = mails.Plain(RITA, [("", AGENT)], "AW: Bitte freigeben", "Noch etwas.", answers=mail)
    tap.equal([world.file(reply, sender=RITA[1])[k] for k in ("outcome", "case_id")], ["filed", after["case_id"]], "now she is known there")
    again = world.file(mail, sender=RITA[1])
    tap.equal([again["outcome"], again["message_id"]], ["duplicate", message_id], "her first mail again: duplicate of the message")
    other = world.file(mails.Plain(mails.FRIEDA, [("", AGENT)], "Werbung"), sender=mails.FRIEDA[1])
    world.act("SELECT casegate.refuse_held(%s)", (other["delivery_id"],))
    tap.equal([world.reload(other)["outcome"], world.held(other)], ["rejected", None], "refused")
    try:
        world.act("SELECT casegate.release_held(%s)", (other["delivery_id"],), user="anna")
        tap.ok(False, "Anna may not release")
    except Exception:  # pylint: disable=broad-except
        tap.ok(True, "Anna may not release")


def never_file(tap, world):
    """To or from a never_file address"""
    world.gateway.run("tenant", "set", "acme", "never_file", "privat@acme.example anwalt.example")
    for mail, name in ((mails.Plain(mails.ANNA, [("Anwalt", "kanzlei@anwalt.example")], "Vertraulich"), "to such a domain"),
                       (mails.forward(mails.Plain(("Kanzlei", "kanzlei@anwalt.example"), subject="Mandat")), "from it, forwarded"),
                       (mails.Plain(mails.ANNA, [mails.KARL, ("", "privat@acme.example")], "Privat"), "to such an address")):
        content = mail if isinstance(mail, bytes) else mail.bytes()
        delivery = world.file(content)
        tap.equal([delivery["outcome"], delivery["reason"], delivery["message_id"]], ["rejected", "never_file", None], f"{name}: rejected")
        with world.gateway.signed_in("acme", "chef") as session:
            tap.ok(not session.value("SELECT casegate.delivery_source(%s)", (delivery["delivery_id"],)), f"{name}: no bytes kept")
    world.gateway.run("tenant", "set", "acme", "never_file", "")


def threads(tap, world):
    """Ghosts, merges, conversations"""
    first = mails.Plain(mails.KARL, [mails.ANNA], "Später gebracht")
    second = first.answer()
    third = second.answer(mails.KARL, to=[mails.ANNA], subject=second.subject)
    one, three = world.file(mails.attached([first])), world.file(mails.forward(third))
    tap.equal(three["case_id"], one["case_id"], "two mails whose middle is missing are one case")
    tap.equal(world.case(one["case_id"])["missing_count"], 1, "one is missing")
    two = world.file(second)
    tap.equal([two["case_id"], world.case(one["case_id"])["missing_count"]], [one["case_id"], 0], "the middle comes late and completes it")
    tap.equal([m["direction"] for m in world.messages(one["case_id"])], ["in", "out", "in"], "in the order of their dates")
    alpha = mails.Plain(mails.ANNA, [mails.KARL], "Faden A")
    omega = mails.Plain(mails.ANNA, [mails.KARL], "Faden B")
    a, b = world.file(alpha), world.file(omega)
    bridge = mails.Plain(mails.ANNA, [mails.KARL], "AW: Faden A", more=[("References", f"<{alpha.message_id}> <{omega.message_id}>")])
    world.file(bridge)
    states = sorted(world.case(c["case_id"])["state"] for c in (a, b))
    tap.equal(states, ["merged", "open"], "a mail that names both merges the two")
    survivors = {world.reload(a)["case_id"], world.reload(b)["case_id"]}
    tap.equal(len(survivors), 1, "both deliveries point to the survivor")
    for junk in ("<>", "<null>", "<@>", "< >"):
        lonely = [mails.Plain(mails.ANNA, [mails.KARL], f"Müll {i}", more=[("In-Reply-To", junk), ("References", junk)]) for i in range(2)]
        tap.ok(len({world.file(m)["case_id"] for m in lonely}) == 2, f"the id {junk} joins nothing")


def outsiders(tap, world):
    """A user of acme at beta's address is an outsider there; two From mailboxes are nobody"""
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Bei den anderen")
    delivery = world.file(mail, to="agent@in.beta.example")
    tap.equal([delivery["tenant"], delivery["outcome"]], ["beta", "held"], "held at beta")
    two = mails.Plain(mails.ANNA, [mails.KARL], "Zwei Absender").bytes().replace(b"From: Anna Muster <anna@acme.example>",
                                                                             b"From: Anna Muster <anna@acme.example>, Frieda <frieda@fremd.example>")
    tap.equal(world.file(two)["outcome"], "held", "two From mailboxes: nobody's mail")
    twice = b"From: Frieda <frieda@fremd.example>\r\n" + mails.Plain(mails.ANNA, [mails.KARL], "Zwei From-Zeilen").bytes()
    tap.equal(world.file(twice)["outcome"], "held", "two From lines: nobody's mail")
    envelope_only = mails.Plain(mails.FRIEDA, [mails.KARL], "Nur im Umschlag")
    tap.equal(world.file(envelope_only, sender="anna@acme.example")["outcome"], "held", "the envelope sender proves nothing")
    colleague = mails.Plain(("Carla", "carla@acme.example"), [mails.KARL], "Kollegin ohne Konto")
    delivery = world.file(colleague, sender="carla@acme.example")
    tap.equal([delivery["outcome"], world.message(delivery)["submitted_by"]], ["filed", "carla@acme.example"],
              "a colleague by domain becomes a user whose key is the address")
    alias = mails.Plain(("A. Muster", "A.Muster@ACME.example"), [mails.KARL], "Über den Alias")
    tap.equal(world.message(world.file(alias))["submitted_by"], "anna", "an alias, whatever its case, is the user")


def members(tap, world):
    """Who files into a case becomes a member if he took part; otherwise he is proposed"""
    offer = mails.Plain(to=[mails.ANNA, mails.BERND], subject="Mit Bernd")
    delivery = world.file(mails.forward(offer))
    sees = lambda user: world.act("SELECT count(*) FROM casegate.cases WHERE case_id = %s", (delivery["case_id"],), user)  # noqa: E731
    tap.equal([sees("anna"), sees("bernd")], [1, 0], "who opened it sees it")
    world.file(offer.answer(mails.BERND, to=[mails.KARL]), sender="bernd@acme.example")
    tap.equal(sees("bernd"), 1, "Bernd took part and files into it: a member")
    carla = ("Carla", "carla@acme.example")
    proposal = world.file(offer.answer(carla, to=[mails.KARL]), sender=carla[1])
    tap.equal(proposal["case_id"], delivery["case_id"], "Carla's mail is filed there")
    tap.equal(sees("carla@acme.example"), 0, "but she does not see the case")
    tap.ok(wait_until(lambda: "member_proposed" in world.event_kinds(case_id=delivery["case_id"]), 3), "event member_proposed")
    with world.gateway.signed_in("acme", "carla@acme.example") as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.messages WHERE message_id = %s", (proposal["message_id"],)), 1,
                  "she sees the mail that she filed")
    world.act("SELECT casegate.remove_member(%s, 'bernd')", (delivery["case_id"],))
    world.file(offer.answer(mails.BERND, to=[mails.KARL], text="Noch eine."), sender="bernd@acme.example")
    tap.equal(sees("bernd"), 0, "a removed member is not added again by mail")


def brought(tap, world):
    """Who brings a known mail sees it if he brought all of it, though he is none of its recipients"""
    carla = ("Carla", "carla@acme.example")
    offer = ("Guten Tag Frau Muster,\n\ngerne bieten wir Ihnen dreißig Wellen aus C45 mit Passfedernut nach Ihrer Zeichnung zum Stückpreis "
             "von achtzig Euro an, lieferbar in sechs Wochen frei Haus. Die Härte wird nach dem Schleifen geprüft und mit Zeugnis bescheinigt. "
             "Wir freuen uns auf Ihren Auftrag.")
    secret = "\n\nNur für Sie: unser Einkaufspreis liegt bei zweiundvierzig Euro.\n\nKarl Berger"
    whole, half = offer + secret, " ".join(offer.split(" ")[:24])
    plain = lambda copy: mails.forward(copy, author=carla, form="plain")  # noqa: E731
    html = lambda copy: mails.forward(copy, author=carla, form="html", known_ids=False)  # noqa: E731
    attached = lambda copy: mails.attached([copy], author=carla)  # noqa: E731
    with_file = lambda copy: mails.attached([mails.with_file(copy, "preise.pdf", "application/pdf", b"%PDF-1.4 Preise")], author=carla)  # noqa: E731
    table = [
        ("all of it, in a text", whole, False, plain, 1),
        ("all of it, in a page", whole, False, html, 1),
        ("all of it, attached", whole, False, attached, 1),
        ("with a warning above and a footer below", "Achtung: diese Mail kommt von außen.\n\n" + whole + "\n\nListe einkauf, abbestellen: hier", False, attached, 1),
        ("without the name below", whole.removesuffix("\n\nKarl Berger"), False, plain, 1),
        ("with its file", whole, True, with_file, 1),
        ("half, in a text", half, False, plain, 0),
        ("half, attached", half, False, attached, 0),
        ("half, with its file", half, True, with_file, 0),
        ("without its last sentences", offer, False, plain, 0),
        ("without its file", whole, True, attached, 0),
    ]
    for i, (what, text, has_file, way, want) in enumerate(table):
        original = mails.Plain(to=[mails.ANNA], subject=f"Wellen vertraulich {i}", text=whole)
        source = mails.with_file(original, "preise.pdf", "application/pdf", b"%PDF-1.4 Preise") if has_file else original
        known = world.file(mails.attached([source]))
        copy = mails.Plain(to=[mails.ANNA], subject=original.subject, text=text, message_id=original.message_id, when=original.when)
        delivery = world.file(way(copy), sender=carla[1])
        with world.gateway.signed_in("acme", carla[1]) as session:
            sees = session.value("SELECT count(*) FROM casegate.messages WHERE message_id = %s", (known["message_id"],))
        tap.equal([delivery["outcome"], delivery["message_id"], sees], ["duplicate", known["message_id"], want], f"{what}: {want}")


def subjects_and_dates(tap, world):
    """Case subjects and the order of history"""
    empty = mails.Plain(mails.ANNA, [mails.KARL], "")
    tap.equal(world.case(world.file(empty)["case_id"])["subject"], "(ohne Betreff)", "an empty subject")
    prefixed = mails.Plain(mails.ANNA, [mails.KARL], "AW: WG: Re[2]: Preisliste")
    case_id = world.file(prefixed)["case_id"]
    tap.equal(world.case(case_id)["subject"], "Preisliste", "prefixes go")
    world.file(prefixed.answer(mails.ANNA, to=[mails.KARL], subject="AW: Etwas anderes"))
    tap.equal(world.case(case_id)["subject"], "Preisliste", "no mail renames a case")
    future = mails.Plain(mails.ANNA, [mails.KARL], "Aus der Zukunft", when=mails.at(1, year=2099), answers=prefixed)
    ancient = mails.Plain(mails.ANNA, [mails.KARL], "Aus der Vorzeit", when=mails.at(1, year=1980), answers=prefixed)
    world.file(ancient), world.file(future)
    with world.gateway.admin() as session:
        last = session.value("SELECT last_message_at < now() + interval '1 day' FROM casegate.cases WHERE case_id = %s", (case_id,))
    tap.ok(last, "a date of 2099 does not lead the history")


def authenticated(tap, world):
    """[auth] require = dmarc: only the edge's own verdict counts"""
    with Gateway({"auth": {"require": "dmarc", "authserv_id": "mx.acme.example"}}, cluster=world.gateway.cluster) as strict:
        def outcome(results, author=mails.ANNA, extra=b""):
            mail = extra + results + mails.Plain(author, [mails.KARL], "Geprüft " + mails.new_id()).bytes()
            strict.send(mail)
            return strict.delivery(mail)["outcome"]
        good = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=acme.example\r\n"
        ours = b"Received: from a by mx.acme.example with ESMTP; Tue, 4 Mar 2025 10:00:00 +0100\r\n"
        foreign = b"Received: from x by relay.fremd.example with ESMTP; Tue, 4 Mar 2025 10:00:00 +0100\r\n"
        table = [
            ("pass", good, b"", "filed"), ("nothing", b"", b"", "held"),
            ("fail", good.replace(b"pass", b"fail"), b"", "held"),
            ("another server's pass", good.replace(b"mx.acme", b"mx.fremd"), b"", "held"),
            ("a quoted id", good.replace(b"mx.acme.example", b'"mx.acme.example"'), b"", "filed"),
            ("no header.from", good.replace(b" header.from=acme.example", b""), b"", "held"),
            ("another header.from", good.replace(b"from=acme", b"from=fremd"), b"", "held"),
            ("an unknown version", good.replace(b"mx.acme.example;", b"mx.acme.example 2;"), b"", "held"),
            ("two that differ", good + good.replace(b"pass", b"fail"), b"", "held"),
            ("below our own Received", good, ours, "filed"),
            ("below a foreign Received", good, foreign, "held"),
            ("pass in a comment", good.replace(b"dmarc=pass", b"dmarc=fail (dmarc=pass)"), b"", "held"),
        ]
        for name, results, extra, want in table:
            tap.equal(outcome(results, extra=extra), want, f"{name}: {want}")


def explained(tap, world):
    """explain says before what filing does, and writes nothing"""
    offer, delivery = world.opened()
    answer = offer.answer().bytes()
    before = world.gateway.json("stats", "--json")
    told = world.gateway.json("explain", "--to", AGENT, stdin=answer)
    tap.equal(world.gateway.json("stats", "--json"), before, "it writes nothing")
    tap.ok(delivery["case_id"] in str(told).replace(",", " ").split() or str(delivery["case_id"]) in str(told), "it names the case", told)
    tap.equal(world.file(answer)["case_id"], delivery["case_id"], "and filing does the same")


def imported(tap, world):
    """casegate file: the same path, by a command"""
    offer = mails.Plain(subject="Importiert")
    path = f"{world.gateway.directory}/import.eml"
    content = mails.forward(offer)
    with open(path, "wb") as file:
        file.write(content)
    world.gateway.run("file", "--to", AGENT, path)
    delivery = world.gateway.delivery(content)
    tap.equal([delivery["protocol"], delivery["outcome"], world.message(delivery)["from_address"]], ["import", "filed", mails.KARL[1]],
              "a forward from a file opens a case")
    vouched = mails.Plain(mails.FRIEDA, [mails.ANNA], "Verbürgt").bytes()
    with open(path, "wb") as file:
        file.write(vouched)
    world.gateway.run("file", "--to", AGENT, "--from", "anna", path)
    delivery = world.gateway.delivery(vouched)
    tap.equal([delivery["outcome"], world.message(delivery)["submitted_by"], world.message(delivery)["direction"]], ["filed", "anna", "in"],
              "--from: the operator vouches")
    own = mails.Plain(mails.FRIEDA, [("", AGENT)], "Nicht verbürgt").bytes()
    with open(path, "wb") as file:
        file.write(own)
    world.gateway.run("file", "--to", AGENT, path)
    tap.equal(world.gateway.delivery(own)["outcome"], "held", "without it the standing is From's")
    mbox = b"".join(b"From anna@acme.example Tue Mar  4 10:00:00 2025\n" + mails.Plain(mails.ANNA, [mails.KARL], f"Mbox {i}", "From hier\n").bytes()
                    .replace(b"\r\n", b"\n").replace(b"\nFrom hier", b"\n>From hier") + b"\n" for i in range(3))
    with open(path + ".mbox", "wb") as file:
        file.write(mbox)
    world.gateway.run("file", "--history", "--to", AGENT, path + ".mbox")
    with world.gateway.admin() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.messages WHERE subject LIKE 'Mbox _'"), 3, "an mbox of three mails")


def ugly(tap, world):
    """What nobody can read is filed or held, never refused"""
    anna = b"From: Anna Muster <anna@acme.example>\r\nTo: k.berger@stahlbau-nord.example\r\n"
    for name, mail in {
        "no header at all": b"Nur Text.\r\n", "nothing but a dot": b"\r\n", "NUL and 8-bit in the header": anna + b"Subject: a\x00b\xff\xfe\r\n\r\nx\r\n",
        "a boundary that never comes": anna + b"Content-Type: multipart/mixed; boundary=x\r\n\r\nText\r\n",
        "broken base64": anna + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n=====####\r\n",
        "an unknown charset": anna + b"Content-Type: text/plain; charset=klingonisch\r\n\r\nGr\xfc\xdfe\r\n",
        "10,000 recipients": anna + b"Cc: " + b",\r\n ".join(b"u%d@x.example" % i for i in range(10000)) + b"\r\n\r\nx\r\n",
        "200 nested multiparts": anna + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(200)) + b"x\r\n",
        "a surrogate in an encoded word": anna + b"Subject: =?utf-8?B?7aCA?= =?utf-16?Q?=D8?=\r\n\r\nx\r\n",
    }.items():
        delivery = world.file(mail)
        tap.ok(delivery["outcome"] in ("filed", "held"), f"{name}: {delivery['outcome']}", delivery)
        with world.gateway.signed_in("acme", "chef") as session:
            tap.ok(bytes(session.value("SELECT casegate.delivery_source(%s)", (delivery["delivery_id"],))).endswith(mail), f"{name}: byte for byte")


SCENARIOS = [forward_forms, reply_is_no_forward, several_attached, redirected, nested, copied, direct, participant, held_before_its_case, automatic,
             bounces, calendar, same_id, user_brings_held, held_under_a_foreign_id, two_become_one, release, never_file, threads, outsiders, members, brought, subjects_and_dates,
             authenticated, explained, imported, ugly]


def main():
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        gateway.run("tenant", "add", "beta", "--name", "Beta AG")
        gateway.run("address", "add", "beta", "agent@in.beta.example")
        world = World(gateway)
        tap.run(SCENARIOS, world)
        with gateway.admin() as session:
            tap.equal(session.value("SELECT count(*) FROM casegate.deliveries WHERE outcome = 'failed'"), 0, "nothing has failed")
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
