"""A mailbox of Exchange Online as Graph shows it: folders, messages, two kinds of ids, a log of changes for delta.

It knows nothing of HTTP. Default ids change when a mail is moved, immutable ones do not."""

import base64
import datetime
import email
import email.policy
import email.utils
import itertools
import os
import threading

import graph.odata as odata

UTC = datetime.timezone.utc
WELL_KNOWN = {"inbox": "Posteingang", "sentitems": "Gesendete Elemente", "drafts": "Entwürfe", "deleteditems": "Gelöschte Elemente",
              "junkemail": "Junk-E-Mail", "outbox": "Postausgang", "archive": "Archiv"}
TRANSPORT_HEADERS = {"received", "return-path", "authentication-results", "message-id", "from", "to", "cc", "subject", "date",
                     "mime-version", "content-type", "content-transfer-encoding", "in-reply-to", "references"}


def now():
    return datetime.datetime.now(UTC)


def recipient(name, address):
    return {"emailAddress": {"name": name or address, "address": address}}


def address_of(entry):
    return ((entry or {}).get("emailAddress") or {}).get("address") or ""


class Folder:
    def __init__(self, ident, name, display, parent=None):
        self.id, self.name, self.display, self.parent = ident, name, display, parent
        self.messages = {}     # key → Message
        self.left = []         # (change, key, default id then, immutable id, reason)


class Message:
    """One item. `properties` are the extended ones, by odata.property_id."""

    def __init__(self, mailbox, key):
        self.mailbox, self.key, self.generation = mailbox, key, 0
        self.folder = None
        self.internet_id = self.subject = self.conversation = ""
        self.index = b""
        self.sender = self.author = None
        self.to, self.cc, self.bcc, self.reply_to = [], [], [], []
        self.received = self.sent = self.created = self.modified = now()
        self.is_draft, self.is_read = False, False
        self.body = {"contentType": "text", "content": ""}
        self.headers = []
        self.properties = {}
        self.attachments = []
        self.kind = "#microsoft.graph.message"
        self.size = 0
        self.make_mime = lambda: b""
        self.changed = self.entered = 0
        self.entered_by_move = False
        self.reads = 0                 # how often $value was fetched whole

    @property
    def immutable_id(self):
        return self.mailbox.make_id("I", self.key)

    @property
    def default_id(self):
        return self.mailbox.make_id("D", self.key, self.generation)

    def ident(self, immutable):
        return self.immutable_id if immutable else self.default_id

    def extended(self, ident):
        wanted = odata.property_id(ident)
        if wanted == "long 0xe08":
            return str(self.size)
        return self.properties.get(wanted)

    def value(self, name):
        """For $filter and $orderby."""
        return {"receivedDateTime": self.received, "sentDateTime": self.sent, "createdDateTime": self.created,
                "internetMessageId": self.internet_id, "conversationId": self.conversation, "subject": self.subject,
                "isDraft": self.is_draft, "isRead": self.is_read, "parentFolderId": self.folder.id,
                "hasAttachments": bool(self.attachments), "from/emailAddress/address": address_of(self.author)}.get(name)

    def mime(self):
        """RFC 822, generated anew each time: boundaries differ between two calls."""
        content = self.make_mime()
        mark = b"_" + os.urandom(6).hex().encode() + b"_"
        return content.replace(b"@@GENERATED@@", mark)


def regenerated(content):
    """The mail with boundaries that change at each fetch, and a header of Exchange's, as its store gives it back."""
    try:
        parsed = email.message_from_bytes(content, policy=email.policy.compat32)
        for number, part in enumerate(p for p in parsed.walk() if p.is_multipart() and p.get_boundary()):
            part_boundary = f"_{number:03d}@@GENERATED@@"
            content = content.replace(b"--" + part.get_boundary().encode(), b"--" + part_boundary.encode())
            content = content.replace(f'"{part.get_boundary()}"'.encode(), f'"{part_boundary}"'.encode())
            content = content.replace(f"boundary={part.get_boundary()}".encode(), f'boundary="{part_boundary}"'.encode())
    except (ValueError, UnicodeError):
        pass
    return b"X-MS-Exchange-Organization-AuthSource: MBX01.example.com\r\n" + content


