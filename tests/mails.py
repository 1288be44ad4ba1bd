"""Mails for the end-to-end tests, as the programs of our invented people would write them.

ACME GmbH (acme.example) buys, Stahlbau Nord (stahlbau-nord.example) sells. Every mail has its own
Message-ID; all line ends are CRLF."""

import base64
import datetime
import html
import itertools
import zoneinfo

from harness import AGENT, eml, text_headers

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
ANNA = ("Anna Muster", "anna@acme.example")
BERND = ("Bernd Beispiel", "bernd@acme.example")
KARL = ("Karl Berger", "k.berger@stahlbau-nord.example")
FRIEDA = ("Frieda Fremd", "frieda@fremd.example")
WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
          "Dezember"]
_numbers = itertools.count(1)


def new_id(domain="mail.acme.example"):
    return f"{next(_numbers):06d}.{datetime.datetime.now().timestamp():.6f}@{domain}"


def at(day, hour=10, minute=0, second=0, month=3, year=2025):
    return datetime.datetime(year, month, day, hour, minute, second, tzinfo=BERLIN)


def rfc_date(moment):
    return moment.strftime("%a, %d %b %Y %H:%M:%S %z")


def german_date(moment):
    return f"{WEEKDAYS[moment.weekday()]}, {moment.day}. {MONTHS[moment.month - 1]} {moment.year} {moment:%H:%M}"


def address(person):
    return f"{person[0]} <{person[1]}>" if person[0] else person[1]


def addresses(people):
    return ", ".join(address(person) for person in people)


class Plain:
    """A mail as its author's program sent it."""

    def __init__(self, author=KARL, to=(ANNA,), subject="Angebot", text="Guten Tag,\n\nanbei unser Angebot.", when=None,
                 cc=(), answers=None, more=(), message_id=None):
        self.author, self.to, self.cc, self.subject, self.text = author, list(to), list(cc), subject, text
        self.when = when or at(3, 14, 5)
        self.message_id = message_id or new_id(author[1].split("@")[1])
        self.more = list(more)
        self.references = (answers.references + [answers.message_id]) if answers else []

    def headers(self):
        found = [("From", address(self.author)), ("To", addresses(self.to))]
        if self.cc:
            found.append(("Cc", addresses(self.cc)))
        found += [("Subject", self.subject), ("Date", rfc_date(self.when)), ("Message-ID", f"<{self.message_id}>")]
        if self.references:
            found += [("In-Reply-To", f"<{self.references[-1]}>"),
                      ("References", "\n ".join(f"<{i}>" for i in self.references))]
        return found + self.more

    def bytes(self):
        return eml(self.headers() + text_headers(), self.text)

    def answer(self, author=ANNA, **more):
        """author answers to everybody else."""
        others = [p for p in [self.author, *self.to] if p[1] != author[1]]
        more.setdefault("subject", "AW: " + self.subject.removeprefix("AW: "))
        more.setdefault("when", self.when + datetime.timedelta(hours=3))
        more.setdefault("text", "Guten Tag,\n\ndanke, das passt.")
        return Plain(author, more.pop("to", others), answers=self, **more)


def outlook_block(original):
    lines = [f"Von: {address(original.author)}", f"Gesendet: {german_date(original.when)}",
             "An: " + "; ".join(address(p) for p in original.to)]
    if original.cc:
        lines.append("Cc: " + "; ".join(address(p) for p in original.cc))
    return lines + [f"Betreff: {original.subject}"]


