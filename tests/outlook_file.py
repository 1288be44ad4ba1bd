"""Files as Outlook and Exchange write them, built from scratch: compound files ([MS-CFB]) that are .msg ([MS-OXMSG]), winmail.dat
([MS-OXTNEF]), compressed RTF ([MS-OXRTFCP]) that wraps HTML ([MS-OXRTFEX]).

    message = Message({SUBJECT: "Angebot", ...}, recipients=[{...}], attachments=[{...}])
    message.msg()     # the bytes of a .msg
    message.tnef()    # the bytes of a winmail.dat

A property's value says its type: str is Unicode, Ansi text of a code page, bytes binary, int a number, datetime a time, Message a mail."""

import datetime
import struct

INT, BOOL, OBJECT, STRING8, UNICODE, TIME, BINARY = 0x0003, 0x000B, 0x000D, 0x001E, 0x001F, 0x0040, 0x0102
FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
MESSAGE_CLASS, SUBJECT, SUBMIT_TIME, DELIVERY_TIME = 0x001A, 0x0037, 0x0039, 0x0E06
SENDER_NAME, SENDER_ADDRESS_TYPE, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1E, 0x0C1F, 0x5D01
REPRESENTING_NAME, REPRESENTING_ADDRESS, REPRESENTING_SMTP = 0x0042, 0x0065, 0x5D02
HEADERS, DISPLAY_TO, BODY, RTF, HTML, MESSAGE_ID = 0x007D, 0x0E04, 0x1000, 0x1009, 0x1013, 0x1035
CODEPAGE, INTERNET_CODEPAGE, NATIVE_BODY = 0x3FFD, 0x3FDE, 0x1016
RECIPIENT_TYPE, DISPLAY_NAME, ADDRESS_TYPE, ADDRESS, SMTP = 0x0C15, 0x3001, 0x3002, 0x3003, 0x39FE
DATA, METHOD, FILENAME, LONG_FILENAME, MIME_TAG, CONTENT_ID = 0x3701, 0x3705, 0x3704, 0x3707, 0x370E, 0x3712
PRESET = (b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbol"
          b"ArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx")


class Ansi(bytes):
    """Text of a code page."""