class Mailbox:
    def __init__(self, oid, address, name):
        self.oid, self.address, self.name = oid, address, name
        self.lock = threading.RLock()
        self.keys = itertools.count(1)
        self.change = 0
        self.generation = 1            # of delta tokens: raised, all older ones are dead
        self.messages = {}             # key → Message
        self.by_id = {}                # every id ever given → (Message, is it alive?)
        self.folders = {}
        self.conversations = {}        # internet id → conversation
        self.salt = os.urandom(4)
        self.on_arrival = []           # called with (message, "created")
        root = self.add_folder("msgfolderroot", "Oberste Ebene des Informationsspeichers", None)
        for known, display in WELL_KNOWN.items():
            self.add_folder(known, display, root)

    def make_id(self, kind, key, generation=0):
        """With `/`, `+` and `=` in it, as real ones have: who does not encode them fails."""
        raw = base64.b64encode(self.salt + b"\xfb\xff\xbf" + f"{kind}{key:07d}.{generation}".encode() + b"\xff" * (1 + (key + generation) % 2))
        return ("AAkA" if kind == "I" else "AAMk") + raw.decode()

    def add_folder(self, name, display=None, parent=None):
        ident = "AQMk" + base64.b64encode(self.salt + name.encode()).decode().replace("/", "_")
        folder = Folder(ident, name, display or name, parent or (self.folders.get("msgfolderroot") if name != "msgfolderroot" else None))
        self.folders[name] = folder
        return folder

    def folder(self, wanted):
        """By well-known name (in any case), by name, or by id."""
        if isinstance(wanted, Folder):
            return wanted
        found = self.folders.get(wanted.lower()) or self.folders.get(wanted)
        return found or next((f for f in self.folders.values() if f.id == wanted), None)

    def _new(self):
        message = Message(self, next(self.keys))
        self.messages[message.key] = message
        return message

    def _remember_ids(self, message):
        self.by_id[message.default_id] = message
        self.by_id[message.immutable_id] = message

    def find(self, ident):
        """A message by an id that holds now; ids of before a move are dead."""
        message = self.by_id.get(ident)
        if message is None or message.key not in self.messages or ident not in (message.default_id, message.immutable_id):
            return None
        return message

    def enter(self, message, folder, moved=False):
        folder = self.folder(folder)
        self.change += 1
        message.folder = folder
        folder.messages[message.key] = message
        message.changed = message.entered = self.change
        message.entered_by_move = moved
        message.modified = now()
        self._remember_ids(message)
        return message

    def leave(self, message, reason):
        self.change += 1
        message.folder.messages.pop(message.key, None)
        message.folder.left.append((self.change, message.key, message.default_id, message.immutable_id, reason))

    def deliver(self, content, folder="inbox", received=None, **changes):
        """A mail arrives (or was always there): MIME bytes, as the internet sent them."""
        with self.lock:
            message = self._new()
            self._read_mime(message, content)
            message.received = received or now()
            message.created = message.received
            for name, value in changes.items():
                setattr(message, name, value)
            self.enter(message, folder)
        self.tell(message)
        return message

    def add(self, folder="inbox", *, subject, author, to, internet_id, received, references=(), text="Text"):
        """A plain mail without building its MIME before somebody asks: for mailboxes of many thousands."""
        with self.lock:
            message = self._new()
            message.subject, message.internet_id = subject, internet_id
            message.author = message.sender = recipient(*author)
            message.to = [recipient(*pair) for pair in to]
            message.received = message.sent = message.created = received
            message.body = {"contentType": "text", "content": text}
            message.conversation = next((self.conversations[r] for r in references if r in self.conversations), None) or self.new_conversation()
            self.conversations[internet_id] = message.conversation
            if references:
                message.properties["string 0x1042"] = references[-1]
                message.properties["string 0x1039"] = " ".join(references)
            message.size = 600 + len(text)
            message.make_mime = lambda: plain_mime(message, references)
            return self.enter(message, folder)

    def _read_mime(self, message, content):
        parsed = email.message_from_bytes(content, policy=email.policy.default)

        def people(field):
            return [recipient(name, address) for name, address in email.utils.getaddresses([str(v) for v in parsed.get_all(field, [])]) if address]
        authors = people("From")
        message.author = authors[0] if authors else None
        message.sender = (people("Sender") or [message.author])[0]
        message.to, message.cc, message.bcc, message.reply_to = people("To"), people("Cc"), people("Bcc"), people("Reply-To")
        message.subject = str(parsed.get("Subject", ""))
        message.internet_id = str(parsed.get("Message-ID", "")).strip() or f"<{os.urandom(8).hex()}@exchange.example>"
        try:
            message.sent = email.utils.parsedate_to_datetime(parsed["Date"]).astimezone(UTC)
        except (TypeError, ValueError):
            message.sent = now()
        references = str(parsed.get("References", "")).split() + str(parsed.get("In-Reply-To", "")).split()
        message.conversation = next((self.conversations[r] for r in reversed(references) if r in self.conversations), None) or self.new_conversation()
        self.conversations[message.internet_id] = message.conversation
        for ident, field in (("string 0x1042", "In-Reply-To"), ("string 0x1039", "References")):
            if parsed.get(field):
                message.properties[ident] = str(parsed[field]).strip()
        message.index = self._thread_index(str(parsed.get("Thread-Index", "")))
        message.headers = [{"name": name, "value": str(value)} for name, value in parsed.items()]
        try:
            body = parsed.get_body(("plain", "html"))
            message.body = {"contentType": "html" if body and body.get_content_subtype() == "html" else "text", "content": body.get_content() if body else ""}
            message.attachments = [_attachment(part, number) for number, part in enumerate(parsed.iter_attachments())]
        except (LookupError, ValueError, AttributeError, KeyError, TypeError):
            message.body = {"contentType": "text", "content": ""}
        message.size = len(content)
        kept = regenerated(content)
        message.make_mime = lambda: kept

    @staticmethod
    def _thread_index(text):
        try:
            return base64.b64decode(text)
        except ValueError:
            return b""

    @staticmethod
    def new_conversation():
        return "AAQk" + base64.b64encode(os.urandom(16)).decode()

    def tell(self, message, change="created"):
        for listener in list(self.on_arrival):
            listener(self, message, change)

    def move(self, message, folder):
        with self.lock:
            self.leave(message, "changed")
            message.generation += 1
            self.enter(message, folder, moved=True)
        self.tell(message)
        return message

    def delete(self, message):
        with self.lock:
            self.leave(message, "deleted")
            del self.messages[message.key]

    def touch(self, message):
        """Read, flagged: an update that delta tells sparsely."""
        with self.lock:
            self.change += 1
            message.is_read = not message.is_read
            message.changed = self.change
            message.modified = now()

    def expire_delta(self):
        """Every delta token given so far is dead (410, SyncStateNotFound)."""
        self.generation += 1

    def changes(self, folder, since, until):
        """(messages that are new in it, messages only changed, what left), of changes in (since, until]."""
        new, updated = [], []
        for message in folder.messages.values():
            if message.entered > since:
                new.append(message)
            elif message.changed > since:
                updated.append(message)
        new.sort(key=lambda m: m.entered)
        return new, updated, [entry for entry in folder.left if since < entry[0] <= until]


