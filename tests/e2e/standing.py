#!/usr/bin/python3
"""Who may put a mail into a case: every sender, with every verdict, naming a thread in every way (SAFETY A1-A7).

    tests/e2e/standing.py

A row is a From field as a sender may write it. Each is sent with each verdict of the edge and each way to name a case, to a
gateway that requires nothing and to one that requires DMARC. In no row may a mail that is not proven enter a case."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers  # noqa: E402

EVE = "eve@evil.example"
# (name, the From lines, who it is: user, known (takes part in the case), other (in another case), nobody; the domain that can pass)
SENDERS = [
    ("a user", "From: Anna Muster <anna@acme.example>", "user", "acme.example"),
    ("a user's alias", "From: anna.muster@acme.example", "user", "acme.example"),
    ("a user in capitals, folded", "From:\r\n Anna <ANNA@ACME.example>", "user", "acme.example"),
    ("a colleague by domain", "From: Dora <dora@kollegen.example>", "user", "kollegen.example"),
    ("a participant", "From: Karl Berger <k.berger@stahlbau-nord.example>", "known", "stahlbau-nord.example"),
    ("a participant of another case", "From: Rita <rita@rand.example>", "other", "rand.example"),
    ("a stranger", f"From: Eve <{EVE}>", "nobody", "evil.example"),
    ("a stranger of the participant's firm", "From: <neu@stahlbau-nord.example>", "nobody", "stahlbau-nord.example"),
    ("two From fields, ours first", f"From: anna@acme.example\r\nFrom: {EVE}", "nobody", "acme.example"),
    ("two From fields, ours last", f"From: {EVE}\r\nFrom: anna@acme.example", "nobody", "acme.example"),
    ("the same From twice", "From: anna@acme.example\r\nFrom: anna@acme.example", "nobody", "acme.example"),
    ("two mailboxes", f"From: anna@acme.example, {EVE}", "nobody", "acme.example"),
    ("two mailboxes, ours last", f"From: {EVE}, anna@acme.example", "nobody", "acme.example"),
    ("ours as the name", f'From: "anna@acme.example" <{EVE}>', "nobody", "evil.example"),
    ("ours as the bare name", f"From: anna@acme.example <{EVE}>", "nobody", "evil.example"),
    ("ours as an encoded name", f"From: =?utf-8?B?PGFubmFAYWNtZS5leGFtcGxlPg==?= <{EVE}>", "nobody", "evil.example"),
    ("ours in a comment", f"From: {EVE} (anna@acme.example)", "nobody", "evil.example"),
    ("ours as a quoted local part", 'From: "anna@acme.example"@evil.example', "nobody", "evil.example"),
    ("ours as a route", f"From: <@acme.example:{EVE}>", "nobody", "evil.example"),
    ("ours before a NUL", "From: anna@acme.example\0@evil.example", "nobody", "evil.example"),
    ("ours inside angle brackets twice", f"From: <anna@acme.example><{EVE}>", "nobody", "evil.example"),
    ("a group of ours", "From: Team: anna@acme.example, bernd@acme.example;", "nobody", "acme.example"),
    ("no From, ours in Sender", "Sender: anna@acme.example", "nobody", "acme.example"),
    ("ours in Sender and Reply-To", f"From: {EVE}\r\nSender: anna@acme.example\r\nReply-To: anna@acme.example", "nobody", "evil.example"),
    ("resent by ours, written by a stranger", f"Resent-From: anna@acme.example\r\nResent-To: {AGENT}\r\nFrom: {EVE}", "nobody", "evil.example"),
    ("a domain that looks like ours", "From: anna@acme.exampIe", "nobody", "acme.exampie"),
    ("a domain that ends like ours", "From: anna@evil-kollegen.example", "nobody", "evil-kollegen.example"),
    ("a subdomain of ours", "From: dora@x.kollegen.example", "nobody", "x.kollegen.example"),
    ("an empty From", "From:", "nobody", "acme.example"),
    ("From <>", "From: <>", "nobody", "acme.example"),
]
VERDICTS = ["none", "pass", "pass for another", "fail"]
WAYS = ["nothing", "references", "token", "message id", "quote", "subject"]


def results(verdict, domain):
    if verdict == "none":
        return ""
    wanted = domain if verdict != "pass for another" else "acme.example" if domain != "acme.example" else "evil.example"
    return f"Authentication-Results: mx.acme.example; dmarc={'fail' if verdict == 'fail' else 'pass'} header.from={wanted}\r\n"


class Case:
    """A case of Karl's offer, filed by Anna; Rita takes part in another one."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.offer = mails.Plain(subject="Angebot 4711 Wellen", text="Guten Tag,\n\nanbei unser Angebot über dreißig Wellen zum Preis von achtzig Euro je Stück.")
        self.case = self.file(mails.attached([self.offer]))["case_id"]
        self.file(mails.attached([mails.Plain(("Rita", "rita@rand.example"), subject="Anderes")]))
        with gateway.admin() as session:
            self.address = session.value("SELECT case_address FROM casegate.cases WHERE case_id = %s", (self.case,))

    def file(self, source, to=AGENT):
        self.gateway.send(source, sender="x@x.example", to=to)
        return self.gateway.delivery(source)

    def mail(self, sender, verdict, domain, way):
        lines = [f"{results(verdict, domain)}{sender}", "To: anna@acme.example", f"Cc: {AGENT}", "Date: Tue, 4 Mar 2025 09:00:00 +0100",
                 "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
        text = "Guten Tag, dazu noch ein Wort von mir."
        own = self.offer.message_id if way == "message id" else mails.new_id("x.example")
        lines.append(f"Message-ID: <{own}>")
        if way == "references":
            lines += [f"In-Reply-To: <{self.offer.message_id}>", f"References: <{self.offer.message_id}>"]
        if way == "message id":
            text = self.offer.text
        if way == "quote":
            text += "\n\n" + "\n".join(mails.outlook_block(self.offer)) + "\n\n" + self.offer.text
        lines.append("Subject: " + (mails.new_id() if way == "nothing" else self.offer.subject if way == "message id" else "AW: " + self.offer.subject))
        return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n") + f"\r\n{mails.new_id()}\r\n").encode()


def expected(standing, is_proven, way):
    """May it lie in the case? None: it is held, and lies in none."""
    if not is_proven or standing in ("nobody", "other"):
        return "held"
    if standing == "known":
        return "case" if way in ("references", "token", "message id", "quote") else "held"
    return "any"                                         # a user's mail is filed; where, other tests say


def check(tap, case, required):
    for name, sender, standing, domain in SENDERS:
        wrong = []
        for verdict in VERDICTS:
            for way in WAYS:
                to = case.address if way == "token" else AGENT
                found = case.file(case.mail(sender, verdict, domain, way), to)
                want = expected(standing, not required or verdict == "pass", way)
                outcome = "held" if found["case_id"] is None and found["outcome"] == "held" else \
                    "case" if found["case_id"] == case.case else "another case" if found["case_id"] else found["outcome"]
                if outcome != want and not (want == "any" and found["outcome"] in ("filed", "duplicate")):
                    wrong.append((verdict, way, outcome, "want " + want, found["reason"]))
        tap.equal(wrong, [], f"{'dmarc required' if required else 'nothing required'}: {name}")


def nothing_unproven(tap, gateway):
    with gateway.admin() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.delivery d JOIN casegate.message m ON m.tenant = d.tenant AND m.delivery_id = d.delivery_id"
                                " WHERE d.standing = 'nobody' AND m.case_id IS NOT NULL"), 0, "no unproven mail lies in a case")
        tap.equal(session.value("SELECT count(*) FROM casegate.thread_key k JOIN casegate.message m USING (tenant, message_id) WHERE m.case_id IS NULL"), 0,
                  "what is held has left no key that could attract other mail")


def main():
    tap = Tap()
    with Gateway({"auth": {"authserv_id": "mx.acme.example"}}) as gateway:
        gateway.run("tenant", "add", "acme", "--name", "ACME GmbH")
        gateway.run("user", "add", "acme", "anna", "anna@acme.example", "anna.muster@acme.example")
        gateway.run("user", "add", "acme", "--domain", "kollegen.example")
        gateway.run("address", "add", "acme", AGENT)
        case = Case(gateway)
        check(tap, case, False)
        with Gateway({"auth": {"require": "dmarc", "authserv_id": "mx.acme.example"}}, cluster=gateway.cluster) as strict:
            case.gateway = strict
            check(tap, case, True)
        nothing_unproven(tap, gateway)
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
