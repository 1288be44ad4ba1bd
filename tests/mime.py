#!/usr/bin/python3
"""Fields and texts as mailers really write them, as TAP: one table for subjects, one for file names, one for charsets, one
for the rest of what a text part says of itself. Each row is a mail, and `casegate parse` must read it as the row says.
Whole mails are the fixture pairs of tests/mail.

    tests/mime.py        # the program: the environment's CASEGATE, else build/casegate"""

import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")

# RFC 2047, 6532 and what is neither: the value of a Subject field, the subject.
SUBJECTS = [
    ('=?utf-8?q?a=c3=bc?= =?UTF-8?b?w7w=?=', 'aüü'),
    ('=?utf-8?Q?Gr=C3=BC=C3=9Fe aus?= Köln', 'Grüße aus Köln'),
    ('=?us-ascii*en-US?Q?Hello?=', 'Hello'),
    ('=?iso-8859-1*de?Q?=FCber?=', 'über'),
    ('=?utf-8?Q??= x', 'x'),
    ('=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=', 'ü'),
    ('=?utf-8?B?w?=\n =?utf-8?B?7w=?=', 'ü'),
    ('=?iso-8859-1?Q?=FC?=ber', 'über'),
    ('=?iso-8859-1?Q?=FC?==?iso-8859-1?Q?=F6?=', 'üö'),
    ('Re:=?iso-8859-1?Q?=FC?=', 'Re:ü'),
    ('=?utf-8?B?SGFsbG8?=', 'Hallo'),
    ('=?x-nonsense?Q?Hallo?=', 'Hallo'),
    ('=?utf-8?X?Hallo?=', '=?utf-8?X?Hallo?='),
    ('=?utf-8?Q?Hallo', '=?utf-8?Q?Hallo'),
    ('=?utf-8?Q?a=b?=', 'a=b'),
    ('=?utf-8?Q?was?_ja?=', 'was? ja'),
    ('=?utf-8?Q?Ein_sehr\n _langer?=', 'Ein sehr langer'),
    ('=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=', 'テスト'),
    ('=?ISO-2022-JP?B?GyRCJUYlORsoQg==?= =?ISO-2022-JP?B?GyRCJUgbKEI=?=', 'テスト'),
    ('=?gb2312?B?suLK1A==?=', '测试'),
    ('=?koi8-r?B?79TXxdQ=?=', 'Ответ'),
    ('=?iso-8859-1?Q?=80_=84x=93?=', '€ „x“'),
    ('Grüße', 'Grüße'),
    (b'Gr\xfc\xdfe', 'Grüße'),
    ('=?utf-7?Q?Gr+APwA3w-e?=', 'Grüße'),
    ('a\n\tb', 'a b'),
    ('"=?utf-8?Q?=C3=BC?="', '"ü"'),
    ('  a  ', 'a'),
    (b'=?utf-8?Q?Gr\xc3\xbc=C3=9Fe?=', 'Grüße'),
    ('=?iso-8859-1?Q?=FC?= =?utf-8?Q?=C3=B6?=', 'üö'),
    ('=?utf_8?Q?=C3=BC?=', 'ü'),
    ('=?cp-1252?Q?=FC?=', 'ü'),
    ('=?utf-8?B?SGFs bG8=?=', 'Hallo'),
    ('=?utf-8?Q?=22a=22?= b', '"a" b'),
    ('=?utf-8?Q?a=0D=0Ab?=', 'a b'),
    ('=?utf-8?Q?a=00b?=', 'a�b'),
    ('=?shift_jis?B?g2WDWINn?=', 'テスト'),
    ('=?big5?B?tPq41Q==?=', '測試'),
    ('=?macintosh?Q?=9F?=', 'ü'),
    ('=?utf-8?Q?=F0=9F?= =?utf-8?Q?=98=80?=', '😀'),
]

