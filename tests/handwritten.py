#!/usr/bin/python3
"""Forwards written down by hand (tests/wild/handwritten.txt), as text, wrapped, in the charsets of their languages and in the HTML
of five programs: every field of them, as TAP, a row a forward.

    tests/handwritten.py [--only REGEX]

The environment's CASEGATE is the program, else build/casegate."""

import argparse
import base64
import html
import json
import os
import quopri
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")
CHARSETS = ("windows-1252", "iso-8859-2", "koi8-r", "gb18030", "iso-2022-jp", "euc-kr", "windows-1254", "windows-1255")
FLOW = 66


def folded(text):
    return re.sub(r"\s+", " ", re.sub("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text or "")).strip()


def person(text):
    match = re.match(r"(.*?)\s*<([^<>]*)>$", text)
    name, address = match.groups() if match else (text, "")
    return (name.strip("\"'"), address.lower())


class Case:
    def __init__(self, text):
        head, *lines = text.split("\n")
        self.name, self.prefix = head.split(" ")
        self.to, self.cc, sections = [], [], [[]]
        for line in lines:
            if line in ("--", "-- is", "-- end"):
                sections.append([])
                if line != "--":
                    sections[-1].append(line)
                continue
            sections[-1].append(line)
        for line in sections[0]:
            key, _, value = line.partition(" ")
            if key in ("to", "cc"):
                getattr(self, key).append(person(value))
            else:
                setattr(self, key, value)
        self.sender = person(getattr(self, "from"))
        self.comment, self.block, self.body = sections[1:4]
        more = {section[0]: section[1:] for section in sections[4:]}
        self.read, self.end = more.get("-- is", self.body), more.get("-- end", [])

    def text(self):
        return "\n".join([*self.comment, "", *self.block, "", *self.body, *self.end]) + "\n"

    def separator(self):
        """Lines above the labels."""
        at = 0
        while at < len(self.block) and not re.match(r"[\s*]*[^:：<>@]{1,40}?\s?[:：].*\S", self.block[at]):
            at += 1
        return self.block[:at]

    def labels(self):
        return [line for line in self.block[len(self.separator()):] if line.strip()]


def bold(line, tag="b"):
    match = re.match(r"(\s*[^:：<>@]{1,30}?\s?[:：])(.*)$", line)
    return f"<{tag}>{html.escape(match[1])}</{tag}>{html.escape(match[2])}" if match and line[0] != "-" else html.escape(line)


def lines_of(lines, before="", behind="<br>\n"):
    return "".join(f"{before}{html.escape(line) or '&nbsp;'}{behind}" for line in lines)


def outlook(case):
    paragraph = ('<p class="MsoNormal">', "<o:p></o:p></p>\n")
    return (f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><div class="WordSection1">{lines_of(case.comment, *paragraph)}'
            f'{lines_of([line for line in case.separator() if line.strip("_ ")], *paragraph)}<div><div style="border:none;border-top:solid #E1E1E1 '
            f'1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{"<br>".join(map(bold, case.labels()))}<o:p></o:p></p></div></div>'
            f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p>{lines_of(case.body + case.end, *paragraph)}</div></body></html>')


def outlook_web(case):
    return (f'<div class="elementToProof">{lines_of(case.comment)}</div>{lines_of([line for line in case.separator() if line.strip("_ ")], "<div>", "</div>")}'
            f'<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri" color="#000000">'
            f'{"<br>".join(map(bold, case.labels()))}</font><div>&nbsp;</div></div><div>{lines_of(case.body + case.end)}</div>')


def gmail(case):
    return (f'<div dir="ltr">{lines_of(case.comment)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
            f'{lines_of([line for line in case.block if line.strip()])}</div><br><br><div dir="ltr">{lines_of(case.body + case.end, "<div>", "</div>")}</div></div>')


def apple(case):
    return (f'<html><body>{lines_of(case.comment)}<br><div><br><blockquote type="cite">{lines_of(case.separator(), "<div>", "</div>")}'
            '<br class="Apple-interchange-newline">' + "".join(f'<div style="margin:0"><b>{bold(line, "span")}</b><br></div>' for line in case.labels())
            + f"<br><div>{lines_of(case.body + case.end)}</div></blockquote></div></body></html>")


PAGES = {"Outlook": outlook, "Outlook on the web": outlook_web, "Gmail": gmail, "Apple": apple}


def leaf(text, kind, charset="utf-8", flowed=False):
    head = f"Content-Type: text/{kind}; charset={charset}{'; format=flowed' if flowed else ''}\r\n"
    if kind == "html" or charset != "utf-8":
        return (head + "Content-Transfer-Encoding: base64\r\n\r\n").encode() + base64.encodebytes(text.encode(charset))
    if flowed:
        return (head + "Content-Transfer-Encoding: 8bit\r\n\r\n").encode() + "\r\n".join(flow(text)).encode()
    return (head + "Content-Transfer-Encoding: quoted-printable\r\n\r\n").encode() + quopri.encodestring(text.encode())


def flow(text):
    """RFC 3676: long lines end in a blank and go on below."""
    for line in text.split("\n"):
        if line.startswith(">"):
            yield line
            continue
        line = (" " if line.startswith((" ", "From ")) else "") + line.rstrip(" ")
        while len(line) > FLOW and " " in line[20:FLOW]:
            at = line.rindex(" ", 0, FLOW)
            yield line[:at + 1]
            line = line[at + 1:]
        yield line


def mail(case, *leaves):
    subject = base64.b64encode(f"{case.prefix}: {case.subject or 'x'}".encode()).decode()
    head = ("From: Anna Muster <anna@acme.example>\r\nTo: agent@in.acme.example\r\n" f"Subject: =?utf-8?B?{subject}?=\r\n"
            "Date: Tue, 3 Mar 2026 09:00:00 +0100\r\nMessage-ID: <w1@acme.example>\r\nMIME-Version: 1.0\r\n").encode()
    if len(leaves) == 1:
        return head + leaves[0]
    return (head + b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n' + b"".join(b"--b\r\n" + part + b"\r\n" for part in leaves)
            + b"--b--\r\n")


def variants(case):
    text = case.text()
    yield "text", mail(case, leaf(text, "plain"))
    if "wrap" not in case.name:
        yield "flowed", mail(case, leaf(text, "plain", flowed=True))
    for charset in CHARSETS:
        try:
            yield charset, mail(case, leaf(text, "plain", charset))
            break
        except UnicodeEncodeError:
            pass
    if any(line.startswith(">") for line in case.block + case.body) or not case.labels():
        return
    for name, page in PAGES.items():
        if "memo" in case.name and page in (apple, outlook_web):
            continue                        # no labels with colons to tell from what is above them
        yield name, mail(case, leaf(page(case), "html"))
        yield f"text and {name}", mail(case, leaf(text, "plain"), leaf(page(case), "html"))


def people(list_):
    found = [(folded(one["name"]).strip("\"'"), (one["address"] or "").lower()) for one in list_ if one]
    return sorted(("" if name.lower() == address else name, address) for name, address in found)


def problems(case, have):
    forward = have["forward"]
    if not forward:
        return ["no forward"]
    original, found = forward["original"], []

    def check(what, has, wants):
        if has != wants:
            found.append(f"{what}: {has!r}, wanted {wants!r}")

    wanted = [("" if name.lower() == address else name, address) for name, address in [case.sender]]
    check("from", people([original["from"]]), wanted)
    for list_ in ("to", "cc"):
        check(list_, people(original[list_]), sorted(("" if name.lower() == address else folded(name), address) for name, address in getattr(case, list_)))
    date, zone = re.match(r"([^+Z]*?)([+-]\d\d:\d\d|Z)?$", case.date).groups()
    has = original["date"] or ""
    check("date", has[:len(date)], date)
    if zone:
        check("zone", has[19 if has[16:17] == ":" else 16:].replace("Z", "+00:00"), zone)
    if case.subject:
        check("subject", folded(original["subject"]), folded(case.subject))
    check("text", folded(original["text"]), folded("\n".join(case.read)))
    check("comment", folded(forward["comment"]), folded("\n".join(case.comment)))
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--only", default="")
    options = options.parse_args()
    with open(f"{ROOT}/tests/wild/handwritten.txt", encoding="utf-8") as file:
        cases = [Case(text) for text in re.split(r"^## ", file.read(), flags=re.MULTILINE)[1:]]
    for case in cases:
        for section in (case.comment, case.body, case.read, case.end):
            while section and not section[-1]:
                section.pop()
    rows = [(case, *variant) for case in cases if re.search(options.only, case.name) for variant in variants(case)]
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, _, content) in enumerate(rows):
            with open(f"{folder}/{number}", "wb") as file:
                file.write(content)
        done = subprocess.run([PROGRAM, "parse", "--paths"], input="".join(f"{folder}/{number}\n" for number in range(len(rows))), text=True,
                              stdout=subprocess.PIPE, check=True, timeout=600)
    missed = {}
    for (case, variant, _), line in zip(rows, done.stdout.splitlines()):
        found = problems(case, json.loads(line))
        if found:
            missed.setdefault(case.name, []).append(f"{variant}: {'; '.join(found)}")
    names = list(dict.fromkeys(case.name for case, _, _ in rows))
    print(f"1..{len(names)}")
    for number, name in enumerate(names, 1):
        print(f"{'not ok' if name in missed else 'ok'} {number} {name}")
        for miss in missed.get(name, []):
            print(f"# {miss}")
    print(f"# {len(rows) - sum(map(len, missed.values()))} of {len(rows)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
