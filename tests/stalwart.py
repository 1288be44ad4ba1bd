#!/usr/bin/python3
"""The public MIME suite of Stalwart's mail-parser, as TAP: what `casegate parse` understands of each mail, against the
structure that the suite expects of it.

The suite is that of CASEGATE_CORPORA (default: ../shared/corpora beside the clone), folder mime/stalwart; without it the
test is skipped. An expectation is one thing said of one mail: its subject, its date, one list of people, the words of
one part, one attachment. Every miss is shown; UNFOLLOWED names those that we do not want to meet, and why."""

import glob
import hashlib
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")
CORPORA = os.environ.get("CASEGATE_CORPORA") or os.path.join(os.path.dirname(ROOT), "shared", "corpora")
BAR = 0.98

# What we read otherwise on purpose: mail, a pattern of what, and why.
UNFOLLOWED = [
    ("legacy/017", "content [23]", "x-uuencode is a transfer encoding: the file is decoded"),
    ("legacy/048", "content [234]", "the same"),
    ("legacy/049", "text 0", "a uuencoded file in the text is an attachment, not text"),
    ("legacy/035|legacy/039", "name .", "a name is the last part of a path: C:\\TEMP\\a.png is a.png"),
    ("rfc/001", "name 2", "the same: /u/nsb/writing/rfcs/RFC-MIME.ps"),
    ("rfc/000", "type [67]|attachment 7", "text/enriched is text"),
    ("rfc/003", "type [23]|attachment 3", "the same"),
    ("malformed/012", "3/text 0", "a boundary of the outer multipart ends the inner one that was never closed"),
    ("malformed/017", "name 1", "a disposition without a word still has a file name"),
    ("malformed/019", ".*", "a fuzzer's mail: which of its two dates, which of its broken parts, is anybody's guess"),
    ("malformed/(009|011)", "attachment 3", "the same"),
    ("thirdparty/002", "text 2|attachment 3", "damaged base64: what can be decoded is shown"),
    ("thirdparty/015", "2/.*", "the three attached mails are side by side; the boundary of the second does not belong to the first"),
    ("address/(8|9|1[0134]|22)", "address", "comments inside an address or beside a group's name are no names; obsolete routes and blanks go"),
    ("address/33", "address", "a name has no blanks around it"),
    ("address/(38|39|4[01345-7])", "address", "a mailto: is no part of an address"),
    ("address/42", "address", "List-Post: NO is no address"),
    ("date/(10|12|28)", "date", "no dates: a month in digits between comments, a row of numbers, a Received field"),
    ("date/14", "date", "the field ends in the comment, and its day is still read"),
    ("date/32", "date", "an unknown zone is not UTC"),
    ("id/6", "id", "blanks in an id go"),
    ("id/10", "id", "one letter is no id"),
    ("unstructured/2[178]", "unstructured", "no blank is invented between text and an encoded word"),
]