# RFC 2183, 2231, and 2047 where it does not belong: what stands behind "Content-Disposition: attachment;", the name.
NAMES = [
    ('filename=a.pdf', 'a.pdf'),
    ('filename="a b.pdf"', 'a b.pdf'),
    ('filename=a b c.pdf', 'a b c.pdf'),
    ("filename*=utf-8''%C3%BCber.pdf", 'über.pdf'),
    ("filename*=iso-8859-1'de'%FCber.pdf", 'über.pdf'),
    ('filename*="utf-8\'\'%C3%BCber.pdf"', 'über.pdf'),
    ('filename*0="a"; filename*1="b.pdf"', 'ab.pdf'),
    ("filename*0*=utf-8''%C3%BC; filename*1*=ber; filename*2=.pdf", 'über.pdf'),
    ('filename*1="b.pdf"; filename*0="a"', 'ab.pdf'),
    ("filename*0*=utf-8''%C3; filename*1*=%BCber.pdf", 'über.pdf'),
    ('filename*=%C3%BCber.pdf', 'über.pdf'),
    ("filename*=''%C3%BCber.pdf", 'über.pdf'),
    ('filename*0="0"; filename*1="1"; filename*2="2"; filename*3="3"; filename*4="4"; filename*5="5"; filename*6="6"; filename*7="7"; filename*8="8"; filename*9="9"; filename*10="0"; filename*11="1"; filename*12=".pdf"', '012345678901.pdf'),
    ('filename="=?utf-8?Q?=C3=BCber.pdf?="', 'über.pdf'),
    ('filename==?utf-8?Q?=C3=BCber.pdf?=', 'über.pdf'),
    ('filename="=?utf-8?Q?=C3=BC?=\n =?utf-8?Q?ber.pdf?="', 'über.pdf'),
    ('filename*0="=?utf-8?Q?=C3=BCb"; filename*1="er.pdf?="', 'über.pdf'),
    ('filename="über.pdf"', 'über.pdf'),
    (b'filename="\xfcber.pdf"', 'über.pdf'),
    ('filename="ue.pdf"; filename*=utf-8\'\'%C3%BCe.pdf', 'üe.pdf'),
    ('filename="a\\"b.pdf"', 'a"b.pdf'),
    ('filename="a.pdf', 'a.pdf'),
    ('filename="a;b.pdf"', 'a;b.pdf'),
    ('filename=a;b.pdf', 'a'),
    ('filename="C:\\Users\\x\\a.pdf"', 'a.pdf'),
    ('filename="../../etc/passwd"', 'passwd'),
    ('filename="a\u202efdp.exe"', 'afdp.exe'),
    ('filename=a.pdf (x)', 'a.pdf'),
    ('FILENAME="a.pdf"', 'a.pdf'),
    ('filename="a%20b.pdf"', 'a%20b.pdf'),
    ('filename*1="b.pdf"', 'b.pdf'),
]

# Names elsewhere, or nowhere: the header of the part, the name.
PART_HEADERS = [
    ('Content-Type: application/pdf; name="n.pdf"', 'n.pdf'),
    ("Content-Type: application/pdf; name*=utf-8''%C3%BC.pdf", 'ü.pdf'),
    ('Content-Type: application/pdf\nContent-Disposition: attachment filename="a.pdf"', 'a.pdf'),
    ('Content-Type: application/pdf name="a.pdf"', 'a.pdf'),
    ('Content-Type: image/png; name=a.png\nContent-Disposition: inline', 'a.png'),
    ('Content-Type: application/octet-stream\nContent-Description: bericht.pdf', ''),
    ('Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment', 'a.txt'),
]

