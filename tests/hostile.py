#!/usr/bin/python3
"""Hostile mails, as TAP: `casegate parse` reads each within five seconds of CPU and 400 MB, and prints valid JSON.

The mails are made here, family by family, in sizes that hurt a reader which is not linear or which spends memory before
it looks at a limit; the rest are fixtures of tests/mail with bytes changed, doubled and cut, the same every time.

    tests/hostile.py [WORD...]       # only mails whose names hold a word; CASEGATE names the program"""

import base64
import glob
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")
COUNT, SECONDS, MEGABYTES = 510, 5.0, 400
# Sanitizers make everything slower and larger.
FACTOR = 20 if os.environ.get("CASEGATE_SANITIZED") else 1
HEAD = b"From: anna@acme.example\nTo: agent@in.acme.example\nSubject: a\nMIME-Version: 1.0\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n"
LABELS = b"Von: Anna <anna@acme.example>\nGesendet: Montag, 2. M\xc3\xa4rz 2026 14:05\nAn: Bo\nBetreff: x\n\n"


def text(body, kind=b"text/plain; charset=utf-8", code=b"8bit"):
    return HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + code + b"\n\n" + body


def page(body):
    return text(body, b"text/html; charset=utf-8")


def field(name, value):
    return name + b": " + value + b"\nFrom: anna@acme.example\n\nText\n"


