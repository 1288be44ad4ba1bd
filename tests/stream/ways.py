"""How a mail reaches the gateway: forwarded, attached, as a copy, redirected, by a colleague, twice, or never."""

import datetime

from stream import clients, formats, words
from stream.world import AGENT, OURS, Mail

AGENT_HEADER = f"Vorgang <{AGENT}>"


class Delivery:
    """source: the bytes; brings: keys of the mails in it, in order; is_vouched: a user of ours brought it; matter: the case
    to whose own address it goes, or None."""

    def __init__(self, when, source, brings, way, is_vouched, matter=None):
        self.when, self.source, self.brings, self.way, self.is_vouched, self.matter = when, source, brings, way, is_vouched, matter

    def direction(self, mail):
        """Of a mail that it brings. Whoever reads a list is somebody else."""
        return "out" if self.way == "list" and mail.author.is_ours else mail.direction


class Ways:
    def __init__(self, world, missing=.2):
        self.world, self.rng, self.missing = world, world.rng, missing
        self.deliveries = []
        self.is_answered = {m.answers.key for m in world.mails if m.answers}
        for mail in world.mails:
            self.deliver(mail)
        self.attach_several()
        self.groups = self.together()
        self.deliveries.sort(key=lambda d: d.when)

    # ----------------------------------------------------------------- wrappers

    def wrapper(self, user, mail, subject, keeps):
        when = mail.when + datetime.timedelta(minutes=self.rng.choice([3, 30, 500, 3000, 40000]), seconds=self.rng.randint(0, 59))
        headers = [("From", clients.address(user)), ("To", AGENT_HEADER), ("Subject", subject), ("Date", clients.rfc_date(when)),
                   ("Message-ID", f"<{self.world.new_id(user, when)}>")]
        if keeps:
            headers += [("In-Reply-To", f"<{mail.message_id}>"),
                        ("References", "\n ".join(f"<{i}>" for i in mail.references + [mail.message_id]))]
        return when, headers

    def inline(self, mail, user):
        """Forwarded by a program's button; of a colleague's forward the forward."""
        client = clients.CLIENTS[user.client]
        style = client["forward"]
        prefix = clients.FORWARD[user.locale] if style == "block" else "Fwd"
        shown = mail.as_seen()
        when, headers = self.wrapper(user, mail, clients.prefixed(prefix, shown.subject, client["stacks"]), client["keeps"])
        comment = words.comment(self.rng, user.locale)
        text = (comment + "\n\n" if comment else "") + clients.forwarded(shown, style, user.locale) + "\n"
        if style == "block" and mail.index and client["index"]:
            headers.append(("Thread-Index", clients.thread_index(mail.index[0], mail.index[1] + 1)))
        return when, formats.written(headers, text, self.rng.choice(formats.FORMATS[user.client])), text

    def passed_on(self, mail, user, colleague):
        """A colleague got it as a forward, and forwards that to us."""
        when, _, text = self.inline(mail, user)
        client = clients.CLIENTS[user.client]
        prefix = clients.FORWARD[user.locale] if client["forward"] == "block" else "Fwd"
        between = Mail(None, mail.case, user, [colleague], [], clients.prefixed(prefix, mail.subject, client["stacks"]), when,
                       self.world.new_id(user, when), text, text, references=mail.references + [mail.message_id] if client["keeps"] else [])
        when, source, _ = self.inline(between, colleague)
        return when, source

    def attached(self, mails, user):
        when, headers = self.wrapper(user, mails[-1], "Mails dazu" if len(mails) > 1 else "WG: " + mails[0].subject, False)
        return when, formats.attached(headers, [m.as_seen().source() for m in mails])

    # --------------------------------------------------------------------- ways

    def add(self, when, source, mails, way, is_vouched=True, matter=None):
        is_vouched &= not any(m.is_report for m in mails)           # that waits where it finds no mail of ours
        self.deliveries.append(Delivery(when, source, [m.key for m in mails], way, is_vouched, matter))

    def own_copy(self, mail):
        """One of ours wrote it: a copy to the agent, or to the case's own address, by BCC or Cc."""
        matter = mail.case if mail.case in self.world.addressed else None
        if matter is None and self.rng.random() < .3:
            mail.cc = mail.cc + [AgentPerson]
            self.add(mail.when, mail.source(), [mail], "cc")
        else:
            self.add(mail.when, mail.source(), [mail], "bcc", matter=matter)

    def unasked(self, mail, user):
        """By a rule, or redirected by hand: the mail itself. Its sender may not be known yet: then it waits."""
        trace = [("Received", "from mx by outlook.example; " + clients.rfc_date(mail.when))]
        if self.rng.random() < .5:
            more = [("X-MS-Exchange-Inbox-Rules-Loop", user.address)]
        else:
            more = [("Resent-From", clients.address(user)), ("Resent-To", AGENT), ("Resent-Date", clients.rfc_date(mail.when)),
                    ("Resent-Message-ID", f"<{self.world.new_id(user, mail.when)}>")]
        source = formats.eml(formats.encoded(trace + more), "").removesuffix(b"\r\n\r\n") + mail.as_seen().source()
        self.add(mail.when, source, [mail], "unasked", False)

    def brought(self, mail, user):
        kinds = ["inline", "attached", "unasked", "passed_on"]
        way = "attached" if mail.make or mail.is_bare else self.rng.choices(kinds, [64, 22, 6, 8])[0]
        if way == "unasked":
            self.unasked(mail, user)
            if mail.key not in self.is_answered and self.rng.random() < .5:
                return
            way = "inline"
        if way == "passed_on":
            when, source = self.passed_on(mail, user, next(p for p in OURS if p.user != user.user))
        else:
            when, source = self.inline(mail, user)[:2] if way == "inline" else self.attached([mail], user)
        self.add(when, source, [mail], way)

    def deliver(self, mail):
        is_safe = mail.is_pasted and self.rng.random() < .8 or mail.case in self.world.addressed and mail.author.is_ours
        if self.rng.random() < self.missing and not is_safe:
            return
        if mail.is_pasted:
            self.provide_matter(mail)
        users = [p for p in mail.people if p.is_ours] or [OURS[0]]
        if mail.author.is_ours and (self.rng.random() < .85 or mail.case in self.world.addressed):
            self.own_copy(mail)
        else:
            self.brought(mail, self.rng.choice(users))
        if self.rng.random() < .15:                 # a colleague, or the same one again
            self.brought(mail, self.rng.choice(self.bringers(mail, users)))
        if self.rng.random() < .05 and not mail.author.is_ours:    # the supplier has the agent in Cc
            self.add(mail.when, mail.as_seen().source(), [mail], "supplier_cc", False)
        if self.rng.random() < .03 and mail.author.is_ours and not mail.is_automatic:     # a relay gave the copy another id
            other = f"Message-ID: <{self.world.new_id(mail.author, mail.when)}>\r\nX-Relay: ses\r\n".encode() if self.rng.random() < .7 else b""
            self.add(mail.when + datetime.timedelta(minutes=1), other + mail.source(remove=("Message-ID",)), [mail], "other_id")

    def bringers(self, mail, users):
        """Who may bring it again. What its author sends to a case's own address moves there from a case that he may see; where
        a stranger to it brought the mail before, that is only suggested."""
        is_addressed = mail.case in self.world.addressed and mail.author.is_ours
        return [mail.author] if is_addressed else users + OURS[2:3]

    def provide_matter(self, mail):
        """Who pastes an answer took it from a case: something of this matter came before."""
        came = {key for d in self.deliveries if d.is_vouched for key in d.brings}
        if not any(m.key in came and not m.is_pasted for m in self.world.mails[:mail.key] if m.case == mail.case):
            self.brought(mail.answers, next(p for p in [*mail.answers.people, OURS[0]] if p.is_ours))

    def together(self):
        """What must lie together, of the mails that came: of a matter those that their ids, their quotes or their conversation tie to
        each other, whether what they name came or not. A subject alone ties only what is pasted, and that to the one part there is."""
        came = {key for d in self.deliveries for key in d.brings}
        self.cut_what_nobody_can_tell(came)
        parts = {}

        def root(token):
            while parts.setdefault(token, token) != token:
                token = parts[token]
            return token

        for mail in (self.world.mails[key] for key in came):
            for token in self.tells(mail):
                parts[root(token)] = root((mail.case, mail.key))
        by_case = {}
        for key in came:
            mail = self.world.mails[key]
            if not mail.is_pasted:
                by_case.setdefault(mail.case, set()).add(root((mail.case, key)))
        for mail in (self.world.mails[key] for key in came):
            others = by_case.get(mail.case, set()) - {root((mail.case, mail.key))}
            if mail.is_pasted and not mail.is_undecidable and len(others) == 1 and root((mail.case, mail.key)) not in by_case[mail.case]:
                parts[root((mail.case, mail.key))] = others.pop()
        return {key: root((self.world.mails[key].case, key)) for key in came}

    def tells(self, mail):
        """The mails, and the conversation, that it says it belongs to; not beyond what nobody can tell."""
        if mail.is_undecidable and not mail.is_renamed:
            return set()
        named, quoted, told = {m.message_id: m for m in self.line(mail)}, mail.quotes, set()
        told.update((mail.case, named[r].key) for r in [*mail.references, mail.in_reply_to] if r in named)
        while quoted and quoted.message_id in named:
            told.add((mail.case, quoted.key))
            quoted = quoted.quotes
        if mail.index and any(clients.thread_index(mail.index[0], 0)[:28].encode() in d.source for d in self.deliveries if mail.key in d.brings):
            told.add((mail.case, mail.index[0]))
        if mail.is_report:
            told.add((mail.case, mail.answers.key))
        return told

    @staticmethod
    def line(mail):
        """What it answers, and what that answers, within its matter and up to what nobody can tell."""
        found, above = [], mail
        while above.answers and above.answers.case == mail.case and not (above.is_undecidable and above is not mail):
            above = above.answers
            found.append(above)
        return found

    def cut_what_nobody_can_tell(self, came):
        """A pasted mail that never came: only its answers say that it was, and nothing says to what. A report on a mail that
        never came. A mail that changed the subject, never came, and that is not quoted with what it answers: it may have
        been the first of another matter."""
        for mail in self.world.mails:
            is_lost = mail.key not in came
            mail.is_undecidable |= mail.is_pasted and is_lost or mail.is_report and mail.answers.key not in came
            mail.is_undecidable |= mail.is_renamed and is_lost and not mail.quotes

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
    operator imports it. Pasted mails, reports and new matters on old threads are no genuine threads of a list."""

    FOOTER = "\n\n_______________________________________________\nliste mailing list\nliste@listen.example\nhttps://listen.example/mailman/listinfo/liste"

    def __init__(self, world):
        left_out = set()
        for mail in world.mails:                    # and what hangs on those
            if mail.is_pasted or mail.is_report or (mail.answers and (mail.answers.key in left_out or mail.answers.case != mail.case)):
                left_out.add(mail.key)
        self.deliveries = [Delivery(m.when, self.sent(m), [m.key], "list", True) for m in world.mails if m.key not in left_out]
        self.groups = {m.key: m.case for m in world.mails}

    def sent(self, mail):
        subject = mail.subject
        prefix, colon, rest = subject.partition(": ")
        tagged = f"{prefix}: [liste] {rest}" if colon and len(prefix) < 4 else f"[liste] {subject}"
        headers = [(n, tagged if n == "Subject" else "liste@listen.example" if n == "To" else v) for n, v in mail.headers() if n != "Cc"]
        more = [("Sender", "liste-bounces@listen.example"), ("List-Id", "liste <liste.listen.example>"), ("Precedence", "list"),
                ("X-Mailman-Version", "2.1.39")]
        return formats.written(headers + more, mail.text + self.FOOTER, "plain")


class _Agent:
    name, address, is_ours, user, domain = "Vorgang", AGENT, True, None, "in.acme.example"


AgentPerson = _Agent()