# The label, the bytes (8bit), the text.
CHARSETS = [
    ('utf-8', b'\xc3\xbc', 'ü'),
    ('"utf-8"', b'\xc3\xbc', 'ü'),
    ('"utf-8', b'\xc3\xbc', 'ü'),
    ('iso-8859-1', b'\xfc\x80', 'ü€'),
    ('utf-8', b'Gr\xfc\xdfe aus K\xf6ln', 'Grüße aus Köln'),
    ('us-ascii', b'Gr\xc3\xbc\xc3\x9fe', 'Grüße'),
    ('us-ascii', b'Gr\xfc\xdfe', 'Grüße'),
    ('utf-16', b'\xff\xfeG\x00r\x00\xfc\x00\xdf\x00e\x00\n\x00', 'Grüße\n'),
    ('utf-16le', b'G\x00r\x00\xfc\x00\xdf\x00e\x00\n\x00', 'Grüße\n'),
    ('utf-16', b'\x00G\x00r\x00\xfc\x00\xdf\x00e\x00\n', 'Grüße\n'),
    ('utf-32', b'\xff\xfe\x00\x00G\x00\x00\x00r\x00\x00\x00\xfc\x00\x00\x00\xdf\x00\x00\x00e\x00\x00\x00\n\x00\x00\x00', 'Grüße\n'),
    ('utf-7', b'Gr+APwA3w-e', 'Grüße'),
    ('unicode-1-1-utf-7', b'Gr+APwA3w-e', 'Grüße'),
    ('iso-2022-jp', b'\x1b$B%F%9%H\x1b(B\n', 'テスト\n'),
    ('iso-2022-jp', b'\x1b(IC=D\x1b(B\n', 'ﾃｽﾄ\n'),
    ('iso-2022-jp', b'\x1b$(O-!\x1b(B\n', '①\n'),
    ('iso-2022-jp', b'\x1b$B-!\x1b(B\n', '①\n'),
    ('iso-2022-kr', b'\x1b$)C\x0eGQ19\x0f\n', '한국\n'),
    ('hz-gb-2312', b'~{2bJT~}\n', '测试\n'),
    ('gb2312', b'\xe9F\xb2\xe2\xca\xd4', '镕测试'),
    ('gbk', b'\xb2\xe2\xca\xd4', '测试'),
    ('big5', b'\xb4\xfa\xb8\xd5', '測試'),
    ('euc-jp', b'\xa5\xc6\xa5\xb9\xa5\xc8', 'テスト'),
    ('shift_jis', b'\x83e\x83X\x83g\x87@', 'テスト①'),
    ('x-sjis', b'\x83e\x83X\x83g', 'テスト'),
    ('euc-kr', b'\xc7\xd1\xb1\xb9', '한국'),
    ('ks_c_5601-1987', b'\xc7\xd1\xb1\xb9\x8cc', '한국똠'),
    ('windows-1251', b'\xcf\xf0\xe8\xe2\xe5\xf2', 'Привет'),
    ('cp-1251', b'\xcf\xf0\xe8\xe2\xe5\xf2', 'Привет'),
    ('koi8-u', b'\xf0\xd2\xc9\xd7\xa6\xd4', 'Привіт'),
    ('iso-8859-15', b'\xa4', '€'),
    ('iso-8859-8-i', b'\xf9\xec\xe5\xed', 'שלום'),
    ('latin2', b'\xa3\xf3d\xbc', 'Łódź'),
    ('tis-620', b'\xe4\xb7\xc2', 'ไทย'),
    ('windows-874', b'\xe4\xb7\xc2', 'ไทย'),
    ('x-mac-roman', b'\x9f', 'ü'),
    ('x-unknown', b'Gr\xc3\xbc\xc3\x9fe', 'Grüße'),
    ('8bit', b'Gr\xfc\xdfe', 'Grüße'),
    ('""', b'Gr\xc3\xbc\xc3\x9fe', 'Grüße'),
    ('iso-8859-9', b'\xdd\xfe', 'İş'),
    ('viscii', b'a', 'a'),
    ('cp437', b'\x81', 'ü'),
    ('ibm850', b'\x81', 'ü'),
    ('windows-1256', b'\xe3\xd1\xcd\xc8\xc7', 'مرحبا'),
    ('utf-8', b'\xef\xbb\xbfx', 'x'),
    ('utf-8', b'a\x00b', 'a�b'),
]

