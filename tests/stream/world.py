"""The people, the matters and their mails: what was really written, and what belongs together."""

import copy
import datetime
import random

from stream import clients, formats, words

START = datetime.datetime(2026, 1, 5, 7, 0, tzinfo=clients.ZONE)
AGENT = "agent@in.acme.example"
BANNER = "ACHTUNG: Diese E-Mail kommt von außerhalb unserer Organisation.\n\n"


class Person:
    def __init__(self, name, address, client, locale, user=None, reply=None):
        self.name, self.address, self.client, self.locale, self.user = name, address, client, locale, user
        usual = clients.REPLY[locale] if client in ("outlook", "outlook_pop", "exchange", "webmail") else "Re"
        self.reply, self.is_marked = reply or usual, False          # is_marked: our edge writes EXTERN on his mail

    @property
    def is_ours(self):
        return self.user is not None

    @property
    def domain(self):
        return self.address.split("@")[1]


OURS = [Person("Anna Muster", "anna@acme.example", "outlook", "de", "anna"),
        Person("Anna Muster", "anna.muster@acme-gruppe.example", "outlook", "de", "anna"),
        Person("Bernd Beispiel", "bernd@acme.example", "thunderbird", "de", "bernd"),
        Person("Chloé Martin", "chloe@acme.example", "apple", "fr", "chloe"),
        Person("Einkauf ACME", "einkauf@acme.example", "outlook", "de", "einkauf"),
        Person("Dora Domain", "dora@kollegen.example", "gmail", "en", "dora@kollegen.example")]
# What `casegate user add` has to say: key, addresses; the rest are colleagues by domain.
USERS = {"anna": ["anna@acme.example", "anna.muster@acme-gruppe.example"], "bernd": ["bernd@acme.example"],
         "chloe": ["chloe@acme.example"], "einkauf": ["einkauf@acme.example"]}
DOMAIN = "kollegen.example"

_FIRST = ["Karl", "Petra", "Jürgen", "Sabine", "Émile", "Claire", "John", "Mary", "Łukasz", "Ingrid", "Tom", "Vera", "Uwe", "Nadia", "Olaf", "Rita"]
_LAST = ["Berger", "Schulz", "Müller", "Weiß", "Dubois", "Lefèvre", "Smith", "Jones", "Kowalski", "Hansen", "Braun", "Yılmaz", "Krüger", "Rossi"]
FIRMS = [("stahlbau-nord.example", "de"), ("wellen-gmbh.example", "de"), ("hydraulik-sued.example", "de"), ("brides-lyon.example", "fr"),
          ("bearings.example", "en"), ("pumpen-ag.example", "de"), ("schaltbau.example", "de"), ("gmx.de", "de"), ("gmail.com", "en")]


def suppliers(rng):
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    rng.shuffle(names)
    found = []
    for domain, locale in FIRMS:
        for _ in range(3):
            name = names.pop()
            local = "".join(c for c in name.lower().replace(" ", ".") if c.isascii()) + str(len(found))
            found.append(Person(name, f"{local}@{domain}", rng.choice(sorted(clients.CLIENTS)), locale,
                                reply=rng.choice(words.REPLIES) if rng.random() < .3 else None))
            found[-1].is_marked = rng.random() < .15
    return found


class Mail:
    """One mail as its author's program sent it. key: its number in the stream; case: its true matter."""

    def __init__(self, key, case, author, to, cc, subject, when, message_id, text, new_text, references=(), in_reply_to=None,
                 index=None, more=(), answers=None):
        self.key, self.case, self.author, self.to, self.cc, self.subject, self.when = key, case, author, list(to), list(cc), subject, when
        self.message_id, self.text, self.new_text = message_id, text, new_text
        self.references, self.in_reply_to, self.index = list(references), in_reply_to, index
        self.more, self.answers = list(more), answers
        self.is_pasted = self.is_undecidable = self.is_automatic = self.is_report = self.is_bare = self.is_renamed = False
        self.quotes = None                                          # the mail that stands below its text, with what that one quotes
        self.how, self.make = "plain", None                         # its format; or how its bytes are made from its headers

    def __str__(self):
        parent = f" answers {self.answers.key}" if self.answers else ""
        kind = " pasted" * self.is_pasted + " undecidable" * self.is_undecidable + " automatic" * self.is_automatic
        return f"{self.when:%d.%m. %H:%M} {self.author.client} {self.author.address} \"{self.subject}\"{parent}, {len(self.references)} references{kind}"

    @property
    def people(self):
        return [self.author, *self.to, *self.cc]

    @property
    def direction(self):
        if not self.author.is_ours:
            return "in"
        return "internal" if all(p.is_ours for p in self.people) else "out"

    def as_seen(self):
        """As it lies in a mailbox of ours: the edge marks what comes from some people outside."""
        if not self.author.is_marked:
            return self
        seen = copy.copy(self)
        seen.subject, seen.text = "[EXTERN] " + self.subject, BANNER + self.text
        return seen

    def source(self, more=(), remove=()):
        headers = [h for h in self.headers(more) if h[0] not in remove]
        return self.make(headers) if self.make else formats.written(headers, self.text, self.how)

    def headers(self, more=()):
        found = [("From", clients.address(self.author)), ("To", ", ".join(clients.address(p) for p in self.to))]
        if self.cc:
            found.append(("Cc", ", ".join(clients.address(p) for p in self.cc)))
        found += [("Subject", self.subject), ("Date", clients.rfc_date(self.when)), ("Message-ID", f"<{self.message_id}>")]
        if self.in_reply_to:
            found.append(("In-Reply-To", f"<{self.in_reply_to}>"))
        if self.references:
            found.append(("References", "\n ".join(f"<{i}>" for i in self.references)))
        if self.index:
            found += [("Thread-Topic", self.subject), ("Thread-Index", clients.thread_index(*self.index))]
        return found + self.more + list(more)


