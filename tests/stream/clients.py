"""How mail programs write: quotes of an answer, forwards, prefixes, dates, and what they do with References."""

import base64
import datetime
import zoneinfo

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
DAYS = {"de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]}
MONTHS = {"de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
          "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
          "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]}
LABELS = {"de": ("Von", "Gesendet", "An", "Cc", "Betreff"), "en": ("From", "Sent", "To", "Cc", "Subject"),
          "fr": ("De", "Envoyé", "À", "Cc", "Objet")}
REPLY = {"de": "AW", "en": "RE", "fr": "RE"}
FORWARD = {"de": "WG", "en": "FW", "fr": "TR"}

# references: full (all), last (In-Reply-To only), cut (the first and the last three), none. quote: how an answer quotes.
# forward: how it forwards. keeps: a forward keeps the References and the id of what it forwards. index: Thread-Index.
CLIENTS = {
    "outlook": dict(references="full", quote="block", forward="block", keeps=True, index=True, stacks=False),
    "outlook_pop": dict(references="last", quote="block", forward="block", keeps=True, index=True, stacks=False),
    "exchange": dict(references="none", quote="block", forward="block", keeps=False, index=True, stacks=False),
    "gmail": dict(references="full", quote="gmail", forward="gmail", keeps=True, index=False, stacks=False),
    "apple": dict(references="full", quote="apple", forward="apple", keeps=True, index=False, stacks=True),
    "thunderbird": dict(references="cut", quote="thunderbird", forward="thunderbird", keeps=True, index=False, stacks=True),
    "webmail": dict(references="none", quote="block", forward="block", keeps=False, index=False, stacks=True),
    "phone": dict(references="full", quote=None, forward="block", keeps=True, index=False, stacks=True),
}


def local(when):
    return when.astimezone(ZONE)


def rfc_date(when):
    return local(when).strftime("%a, %d %b %Y %H:%M:%S %z")


def long_date(when, locale):
    when = local(when)
    day, month = DAYS[locale][when.weekday()], MONTHS[locale][when.month - 1]
    if locale == "de":
        return f"{day}, {when.day}. {month} {when.year} {when:%H:%M}"
    if locale == "fr":
        return f"{day} {when.day} {month} {when.year} {when:%H:%M}"
    return f"{day}, {month} {when.day}, {when.year} {when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"


def address(person):
    return f"{person.name} <{person.address}>" if person.name else person.address


def block(mail, locale):
    """The header block of Outlook. The time is in the reader's zone, to the minute."""
    labels = LABELS[locale]
    lines = [f"{labels[0]}: {address(mail.author)}", f"{labels[1]}: {long_date(mail.when, locale)}",
             f"{labels[2]}: " + "; ".join(address(p) for p in mail.to)]
    if mail.cc:
        lines.append(f"{labels[3]}: " + "; ".join(address(p) for p in mail.cc))
    return lines + [f"{labels[4]}: {mail.subject}"]


def attribution(mail, style, locale):
    when, who = local(mail.when), mail.author
    if style == "gmail":
        month = MONTHS[locale][when.month - 1]
        return {"de": f"Am {DAYS['de'][when.weekday()][:2]}., {when.day}. {month} {when.year} um {when:%H:%M} Uhr schrieb {who.name} <{who.address}>:",
                "en": f"On {DAYS['en'][when.weekday()][:3]}, {month[:3]} {when.day}, {when.year} at {when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'} {who.name} <{who.address}> wrote:",
                "fr": f"Le {DAYS['fr'][when.weekday()][:3]}. {when.day} {month} {when.year} à {when:%H:%M}, {who.name} <{who.address}> a écrit :"}[locale]
    if style == "apple":
        return {"de": f"Am {when:%d.%m.%Y} um {when:%H:%M} schrieb {who.name} <{who.address}>:",
                "en": f"On {when.day} {MONTHS['en'][when.month - 1][:3]} {when.year}, at {when:%H:%M}, {who.name} <{who.address}> wrote:",
                "fr": f"Le {when.day} {MONTHS['fr'][when.month - 1]} {when.year} à {when:%H:%M}, {who.name} <{who.address}> a écrit :"}[locale]
    return {"de": f"Am {when:%d.%m.%y} um {when:%H:%M} schrieb {who.name}:", "en": f"On {when:%d/%m/%Y %H:%M}, {who.name} wrote:",
            "fr": f"Le {when:%d/%m/%Y} à {when:%H:%M}, {who.name} a écrit :"}[locale]


def quoted(mail, style, locale):
    """What stands below an answer."""
    if style is None:
        return ""
    if style == "block":
        return "\n\n" + "\n".join(block(mail, locale)) + "\n\n" + mail.text
    return f"\n\n{attribution(mail, style, locale)}\n\n" + "\n".join(f"> {line}".rstrip() for line in mail.text.split("\n"))


def forwarded(mail, style, locale):
    """What stands below a forwarder's comment."""
    labels = LABELS[locale]
    if style == "gmail":
        mark = {"de": "---------- Forwarded message ---------", "en": "---------- Forwarded message ---------",
                "fr": "---------- Forwarded message ---------"}[locale]
        when = local(mail.when)
        date = {"de": f"{DAYS['de'][when.weekday()][:2]}., {when.day}. {MONTHS['de'][when.month - 1]} {when.year} um {when:%H:%M} Uhr",
                "en": f"{DAYS['en'][when.weekday()][:3]}, {MONTHS['en'][when.month - 1][:3]} {when.day}, {when.year} at {when:%H:%M}",
                "fr": f"{DAYS['fr'][when.weekday()][:3]}. {when.day} {MONTHS['fr'][when.month - 1]} {when.year} à {when:%H:%M}"}[locale]
        names = {"de": ("Von", "Date", "Subject", "To"), "en": ("From", "Date", "Subject", "To"), "fr": ("De", "Date", "Subject", "To")}[locale]
        return (f"{mark}\n{names[0]}: {mail.author.name} <{mail.author.address}>\n{names[1]}: {date}\n{names[2]}: {mail.subject}\n"
                f"{names[3]}: " + ", ".join(address(p) for p in mail.to) + f"\n\n\n{mail.text}")
    if style == "apple":
        mark = {"de": "Anfang der weitergeleiteten Nachricht:", "en": "Begin forwarded message:", "fr": "Début du message réexpédié :"}[locale]
        when = local(mail.when)
        names = {"de": ("Von", "Betreff", "Datum", "An"), "en": ("From", "Subject", "Date", "To"), "fr": ("De", "Objet", "Date", "À")}[locale]
        date = f"{when.day}. {MONTHS['de'][when.month - 1]} {when.year} um {when:%H:%M:%S} MEZ" if locale == "de" else \
            f"{when.day} {MONTHS[locale][when.month - 1]} {when.year} {'at' if locale == 'en' else 'à'} {when:%H:%M:%S} CET"
        if when.dst():
            date = date.replace("MEZ", "MESZ").replace("CET", "CEST")
        lines = [f"{names[0]}: {address(mail.author)}", f"{names[1]}: {mail.subject}", f"{names[2]}: {date}",
                 f"{names[3]}: " + ", ".join(address(p) for p in mail.to)]
        return mark + "\n\n" + "\n".join(f"> {x}".rstrip() for x in [*lines, "", *mail.text.split("\n")])
    if style == "thunderbird":
        mark = {"de": "-------- Weitergeleitete Nachricht --------", "en": "-------- Forwarded Message --------",
                "fr": "-------- Message transféré --------"}[locale]
        names = {"de": ("Betreff", "Datum", "Von", "An"), "en": ("Subject", "Date", "From", "To"), "fr": ("Sujet", "Date", "De", "Pour")}[locale]
        values = (mail.subject, rfc_date(mail.when), address(mail.author), ", ".join(address(p) for p in mail.to))
        return mark + "\n" + "\n".join(f"{n}: \t{v}" for n, v in zip(names, values)) + f"\n\n\n\n{mail.text}"
    return "\n".join(block(mail, locale)) + f"\n\n{mail.text}"


def prefixed(prefix, subject, stacks):
    """Outlook keeps one prefix, others stack their own on a foreign one."""
    if subject.lower().startswith(prefix.lower() + ":"):
        return subject
    if not stacks:
        for known in ("AW:", "RE:", "Re:", "WG:", "FW:", "TR:", "Fwd:"):
            while subject.startswith(known):
                subject = subject[len(known):].strip()
    return f"{prefix}: {subject}"


def thread_index(guid, depth):
    raw = b"\x01" + bytes(5) + guid + bytes(range(1, 6)) * depth
    return base64.b64encode(raw).decode()


def utc(when):
    return when.astimezone(datetime.timezone.utc)