class Words(html.parser.HTMLParser):
    """The words that a browser shows of HTML."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found, self.hidden = [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script", "title")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script", "title") and self.hidden > 0

    def handle_data(self, data):
        if not self.hidden:
            self.found += data.split()


def words(text):
    return " ".join(text.split())


def html_words(text):
    return " ".join(Words(text).found)


def is_like(have, want):
    """Equal; where the suite gave up on a byte (U+FFFD, NUL) anything that we read there is right."""
    if isinstance(have, str) and isinstance(want, str):
        pattern = ".*?".join(re.escape(piece) for piece in re.split("[\ufffd\0]+", want))
        return re.fullmatch(pattern, have, re.S) is not None
    if isinstance(have, (list, tuple)) and isinstance(want, (list, tuple)):
        return len(have) == len(want) and all(map(is_like, have, want))
    return have == want


def holds(text, want):
    """Do the words of want stand in text?"""
    pieces, at = [piece for piece in re.split("[\ufffd\0]+", want) if piece], 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def kind_of(part):
    body = part["body"]
    return (body, None) if isinstance(body, str) else next(iter(body.items()))


def header(part, name):
    """The value of the last field of that name, as the suite types it."""
    found = [h["value"] for h in part["headers"] if h["name"] == name]
    return found[-1] if found and found[-1] != "Empty" else None


def type_of(part):
    value = header(part, "content_type")
    if not value:
        return None
    value = value["ContentType"]
    return f"{value['c_type']}/{value['c_subtype']}".lower() if value["c_subtype"] else value["c_type"].lower()


def attribute(part, field, name):
    value = header(part, field)
    attributes = (value["ContentType"]["attributes"] or []) if value else []
    return next((a["value"] for a in attributes if a["name"] == name), None)


def flat(found):
    return [(person["name"], person["address"]) for person in found if person["name"] or person["address"]]


def people_of(value):
    """Everybody in a list, groups opened."""
    if not value:
        return []
    (form, entries), = value.items()
    return entries if form == "List" else [person for group in entries for person in group["addresses"]]


def people(value):
    return flat(people_of(value["Address"])) if value else []


def texts(value):
    return [] if not value else [value["Text"]] if "Text" in value else value["TextList"]


def iso_date(value):
    if not value:
        return None
    date = value["DateTime"]
    sign = "-" if date["tz_before_gmt"] else "+"
    return (f"{date['year']:04}-{date['month']:02}-{date['day']:02}T{date['hour']:02}:{date['minute']:02}:{date['second']:02}"
            f"{sign}{date['tz_hour']:02}:{date['tz_minute']:02}")


class Check:
    """The expectations of one mail and of those inside it."""

    def __init__(self, name):
        self.name, self.met, self.missed = name, 0, []

    def add(self, what, ok, have, want):
        if ok:
            self.met += 1
        else:
            self.missed.append((what, have, want))

    def equal(self, what, have, want):
        self.add(what, is_like(have, want), have, want)

    def mail(self, have, want, at=""):
        root = want["parts"][0]
        subject = texts(header(root, "subject"))
        self.equal(at + "subject", words(have["subject"]), words(subject[0] if subject else ""))
        self.equal(at + "date", (have["date"] or "").replace("Z", "+00:00") or None, iso_date(header(root, "date")))
        # An original has fewer keys than a mail.
        for field in [field for field in ("from", "to", "cc", "reply_to") if field in have]:
            listed = have[field] if isinstance(have[field], list) else [have[field]]
            wanted = people(header(root, field))
            self.equal(at + field, flat(listed), wanted[:1] if field == "from" else wanted)
        self.equal(at + "message id", [have["internet_message_id"]] if have["internet_message_id"] else [],
                   texts(header(root, "message_id"))[:1])
        for field in [field for field in ("in_reply_to", "references") if field in have]:
            self.equal(at + field, have[field], texts(header(root, field)))
        self.bodies(have, want, at)
        self.attachments(have, want, at)

    def bodies(self, have, want, at):
        have_text, have_html = words(have["text"] or ""), html_words(have["html"] or "")
        for index in want["text_body"]:
            form, content = kind_of(want["parts"][index])
            if form == "Text":
                self.add(f"{at}text {index}", holds(have_text, words(content)), have_text, words(content))
            elif form == "Html":
                missing = [w for w in html_words(content).split() if w not in have_text]
                self.add(f"{at}text {index}", not missing, have_text, missing)
        for index in want["html_body"]:
            form, content = kind_of(want["parts"][index])
            if form == "Html":
                self.add(f"{at}html {index}", holds(have_html, html_words(content)), have_html, html_words(content))

    def attachments(self, have, want, at):
        left = list(have["attachments"])
        inner = list(have.get("forwards", filter(None, [have["forward"]])))
        for index in want["attachments"]:
            part = want["parts"][index]
            form, content = kind_of(part)
            name = attribute(part, "content_disposition", "filename") or attribute(part, "content_type", "name")
            if form == "Message":
                self.add(f"{at}mail {index}", bool(inner), None, "a mail")
                if inner:
                    self.mail(inner.pop(0)["original"], content, f"{at}{index}/")
            # A text that the suite lists and we show is not lost either.
            if form == "Text" and not name and holds(words(have["text"] or ""), words(content)):
                self.met += 1
                continue
            size = len(content) if form in ("Binary", "InlineBinary") else None
            digest = hashlib.sha256(bytes(content)).hexdigest() if size is not None else None
            found = next((a for a in left if digest and a["sha256"] == digest), None) or next(
                (a for a in left if not digest and (a["filename"] or None) == name), None) or (left[0] if left else None)
            if found:
                left.remove(found)
            self.add(f"{at}attachment {index}", bool(found), None, name)
            if not found:
                continue
            self.equal(f"{at}name {index}", found["filename"] or None, name)
            if type_of(part):
                self.equal(f"{at}type {index}", found["content_type"], type_of(part))
            if digest:
                self.equal(f"{at}content {index}", (found["size"], found["sha256"]), (size, digest))
            content_id = texts(header(part, "content_id"))
            self.equal(f"{at}content id {index}", found["content_id"], content_id[0] if content_id else None)


def parse_all(paths):
    done = subprocess.run([PROGRAM, "parse", "--paths"], input="\n".join(paths).encode(), capture_output=True, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def mails(base):
    """(name, check) of every mail."""
    paths = sorted(glob.glob(f"{base}/eml/*/*.eml"))
    for path, have in zip(paths, parse_all(paths)):
        # Each mail is there once: its line ends say which of the two expectations is about it.
        with open(path, "rb") as file:
            form = ".crlf.json" if b"\r\n" in file.read() else ".json"
        with open(path[:-4] + form, encoding="utf-8") as file:
            want = json.load(file)
        check = Check(os.path.relpath(path, f"{base}/eml")[:-4])
        check.mail(have, want)
        yield check


# Of each list of fields: its field, what we make of it, what the suite does.
FIELDS = {
    "address": ("To", lambda have: flat(have["to"]), lambda want: flat(people_of(want))),
    "date": ("Date", lambda have: (have["date"] or "").replace("Z", "+00:00"), lambda want: iso_date(want and {"DateTime": want}) or ""),
    "id": ("References", lambda have: have["references"], lambda want: want or []),
    "unstructured": ("Subject", lambda have: words(have["subject"]), lambda want: words(want or "")),
}


def fields(base, name):
    """The checks of one list of fields, each a mail of its own."""
    field, ours, theirs = FIELDS[name]
    with open(f"{base}/{name}.json", encoding="utf-8") as file:
        rows = json.load(file)
    with tempfile.TemporaryDirectory() as directory:
        paths = [f"{directory}/{number}.eml" for number in range(len(rows))]
        for path, row in zip(paths, rows):
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(f"{field}: {row['header']}\n\n")
        outputs = parse_all(paths)
    for number, (row, have) in enumerate(zip(rows, outputs)):
        check = Check(f"{name}/{number}")
        check.equal(name, ours(have), theirs(row["expected"]))
        yield check


def main():
    base = os.path.join(CORPORA, "mime", "stalwart", "resources")
    if not glob.glob(f"{base}/eml/*/*.eml"):
        print("1..0 # SKIP no corpora: CASEGATE_CORPORA names the directory")
        return 0
    sets = {"mails": list(mails(base))} | {name: list(fields(base, name)) for name in FIELDS}
    failed = 0
    for number, (name, checks) in enumerate(sets.items(), 1):
        met = sum(check.met for check in checks)
        missed = [(check.name, *miss) for check in checks for miss in check.missed]
        kept = [m for m in missed if not any(re.fullmatch(mail, m[0]) and re.fullmatch(what, m[1]) for mail, what, _ in UNFOLLOWED)]
        for mail, what, had, wanted in kept:
            print(f"# {mail}: {what}\n#   have {str(had)[:300]!r}\n#   want {str(wanted)[:300]!r}")
        total = met + len(kept)
        failed += met < BAR * total
        print(f"{'ok' if met >= BAR * total else 'not ok'} {number} - {name}: {met} of {total} expectations, "
              f"{len(missed) - len(kept)} not followed")
    print(f"1..{len(sets)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