class World:
    """Writes the mails of a seed. mails: all that was ever sent, in order of writing; addressed: cases with an address of
    their own in use."""

    KINDS = {"thread": 80, "hijack": 6, "robot": 7, "internal": 7}

    def __init__(self, seed, matters):
        self.rng = random.Random(seed)
        self.suppliers = suppliers(self.rng)
        self.mails, self.addressed = [], set()
        self.cases = 0
        self.numbers = 0
        for n in range(matters):
            start = START + datetime.timedelta(minutes=self.rng.randint(0, 60 * 24 * 120))
            kind = self.rng.choices(list(self.KINDS), self.KINDS.values())[0]
            getattr(self, f"write_{kind}")(start, n)
        self.mark_undecidable()

    # ------------------------------------------------------------------ pieces

    def new_id(self, person, when):
        self.numbers += 1
        domain = {"gmail": "mail.gmail.com", "outlook": "eurprd03.prod.outlook.com"}.get(person.client, person.domain)
        return f"{self.numbers:05d}.{self.rng.randrange(1 << 40):x}.{int(when.timestamp())}@{domain}"

    def add_mail(self, case, author, to, cc, subject, when, text, new_text=None, **more):
        mail = Mail(len(self.mails), case, author, to, cc, subject, when, self.new_id(author, when), text, new_text or text, **more)
        mail.how = self.rng.choice(formats.FORMATS[author.client])
        self.mails.append(mail)
        return mail

    def first(self, case, author, to, cc, subject, when, **more):
        text = words.text(self.rng, author, False)
        index = (self.rng.randbytes(16), 0) if clients.CLIENTS[author.client]["index"] else None
        return self.add_mail(case, author, to, cc, subject, when, text, index=index, **more)

    def answer(self, parent, author, when, case=None, subject=None, has_quote=True):
        """author answers parent with his program's habits."""
        client = clients.CLIENTS[author.client]
        chain = parent.references + [parent.message_id]
        references = {"full": chain, "last": [], "cut": chain if len(chain) < 6 else chain[:1] + chain[-3:], "none": []}[client["references"]]
        style = client["quote"]
        if client["references"] == "none" and not style:
            style = "block"
        is_short = self.rng.random() < .35
        new_text = words.text(self.rng, author, is_short)
        shown = parent.as_seen() if author.is_ours else parent
        text = new_text + (clients.quoted(shown, style, author.locale) if has_quote else "")
        others = [p for p in [parent.author, *parent.to] if p.address != author.address]
        index = (parent.index[0], parent.index[1] + 1) if parent.index and client["index"] else \
            (self.rng.randbytes(16), 0) if client["index"] else None
        mail = self.add_mail(parent.case if case is None else case, author, others or [parent.author], parent.cc,
                             subject or clients.prefixed(author.reply, shown.subject, client["stacks"]), when, text[:20000], new_text,
                             references=references, in_reply_to=None if client["references"] == "none" else parent.message_id, index=index, answers=parent)
        mail.quotes = parent if style and has_quote else None
        return mail

    def paste(self, parent, author, when):
        """A text of ours pasted into a new mail of one's own Outlook: the subject says what it answers, nothing else."""
        text = words.text(self.rng, author, False)
        outside = [p for p in parent.people if not p.is_ours]
        mail = self.add_mail(parent.case, author, outside[:1], [], clients.prefixed("AW", parent.subject, False), when, text,
                             index=(self.rng.randbytes(16), 0), answers=parent)
        mail.is_pasted = True
        return mail

    def later(self, when):
        return when + datetime.timedelta(minutes=self.rng.choice([7, 40, 200, 1300, 4000, 9000]) + self.rng.randint(0, 30),
                                         seconds=self.rng.randint(0, 59))

    # ----------------------------------------------------------------- matters

    def write_thread(self, when, _):
        rng = self.rng
        case = self.cases = self.cases + 1
        firm = rng.choice(self.suppliers)
        colleagues = [s for s in self.suppliers if s.domain == firm.domain and s is not firm and firm.domain not in ("gmx.de", "gmail.com")]
        ours = rng.choice(OURS)
        cc = rng.sample([p for p in OURS if p.user != ours.user], 1) if rng.random() < .25 else []
        subject = words.subject(rng, firm.locale, rng.random() < .35)
        pair = (firm, ours) if rng.random() < .6 else (ours, firm)
        thread = [self.first(case, pair[0], [pair[1]], cc, subject, when)]
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3, 4, 6, 9])):
            parent = thread[-1] if rng.random() < .8 else rng.choice(thread)
            when = self.later(max(when, parent.when))
            insiders = [p for p in parent.people if p.is_ours]
            if parent.author.is_ours:
                author = rng.choice(colleagues) if colleagues and rng.random() < .15 else firm
            else:
                author = rng.choice(insiders) if insiders else ours
            if author.is_ours and not parent.author.is_ours and parent.subject.endswith(subject) and rng.random() < .12:
                thread.append(self.paste(parent, author, when))
            elif clients.CLIENTS[author.client]["references"] != "none" and rng.random() < .015:    # he writes another subject, and quotes
                old = parent.subject.split(": ")[-1]
                new = words.subject(rng, author.locale, False)
                tells = rng.random() < .4
                thread.append(self.answer(parent, author, when, subject=f"{author.reply}: {new}" + (f" (was: {old})" if tells else "")))
                thread[-1].is_renamed = not tells
            else:
                thread.append(self.answer(parent, author, when))
            if rng.random() < .04 and author.is_ours:
                self.write_auto_reply(thread[-1], firm, when + datetime.timedelta(seconds=50))

    def write_auto_reply(self, parent, author, when):
        text = "Ich bin bis Montag nicht im Haus."
        is_bare = parent.index and clients.CLIENTS[author.client]["index"] and self.rng.random() < .3   # it names nothing but its conversation
        mail = self.add_mail(parent.case, author, [parent.author], [], "Automatische Antwort: " + parent.subject, when, text,
                             references=[] if is_bare else parent.references + [parent.message_id], in_reply_to=None if is_bare else parent.message_id,
                             index=(parent.index[0], parent.index[1] + 1) if is_bare else None,
                             more=[("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")], answers=parent)
        mail.is_automatic, mail.is_bare = True, is_bare
        return mail

    def write_hijack(self, when, n):
        """A new matter on an old thread: "answer", then another subject and nothing of the old text."""
        olds = [m for m in self.mails if not (m.author.is_ours or m.is_automatic or m.is_report) and m.when < when]
        if not olds:
            self.write_thread(when, n)
            return
        old = self.rng.choice(olds[-40:])
        author = next((p for p in old.people if p.is_ours), OURS[0])
        case = self.cases = self.cases + 1
        if clients.CLIENTS[author.client]["references"] == "none":
            author = OURS[0]
        subject = words.subject(self.rng, "de", False)
        while set(subject.lower().split()) & set(old.subject.lower().split()):     # another matter has other words
            subject = words.subject(self.rng, "de", False)
        mail = self.answer(old, author, self.later(when), case, subject, False)
        mail.index = None
        for _ in range(self.rng.randint(0, 3)):
            when = self.later(mail.when)
            other = [p for p in mail.people if p.is_ours != mail.author.is_ours]
            mail = self.answer(mail, (other or [author])[0], when)

    def write_robot(self, when, _):
        """A shop's or a scanner's mails: one subject, each its own matter."""
        firm = Person("Shop", f"noreply@{self.rng.choice(FIRMS)[0]}", "phone", "de")
        subject = self.rng.choice(["Ihre Bestellung", "Versandbestätigung", "Scan", "Rechnung"])
        for _ in range(self.rng.randint(1, 4)):
            self.cases += 1
            when = self.later(when)
            self.first(self.cases, firm, [OURS[0]], [], subject, when, more=[("Auto-Submitted", "auto-generated")]).is_automatic = True

    def write_internal(self, when, _):
        case = self.cases = self.cases + 1
        one, other = self.rng.sample([p for p in OURS if p.address != "anna.muster@acme-gruppe.example"], 2)
        mail = self.first(case, one, [other], [], words.subject(self.rng, "de", self.rng.random() < .2), when)
        for _ in range(self.rng.randint(0, 3)):
            mail = self.answer(mail, mail.to[0], self.later(mail.when))

    # ------------------------------------------------------------------- truth

    def mark_undecidable(self):
        """A pasted mail with two matters of this subject and supplier in 45 days: nobody can tell, it must not be guessed."""
        known = {"wg", "fw", "tr", "fwd", *(r.lower() for r in words.REPLIES)}

        def base(mail):
            subject = mail.subject
            while subject.split(":")[0].lower() in known or subject.startswith("[EXTERN] "):
                subject = subject[9:] if subject.startswith("[") else subject.split(":", 1)[1].strip()
            return subject.lower()

        def sides(mail):
            return {p.address if p.domain in ("gmx.de", "gmail.com") else p.domain for p in mail.people if not p.is_ours}

        by_base = {}
        for mail in self.mails:
            by_base.setdefault(base(mail), []).append(mail)
        for mail in self.mails:
            if mail.is_pasted:
                mail.is_undecidable = any(m.case != mail.case and sides(m) & sides(mail) and abs((m.when - mail.when).days) <= 46
                                          for m in by_base[base(mail)])