def _attachment(part, number):
    try:
        content = part.get_content()
    except (LookupError, ValueError, KeyError):
        content = part.get_payload(decode=True) or b""
    kind = part.get_content_type()
    if isinstance(content, email.message.Message):
        content = content.as_bytes()
    if isinstance(content, str):
        content = content.encode()
    return {"@odata.type": "#microsoft.graph.itemAttachment" if kind == "message/rfc822" else "#microsoft.graph.fileAttachment",
            "id": f"AAT{number}/+=", "name": part.get_filename() or f"Anlage {number + 1}", "contentType": kind, "size": len(content),
            "isInline": part.get_content_disposition() == "inline", "contentId": (part.get("Content-ID") or "").strip("<>") or None,
            "content": content}


def plain_mime(message, references):
    lines = [f"Received: from mx.example by exchange.example; {email.utils.format_datetime(message.received)}",
             f"From: {message.author['emailAddress']['name']} <{address_of(message.author)}>",
             "To: " + ", ".join(f"<{address_of(r)}>" for r in message.to), f"Subject: {message.subject}",
             f"Date: {email.utils.format_datetime(message.sent)}", f"Message-ID: {message.internet_id}"]
    if references:
        lines += [f"In-Reply-To: {references[-1]}", "References: " + " ".join(references)]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", message.body["content"], ""]
    return "\r\n".join(lines).encode()
