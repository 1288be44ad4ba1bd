"""The rarer matters: what robots, calendars, mailing lists and mail servers write, and mail to a case's own address."""

import datetime

from stream import clients, formats, words
from stream.world import FIRMS, OURS, Person, World


class Matters(World):
    """A world with all kinds of mail. kinds: how often each is written."""

    KINDS = {"thread": 74, "hijack": 5, "robot": 6, "internal": 6, "meeting": 3, "undelivered": 3, "list_day": 2, "serial": 2, "addressed": 4}

    def write_meeting(self, when, _):
        """An invitation and its answers, as Exchange sends them."""
        case = self.cases = self.cases + 1
        rng, firm, ours = self.rng, self.rng.choice(self.suppliers), self.rng.choice(OURS)
        host, guest = (firm, ours) if rng.random() < .5 else (ours, firm)
        subject, uid = "Termin: " + words.subject(rng, "de", False), f"{rng.randrange(1 << 60):x}"
        first = self.first(case, host, [guest], [], subject, when)
        first.make = lambda headers: formats.calendar(headers, first.text, uid, "REQUEST", when)
        for prefix in rng.sample(["Zugesagt", "Accepted", "Abgelehnt", "Mit Vorbehalt"], rng.choice([0, 1, 1, 2])):
            when = self.later(when)
            self.add_reply(first, guest, host, f"{prefix}: {subject}", when, "Danke, passt.\n", uid)

    def add_reply(self, first, author, to, subject, when, text, uid):
        mail = self.add_mail(first.case, author, [to], [], subject, when, text, references=[first.message_id], in_reply_to=first.message_id, answers=first)
        mail.make = lambda headers: formats.calendar(headers, text, uid, "REPLY", when)

    def write_undelivered(self, when, _):
        """Our mail does not arrive; somebody writes again."""
        case = self.cases = self.cases + 1
        firm, ours = self.rng.choice(self.suppliers), self.rng.choice(OURS)
        first = self.first(case, ours, [firm], [], words.subject(self.rng, firm.locale, False), when)
        when += datetime.timedelta(seconds=self.rng.randint(5, 4000))
        server = Person("Mail Delivery System", f"mailer-daemon@{firm.domain}", "phone", "en")
        text = f"This is the mail system at host mx.{firm.domain}.\n\n<{firm.address}>: host said: 550 5.1.1 no such user\n"
        report = self.add_mail(case, server, [ours], [], "Undelivered Mail Returned to Sender", when, text, answers=first, more=[("Auto-Submitted", "auto-replied")])
        report.make = lambda headers: formats.bounce(first, headers, text)
        report.is_report = True
        if self.rng.random() < .5:
            self.answer(first, ours, self.later(when))

    def write_list_day(self, when, _):
        """A list's digest: one mail, a matter of its own, though it holds others."""
        case = self.cases = self.cases + 1
        robot = Person("Fachliste", "fachliste-request@listen.example", "phone", "de")
        writers = self.rng.sample(self.suppliers, 3)
        inner = []
        for n, writer in enumerate(writers):
            text = words.text(self.rng, writer, False)
            headers = [("From", clients.address(writer)), ("To", "fachliste@listen.example"), ("Subject", words.subject(self.rng, writer.locale, True)),
                       ("Date", clients.rfc_date(when - datetime.timedelta(hours=n + 1))), ("Message-ID", f"<{self.new_id(writer, when)}>")]
            inner.append(formats.written(headers, text, "plain"))
        text = f"Fachliste, Sammelmail, Ausgabe {self.rng.randint(1, 400)}"
        mail = self.add_mail(case, robot, [OURS[4]], [], text, when, text,
                             more=[("List-Id", "<fachliste.listen.example>"), ("Precedence", "bulk")])
        mail.make = lambda headers: formats.digest(headers, text, inner)
        mail.is_automatic = True

    def write_serial(self, when, _):
        """A machine that gives all its mails one Message-ID."""
        robot = Person("ERP", f"erp@{self.rng.choice(FIRMS)[0]}", "thunderbird", "de")
        same = f"{self.rng.randrange(1 << 40):x}@erp.{robot.domain}"
        for _ in range(self.rng.randint(2, 3)):
            self.cases += 1
            when = self.later(when)
            mail = self.first(self.cases, robot, [OURS[4]], [], f"Auftragsbestätigung {self.rng.randint(10000, 99999)}", when)
            mail.message_id, mail.is_automatic = same, True

    def write_addressed(self, when, _):
        """All that we write goes with a copy to the case's own address."""
        case = self.cases = self.cases + 1
        firm, ours = self.rng.choice(self.suppliers), self.rng.choice(OURS)
        self.addressed.add(case)
        mail = self.first(case, ours, [firm], [], words.subject(self.rng, firm.locale, self.rng.random() < .5), when)
        for _ in range(self.rng.randint(1, 5)):
            when = self.later(when)
            mail = self.answer(mail, firm if mail.author.is_ours else ours, when)
