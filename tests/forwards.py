#!/usr/bin/python3
"""Forwards as the programs of the world write them, in their languages (tests/wild): what `casegate parse` makes of
each, every field of it, as TAP, a row a program.

    tests/forwards.py [--all] [--seed N] [--only REGEX] [--show N] [--keep DIR]

Without --all a sample that is the same each time; --show prints the first N misses, --keep leaves their mails.
The environment's CASEGATE is the program, else build/casegate."""

import argparse
import base64
import datetime
import json
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    from wild import clients, locales, twists
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    sys.exit(0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")

NAMES = {"de": ["Anna Muster", "Jürgen Groß", "Dr. Eva Maria von der Heide"], "fr": ["Hélène Dupont", "Jean-Luc Lefèvre"],
         "es": ["José García López", "Núria Pérez"], "pl": ["Łukasz Wójcik", "Anna Nowak"], "cs": ["Jiří Novák", "Lucie Dvořáková"],
         "ru": ["Анна Иванова", "Пётр Сергеев"], "uk": ["Олена Шевченко"], "bg": ["Иван Петров"], "sr": ["Јован Јовић"],
         "el": ["Γιώργος Παπαδόπουλος"], "zh_Hans": ["张伟", "李娜"], "zh_Hant": ["陳小姐", "林志明"], "ja": ["山田 太郎", "佐藤"],
         "ko": ["김철수", "이영희"], "he": ["דוד כהן"], "ar": ["محمد علي"], "tr": ["Ayşe Yılmaz"], "th": ["สมชาย ใจดี"],
         "vi": ["Nguyễn Văn An"], "hu": ["Kovács Péter"], "sv": ["Åsa Öberg"], "da": ["Søren Ærø"]}
SUBJECTS = ["Angebot 4711", "AW: Lieferung Ventile", "Re: Re: Order no. 5512 / part 2", "Rechnung: Nr. 2026-118 (zweite Mahnung)",
            "[Ticket#42] Störung", "Q1", "Fwd: Price list", "Termin am 3. März um 14:00 Uhr"]
WARNINGS = ["", "", "", "CAUTION: This email originated from outside of the organization.", "[EXTERN]",
            "Sie erhalten nicht häufig E-Mail von kunde@supplier.example. Erfahren Sie, warum dies wichtig ist"]


def person(random_, locale, number):
    pool = NAMES.get(locale.split("_")[0] if locale not in NAMES else locale, ["John Carter", "Mary O'Neill", "Wim de Vries"])
    return (random_.choice(pool), f"{random_.choice(['info', 'a.muster', 'sales+de', 'j_groß', 'k'])}{number}@supplier{number}.example"
            .replace("ß", "ss"))


def message(random_, locale):
    when = datetime.datetime(random_.randint(2015, 2026), random_.randint(1, 12), random_.randint(1, 28), random_.randint(0, 23),
                             random_.randint(0, 59), random_.randint(0, 59), tzinfo=locales.zone(60))
    to = [person(random_, locale, 10 + i) for i in range(random_.choice([1, 1, 2, 4]))]
    cc = [person(random_, locale, 30 + i) for i in range(random_.choice([0, 0, 1, 2]))]
    if random_.random() < 0.15:
        to[0] = ("", to[0][1])
    hello, fact, question, close = locales.words(locale, "words")
    body = random_.choice([[hello, fact, question], [hello, fact, close], [fact], [question, fact + " " + question, close]])
    return clients.Message(person(random_, locale, 1), to, cc, random_.choice(SUBJECTS), when, body)


def comment_of(random_, locale):
    hello, fact, question, close = locales.words(locale, "words")
    mobile = locales.LOCALES[locale]["mobile"]
    return random_.choice([[], [question], [hello, question, close], [question, mobile], [fact]])


def eml(subject, text, page):
    """A wrapper as a gateway sees it."""
    head = ("From: Max Weiter <max@acme.example>\r\nTo: agent@in.acme.example\r\n"
            f"Subject: =?utf-8?B?{base64.b64encode(subject.encode()).decode()}?=\r\n"
            "Date: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: <wrapper@acme.example>\r\nMIME-Version: 1.0\r\n")
    parts = [(kind, content) for kind, content in (("plain", text), ("html", page)) if content is not None]
    leaves = [f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
              + base64.encodebytes(content.encode()).decode() for kind, content in parts]
    if len(leaves) == 1:
        return head + leaves[0]
    return (head + 'Content-Type: multipart/alternative; boundary="b"\r\n\r\n' + "".join(f"--b\r\n{leaf}\r\n" for leaf in leaves)
            + "--b--\r\n")


class Row:
    """One mail and what is to be read in it."""

    def __init__(self, random_, client, locale, form, twist=None):
        write, _ = clients.CLIENTS[client]
        self.client, self.locale, self.form = twist or client, locale, f"{client} {form}" if twist else form
        if twist:
            written = twists.TWISTS[twist][0](random_, client, locale, message(random_, locale))
        else:
            written = write(locale, message(random_, locale))
        comment, warning = comment_of(random_, locale), random_.choice(WARNINGS)
        above = ([warning] if warning else []) + comment
        text = "\n".join(above + [""] * bool(above)) + "\n" + written.text if above else written.text
        page = "".join(f"<div>{clients.esc(line)}</div>" for line in above) + (written.html or "")
        prefix = locales.LOCALES[locale]["prefix"] if written.prefix or random_.random() < 0.5 else "Fwd"
        bare = written.want["subject"] or random_.choice(SUBJECTS)
        self.want = dict(written.want, comment=" ".join(comment), subject=bare)
        self.is_marked = not written.prefix
        subject = bare if self.is_marked and random_.random() < 0.2 else f"{prefix}: {bare}"
        if written.want["subject"] is None:
            subject = f"{prefix}: {bare}"
        self.mail = eml(subject, text if form != "html" else None, page if form != "text" and written.html else None)

    def name(self):
        return f"{self.client} {self.locale} {self.form}"

    def differences(self, have):
        return differences(self.want, have)


class Nested(Row):
    """A forward in a forward."""

    def __init__(self, random_, client, locale):
        self.client, self.locale, self.form = "nested", locale, client
        written, self.inner = twists.nest(random_, client, locale, message(random_, locale), message(random_, locale))
        comment = comment_of(random_, locale)
        self.want = dict(written.want, comment=" ".join(comment))
        self.mail = eml(f"{locales.LOCALES[locale]['prefix']}: {self.want['subject']}", "\n".join([*comment, "", written.text]), None)

    def differences(self, have):
        found = differences(self.want, have)
        return found or ["inner " + problem for problem in differences(self.inner, have["forward"]["original"])]


def folded(text):
    return re.sub(r"[\s\u200b\u200e\u200f\ufeff]+", " ", text or "").strip()


def person_of(json_person):
    if not json_person:
        return None
    return (folded(json_person["name"]), json_person["address"] or None)


def differences(want, have):
    forward = have.get("forward")
    if not forward:
        return ["no forward"]
    original = forward["original"]
    found = []

    def check(what, has, wants):
        if has != wants:
            found.append(f"{what}: {has!r}, wanted {wants!r}")

    check("from", person_of(original["from"]), (folded(want["from"][0]), want["from"][1]))
    for list_ in ("to", "cc"):
        check(list_, [person_of(x) for x in original[list_]], [(folded(n), a) for n, a in want[list_]])
    check("subject", folded(original["subject"]), folded(want["subject"]))
    check("comment", folded(forward["comment"]), folded(want["comment"]))
    check("text", folded(original["text"]), folded(want["text"]))
    local, offset = want["date"]
    has = original["date"] or ""
    check("date", has[:len(local)], local)
    zone = has[19:] if len(has) > 19 else has[16:] if not has[16:].startswith(":") else ""
    check("offset", zone, "" if offset is None else "Z" if offset == 0 and zone == "Z" else
          f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}")
    return found


def rows(everything, seed, only):
    random_ = random.Random(seed)
    made = []
    for client, (_, languages) in clients.CLIENTS.items():
        for locale in languages:
            for form in ("text", "html", "both"):
                for _ in range(3 if everything else 1):
                    row = Row(random_, client, locale, form)
                    if not (form != "text" and "html" not in row.mail):
                        made.append(row)
    for twist, (_, programs) in twists.TWISTS.items():
        for client in programs:
            made += [Row(random_, client, locale, "text", twist) for locale in locales.LOCALES
                     if everything or random_.random() < 0.3]
    made += [Nested(random_, client, locale) for client in ("gmail", "outlook-windows", "thunderbird", "outlook-web")
             for locale in locales.LOCALES]
    return [row for row in made if not only or re.search(only, f"{row.client} {row.name()}")]


def parse(mails, folder):
    paths = []
    for number, mail in enumerate(mails):
        paths.append(f"{folder}/{number}.eml")
        with open(paths[-1], "w", encoding="utf-8", newline="") as file:
            file.write(mail)
    done = subprocess.run([PROGRAM, "parse", "--paths"], input="\n".join(paths).encode(), capture_output=True, check=True,
                          timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--only")
    options.add_argument("--show", type=int, default=5)
    options.add_argument("--keep")
    options = options.parse_args()
    made = rows(options.all, options.seed, options.only)
    with tempfile.TemporaryDirectory() as folder:
        parsed = parse([row.mail for row in made], folder)
    misses = {}
    for row, have in zip(made, parsed):
        problems = row.differences(have)
        if problems:
            misses.setdefault(row.client, []).append((row, problems))
    names = sorted({row.client for row in made})
    print(f"1..{len(names)}")
    shown = 0
    for number, client in enumerate(names, 1):
        missed = misses.get(client, [])
        total = sum(row.client == client for row in made)
        print(f"{'not ok' if missed else 'ok'} {number} {client}: {total - len(missed)} of {total}")
        for row, problems in missed[:options.show]:
            print(f"# {row.name()}")
            for problem in problems:
                print(f"#     {problem}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(f"{options.keep}/{row.name().replace(' ', '-')}.eml", "w", encoding="utf-8", newline="") as file:
                    file.write(row.mail)
            shown += 1
    print(f"# {len(made) - sum(map(len, misses.values()))} of {len(made)}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