def leaf(kind, name, content):
    return (MIXED + b"--x\n\nText\n--x\nContent-Type: " + kind + b"; name=" + name + b"\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(content) + b"--x--\n")


def nested(depth, same, close):
    parts = [HEAD]
    for level in range(depth):
        name = b"x" if same else b"b%d" % level
        parts.append(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (name, name))
    parts.append(b"\nText\n")
    if close:
        parts += [b"--b%d--\n" % level for level in reversed(range(depth))]
    return b"".join(parts)


def coded_mails(depth):
    mail = HEAD + b"\ninnen\n"
    for _ in range(depth):
        mail = HEAD + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(mail)
    return mail


def structures():
    file = b"--x\nContent-Type: application/pdf; name=a.pdf\n\na\n"
    for count in (999, 1000, 1001, 10000, 100000):
        yield f"{count} attachments", MIXED + file * count + b"--x--\n"
        yield f"{count} empty parts", MIXED + b"--x\n" * count + b"--x--\n"
        yield f"{count} parts of text", MIXED + b"--x\n\na\n" * count + b"--x--\n"
        yield f"{count} inline images", MIXED + b"--x\nContent-Type: image/png\nContent-ID: <a>\n\na\n" * count
        yield f"a digest of {count}", MIXED.replace(b"mixed", b"digest") + b"--x\n\nSubject: a\n\nb\n" * count
        yield f"an alternative of {count}", MIXED.replace(b"mixed", b"alternative") + b"--x\nContent-Type: text/html\n\n<p>a\n" * count
    for depth in (49, 50, 51, 1000, 10000, 100000):
        yield f"{depth} multiparts deep", nested(depth, False, False)
        yield f"{depth} multiparts deep, closed", nested(depth, False, True)
        yield f"{depth} multiparts deep of one boundary", nested(depth, True, False)
        yield f"{depth} mails deep", b"Content-Type: message/rfc822\n\n" * depth + b"Text"
    for depth in (10, 25):
        yield f"{depth} mails deep in base64", coded_mails(depth)
    for length in (70, 2047, 2048, 2049, 100000):
        boundary = b"b" * length
        yield f"a boundary of {length}", MIXED.replace(b"=x", b"=\"" + boundary + b"\"") + b"--" + boundary + b"\n\na\n"
    yield "lines that could be boundaries", MIXED + b"--x\n\n" + b"--\n" * 3000000
    yield "lines that begin as boundaries", MIXED + b"--x\n\n" + b"--xy\n" * 2000000
    yield "dashes", MIXED + b"--x\n\n" + b"-" * 20000000
    yield "a part's header without an end", MIXED + b"--x\n" + b"A: b\n" * 3000000
    yield "a part's header of one line", MIXED + b"--x\nA: " + b"b" * 20000000
    yield "only closing lines", MIXED + b"--x--\n" * 2000000
    yield "50 MB in one part", MIXED + b"--x\n\n" + b"Zeile mit Text\n" * 3400000
    yield "guessed boundary", HEAD + b"Content-Type: multipart/mixed\n\n" + b"--abcdef\n\na\n" * 300000


def headers():
    for count in (1000, 1001, 100000, 1000000):
        yield f"{count} fields", b"X-A: b\n" * count + HEAD + b"\nText\n"
    yield "a header without an end", b"X-A: b\n" * 7000000
    yield "one line without an end", b"Subject: " + b"a" * 50000000
    yield "a field of folds", field(b"Subject", b"a" + b"\n b" * 3000000)
    yield "blank folds", field(b"Subject", b"a" + b"\n " * 3000000)
    yield "tabs", field(b"Subject", b"\t" * 20000000)
    yield "lines that are no fields", b"kein Feld\n" * 2000000
    yield "colons", b":\n" * 5000000
    yield "received", b"Received: from a by b; Mon, 2 Mar 2026 14:05:31 +0100\n" * 200000 + HEAD + b"\n"
    yield "authentication results", b"Authentication-Results: mx.acme.example; dmarc=pass header.from=a.example\n" * 100000 + HEAD + b"\n"
    for name in (b"Subject", b"From", b"To", b"References", b"In-Reply-To", b"Message-ID", b"Date", b"Content-Type",
                 b"Content-Disposition", b"Thread-Index", b"Auto-Submitted", b"Authentication-Results"):
        for unit, label in ((b"(", "open comments"), (b"\"", "quotes"), (b"<", "angles"), (b"=?utf-8?Q?", "open words"), (b"\\", "backslashes"),
                            (b";a*0=b", "pieces"), (b"a@b, ", "addresses")):
            yield f"{label} in {name.decode()}", field(name, unit * (2000000 // len(unit)))
    for unit, label in ((b"=?utf-8?Q?a?= ", "words"), (b"=?utf-8?B?w7w=?= ", "words in base64"), (b"=?iso-2022-jp?B?GyRCJUYbKEI=?=", "Japanese words"),
                        (b"Re: ", "prefixes"), (b"[a] ", "tags"), (b"AW[2]: ", "numbered prefixes"), (b"\xff", "bytes"), (b"\xcc\x81", "accents")):
        yield f"a subject of {label}", field(b"Subject", unit * 300000)
    for unit, label in ((b"<a@b> ", "ids"), (b"<", "open ids"), (b"a@b ", "bare ids"), (b"<a b@c>", "ids with blanks")):
        yield f"references of {label}", field(b"References", unit * 300000)
    for unit, label in ((b"A:b@c;", "groups"), (b"A:", "open groups"), (b"a b <c@d>,", "names"), (b"(a) b@c,", "comments"), (b"\"a, b\" <c@d>; ", "quoted names"),
                        (b",", "commas"), (b"@", "ats"), (b"a@[", "literals")):
        yield f"recipients of {label}", field(b"To", unit * 200000)
    for unit, label in ((b"; a=b", "parameters"), (b"; a*%d*=b", "far pieces"), (b"; a=\"", "open quotes"), (b"; a*=utf-8''%", "percents")):
        body = b"".join(unit % number if b"%d" in unit else unit for number in range(100000))
        yield f"{label} of a type", HEAD + b"Content-Type: text/plain" + body + b"\n\nText\n"


def encodings():
    rng = random.Random(11)
    noise = rng.randbytes(1000000)
    for label in ("utf-8", "utf-7", "utf-16", "utf-16le", "utf-32", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz-gb-2312", "gb2312", "gb18030", "big5",
                  "euc-jp", "euc-kr", "euc-tw", "shift_jis", "windows-1252", "koi8-r", "x-unknown", "us-ascii", "viscii", "macintosh"):
        yield f"noise as {label}", text(noise, f"text/plain; charset={label}".encode())
        yield f"text as {label}", text("Grüße aus Köln\n".encode() * 60000, f"text/plain; charset={label}".encode())
    for unit, label in ((b"\x1b$B", "escapes"), (b"\x0e\x0f", "shifts"), (b"~{", "tildes"), (b"+", "plusses"), (b"+AAA", "open plusses"), (b"\xf0\x9f", "cut characters"),
                        (b"\0", "NULs"), (b"\r", "CRs"), (b"\r\r\n", "double CRs"), (b"\xff\xfe", "byte order marks")):
        for charset in (b"iso-2022-jp", b"utf-7", b"utf-8"):
            yield f"{label} as {charset.decode()}", text(unit * (4000000 // len(unit)), b"text/plain; charset=" + charset)
    for code in (b"base64", b"quoted-printable", b"x-uuencode"):
        for unit, label in ((b"=", "signs"), (b"A", "one line"), (b"A=\n", "padded lines"), (b"====\n", "padding"), (noise[:1000] + b"\n", "noise"), (b" \n", "blanks"),
                            (b"M" * 61 + b"\n", "full lines"), (b"\xff", "high bytes")):
            yield f"{code.decode()} of {label}", text(unit * (8000000 // len(unit)), code=code)
    yield "begin lines", text(b"begin 644 a\n" * 500000)
    yield "files in the text", text(b"begin 644 a.pdf\n" + b"#0V%T\n" * 5 + b"`\nend\n" + b"x\n" + b"begin 644 b.pdf\n#0V%T\n`\nend\n" * 100000)
    yield "one large file in the text", text(b"begin 644 a.pdf\n" + b"M" + b"````" * 15 + b"\n" * 1 + (b"M" + b"````" * 15 + b"\n") * 400000 + b"`\nend\n")
    yield "no line end at all", b"a" * 50000000
    yield "only line ends", b"\n" * 20000000
    yield "every byte", bytes(range(256)) * 40000


def pages():
    for open_, close in ((b"div", 1), (b"div", 0), (b"table><tr><td", 0), (b"b", 0), (b"b", 1), (b"font size=1", 0), (b"blockquote", 0), (b"ul><li", 0), (b"a href=http://a.example/", 0),
                         (b"span style=color:red", 0), (b"p", 0), (b"td", 0), (b"tr", 0), (b"select><option", 0), (b"svg", 0), (b"math", 0), (b"h1", 0), (b"pre", 0)):
        count = 200000
        yield f"{count} open {open_.decode()}{' closed' if close else ''}", page((b"<" + open_ + b">") * count + b"a" + (b"</" + open_ + b">") * count * close)
    for unit, label in ((b"<", "angles"), (b"&", "ampersands"), (b"&amp", "references"), (b"&#x", "open references"), (b"&#" + b"9" * 50, "long numbers"), (b"<!--", "comments"), (b"<!-", "half comments"),
                        (b"</", "end tags"), (b"</p>", "ends of p"), (b"<br>", "breaks"), (b"<hr>", "rules"), (b"<img src=cid:a>", "images"), (b"<a href=\"", "open links"), (b"<![CDATA[", "sections"),
                        (b"<?", "instructions"), (b"<script>", "scripts"), (b"<style>", "styles"), (b"<textarea>", "areas"), (b"<title>", "titles"), (b"<plaintext>", "plain texts"), (b"<b><i></b>", "misnested"),
                        (b"<b><p></b></p>", "misnested blocks"), (b"<a><table><a>", "links in tables"), (b"<p><b><table>", "tables in words"), (b"<x y='", "open values"), (b"\xc2\xa0", "hard blanks"), (b"<o:p></o:p>", "Word's"),
                        (b"<table><td>", "tables"), (b"<td>", "cells"), (b"<li>", "items"), (b"<form><input>", "forms"), (b"<body>", "bodies"), (b"<wbr>a", "break chances")):
        yield f"HTML of {label}", page(unit * (2000000 // len(unit)))
    yield "50,000 attributes", page(b"<p " + b"".join(b"a%d=b " % n for n in range(50000)) + b">a")
    yield "attributes on each of many", page((b"<p " + b" ".join(b"a%d=b" % n for n in range(60)) + b">a") * 10000)
    yield "one attribute of 5 MB", page(b"<p style=\"" + b"color:red;" * 500000 + b"\">a")
    yield "a style of parentheses", page(b"<p style=\"color:" + b"(" * 3000000 + b"\">a")
    yield "styles that hide", page(b"<span style=\"display:none;font-size:0;opacity:0\">a</span>" * 50000)
    yield "a picture in the page", page(b"<img src=\"data:image/png;base64," + b"A" * 4900000 + b"\">")
    yield "a link of 5 MB", page(b"<a href=\"http://a.example/" + b"a" * 4900000 + b"\">b</a>")
    yield "a name of 5 MB", page(b"<" + b"a" * 4900000 + b">b")
    yield "6 MB of words", page(b"Wort " * 1200000)


def texts():
    for unit, label in ((b"> ", "a quote on one line"), (b">\n", "quote marks"), (b"> a\n", "quoted lines"), (b">> a\n> b\n", "quotes in turn"), (b"Von: a\n", "one label"), (LABELS, "blocks"), (b"> " + LABELS.replace(b"\n", b"\n> "), "quoted blocks"),
                        (b"-----Original Message-----\n", "separators"), (b"---------- Forwarded message ---------\n", "forward marks"), (b"________________________________\n", "rules"), (b"-- \n", "signatures"), (b"-- \nAnna\n\n", "signed texts"),
                        (b"Am 02.03.2026 um 14:05 schrieb Anna <a@b.example>:\n", "attributions"), (b"On Mon, Mar 2, 2026 at 2:05 PM Anna\n", "open attributions"), (b"Am 02.03.2026 schrieb ", "attributions on one line"),
                        (b"Von: Gesendet: An: Betreff: ", "labels on one line"), (b"*Von:* ", "bold labels"), (b"[mailto:a@b.example]", "mailto"), (b"Von meinem iPhone gesendet\n", "mobiles"), (b"a ", "one long line"), (b"\xe2\x80\x8b", "zero widths"),
                        (b"http://a.example/ ", "addresses"), (b"a\n\n", "paragraphs"), (b"\xcc\x88", "accents"), (b"Gesendet: Montag, 2. M\xc3\xa4rz 2026 14:05\n", "dates"), (b"2026-03-02 ", "dates on one line"), (b": ", "colons")):
        yield f"text of {label}", text(unit * (3000000 // len(unit)))
        yield f"flowed text of {label}", text(unit * (1000000 // len(unit)), b"text/plain; charset=utf-8; format=flowed; delsp=yes")
    levels = b""
    for level in range(2000):
        levels += b"K%d\n\n-----Urspr\xc3\xbcngliche Nachricht-----\n" % level + LABELS
    yield "2000 forwards in each other", text(levels)
    yield "quotes deeper and deeper", text(b"".join(b">" * depth + b" a\n" for depth in range(2000)))
    yield "100,000 deep", text(b">" * 100000 + b" a\n" * 10)


def containers():
    rng = random.Random(12)
    for count in (1, 1000, 200000):
        yield f"{count} appointments", text(b"BEGIN:VCALENDAR\nMETHOD:REQUEST\n" + b"BEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\n" * count, b"text/calendar; method=REQUEST")
        yield f"{count} open appointments", text(b"BEGIN:VEVENT\n" * count, b"text/calendar; method=REQUEST")
        status = b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
        yield f"{count} failed recipients", HEAD + status + b"Action: failed\nFinal-Recipient: rfc822;a@b\n\n" * count + b"--x--\n"
        yield f"{count} open values", leaf(b"application/pkcs7-mime", b"a.p7m", b"\x30\x80" * count)
        yield f"{count} pieces of octets", leaf(b"application/pkcs7-mime", b"a.p7m", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + b"\x24\x80\x04\x01a" * count)
        attribute = b"\x02\x0f\x80\x06\x00" + struct.pack("<I", 1) + b"a" + struct.pack("<H", 97)
        yield f"{count} attributes of TNEF", leaf(b"application/ms-tnef", b"winmail.dat", b"\x78\x9f\x3e\x22\x01\x00" + b"\x02\x02\x90\x06\x00" + struct.pack("<I", 0) + b"\0\0" + attribute * count)
    for length in (0, 0x7fffffff, 0xffffffff):
        yield f"TNEF of a length of {length}", leaf(b"application/ms-tnef", b"winmail.dat", b"\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00" + struct.pack("<I", length) + b"abc")
        rtf = struct.pack("<IIII", 100, length, 0x75465a4c, 0) + b"\xff\x00\x10" * 100000
        properties = struct.pack("<I", 1) + struct.pack("<HHII", 0x0102, 0x1009, 1, len(rtf)) + rtf
        yield f"RTF of a length of {length}", leaf(b"application/ms-tnef", b"winmail.dat", b"\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00" + struct.pack("<I", len(properties)) + properties + b"\0\0")
    for fill in (b"\0", b"\xff", b"\xfe", rng.randbytes(512)):
        yield f"an OLE file of {fill[:1].hex()}", leaf(b"application/vnd.ms-outlook", b"a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + fill * (3000000 // len(fill)))


def mutants(count):
    """Fixtures with bytes changed, pieces doubled or cut out, or thrown together."""
    rng = random.Random(13)
    sources = []
    for path in sorted(glob.glob(f"{ROOT}/tests/mail/*.eml")):
        with open(path, "rb") as file:
            sources.append((os.path.basename(path), file.read()))
    for number in range(count):
        name, source = rng.choice(sources)
        mail = bytearray(source)
        for _ in range(rng.randint(1, 20)):
            at, end = sorted((rng.randrange(len(mail) + 1), rng.randrange(len(mail) + 1)))
            act = rng.randrange(4)
            if act == 0 and mail:
                mail[rng.randrange(len(mail))] = rng.randrange(256)
            elif act == 1 and len(mail) < 3000000:
                mail[at:at] = mail[at:end] * rng.randint(1, 20)
            elif act == 2:
                del mail[at:min(end, at + 200)]
            else:
                mail[at:at] = rng.choice(sources)[1][:rng.randint(0, 5000)]
        yield f"{name} changed {number}", bytes(mail)


def mails():
    made = 0
    for family in (structures, headers, encodings, pages, texts, containers):
        for name, mail in family():
            made += 1
            yield name, mail
    yield from mutants(max(20, COUNT - made))


def parse(path):
    """(CPU seconds, megabytes, what is wrong)"""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([PROGRAM, "parse", path], stdout=out, stderr=subprocess.PIPE)
        complaint = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        wrong = "" if process.returncode == 0 else f"ended with {process.returncode}: {complaint.decode(errors='replace')[-500:]}"
        try:
            json.loads(out.read().decode("utf-8"))
        except ValueError as error:
            wrong = wrong or str(error)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, wrong


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    number = failed = 0
    worst_time, worst_size = (0, ""), (0, "")
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/mail.eml"
        for name, mail in mails():
            if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
                continue
            with open(path, "wb") as file:
                file.write(mail)
            seconds, megabytes, wrong = parse(path)
            ok = not wrong and seconds <= SECONDS * FACTOR and (FACTOR > 1 or megabytes <= MEGABYTES)
            number, failed = number + 1, failed + (not ok)
            worst_time, worst_size = max(worst_time, (seconds, name)), max(worst_size, (megabytes, name))
            print(f"{'ok' if ok else 'not ok'} {number} - {name}" + ("" if ok else f"\n#   {len(mail)} bytes, {seconds:.1f} s, {megabytes:.0f} MB {wrong}"), flush=True)
    print(f"# slowest: {worst_time[0]:.2f} s, {worst_time[1]}; largest: {worst_size[0]:.0f} MB, {worst_size[1]}")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
