"""What a mail looks like on the wire: plain text, HTML, both, a report, an invitation, a digest."""

import email.header
import html
import quopri
import re
import zlib

from stream import clients

PLAIN = [("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
HTML = [("MIME-Version", "1.0"), ("Content-Type", "text/html; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")]
# What a program writes in: the first is the usual one.
FORMATS = {"outlook": ["html", "both", "plain"], "outlook_pop": ["both", "plain"], "exchange": ["html", "plain"], "gmail": ["both"],
           "apple": ["plain", "both"], "thunderbird": ["plain", "plain", "both"], "webmail": ["html", "plain"], "phone": ["html", "plain"]}
LABEL = re.compile("^(" + "|".join(sorted({label for labels in clients.LABELS.values() for label in labels})) + "): ")


def eml(headers, body):
    text = "".join(f"{name}: {value}\n" for name, value in headers) + "\n" + body + ("" if body.endswith("\n") else "\n")
    return text.replace("\n", "\r\n").encode()


def encoded(headers):
    """Names and subjects as encoded words."""
    return [(n, _words(v) if n in ("From", "To", "Cc", "Subject", "Thread-Topic", "Reply-To") else v) for n, v in headers]


def _words(value):
    if value.isascii():
        return value
    parts = []
    for part in value.split(", "):
        name, at, rest = part.partition(" <")
        name = name if name.isascii() else email.header.Header(name, "utf-8", maxlinelen=1000).encode()
        parts.append(name + at + rest)
    return ", ".join(parts)


def html_of(text):
    """The text as Word and the browsers write it: a paragraph a line, a header block in a box, quotes in their own boxes."""
    out, depth, lines = [], 0, text.split("\n")
    for n, line in enumerate(lines):
        level = len(re.match(r"(> ?)*", line)[0].replace(" ", ""))
        line = re.sub(r"^(> ?)*", "", line)
        out += ['<blockquote type="cite">'] * (level - depth) + ["</blockquote>"] * (depth - level)
        depth = level
        label = LABEL.match(line)
        is_first = label and not (n and LABEL.match(lines[n - 1]))
        is_last = label and not (n + 1 < len(lines) and LABEL.match(lines[n + 1]))
        shown = html.escape(line, quote=False) or "&nbsp;"
        if label:
            shown = f"<b>{label[1]}:</b> {html.escape(line[label.end():], quote=False)}"
            out.append(('<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">' if is_first else "")
                       + shown + ("</p></div>" if is_last else "<br>"))
        else:
            out.append(f'<p class="MsoNormal">{shown}</p>')
    out += ["</blockquote>"] * depth
    return ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>p.MsoNormal {margin:0cm;}</style></head>'
            '<body lang="DE"><div class="WordSection1">\n' + "\n".join(out) + "\n</div></body></html>\n")


def _quoted_printable(text):
    return quopri.encodestring(text.encode()).decode()


def written(headers, text, how):
    """The bytes of a mail in plain text, in HTML, or in both."""
    headers = encoded(headers)
    if how == "plain":
        return eml(headers + PLAIN, text)
    if how == "html":
        return eml(headers + HTML, _quoted_printable(html_of(text)))
    parts = [eml(PLAIN[1:], text).decode(), eml(HTML[1:], _quoted_printable(html_of(text))).decode()]
    return multipart(headers, "alternative", parts)


def multipart(headers, kind, parts):
    """parts: texts with their headers, CRLF."""
    boundary = f"=_{zlib.crc32(''.join(parts).encode()):012x}"
    start = eml(headers + [("MIME-Version", "1.0"), ("Content-Type", f'multipart/{kind}; boundary="{boundary}"')], "").decode().removesuffix("\r\n")
    return (start + "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n").encode()


def bounce(mail, headers, text):
    """A report that a mail did not arrive, with its headers."""
    report = (f"Reporting-MTA: dns; mx.{mail.to[0].domain}\r\n\r\nFinal-Recipient: rfc822; {mail.to[0].address}\r\nAction: failed\r\n"
              "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n")
    first = eml(encoded(mail.headers()), "").decode()
    return multipart(encoded(headers), 'report; report-type="delivery-status"', [
        eml(PLAIN[1:], text).decode(), "Content-Type: message/delivery-status\r\n\r\n" + report, "Content-Type: text/rfc822-headers\r\n\r\n" + first])


def calendar(headers, text, uid, method, when):
    """An invitation or its answer."""
    stamp = clients.utc(when).strftime("%Y%m%dT%H%M%SZ")
    event = (f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nPRODID:-//test//DE\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\nDTSTART:{stamp}\r\n"
             f"SUMMARY:{text.splitlines()[0]}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    return multipart(encoded(headers), "alternative", [
        eml(PLAIN[1:], text).decode(), f"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n" + event])


def digest(headers, text, sources):
    """A list's day in one mail."""
    inner = multipart([], "digest", [f"\r\n{source.decode()}" for source in sources]).decode()
    return multipart(encoded(headers), "mixed", [eml(PLAIN[1:], text).decode(), inner])


def attached(headers, sources):
    """A mail that carries others."""
    return multipart(encoded(headers), "mixed", ["Content-Type: text/plain; charset=utf-8\r\n\r\nSiehe Anlage.\r\n"] + [
        "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + source.decode() for source in sources])