def filetime(when):
    return int((when - datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds()) * 10_000_000


def typed(value):
    """(type, its bytes as a stream, or None where it is a number; the number)."""
    if isinstance(value, bool):
        return BOOL, None, int(value)
    if isinstance(value, int):
        return INT, None, value
    if isinstance(value, datetime.datetime):
        return TIME, None, filetime(value)
    if isinstance(value, Ansi):
        return STRING8, bytes(value), 0
    if isinstance(value, str):
        return UNICODE, value.encode("utf-16-le"), 0
    if isinstance(value, Message):
        return OBJECT, None, 0
    return BINARY, value, 0


# ---- compressed RTF

def compress(rtf):
    """LZFu, with references wherever three bytes or more repeat."""
    window = bytearray(PRESET.ljust(4096, b"\0"))
    write, at, out, group, flags = len(PRESET), 0, bytearray(), bytearray(), []

    def end_group():
        out.append(sum(bit << i for i, bit in enumerate(flags)))
        out.extend(group)
        group.clear()
        flags.clear()

    while at < len(rtf):
        length, best = 0, 0
        for size in range(min(17, len(rtf) - at), 2, -1):
            found = window.find(rtf[at:at + size])
            if found >= 0 and not found <= write < found + size:
                length, best = size, found
                break
        if length:
            group += struct.pack(">H", best << 4 | length - 2)
        else:
            length = 1
            group.append(rtf[at])
        flags.append(int(length > 1))
        for byte in rtf[at:at + length]:
            window[write] = byte
            write = (write + 1) % 4096
        at += length
        if len(flags) == 8:
            end_group()
    group += struct.pack(">H", write << 4)
    flags.append(1)
    end_group()
    return struct.pack("<III I", len(out) + 12, len(rtf), 0x75465A4C, crc(out)) + out


def crc(data):
    """The one of [MS-OXRTFCP] 3.1.3.2: no inversions at either end."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value


def store(rtf):
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def wrap_html(html, codepage=1252):
    """HTML within RTF, as Outlook writes it: tags in {\\*\\htmltagN …}, text beside the RTF that shows it."""
    out = [f"{{\\rtf1\\ansi\\ansicpg{codepage}\\fromhtml1 \\fbidi \\deff0{{\\fonttbl\r\n{{\\f0\\fswiss Arial;}}\r\n{{\\f1\\fmodern Courier New;}}\r\n"
           "{\\f2\\fnil\\fcharset2 Symbol;}}\r\n{\\colortbl\\red0\\green0\\blue0;\\red5\\green99\\blue193;}\r\n\\uc1\\pard\\plain\\deftab360 "
           "\\f0\\fs24 \r\n"]
    at = 0
    while at < len(html):
        end = html.find(">", at) + 1 if html[at] == "<" else html.find("<", at)
        end = end if end > 0 else len(html)
        piece, at = html[at:end], end
        if piece[0] == "<":
            out.append(f"{{\\*\\htmltag84 {escape(piece, codepage)}}}")
            if piece.startswith("<p"):
                out.append("\\htmlrtf {\\htmlrtf0\r\n")
            elif piece.startswith("</p"):
                out.append("\\htmlrtf\\par}\\htmlrtf0\r\n")
        else:
            out.append(escape(piece, codepage))
    return "".join(out).encode("ascii") + b"}"


def escape(text, codepage):
    out = []
    for letter in text:
        if letter in "\\{}":
            out.append("\\" + letter)
        elif letter == "\n":
            out.append("\\par\r\n")
        elif letter == "\t":
            out.append("\\tab ")
        elif letter < "\x80":
            out.append(letter)
        else:
            try:
                out += [f"\\'{byte:02x}" for byte in letter.encode(f"cp{codepage}")]
            except (UnicodeEncodeError, LookupError):
                units = letter.encode("utf-16-le")
                out += [f"\\u{struct.unpack_from('<h', units, i)[0]}?" for i in range(0, len(units), 2)]
    return "".join(out)


# ---- compound files

class Storage(dict):
    """Names to bytes or storages."""


def compound(root, shift=9):
    """The bytes of a compound file: version 3 with sectors of 512 bytes, or 4 with 4096 (shift 12)."""
    sector, mini = 1 << shift, 64
    entries, sectors, fat, ministream, minifat = [], [], [], bytearray(), []

    def add(name, content, kind):
        number = len(entries)
        entries.append({"name": name, "kind": kind, "child": NONE, "left": NONE, "right": NONE, "start": END, "size": 0})
        if isinstance(content, Storage):
            names = sorted(content, key=lambda key: (len(key), key.upper()))
            children = {name: add(name, content[name], 1 if isinstance(content[name], Storage) else 2) for name in names}
            entries[number]["child"] = balance(names, children)
        elif len(content) < 4096:
            entries[number].update(size=len(content), start=put_mini(content) if content else END)
        else:
            entries[number].update(size=len(content), start=put(content))
        return number

    def balance(names, children):
        if not names:
            return NONE
        middle = len(names) // 2
        number = children[names[middle]]
        entries[number]["left"] = balance(names[:middle], children)
        entries[number]["right"] = balance(names[middle + 1:], children)
        return number

    def put(content):
        first = len(sectors)
        count = max(1, -(-len(content) // sector))
        for i in range(count):
            sectors.append(content[i * sector:(i + 1) * sector].ljust(sector, b"\0"))
            fat.append(first + i + 1 if i + 1 < count else END)
        return first

    def put_mini(content):
        first, count = len(minifat), -(-len(content) // mini)
        for i in range(count):
            minifat.append(first + i + 1 if i + 1 < count else END)
        ministream.extend(content.ljust(count * mini, b"\0"))
        return first

    add("Root Entry", root, 5)
    if ministream:
        entries[0].update(start=put(bytes(ministream)), size=len(ministream))
    minifat_start = put(struct.pack(f"<{len(minifat)}I", *minifat).ljust(sector, b"\xff")) if minifat else END
    minifat_count = -(-len(minifat) * 4 // sector)
    directory = b"".join(entry_bytes(entry) for entry in entries)
    directory_start = put(directory + b"\0" * (-len(directory) % sector))
    fat_count = 1
    while fat_count * sector // 4 < len(fat) + fat_count:
        fat_count += 1
    assert fat_count <= 109, "a table of tables is not written"
    first = len(sectors)
    fat += [FAT] * fat_count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_count * sector, b"\xff")
    sectors += [table[i * sector:(i + 1) * sector] for i in range(fat_count)]
    header = struct.pack("<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 16, 0x3E, 4 if shift == 12 else 3, 0xFFFE, shift, 6,
                         len(directory) // sector + 1 if shift == 12 else 0, fat_count, directory_start, 0, 4096, minifat_start, minifat_count,
                         END, 0, first)
    header += struct.pack(f"<{fat_count - 1}I", *range(first + 1, first + fat_count))
    return header.ljust(512, b"\xff").ljust(sector, b"\0") + b"".join(sectors)


def entry_bytes(entry):
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16sIQQIQ", name, len(name), entry["kind"], 1, entry["left"], entry["right"], entry["child"], b"\0" * 16, 0, 0, 0,
                       entry["start"] if entry["start"] != END or entry["kind"] != 1 else 0, entry["size"])


# ---- messages

class Message:
    def __init__(self, properties, recipients=(), attachments=()):
        self.properties = {MESSAGE_CLASS: "IPM.Note", **properties}
        self.recipients, self.attachments = list(recipients), list(attachments)

    def storage(self, is_top=True):
        """As [MS-OXMSG] lays it out; the table of names is the top's."""
        found = streams(self.properties)
        counts = struct.pack("<8xIIII", len(self.recipients), len(self.attachments), len(self.recipients), len(self.attachments))
        found["__properties_version1.0"] = counts + (b"\0" * 8 if is_top else b"") + rows(self.properties)
        if is_top:
            found["__nameid_version1.0"] = Storage({"__substg1.0_00020102": b"", "__substg1.0_00030102": struct.pack("<IHH", 0x8554, 6, 0),
                                                    "__substg1.0_00040102": b""})
        for name, list_ in (("recip", self.recipients), ("attach", self.attachments)):
            for number, properties in enumerate(list_):
                inner = streams(properties)
                inner["__properties_version1.0"] = b"\0" * 8 + rows(properties)
                found[f"__{name}_version1.0_#{number:08X}"] = inner
        return found

    def msg(self, shift=9):
        return compound(self.storage(), shift)

    def tnef(self, codepage=1252):
        def attribute(level, identity, value):
            return struct.pack("<BII", level, identity, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

        out = struct.pack("<IH", 0x223E9F78, 1)
        out += attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
        out += attribute(1, 0x00069007, struct.pack("<II", codepage, 0))
        if isinstance(self.properties.get(SUBJECT), str):
            out += attribute(1, 0x00018004, self.properties[SUBJECT].encode(f"cp{codepage}", "replace") + b"\0")
        out += attribute(1, 0x00078008, self.properties[MESSAGE_CLASS].replace("IPM.Note", "IPM.Microsoft Mail.Note").encode() + b"\0")
        out += attribute(1, 0x00069003, struct.pack("<I", len(self.properties)) + b"".join(map(tnef_property, self.properties.items())))
        if self.recipients:
            out += attribute(1, 0x00069004, struct.pack("<I", len(self.recipients)) + b"".join(
                struct.pack("<I", len(one)) + b"".join(map(tnef_property, one.items())) for one in self.recipients))
        for one in self.attachments:
            data, name = one.get(DATA), one.get(LONG_FILENAME, "Untitled")
            out += attribute(2, 0x00069002, struct.pack("<HIHHI", 1, NONE, 32, 32, 0))
            out += attribute(2, 0x00018010, (name.encode(f"cp{codepage}", "replace") if isinstance(name, str) else bytes(name)) + b"\0")
            if isinstance(data, bytes):
                out += attribute(2, 0x0006800F, data)
            properties = {key: value for key, value in one.items() if key != DATA or isinstance(data, Message)}
            out += attribute(2, 0x00069005, struct.pack("<I", len(properties)) + b"".join(map(tnef_property, properties.items())))
        return out


def streams(properties):
    found = Storage()
    for identity, value in properties.items():
        type_, content, _ = typed(value)
        if isinstance(value, Message):
            found[f"__substg1.0_{identity:04X}000D"] = value.storage(is_top=False)
        elif content is not None:
            found[f"__substg1.0_{identity:04X}{type_:04X}"] = content
    return found


def rows(properties):
    out = b""
    for identity, value in properties.items():
        type_, content, number = typed(value)
        if content is not None:
            number = len(content) + {UNICODE: 2, STRING8: 1}.get(type_, 0)
        if type_ == OBJECT:
            number = 0xFFFFFFFF | 1 << 32
        out += struct.pack("<HHIQ", type_, identity, 6, number)
    return out


def tnef_property(item):
    identity, value = item
    type_, content, number = typed(value)
    if type_ == OBJECT:
        content = bytes.fromhex("0703020000000000c000000000000046") + value.tnef()
    if type_ in (STRING8, UNICODE):
        content += b"\0" * (2 if type_ == UNICODE else 1)
    name = b"" if identity < 0x8000 else bytes.fromhex("0820060000000000c000000000000046") + struct.pack("<II", 0, identity)
    if content is None:
        return struct.pack("<HH", type_, identity) + name + struct.pack("<Q" if type_ == TIME else "<I", number)
    return struct.pack("<HH", type_, identity) + name + struct.pack("<II", 1, len(content)) + content + b"\0" * (-len(content) % 4)