# The header of a text, its body, what a person reads: transfer encodings, format=flowed, broken types.
TEXTS = [
    ('X-A: b', 'Grüße', 'Grüße'),
    ('X-A: b', b'Gr\xfc\xdfe', 'Grüße'),
    ('Content-Transfer-Encoding: base64', 'SGFsbG8=\nV2VsdA==\n', 'HalloWelt'),
    ('Content-Transfer-Encoding: base64', 'SGFs!bG8=\n', 'Hallo'),
    ('Content-Transfer-Encoding: base64', 'SGFsbG8', 'Hallo'),
    ('Content-Transfer-Encoding: BASE64 ', 'SGFsbG8=', 'Hallo'),
    ('Content-Transfer-Encoding: base64', 'SGFsbG8=\n\n_____\nList footer\n', 'Hallo'),
    ('Content-Transfer-Encoding: base64', 'Das ist gar kein base64, sondern Text.\n', 'Das ist gar kein base64, sondern Text.\n'),
    ('Content-Transfer-Encoding: quoted-printable', 'a=C3=BCb=\nc= \nd  \ne=3d=3D=\n', 'aübcd\ne=='),
    ('Content-Transfer-Encoding: quoted-printable', '=c3=bc', 'ü'),
    ('Content-Transfer-Encoding: quoted-printable', '100 = 100 =zz =4', '100 = 100 =zz =4'),
    ('Content-Transfer-Encoding: quoted-printable', 'a=\r\nb=\rc', 'abc'),
    ('Content-Transfer-Encoding: x-foo', 'Hallo\n', 'Hallo\n'),
    ('Content-Transfer-Encoding: utf-8', 'Hallo\n', 'Hallo\n'),
    ('Content-Transfer-Encoding: 7-bit', 'Hallo\n', 'Hallo\n'),
    ('Content-Transfer-Encoding: "base64"', 'SGFsbG8=', 'Hallo'),
    ('Content-Transfer-Encoding: base64 (x)', 'SGFsbG8=', 'Hallo'),
    ('Content-Transfer-Encoding: quoted-printable;', '=C3=BC', 'ü'),
    ('Content-Type: text/plain; format=flowed', 'Das ist \nein Satz.\n> zitiert \n> weiter\n-- \nSig\n', 'Das ist ein Satz.\n> zitiert weiter\n-- \nSig\n'),
    ('Content-Type: text/plain; format=flowed; delsp=yes', 'Das ist ein lang \nes Wort.\n', 'Das ist ein langes Wort.\n'),
    ('Content-Type: text/plain; format=flowed', ' From here\n  two\n >x\n', 'From here\n two\n>x\n'),
    ('Content-Type: text/plain', '=ybegin line=128 size=3 name=a.bin\n***\n=yend size=3\n', '=ybegin line=128 size=3 name=a.bin\n***\n=yend size=3\n'),
    ('Content-Type: text/plain charset=iso-8859-1', b'\xfc', 'ü'),
    ('Content-Type: text; charset=iso-8859-1', b'\xfc', 'ü'),
    ('Content-Type: ;;;', 'Hallo', 'Hallo'),
    ('Content-Type: text / html', '<p>Hallo</p>', 'Hallo\n'),
    ('Content-Type: plain; charset=utf-8', 'Hallo', 'Hallo'),
    ('Content-Type: text/plain; charset = "iso-8859-1"', b'\xfc', 'ü'),
    ('Content-Type: text/plain; charset=iso-8859-1 (Latin)', b'\xfc', 'ü'),
    ("Content-Type: text/plain; charset*=us-ascii'en'iso-8859-1", b'\xfc', 'ü'),
    ("Content-Type: text/plain; charset='iso-8859-1'", b'\xfc', 'ü'),
]


def to_bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def cases():
    """(name, bytes of a mail, what to look at, what must be there)."""
    start = b"From: anna@acme.example\nMIME-Version: 1.0\n"
    for value, want in SUBJECTS:
        yield f"Subject: {value!r}", start + b"Subject: " + to_bytes(value) + b"\n\nText\n", "subject", want
    for value, want in [(b"Content-Type: application/pdf\nContent-Disposition: attachment; " + to_bytes(v), w) for v, w in NAMES] + PART_HEADERS:
        parts = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nText\n--x\n" + to_bytes(value) + b"\n\nabc\n--x--\n"
        yield f"name: {value!r}", start + parts, "filename", want
    for label, body, want in CHARSETS:
        header = f"Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit\n\n".encode()
        yield f"charset {label}: {body!r}", start + header + body, "text", want
    for header, body, want in TEXTS:
        yield f"{header}: {body!r}", start + header.encode() + b"\n\n" + to_bytes(body), "text", want


def main():
    rows = list(cases())
    with tempfile.TemporaryDirectory() as directory:
        paths = [f"{directory}/{number}.eml" for number in range(len(rows))]
        for path, (_, content, _, _) in zip(paths, rows):
            with open(path, "wb") as file:
                file.write(content)
        done = subprocess.run([PROGRAM, "parse", "--paths"], input="\n".join(paths).encode(), capture_output=True, check=True, timeout=300)
    failed = 0
    for number, ((name, _, what, want), line) in enumerate(zip(rows, done.stdout.splitlines(), strict=True), 1):
        mail = json.loads(line)
        have = mail["attachments"][0]["filename"] if what == "filename" else mail[what]
        failed += have != want
        shown = name.encode("unicode_escape").decode().replace("#", "\\#")
        print(f"{'ok' if have == want else 'not ok'} {number} - {shown}" + ("" if have == want else f"\n#   have {have!r}\n#   want {want!r}"))
    print(f"1..{len(rows)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
