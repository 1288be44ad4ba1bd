#!/usr/bin/python3
"""What Outlook and Exchange put into .msg and winmail.dat (tests/outlook_file.py writes them), attached to a mail: what
`casegate parse` reads in them, as TAP, a row a case and container.

    tests/outlook_files.py [--keep DIR]

The environment's CASEGATE is the program, else build/casegate."""

import argparse
import base64
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import outlook_file as o
from outlook_file import Ansi, Message

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")
SENT = datetime.datetime(2026, 3, 2, 13, 5, 31, tzinfo=datetime.timezone.utc)
DELIVERED = SENT + datetime.timedelta(minutes=3)
TEXT = "Grüße aus Köln, 5 €"
PAGE = '<html><head><style>\np.MsoNormal {margin:0}\n</style></head><body><p class="MsoNormal">Grüße &amp; Preis: 5 € 报价 😀 {x}\\y</p><p><b>fett</b></p></body></html>'
PAGE_TEXT = "Grüße & Preis: 5 € 报价 😀 {x}\\y fett"
FROM = {o.SENDER_NAME: "Jürgen Lehmann", o.SENDER_ADDRESS_TYPE: "SMTP", o.SENDER_ADDRESS: "j.lehmann@ventile.example"}
HEAD = {o.SUBJECT: "AW: Angebot 4711", o.SUBMIT_TIME: SENT, o.DELIVERY_TIME: DELIVERED, **FROM}
ANNA = {o.RECIPIENT_TYPE: 1, o.DISPLAY_NAME: "Muster, Anna", o.ADDRESS_TYPE: "SMTP", o.ADDRESS: "anna@acme.example"}
EX = "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=4711-BO"
BO = {o.RECIPIENT_TYPE: 2, o.DISPLAY_NAME: "Bo Weiß", o.ADDRESS_TYPE: "EX", o.ADDRESS: EX, o.SMTP: "bo@acme.example"}
HIDDEN = {o.RECIPIENT_TYPE: 3, o.DISPLAY_NAME: "Geheim", o.ADDRESS: "geheim@acme.example"}
WANT = {"from": ["Jürgen Lehmann", "j.lehmann@ventile.example"], "to": [["Muster, Anna", "anna@acme.example"]], "subject": "AW: Angebot 4711",
        "date": "2026-03-02T13:05:31+00:00", "text": TEXT}
BIG = bytes(range(256)) * 300
HEADERS = ("Received: from mx by ex; Mon, 2 Mar 2026 14:05:40 +0100\r\nFrom: =?utf-8?Q?J=C3=BCrgen?= Lehmann <j.lehmann@ventile.example>\r\n"
           "To: \"Muster, Anna\" <anna@acme.example>,\r\n Bo <bo@acme.example>\r\nSubject: AW: Angebot 4711\r\nDate: Mon, 2 Mar 2026 14:05:31 +0100\r\n"
           "Message-ID: <m1@ventile.example>\r\nReferences: <r1@acme.example>\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n")


def ansi(codepage, text):
    return Ansi(text.encode(codepage))


INNER = Message({o.SUBJECT: "Innen", o.SUBMIT_TIME: SENT, o.SENDER_NAME: "Carla", o.SENDER_SMTP: "carla@kunde.example", o.BODY: "Hallo"}, [BO],
                [{o.METHOD: 1, o.DATA: b"inner", o.LONG_FILENAME: "innen.txt"}])
