"""Exchange's transport: what sendMail and reply accept becomes a draft, then the copy in Sent Items under another id,
and a mail for each recipient. From the JSON of Graph to MIME and to a Message."""

import base64
import binascii
import dataclasses
import email
import email.message
import email.policy
import email.utils
import os
import struct
import threading
import time

import graph.odata as odata
from graph.mailbox import address_of, now, recipient, regenerated, _attachment

CRLF = email.policy.SMTP.clone(cte_type="8bit", utf8=False)
FILETIME_EPOCH = 11644473600


@dataclasses.dataclass
class Sent:
    """One mail that was accepted. mime: what the recipients got. send_id: ours, from header or property."""
    mailbox: object
    mime: bytes
    recipients: list
    subject: str
    send_id: str
    internet_id: str
    how: str                # sendMail, reply, replyAll, mime
    json: dict
    at: float


class Draft:
    """A message in the making: from JSON (Graph's names, already checked), from MIME, or from a reply."""

    def __init__(self, mailbox, message=None):
        self.mailbox = mailbox
        self.json = message or {}
        self.parent = None
        self.how = "sendMail"
        self.given = None              # MIME of the caller

    def people(self, field):
        return [(e["emailAddress"].get("name") or "", e["emailAddress"]["address"]) for e in self.json.get(field) or []]

    def property(self, ident):
        wanted = odata.property_id(ident)
        return next((p["value"] for p in self.json.get("singleValueExtendedProperties") or [] if odata.property_id(p["id"]) == wanted), None)

    def send_id(self):
        for header in self.json.get("internetMessageHeaders") or []:
            if header["name"].lower() == "x-zalion-send-id":
                return header["value"]
        for entry in self.json.get("singleValueExtendedProperties") or []:
            if entry["id"].lower().endswith("name zalionsendid"):
                return entry["value"]
        return self.given.get("X-Zalion-Send-Id", "") if self.given is not None else ""


def new_index(parent=b""):
    """Thread-Index: five more bytes for each answer (MS-OXOMSG 2.2.1.3)."""
    if len(parent) >= 22:
        return parent + os.urandom(5)
    return b"\x01" + struct.pack(">Q", int((time.time() + FILETIME_EPOCH) * 1e7))[1:6] + os.urandom(16)


