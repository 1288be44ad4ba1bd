#!/usr/bin/python3
"""Replies and other mails that are no forwards (tests/wild): no forward is found in any of them; of replies what is new and who
is quoted, as TAP, a row a program.

    tests/replies.py [--all] [--seed N] [--only REGEX] [--show N] [--keep DIR]

As tests/forwards.py."""

import argparse
import os
import random
import re
import sys
import tempfile

import forwards
from wild import negatives, replies, whole


class Row:
    def __init__(self, random_, program, locale, form):
        write, _ = replies.REPLIES[program]
        self.program, self.locale, self.form = program, locale, form
        message = forwards.message(random_, locale)
        written = write(random_, locale, message, replies.new_lines(random_, locale))
        self.new_text, self.sender = written.new_text, written.sender
        self.exists = form == "text" or written.html is not None
        subject = f"{random_.choice(['Re', replies.PREFIXES.get(locale, 'RE')])}: {message.subject}"
        self.mail = forwards.eml(subject, written.text if form != "html" else None, written.html if form != "text" else None)

    def name(self):
        return f"{self.program} {self.locale} {self.form}"

    def problems(self, have):
        found = []
        if have["forward"]:
            found.append("a forward")
        if forwards.folded(have["new_text"]) != forwards.folded(self.new_text):
            found.append(f"new: {have['new_text']!r}, wanted {self.new_text!r}")
        quote = have["quotes"][0] if have["quotes"] else {}
        address = (quote.get("from") or {}).get("address")
        if not quote:
            found.append("no quote")
        elif self.sender and address != self.sender:
            found.append(f"quoted: {quote['from']!r}, wanted {self.sender!r}")
        return found


class Whole:
    """A reply of a single program."""

    def __init__(self, row):
        name, text, self.new_text = row
        self.full_name, self.program, self.exists = f"whole {name}", "whole", True
        self.mail = forwards.eml("Re: x", text, None)

    def name(self):
        return self.full_name

    def problems(self, have):
        found = ["a forward"] if have["forward"] else []
        if forwards.folded(have["new_text"]) != forwards.folded(self.new_text):
            found.append(f"new: {have['new_text']!r}, wanted {self.new_text!r}")
        return found


class Negative:
    def __init__(self, row):
        self.full_name, subject, text, page = row
        self.program, self.exists = "no forward: " + self.full_name.split(" ")[0], True
        self.mail = forwards.eml(subject, text, page)

    def name(self):
        return self.full_name

    def problems(self, have):
        return [f"a forward: {have['forward']['original']['from']!r}"] if have["forward"] else []


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--only")
    options.add_argument("--show", type=int, default=5)
    options.add_argument("--keep")
    options = options.parse_args()
    random_ = random.Random(options.seed)
    made = [Row(random_, program, locale, form) for program, (_, languages) in replies.REPLIES.items() for locale in languages
            for form in ("text", "html", "both") for _ in range(3 if options.all else 1)]
    made += [Whole(row) for row in whole.WHOLE]
    made += [Negative(row) for row in negatives.rows(random_, forwards.message)]
    made = [row for row in made if row.exists and (not options.only or re.search(options.only, row.name()))]
    with tempfile.TemporaryDirectory() as folder:
        parsed = forwards.parse([row.mail for row in made], folder)
    found = [(row, row.problems(have)) for row, have in zip(made, parsed)]
    programs = list(dict.fromkeys(row.program for row in made))
    print(f"1..{len(programs)}")
    for number, program in enumerate(programs, 1):
        total = sum(row.program == program for row in made)
        missed = [(row, problems) for row, problems in found if row.program == program and problems]
        print(f"{'not ok' if missed else 'ok'} {number} {program}: {total - len(missed)} of {total}")
        for row, problems in missed[:options.show]:
            print(f"# {row.name()}")
            for problem in problems:
                print(f"#     {problem}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(f"{options.keep}/{re.sub('[ /]', '-', row.name())}.eml", "w", encoding="utf-8", newline="") as file:
                    file.write(row.mail)
    missed = sum(bool(problems) for _, problems in found)
    print(f"# {len(made) - missed} of {len(made)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
