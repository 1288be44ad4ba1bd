"""How a mail reaches the gateway: forwarded, attached, as a copy, redirected, by a colleague, twice, or never."""

import datetime

from stream import clients, words
from stream.world import AGENT, OURS

TEXT = [("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
AGENT_HEADER = f"Vorgang <{AGENT}>"


def eml(headers, body):
    text = "".join(f"{name}: {value}\n" for name, value in headers) + "\n" + body + ("" if body.endswith("\n") else "\n")
    return text.replace("\n", "\r\n").encode()


def encoded(headers):
    """Names and subjects as encoded words."""
    return [(n, _words(v) if n in ("From", "To", "Cc", "Subject", "Thread-Topic") else v) for n, v in headers]


def _words(value):
    if value.isascii():
        return value
    import email.header  # pylint: disable=import-outside-toplevel
    parts = []
    for part in value.split(", "):
        name, at, rest = part.partition(" <")
        name = name if name.isascii() else email.header.Header(name, "utf-8", maxlinelen=1000).encode()
        parts.append(name + at + rest)
    return ", ".join(parts)


class Delivery:
    """source: the bytes; brings: keys of the mails in it, in order; is_vouched: a user of ours brought it."""

    def __init__(self, when, source, brings, way, is_vouched):
        self.when, self.source, self.brings, self.way, self.is_vouched = when, source, brings, way, is_vouched


class Ways:
    def __init__(self, world, missing=.2):
        self.world, self.rng, self.missing = world, world.rng, missing
        self.deliveries = []
        self.is_answered = {m.answers.key for m in world.mails if m.answers}
        for mail in world.mails:
            self.deliver(mail)
        self.attach_several()
        self.cut_what_nobody_can_tell()
        self.deliveries.sort(key=lambda d: d.when)

    # ----------------------------------------------------------------- wrappers

    def plain(self, mail, more=(), remove=()):
        return eml(encoded([h for h in mail.headers(more) if h[0] not in remove]) + TEXT, mail.text)

    def wrapper(self, user, mail, subject, keeps):
        when = mail.when + datetime.timedelta(minutes=self.rng.choice([3, 30, 500, 3000]), seconds=self.rng.randint(0, 59))
        headers = [("From", clients.address(user)), ("To", AGENT_HEADER), ("Subject", subject), ("Date", clients.rfc_date(when)),
                   ("Message-ID", f"<{self.world.new_id(user, when)}>")]
        if keeps:
            headers += [("In-Reply-To", f"<{mail.message_id}>"),
                        ("References", "\n ".join(f"<{i}>" for i in mail.references + [mail.message_id]))]
        return when, headers

    def inline(self, mail, user):
        client = clients.CLIENTS[user.client]
        style = client["forward"]
        prefix = clients.FORWARD[user.locale] if style == "block" else "Fwd"
        when, headers = self.wrapper(user, mail, clients.prefixed(prefix, mail.subject, client["stacks"]), client["keeps"])
        comment = words.comment(self.rng, user.locale)
        text = (comment + "\n\n" if comment else "") + clients.forwarded(mail, style, user.locale) + "\n"
        if style == "block" and mail.index and client["index"]:
            headers.append(("Thread-Index", clients.thread_index(mail.index[0], mail.index[1] + 1)))
        return when, eml(encoded(headers) + TEXT, text)

    def attached(self, mails, user):
        when, headers = self.wrapper(user, mails[-1], "Mails dazu" if len(mails) > 1 else "WG: " + mails[0].subject, False)
        boundary = f"=_{self.rng.randrange(1 << 48):012x}"
        out = eml(encoded(headers) + [("MIME-Version", "1.0"), ("Content-Type", f'multipart/mixed; boundary="{boundary}"')], "").removesuffix(b"\r\n")
        parts = [b"Content-Type: text/plain; charset=utf-8\r\n\r\nSiehe Anlage.\r\n"]
        parts += [b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + self.plain(m) for m in mails]
        return when, out + b"".join(f"--{boundary}\r\n".encode() + p + b"\r\n" for p in parts) + f"--{boundary}--\r\n".encode()

    # --------------------------------------------------------------------- ways

    def add(self, when, source, mails, way, is_vouched=True):
        self.deliveries.append(Delivery(when, source, [m.key for m in mails], way, is_vouched))

    def own_copy(self, mail):
        """One of ours wrote it: a copy to the agent by BCC or Cc."""
        if self.rng.random() < .3:
            mail.cc = mail.cc + [AgentPerson]
            self.add(mail.when, self.plain(mail), [mail], "cc")
        else:
            self.add(mail.when, self.plain(mail), [mail], "bcc")

    def brought(self, mail, user):
        way = self.rng.choices(["inline", "attached", "rule"], [70, 24, 6])[0]
        if way == "rule":                           # his sender may not be known yet: then it waits until a user brings it
            source = eml([("Received", "from mx by outlook.example; " + clients.rfc_date(mail.when)), ("X-MS-Exchange-Inbox-Rules-Loop", user.address)]
                         + encoded(mail.headers()) + TEXT, mail.text)
            self.add(mail.when, source, [mail], way, False)
            if mail.key not in self.is_answered and self.rng.random() < .5:
                return
            way = "inline"
        if way != "rule":
            when, source = self.inline(mail, user) if way == "inline" else self.attached([mail], user)
            self.add(when, source, [mail], way)

    def deliver(self, mail):
        if self.rng.random() < self.missing and not (mail.is_pasted and self.rng.random() < .8):
            return
        if mail.is_pasted:
            self.provide_matter(mail)
        users = [p for p in mail.people if p.is_ours] or [OURS[0]]
        if mail.author.is_ours and self.rng.random() < .85:
            self.own_copy(mail)
        else:
            self.brought(mail, self.rng.choice(users))
        if self.rng.random() < .15:                 # a colleague, or the same one again
            self.brought(mail, self.rng.choice(users + OURS[2:3]))
        if self.rng.random() < .05 and not mail.author.is_ours:    # the supplier has the agent in Cc
            self.add(mail.when, self.plain(mail), [mail], "supplier_cc", False)
        if self.rng.random() < .03 and mail.author.is_ours and not mail.is_automatic:     # a relay gave the copy another id
            other = f"Message-ID: <{self.world.new_id(mail.author, mail.when)}>\r\nX-Relay: ses\r\n".encode() if self.rng.random() < .7 else b""
            self.add(mail.when + datetime.timedelta(minutes=1), other + self.plain(mail, remove=("Message-ID",)), [mail], "other_id")

    def provide_matter(self, mail):
        """Who pastes an answer took it from a case: something of this matter came before."""
        came = {key for d in self.deliveries if d.is_vouched for key in d.brings}
        if not any(m.key in came and not m.is_pasted for m in self.world.mails[:mail.key] if m.case == mail.case):
            self.brought(mail.answers, next(p for p in [*mail.answers.people, OURS[0]] if p.is_ours))

    def cut_what_nobody_can_tell(self):
        """A pasted mail that never came: only its answers say that it was, and nothing says to what."""
        came = {key for d in self.deliveries for key in d.brings}
        for mail in self.world.mails:
            mail.is_undecidable |= mail.is_pasted and mail.key not in came

    def attach_several(self):
        """Old mails of one matter in one forward."""
        by_case = {}
        for mail in self.world.mails:
            by_case.setdefault(mail.case, []).append(mail)
        for mails in by_case.values():
            if len(mails) > 2 and self.rng.random() < .05:
                chosen = self.rng.sample(mails, 2)
                user = next((p for p in chosen[-1].people if p.is_ours), OURS[0])
                when, source = self.attached(chosen, user)
                self.add(max(when, *(m.when for m in chosen)), source, chosen, "several")


class Archive:
    """The same people on a mailing list: everybody's mail comes once as the list sent it, with its tag and footer; an
    operator imports it. Pasted mails and new matters on old threads are no genuine threads of a list."""

    FOOTER = "\n\n_______________________________________________\nliste mailing list\nliste@listen.example\nhttps://listen.example/mailman/listinfo/liste"

    def __init__(self, world):
        left_out = set()
        for mail in world.mails:                    # and what hangs on those
            if mail.is_pasted or (mail.answers and (mail.answers.key in left_out or mail.answers.case != mail.case)):
                left_out.add(mail.key)
        self.deliveries = [Delivery(m.when, self.sent(m), [m.key], "list", True) for m in world.mails if m.key not in left_out]

    def sent(self, mail):
        subject = mail.subject
        prefix, colon, rest = subject.partition(": ")
        tagged = f"{prefix}: [liste] {rest}" if colon and len(prefix) < 4 else f"[liste] {subject}"
        headers = [(n, tagged if n == "Subject" else "liste@listen.example" if n == "To" else v) for n, v in mail.headers() if n != "Cc"]
        more = [("Sender", "liste-bounces@listen.example"), ("List-Id", "liste <liste.listen.example>"), ("Precedence", "list"),
                ("X-Mailman-Version", "2.1.39")]
        return eml(encoded(headers) + more + TEXT, mail.text + self.FOOTER)


class _Agent:
    name, address, is_ours, user, domain = "Vorgang", AGENT, True, None, "in.acme.example"


AgentPerson = _Agent()