def outlook_html(comment, original):
    def paragraphs(text):
        return "".join(f'<p class="MsoNormal">{html.escape(line) or "&nbsp;"}<o:p></o:p></p>\n' for line in text.split("\n"))

    labels = "<br>\n".join("<b>{}:</b> {}".format(*map(html.escape, line.split(": ", 1))) for line in outlook_block(original))
    return (f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>\n<body lang="DE">'
            f'<div class="WordSection1">\n{paragraphs(comment)}<div>\n<div style="border:none;border-top:solid #E1E1E1 1.0pt;'
            f'padding:3.0pt 0cm 0cm 0cm">\n<p class="MsoNormal">{labels}<o:p></o:p></p>\n</div>\n</div>\n'
            f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n{paragraphs(original.text)}</div></body></html>\n')


def forward(original, comment="Bitte als Vorgang anlegen.", author=ANNA, to=(("", AGENT),), when=None, known_ids=True,
            form="alternative", more=()):
    """"WG: …" as Outlook writes it. known_ids: with In-Reply-To and References of the original, as it mostly does.
    form: alternative (text and HTML), plain, html."""
    text = f"{comment}\n\n" + "\n".join(outlook_block(original)) + f"\n\n{original.text}\n"
    message = Plain(author, to, "WG: " + original.subject.removeprefix("AW: "),
                    when=when or original.when + datetime.timedelta(minutes=27, seconds=13), answers=original if known_ids else None,
                    more=list(more))
    if form == "plain":
        return eml(message.headers() + text_headers(), text)
    page = outlook_html(comment, original)
    if form == "html":
        return eml(message.headers() + [("MIME-Version", "1.0"), ("Content-Type", "text/html; charset=utf-8"),
                                        ("Content-Transfer-Encoding", "8bit")], page)
    return multipart(message, "alternative", [("text/plain; charset=utf-8", text), ("text/html; charset=utf-8", page)])


def multipart(message, subtype, parts, **parameters):
    """parts: (content type, str or bytes[, further headers])."""
    boundary = f"=_{next(_numbers):08x}_grenze"
    extra = "".join(f"; {name.replace('_', '-')}={value}" for name, value in parameters.items())
    head = eml(message.headers() + [("MIME-Version", "1.0"),
                                    ("Content-Type", f'multipart/{subtype}{extra};\n boundary="{boundary}"')], "")
    out = [head.removesuffix(b"\r\n") if head.endswith(b"\r\n\r\n\r\n") else head]
    for kind, content, *more in parts:
        body = content.replace("\r\n", "\n").replace("\n", "\r\n").encode() if isinstance(content, str) else content
        fields = f"Content-Type: {kind}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in more)
        if isinstance(content, str):
            fields += "Content-Transfer-Encoding: 8bit\r\n"
        out.append(f"--{boundary}\r\n{fields}\r\n".encode() + body + b"\r\n")
    return b"".join(out) + f"--{boundary}--\r\n".encode()


def attached(originals, comment="Siehe Anlage.", author=ANNA, subject="Mails dazu", when=None, to=(("", AGENT),)):
    """Forwarded as attachments. originals: of Plain or bytes."""
    parts = [("text/plain; charset=utf-8", comment + "\n")]
    for original in originals:
        parts.append(("message/rfc822", original if isinstance(original, bytes) else original.bytes(),
                      ("Content-Disposition", "attachment; filename=mail.eml")))
    return multipart(Plain(author, to, subject, when=when or at(5, 9, 30)), "mixed", parts)


def with_file(message, filename, kind, content):
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return multipart(message, "mixed", [("text/plain; charset=utf-8", message.text),
                                        (kind, encoded, ("Content-Disposition", f"attachment; filename={filename}"),
                                         ("Content-Transfer-Encoding", "base64"))])


def auto_reply(original, author=KARL):
    return original.answer(author, subject="Automatische Antwort: " + original.subject, text="Ich bin bis Montag nicht im Haus.",
                           more=[("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")])


def bounce(original, recipient=None, reporter=("Mail Delivery System", "mailer-daemon@mx.stahlbau-nord.example")):
    """A delivery status notification (RFC 3464) about original, with its headers."""
    message = Plain(reporter, [original.author], "Undelivered Mail Returned to Sender",
                    when=original.when + datetime.timedelta(minutes=2), more=[("Auto-Submitted", "auto-replied")])
    failed = recipient or original.to[0][1]
    report = ("Reporting-MTA: dns; mx.stahlbau-nord.example\n\n"
              f"Final-Recipient: rfc822; {failed}\nOriginal-Recipient: rfc822;{failed}\nAction: failed\nStatus: 5.1.1\n"
              "Diagnostic-Code: smtp; 550 5.1.1 no such user\n")
    text = f"This is the mail system.\n\n<{failed}>: 550 5.1.1 no such user\n"
    headers = eml(original.headers(), "").rstrip(b"\r\n") + b"\r\n"
    return multipart(message, "report", [("text/plain; charset=us-ascii", text), ("message/delivery-status", report.replace("\n", "\r\n").encode()),
                                         ("text/rfc822-headers", headers)], report_type="delivery-status")


def invitation(author=ANNA, to=(KARL,), subject="Abnahme der Wellen", when=None):
    start = at(20, 9)
    ics = "\n".join(["BEGIN:VCALENDAR", "PRODID:-//acme//kalender//DE", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT",
                     f"UID:{next(_numbers)}@acme.example", f"DTSTART:{start.astimezone(datetime.timezone.utc):%Y%m%dT%H%M%SZ}",
                     f"DTEND:{(start + datetime.timedelta(hours=1)).astimezone(datetime.timezone.utc):%Y%m%dT%H%M%SZ}",
                     "DTSTAMP:20250305T080000Z", f"SUMMARY:{subject}", "LOCATION:Halle 3", f"ORGANIZER:mailto:{author[1]}",
                     *(f"ATTENDEE:mailto:{p[1]}" for p in to), "END:VEVENT", "END:VCALENDAR", ""])
    message = Plain(author, to, subject, when=when or at(5, 9))
    return multipart(message, "alternative", [("text/plain; charset=utf-8", "Termin zur Abnahme\n"),
                                              ("text/calendar; charset=utf-8; method=REQUEST", ics)])