class Transport:
    """keep_message_id, keep_property, show_headers: where Exchange was seen to do both, a scenario chooses."""

    def __init__(self, find_mailbox):
        self.find_mailbox = find_mailbox      # address → Mailbox or None
        self.delay_seconds = 0.0              # until the draft becomes the Sent copy
        self.keep_message_id = False
        self.keep_property = True
        self.show_headers = True
        self.save_copy = True
        self.line_ends = b"\r\n"              # of the copy's content
        self.refuses = {}                     # member of a message that this tenant refuses → HTTP status
        self.bouncing = set()                 # addresses or domains that answer with an NDR
        self.sent = []
        self.on_sent = []                     # called with a Sent: e.g. to bring a BCC to the agent
        self.timers = []

    def submit(self, draft):
        """After this the mail is sent, whatever the client hears."""
        mailbox = draft.mailbox
        internet_id = draft.json.get("internetMessageId") or draft.property("String 0x1035")
        if not internet_id or not self.keep_message_id:
            internet_id = f"<{os.urandom(12).hex().upper()}@EURP{len(self.sent):03d}.prod.exchange.example>"
        mime = self.build(draft, internet_id)
        recipients = [a for field in ("toRecipients", "ccRecipients", "bccRecipients") for _, a in draft.people(field)]
        entry = Sent(mailbox, mime, recipients, draft.json.get("subject") or "", draft.send_id(), internet_id, draft.how, draft.json, time.monotonic())
        with mailbox.lock:
            copy = self.store_draft(draft, mime, internet_id)
            self.sent.append(entry)
        if self.delay_seconds:
            timer = threading.Timer(self.delay_seconds, self.carry, (copy, entry))
            timer.daemon = True
            self.timers.append(timer)
            timer.start()
        else:
            self.carry(copy, entry)
        return entry

    def build(self, draft, internet_id):
        mail = email.message.EmailMessage(policy=CRLF)
        if draft.given is not None:
            mail = draft.given
            for name in [n for n in mail.keys() if n.lower().startswith("x-") or n.lower() in ("from", "bcc", "message-id", "date")]:
                del mail[name]
        name = draft.mailbox.name
        mail["From"] = email.utils.formataddr((name, draft.mailbox.address))
        if draft.given is None:
            self.fill(draft, mail)
        mail["Date"] = email.utils.format_datetime(now())
        mail["Message-ID"] = internet_id
        return mail.as_bytes(policy=CRLF)

    def fill(self, draft, mail):
        for field, header in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("replyTo", "Reply-To")):
            if draft.people(field):
                mail[header] = ", ".join(email.utils.formataddr(p) for p in draft.people(field))
        mail["Subject"] = draft.json.get("subject") or ""
        index = draft.parent.index if draft.parent else b""
        draft.index = new_index(index)
        mail["Thread-Index"] = base64.b64encode(draft.index).decode()
        parent_id = draft.parent.internet_id if draft.parent else draft.property("String 0x1042")
        references = ((draft.parent.extended("String 0x1039") or "") + " " + draft.parent.internet_id).strip() if draft.parent else draft.property("String 0x1039")
        if parent_id:
            mail["In-Reply-To"] = parent_id
        if references:
            mail["References"] = references
        for header in draft.json.get("internetMessageHeaders") or []:
            mail[header["name"]] = header["value"]
        body = draft.json.get("body") or {}
        if (body.get("contentType") or "text").lower() == "html":
            mail.set_content("(Text)\n", cte="8bit")
            mail.add_alternative(body.get("content") or "", subtype="html", cte="base64")
        else:
            mail.set_content(body.get("content") or "", cte="base64")
        for attachment in draft.json.get("attachments") or []:
            main, _, sub = (attachment.get("contentType") or "application/octet-stream").partition("/")
            if main == "message":
                main, sub = "application", "octet-stream"
            mail.add_attachment(base64.b64decode(attachment["contentBytes"]), maintype=main, subtype=sub or "octet-stream",
                                filename=attachment.get("name") or "file", disposition="inline" if attachment.get("isInline") else "attachment")

    def store_draft(self, draft, mime, internet_id):
        mailbox = draft.mailbox
        message = mailbox._new()     # pylint: disable=protected-access
        message.subject = draft.json.get("subject") or ""
        message.internet_id = internet_id
        message.author = message.sender = recipient(mailbox.name, mailbox.address)
        for name, field in (("to", "toRecipients"), ("cc", "ccRecipients"), ("bcc", "bccRecipients"), ("reply_to", "replyTo")):
            setattr(message, name, [recipient(*p) for p in draft.people(field)])
        message.conversation = draft.parent.conversation if draft.parent else mailbox.new_conversation()
        mailbox.conversations[internet_id] = message.conversation
        message.index = getattr(draft, "index", b"")
        message.body = draft.json.get("body") or message.body
        message.headers = list(draft.json.get("internetMessageHeaders") or [])
        if self.keep_property:
            message.properties = {odata.property_id(p["id"]): p["value"] for p in draft.json.get("singleValueExtendedProperties") or []}
        parsed = email.message_from_bytes(mime, policy=email.policy.default)
        for ident, header in (("string 0x1042", "In-Reply-To"), ("string 0x1039", "References")):
            if parsed.get(header):
                message.properties[ident] = str(parsed[header])
        message.attachments = [_attachment(p, n) for n, p in enumerate(parsed.iter_attachments())]
        message.size = len(mime)
        kept = regenerated(mime).replace(b"\r\n", self.line_ends)
        message.make_mime = lambda: kept
        message.is_draft, message.is_read = True, True
        return mailbox.enter(message, "drafts")

    def carry(self, copy, entry):
        """Drafts → Sent Items (a move: another id), and to the recipients."""
        mailbox = entry.mailbox
        with mailbox.lock:
            copy.is_draft = False
            copy.sent = copy.received = now()
            if self.save_copy:
                mailbox.move(copy, "sentitems")
            else:
                mailbox.delete(copy)
        for address in dict.fromkeys(a.lower() for a in entry.recipients):
            target = self.find_mailbox(address)
            if address in self.bouncing or address.partition("@")[2] in self.bouncing:
                mailbox.deliver(report(mailbox.address, address, entry))
            elif target:
                target.deliver(entry.mime)
        for listener in list(self.on_sent):
            listener(entry)

    def stop(self):
        for timer in self.timers:
            timer.cancel()


def report(to, failed, entry):
    """What Exchange puts into the sender's Inbox when a mail could not be delivered (RFC 3464)."""
    head = entry.mime.split(b"\r\n\r\n")[0].decode("utf-8", "replace")
    return (f"From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{to.partition('@')[2]}>\r\nTo: <{to}>\r\n"
            f"Subject: Unzustellbar: {entry.subject}\r\nDate: {email.utils.format_datetime(now())}\r\n"
            f"Message-ID: <{os.urandom(12).hex()}@exchange.example>\r\nIn-Reply-To: {entry.internet_id}\r\nReferences: {entry.internet_id}\r\n"
            "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"ndr\"\r\n\r\n"
            "--ndr\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDie Nachricht konnte nicht zugestellt werden.\r\n"
            "--ndr\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; exchange.example\r\n\r\n"
            f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n"
            f"--ndr\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--ndr--\r\n").encode()


def from_mime(mailbox, body):
    """A Draft of sendMail's second form: base64 of a MIME message, as text/plain. None where it is no base64."""
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    draft = Draft(mailbox)
    draft.how = "mime"
    draft.given = email.message_from_bytes(content, policy=CRLF)
    draft.json = {"subject": str(draft.given.get("Subject", ""))}
    for field, header in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("bccRecipients", "Bcc")):
        pairs = email.utils.getaddresses([str(v) for v in draft.given.get_all(header, [])])
        draft.json[field] = [recipient(*p) for p in pairs if p[1]]
    return draft


def addresses(message, *fields):
    return [address_of(entry) for field in fields for entry in message.get(field) or []]