CASES = {
    "text": (Message({**HEAD, o.BODY: TEXT}, [ANNA]), WANT),
    "HTML as bytes": (Message({**HEAD, o.HTML: PAGE.encode(), o.INTERNET_CODEPAGE: 65001}, [ANNA]), {**WANT, "text": PAGE_TEXT, "html": "<b>fett</b>"}),
    "HTML of 1252": (Message({**HEAD, o.HTML: "<p>Grüße 5 €</p>".encode("cp1252"), o.INTERNET_CODEPAGE: 1252}, [ANNA]), {**WANT, "text": "Grüße 5 €"}),
    "HTML without a code page": (Message({**HEAD, o.HTML: "<p>Grüße</p>".encode()}, [ANNA]), {**WANT, "text": "Grüße"}),
    "HTML as Unicode": (Message({**HEAD, o.HTML: PAGE}, [ANNA]), {**WANT, "text": PAGE_TEXT}),
    "HTML in RTF": (Message({**HEAD, o.RTF: o.compress(o.wrap_html(PAGE)), o.NATIVE_BODY: 3}, [ANNA]), {**WANT, "text": PAGE_TEXT, "html": "<b>fett</b>"}),
    "HTML in RTF, stored": (Message({**HEAD, o.RTF: o.store(o.wrap_html(PAGE))}, [ANNA]), {**WANT, "text": PAGE_TEXT}),
    "HTML in RTF, Cyrillic": (Message({**HEAD, o.RTF: o.compress(o.wrap_html("<p>Добрый день</p>", 1251))}, [ANNA]), {**WANT, "text": "Добрый день"}),
    "HTML in RTF beside text": (Message({**HEAD, o.BODY: PAGE_TEXT, o.RTF: o.compress(o.wrap_html(PAGE))}, [ANNA]), {**WANT, "text": PAGE_TEXT, "html": "<b>fett</b>"}),
    "RTF alone": (Message({**HEAD, o.RTF: o.compress(b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\pard Gr\\'fc\\'dfe\\par aus K\\'f6ln}")}, [ANNA]),
                  {**WANT, "text": "Grüße aus Köln"}),
    "a code page": (Message({**HEAD, o.SENDER_NAME: ansi("cp1250", "Łukasz Żak"), o.SUBJECT: ansi("cp1250", "Część"), o.BODY: ansi("cp1250", "Dzień dobry"), o.CODEPAGE: 1250},
                            [{**ANNA, o.DISPLAY_NAME: ansi("cp1250", "Wójcik, Łucja")}], [{o.METHOD: 1, o.DATA: b"1", o.LONG_FILENAME: ansi("cp1250", "zażółć.txt")}]),
                    {**WANT, "from": ["Łukasz Żak", "j.lehmann@ventile.example"], "to": [["Wójcik, Łucja", "anna@acme.example"]], "subject": "Część",
                     "text": "Dzień dobry", "attachments": [["zażółć.txt", 1]]}, 1250),
    "UTF-8 as a code page": (Message({**HEAD, o.BODY: ansi("utf-8", TEXT), o.CODEPAGE: 65001}, [ANNA]), WANT, 1252),
    "people of Exchange": (Message({**HEAD, o.SENDER_ADDRESS_TYPE: "EX", o.SENDER_ADDRESS: EX, o.SENDER_SMTP: "j.lehmann@ventile.example", o.BODY: TEXT}, [ANNA, BO, HIDDEN]),
                           {**WANT, "cc": [["Bo Weiß", "bo@acme.example"]]}),
    "people of Exchange without SMTP": (Message({**HEAD, o.BODY: TEXT}, [{**BO, o.RECIPIENT_TYPE: 1, o.SMTP: ""}]), {**WANT, "to": [["Bo Weiß", None]]}),
    "on behalf": (Message({**HEAD, o.SENDER_NAME: "Sekretariat", o.SENDER_ADDRESS: "s@ventile.example", o.REPRESENTING_NAME: "Jürgen Lehmann",
                           o.REPRESENTING_ADDRESS: "j.lehmann@ventile.example", o.BODY: TEXT}, [ANNA]), WANT),
    "transport headers": (Message({**HEAD, o.HEADERS: HEADERS, o.BODY: TEXT}, [ANNA]),
                          {**WANT, "to": [["Muster, Anna", "anna@acme.example"], ["Bo", "bo@acme.example"]], "date": "2026-03-02T14:05:31+01:00", "id": "m1@ventile.example"}),
    "sent, not delivered": (Message({o.SUBJECT: "AW: Angebot 4711", o.SUBMIT_TIME: SENT, **FROM, o.BODY: TEXT}, [ANNA]), WANT),
    "delivered, not sent": (Message({o.SUBJECT: "AW: Angebot 4711", o.DELIVERY_TIME: DELIVERED, **FROM, o.BODY: TEXT}, [ANNA]), {**WANT, "date": "2026-03-02T13:08:31+00:00"}),
    "named properties": (Message({**HEAD, o.BODY: TEXT, 0x8001: "Rot", 0x8554: 7, 0x8003: b"123"}, [ANNA]), WANT),
    "files": (Message({**HEAD, o.BODY: TEXT}, [ANNA], [{o.METHOD: 1, o.DATA: BIG, o.FILENAME: "ANGEBO~1.PDF", o.LONG_FILENAME: "Angebot März.pdf", o.MIME_TAG: "application/pdf"},
                                                       {o.METHOD: 1, o.DATA: b"", o.LONG_FILENAME: "leer.txt"}, {o.METHOD: 1, o.DATA: b"x" * 4095, o.FILENAME: "KURZ.TXT"},
                                                       {o.METHOD: 1, o.DATA: b"y" * 4096, o.FILENAME: "LANG.TXT"}]),
              {**WANT, "attachments": [["Angebot März.pdf", len(BIG)], ["KURZ.TXT", 4095], ["LANG.TXT", 4096]], "sha256": hashlib.sha256(BIG).hexdigest()}),
    "an image in the HTML": (Message({**HEAD, o.HTML: b'<p>Logo <img src="cid:logo@01"></p>', o.INTERNET_CODEPAGE: 65001}, [ANNA],
                                     [{o.METHOD: 1, o.DATA: b"\x89PNG\r\n\x1a\n", o.LONG_FILENAME: "logo.png", o.MIME_TAG: "image/png", o.CONTENT_ID: "logo@01"}]),
                             {**WANT, "text": "Logo", "html": "cid:logo@01", "attachments": [["logo.png", 8]], "content_id": "logo@01"}),
    "a mail within": (Message({**HEAD, o.BODY: TEXT}, [ANNA], [{o.METHOD: 5, o.DATA: INNER, o.DISPLAY_NAME: "Innen"}]),
                      {**WANT, "inner": {"from": ["Carla", "carla@kunde.example"], "subject": "Innen", "text": "Hallo", "cc": [["Bo Weiß", "bo@acme.example"]],
                                         "attachments": [["innen.txt", 5]]}}),
    "a long text": (Message({**HEAD, o.BODY: "Zeile\r\n" * 20000}, [ANNA]), {**WANT, "text": " ".join(["Zeile"] * 20000)}),
    "an invitation": (Message({**HEAD, o.MESSAGE_CLASS: "IPM.Schedule.Meeting.Request", o.BODY: TEXT}, [ANNA]), WANT),
}


def mail(name, content):
    return (b"From: Max Weiter <max@acme.example>\r\nTo: agent@in.acme.example\r\nSubject: WG: Angebot\r\nDate: Tue, 3 Mar 2026 09:00:00 +0100\r\n"
            b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nanbei\r\n--b\r\nContent-Type: application/octet-stream; name=\""
            + name.encode() + b"\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n" + base64.encodebytes(content) + b"\r\n--b--\r\n")


def people(list_):
    return [[one["name"], one["address"]] for one in list_ if one]


def problems(want, have):
    seen = {"from": (people([have["from"]]) or [None])[0], "to": people(have["to"]), "cc": people(have["cc"]), "subject": have["subject"], "date": have["date"],
            "text": " ".join((have["text"] or "").split()), "id": have["internet_message_id"],
            "attachments": [[one["filename"], one["size"]] for one in have["attachments"] if one["content_type"] != "message/rfc822" and one["size"]]}
    found = [f"{key}: {seen[key]!r}, wanted {want[key]!r}" for key in seen if key in want and seen[key] != want[key]]
    if want.get("html", "") not in (have["html"] or ""):
        found.append(f"html: {have['html']!r}")
    if "content_id" in want and want["content_id"] not in [one["content_id"] for one in have["attachments"]]:
        found.append("content id")
    if "sha256" in want and want["sha256"] not in [one["sha256"] for one in have["attachments"]]:
        found.append("content")
    if "inner" in want:
        inner = have["forward"]["original"] if have["forward"] else None
        found += [f"inner {problem}" for problem in problems(want["inner"], inner)] if inner else ["nothing within"]
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--keep")
    options = options.parse_args()
    rows = []
    for name, (message, want, *codepage) in CASES.items():
        rows.append((f"msg, {name}", want, mail("a.msg", message.msg())))
        rows.append((f"msg of version 4, {name}", want, mail("a.msg", message.msg(12))))
        rows.append((f"winmail.dat, {name}", want, mail("winmail.dat", message.tnef(*codepage))))
    with tempfile.TemporaryDirectory() as folder:
        folder = options.keep or folder
        os.makedirs(folder, exist_ok=True)
        paths = [f"{folder}/{number}.eml" for number in range(len(rows))]
        for path, (_, _, content) in zip(paths, rows):
            with open(path, "wb") as file:
                file.write(content)
        done = subprocess.run([PROGRAM, "parse", "--paths"], input="\n".join(paths) + "\n", text=True, stdout=subprocess.PIPE, check=True, timeout=600)
    print(f"1..{len(rows)}")
    failed = 0
    for number, ((name, want, _), line) in enumerate(zip(rows, done.stdout.splitlines()), 1):
        have = json.loads(line)
        found = problems(want, have["forwards"][0]["original"]) if have["forwards"] else ["no original"]
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {number} {name}")
        for problem in found:
            print(f"# {problem[:400]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
