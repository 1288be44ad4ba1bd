"""The paths of a mailbox in Graph v1.0: folders, messages, delta, $value, attachments, sendMail, reply.

A row of ROUTES: method, the path below /me or /users/{id}, the permission, the handler. What casegate has no right
to (drafts, move, delete, GET /me) has rows too: asking is a violation."""

import base64
import itertools
import re
import threading
import urllib.parse

import graph.odata as odata
from graph.transport import Draft, addresses, from_mime
from graph.wire import Answer

REQUEST_BYTES = 4 * 1024 * 1024
DELTA_CAP = 5000
SELECTABLE = {"id", "internetMessageId", "conversationId", "conversationIndex", "parentFolderId", "receivedDateTime", "sentDateTime", "createdDateTime",
              "lastModifiedDateTime", "subject", "from", "sender", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "hasAttachments", "isDraft",
              "isRead", "internetMessageHeaders", "body", "bodyPreview", "uniqueBody", "importance", "categories", "changeKey", "webLink", "flag",
              "inferenceClassification", "isDeliveryReceiptRequested", "isReadReceiptRequested"}
FILTERABLE = {"receivedDateTime", "sentDateTime", "createdDateTime", "internetMessageId", "conversationId", "subject", "isDraft", "isRead", "parentFolderId",
              "hasAttachments", "from/emailAddress/address", "singleValueExtendedProperties"}
WRITABLE = {"subject", "body", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "from", "sender", "importance", "attachments",
            "internetMessageHeaders", "internetMessageId", "singleValueExtendedProperties", "isDeliveryReceiptRequested", "isReadReceiptRequested",
            "categories", "flag", "conversationId"}


class GraphError(Exception):
    """violates: an honest client would not have asked so."""

    def __init__(self, status, code, message="", violates=None, headers=None):
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.violates, self.headers = status, code, message, violates, headers


def wrong(code, message):
    return GraphError(400, code, message, violates=message)


class Getter:
    """What odata.Filter asks of a message."""

    def __init__(self, message):
        self.message = message

    def __call__(self, name):
        return self.message.value(name)

    def extended(self, ident):
        return self.message.extended(ident)


class MailApi:
    def __init__(self, cloud):
        self.cloud = cloud
        self.lock = threading.RLock()
        self.links = {}                    # token → state of a page or of a delta
        self.numbers = itertools.count(1)
        self.sparse = False                # updates carry only id, isRead, parentFolderId
        self.repeats = False               # the last item of a page comes again on the next one
        self.empty_pages = False           # an empty page with a nextLink before the first one
        self.loops = False                 # a nextLink that leads to the same page, for ever
        self.removed_first = False         # @removed in the first round
        self.gone_with = "SyncStateNotFound"    # or 410
        self.find_by_property = True       # $filter on our named property works
        self.rounds = {}                   # (mailbox, folder) → a deltaLink is out
        rows = [
            ("GET", r"", "User.Read", self.user),
            ("GET", r"/mailFolders", "Mail.Read", self.folders),
            ("GET", r"/mailFolders/([^/]+)", "Mail.Read", self.one_folder),
            ("GET", r"/mailFolders/([^/]+)/childFolders", "Mail.Read", self.folders),
            ("GET", r"/mailFolders/([^/]+)/messages", "Mail.Read", self.messages),
            ("GET", r"/mailFolders/([^/]+)/messages/(?:microsoft\.graph\.)?delta(?:\(\))?", "Mail.Read", self.delta),
            ("GET", r"/mailFolders/([^/]+)/messages/([^/]+)", "Mail.Read", lambda r, _folder, ident: self.message(r, ident)),
            ("GET", r"/mailFolders/([^/]+)/messages/([^/]+)/\$value", "Mail.Read", lambda r, _folder, ident: self.mime(r, ident)),
            ("GET", r"/messages", "Mail.Read", self.messages),
            ("GET", r"/messages/([^/]+)", "Mail.Read", self.message),
            ("GET", r"/messages/([^/]+)/\$value", "Mail.Read", self.mime),
            ("GET", r"/messages/([^/]+)/attachments", "Mail.Read", self.attachments),
            ("GET", r"/messages/([^/]+)/attachments/([^/]+)", "Mail.Read", self.attachment),
            ("GET", r"/messages/([^/]+)/attachments/([^/]+)/\$value", "Mail.Read", self.attachment_value),
            ("POST", r"/sendMail", "Mail.Send", self.send_mail),
            ("POST", r"/messages/([^/]+)/(reply|replyAll)", "Mail.Send", self.reply),
            ("POST", r"/messages", "Mail.ReadWrite", None),
            ("PATCH", r"/messages/([^/]+)", "Mail.ReadWrite", None),
            ("DELETE", r"/messages/([^/]+)", "Mail.ReadWrite", None),
            ("POST", r"/messages/([^/]+)/(move|copy|createReply|createReplyAll|createForward|send|attachments(?:/createUploadSession)?)", "Mail.ReadWrite", None),
            ("POST", r"/messages/([^/]+)/forward", "Mail.Send", None),
            ("POST", r"/translateExchangeIds", "User.Read", None),
            ("POST", r"/mailFolders", "Mail.ReadWrite", None),
        ]
        self.routes = [(method, re.compile(pattern), permission, handler) for method, pattern, permission, handler in rows]

    def route(self, method, path):
        """(permission, handler, arguments) for a path that is still percent-encoded; its segments are decoded one by one."""
        path = re.sub(r"/mailFolders\('([^']*)'\)", r"/mailFolders/\1", path)
        for known, pattern, permission, handler in self.routes:
            match = pattern.fullmatch(path) if known == method else None
            if match:
                return permission, handler, [urllib.parse.unquote(part) for part in match.groups()]
        return None

    # what a request asks for

    def options(self, request, allowed):
        """The checked $-options."""
        query = request.query
        for name in query:
            if name not in allowed:
                raise wrong("BadRequest", f"the option {name} does not belong here")
        if "$top" in query and not (query["$top"].isdigit() and 1 <= int(query["$top"]) <= 1000):
            raise wrong("ErrorInvalidUrlQuery", f"$top={query['$top']}")
        for name in filter(None, query.get("$select", "").split(",")):
            if name.strip() not in SELECTABLE:
                raise wrong("RequestBroker--ParseUri", f"Could not find a property named '{name}' on type 'microsoft.graph.message'.")
        conditions = None
        try:
            ordered = odata.order(query.get("$orderby", ""))
            if query.get("$filter"):
                conditions = odata.Filter(query["$filter"])
                for name in conditions.properties:
                    if name not in FILTERABLE:
                        raise odata.Bad("BadRequest", f"cannot filter by {name}")
            odata.check_efficient(conditions, ordered)
        except odata.Bad as bad:
            raise wrong(bad.code, str(bad)) from bad
        return conditions, ordered

    @staticmethod
    def prefers(request, what):
        return what.lower() in request.header("Prefer").lower()

    def shown(self, request, message, selected=None, expanded=""):
        """The JSON of a message. selected: names, or None for Graph's default set (without headers)."""
        everything = {
            "id": message.ident(self.prefers(request, 'IdType="ImmutableId"')), "internetMessageId": message.internet_id,
            "conversationId": message.conversation, "conversationIndex": base64.b64encode(message.index).decode(), "parentFolderId": message.folder.id,
            "receivedDateTime": odata.format_time(message.received), "sentDateTime": odata.format_time(message.sent),
            "createdDateTime": odata.format_time(message.created), "lastModifiedDateTime": odata.format_time(message.modified), "subject": message.subject,
            "from": message.author, "sender": message.sender, "toRecipients": message.to, "ccRecipients": message.cc, "bccRecipients": message.bcc,
            "replyTo": message.reply_to, "hasAttachments": any(not a["isInline"] for a in message.attachments), "isDraft": message.is_draft,
            "isRead": message.is_read, "body": message.body, "bodyPreview": message.body["content"][:255], "importance": "normal", "categories": [],
            "changeKey": f"CQ{message.changed}", "webLink": "https://outlook.office365.com/owa/", "inferenceClassification": "focused",
            "flag": {"flagStatus": "notFlagged"}, "isDeliveryReceiptRequested": False, "isReadReceiptRequested": False}
        names = [n for n in everything] if selected is None else [n for n in everything if n in selected or n == "id"]
        found = {"@odata.etag": f'W/"CQ{message.changed}"', **{n: everything[n] for n in names}}
        if message.kind != "#microsoft.graph.message":
            found["@odata.type"] = message.kind
        if selected is not None and "internetMessageHeaders" in selected and (self.cloud.transport.show_headers or message.folder.name != "sentitems") and message.headers:
            found["internetMessageHeaders"] = message.headers
        if expanded:
            found.update(self.expand(message, expanded))
        return found

    @staticmethod
    def expand(message, text):
        found = {}
        for part in odata.split_outside(text):
            match = re.fullmatch(r"singleValueExtendedProperties\(\$filter=(.*)\)", part)
            if match:
                wanted = re.findall(r"id eq '((?:[^']|'')*)'", match[1])
                values = [(i, message.extended(i)) for i in wanted]
                if any(v is not None for _, v in values):
                    # Re-cased, without leading zeros, as Graph does.
                    found["singleValueExtendedProperties"] = [
                        {"id": re.sub(r"0x0*([0-9a-f]+)", r"0x\1", i.replace("LONG", "Long").replace("0x0E08", "0xe08")), "value": v} for i, v in values if v is not None]
            elif part.split("(")[0] != "attachments":
                raise wrong("BadRequest", f"cannot expand {part}")
        return found

    # handlers

    def user(self, request):
        user = next(u for u in self.cloud.directory.users() if u.mailbox is request.mailbox)
        return Answer.json({"id": user.oid, "displayName": user.name, "userPrincipalName": user.address, "mail": user.address})

    def folder(self, request, name):
        found = request.mailbox.folder(name)
        if not found:
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return found

    def folders(self, request, parent="msgfolderroot"):
        above = self.folder(request, parent)
        found = [self.folder_shown(f) for f in request.mailbox.folders.values() if f.parent is above]
        top = int(request.query.get("$top", 10))
        skip = int(request.query.get("$skip", 0))
        body = {"value": found[skip:skip + top]}
        if skip + top < len(found):
            body["@odata.nextLink"] = f"{self.cloud.urls['graph']}{request.raw_path}?$top={top}&$skip={skip + top}"
        return Answer.json(body)

    @staticmethod
    def folder_shown(folder):
        return {"id": folder.id, "displayName": folder.display, "parentFolderId": folder.parent.id if folder.parent else None, "childFolderCount": 0,
                "totalItemCount": len(folder.messages), "unreadItemCount": 0, "isHidden": False}

    def one_folder(self, request, name):
        return Answer.json(self.folder_shown(self.folder(request, name)))

    def find(self, request, ident):
        found = request.mailbox.find(ident)
        if not found:
            if ident not in request.mailbox.by_id:
                raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.", violates=f"an id that was never given: {ident[:60]}")
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store., The process failed to get the correct properties.")
        return found

    def message(self, request, ident):
        self.options(request, {"$select", "$expand"})
        found = self.find(request, ident)
        selected = set(request.query["$select"].split(",")) if "$select" in request.query else None
        self.cloud.known(request, ("metadata", found, request.raw_query, found.changed))
        return Answer.json(self.shown(request, found, selected, request.query.get("$expand", "")))

    def mime(self, request, ident):
        found = self.find(request, ident)
        self.cloud.known(request, ("mime", found))
        found.reads += 1
        return Answer.text(found.mime(), 200, "text/plain")

    def attachments(self, request, ident):
        found = self.find(request, ident)
        return Answer.json({"value": [self.attachment_shown(a, "$select" not in request.query) for a in found.attachments]})

    @staticmethod
    def attachment_shown(attachment, whole):
        shown = {n: v for n, v in attachment.items() if n != "content"}
        if whole and attachment["@odata.type"].endswith("fileAttachment"):
            shown["contentBytes"] = base64.b64encode(attachment["content"]).decode()
        return shown

    def one_attachment(self, request, ident, name):
        found = next((a for a in self.find(request, ident).attachments if a["id"] == name), None)
        if not found:
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return found

    def attachment(self, request, ident, name):
        return Answer.json(self.attachment_shown(self.one_attachment(request, ident, name), True))

    def attachment_value(self, request, ident, name):
        found = self.one_attachment(request, ident, name)
        if found["@odata.type"].endswith("referenceAttachment"):
            raise GraphError(405, "ErrorInvalidRequest", "reference attachment")
        return Answer.text(found["content"], 200, found["contentType"])

    # lists and delta

    def issue(self, request, state, kind):
        """A link that holds exactly as it is."""
        token = f"{kind}{next(self.numbers):06d}-{base64.urlsafe_b64encode(request.mailbox.salt).decode().rstrip('=')}"
        with self.lock:
            self.links[token] = {**state, "generation": request.mailbox.generation, "mailbox": request.mailbox, "path": request.raw_path}
        return f"{self.cloud.urls['graph']}{request.raw_path}?${kind}={token}"

    def resume(self, request, kind):
        """The state behind a link, None on a first request."""
        token = request.query.get(f"${kind}")
        if token is None:
            return None
        state = self.links.get(token)
        if set(request.query) != {f"${kind}"} or state is None or state["path"] != request.raw_path or state["mailbox"] is not request.mailbox:
            raise wrong("BadRequest", f"a {kind} link that was changed or never given: {request.target[:200]}")
        if state["generation"] != request.mailbox.generation and kind in ("deltatoken", "skiptoken") and state.get("delta"):
            raise self.gone(request)
        return state

    def gone(self, request):
        self.rounds.pop((request.mailbox, request.raw_path), None)
        if self.gone_with == 410:
            return GraphError(410, "resyncRequired", "Resync required. Replace any local items with the server's version.",
                              headers={"Location": f"{self.cloud.urls['graph']}{request.raw_path}?$deltatoken="})
        return GraphError(400, self.gone_with, "The sync state generation is not found; generation=518;[highest=523][523][521][522].")

    def messages(self, request, folder=None):
        state = self.resume(request, "skiptoken")
        if state is None:
            conditions, ordered = self.options(request, {"$select", "$filter", "$orderby", "$top", "$skip", "$expand", "$count", "includeHiddenMessages"})
            if conditions and "singleValueExtendedProperties" in conditions.properties and not self.find_by_property:
                conditions = odata.Filter("subject eq 'no such thing'")
            with request.mailbox.lock:
                source = self.folder(request, folder).messages if folder else request.mailbox.messages
                found = [m for m in source.values() if not conditions or conditions.matches(Getter(m))]
            for name, descending in reversed(ordered or [("receivedDateTime", True)]):
                found.sort(key=lambda m, n=name: m.value(n), reverse=descending)
            found = found[int(request.query.get("$skip", 0)):]
            state = {"found": found, "at": 0, "size": int(request.query.get("$top", 10)), "query": request.query, "delta": False}
        page = state["found"][state["at"]:state["at"] + state["size"]]
        selected = set(state["query"]["$select"].split(",")) if "$select" in state["query"] else None
        body = {"@odata.context": f"{self.cloud.urls['graph']}/v1.0/$metadata#messages",
                "value": [self.shown(request, m, selected, state["query"].get("$expand", "")) for m in page if m.key in request.mailbox.messages]}
        if state["at"] + state["size"] < len(state["found"]):
            body["@odata.nextLink"] = self.issue(request, {**state, "at": state["at"] + state["size"]}, "skiptoken")
        return Answer.json(body)

    def delta(self, request, name):
        folder = self.folder(request, name)
        state = self.resume(request, "skiptoken")
        if state is None:
            before = self.resume(request, "deltatoken")
            state = self.first_round(request, folder) if before is None else self.next_round(request, folder, before)
        size = next((int(s) for s in re.findall(r"odata\.maxpagesize=(\d+)", request.header("Prefer"))), 10)
        if self.empty_pages and not state.get("was_empty"):
            page, at = [], state["at"]
            state = {**state, "was_empty": True}
        else:
            at = state["at"] + size
            page = state["items"][max(0, state["at"] - (1 if self.repeats else 0)):at]
        body = {"@odata.context": f"{self.cloud.urls['graph']}/v1.0/$metadata#Collection(message)", "value": [self.item(request, i, state) for i in page]}
        if self.loops:
            link = state.get("loop") or self.issue(request, state, "skiptoken")
            self.links[link.rpartition("=")[2]]["loop"] = body["@odata.nextLink"] = link
        elif at < len(state["items"]):
            body["@odata.nextLink"] = self.issue(request, {**state, "at": at}, "skiptoken")
        else:
            self.rounds[(request.mailbox, request.raw_path)] = True
            body["@odata.deltaLink"] = self.issue(request, {"since": state["until"], "query": state["query"], "delta": True}, "deltatoken")
        return Answer.json(body)

    def first_round(self, request, folder):
        conditions, ordered = self.options(request, {"$select", "$filter", "$orderby", "changeType"})
        if request.query.get("changeType", "created") not in ("created", "updated", "deleted"):
            raise wrong("BadRequest", f"changeType={request.query['changeType']}")
        if conditions and (set(conditions.properties) != {"receivedDateTime"} or not conditions.operators <= {"ge", "gt"} or len(conditions.properties) > 1):
            raise wrong("ErrorInvalidUrlQueryFilter", "delta filters by receivedDateTime ge or gt alone")
        if ordered and ordered != [("receivedDateTime", True)]:
            raise wrong("ErrorInvalidUrlQuery", "delta orders by receivedDateTime desc alone")
        if self.rounds.get((request.mailbox, request.raw_path)):
            self.cloud.needless(request, "a first round, though a deltaLink is held")
        with request.mailbox.lock:
            found = [m for m in folder.messages.values() if not conditions or conditions.matches(Getter(m))]
            until = request.mailbox.change
            left = [("removed", entry) for entry in folder.left] if self.removed_first else []
        found.sort(key=lambda m: m.received, reverse=True)
        if conditions:
            found = found[:DELTA_CAP]
        return {"items": left + [("full", m) for m in found], "at": 0, "until": until, "query": request.query, "delta": True}

    def next_round(self, request, folder, before):
        with request.mailbox.lock:
            until = request.mailbox.change
            new, updated, left = request.mailbox.changes(folder, before["since"], until)
        immutable = self.prefers(request, 'IdType="ImmutableId"')
        # With immutable ids a mail that was moved here does not show (GRAPH.md 3.3).
        items = [("full", m) for m in new if not (immutable and m.entered_by_move)]
        if before["query"].get("changeType") != "created":
            items += [("sparse" if self.sparse else "full", m) for m in updated] + [("removed", entry) for entry in left]
        return {"items": items, "at": 0, "until": until, "query": before["query"], "delta": True}

    def item(self, request, item, state):
        kind, found = item
        if kind == "removed":
            _, _, default, immutable, reason = found
            return {"@odata.type": "#microsoft.graph.message", "id": immutable if self.prefers(request, "ImmutableId") else default, "@removed": {"reason": reason}}
        if kind == "sparse":
            return {"@odata.type": "#microsoft.graph.message", "@odata.etag": f'W/"CQ{found.changed}"', "id": found.ident(self.prefers(request, "ImmutableId")),
                    "isRead": found.is_read, "parentFolderId": found.folder.id}
        selected = set(state["query"]["$select"].split(",")) if "$select" in state["query"] else None
        return {"@odata.type": found.kind, **self.shown(request, found, selected)}

    # sending

    def send_mail(self, request):
        draft = self.draft_of(request, "message", {"message", "saveToSentItems"})
        if draft.how != "mime" and request.json().get("saveToSentItems") is not True:
            self.cloud.violation(f"sendMail: saveToSentItems is not an explicit true: {request}")
        return self.submit(request, draft)

    def draft_of(self, request, key, members):
        if len(request.body) > REQUEST_BYTES:
            raise GraphError(413, "ErrorMessageSizeExceeded", "The maximum request length supported is 4MB.", violates="a request over 4 MB")
        kind = request.header("Content-Type").split(";")[0].strip().lower()
        if kind == "text/plain":
            draft = from_mime(request.mailbox, request.body)
            if draft is None:
                raise wrong("ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
            return draft
        body = request.json()
        if kind != "application/json" or body is None:
            raise wrong("RequestBodyRead", "neither JSON nor base64 of a MIME message")
        for name in body:
            if name not in members:
                raise wrong("RequestBodyRead", f"The property '{name}' does not exist on the action: {name} (names are camelCase, the message is nested)")
        if not isinstance(body.get(key, {}), dict) or (key == "message" and "message" in members and "comment" not in members and key not in body):
            raise wrong("ErrorInvalidParameter", "the message is not nested")
        draft = Draft(request.mailbox, body.get(key, {}))
        check_message(draft.json)
        return draft

    def submit(self, request, draft):
        recipients = addresses(draft.json, "toRecipients", "ccRecipients", "bccRecipients")
        if not recipients:
            raise wrong("ErrorInvalidRecipients", "At least one recipient is not valid.")
        if len(recipients) > 500:
            raise wrong("ErrorRecipientLimitExceeded", "more than 500 recipients")
        if any(not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", address) for address in recipients):
            raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        for name, status in self.cloud.transport.refuses.items():
            if name in draft.json:
                raise GraphError(status, "ErrorInvalidPropertySet" if status == 400 else "ErrorAccessDenied", f"{name} may not be set here.")
        self.cloud.transport.submit(draft)
        return Answer(202)

    def reply(self, request, ident, how):
        parent = self.find(request, ident)
        draft = self.draft_of(request, "message", {"message", "comment"})
        draft.parent, draft.how = parent, how
        comment = (request.json() or {}).get("comment")
        if comment is not None and "body" in draft.json:
            raise wrong("ErrorInvalidRequest", "comment and message.body exclude each other")
        if comment is not None:
            draft.json["body"] = {"contentType": "text", "content": comment}
        draft.json.setdefault("subject", parent.subject if parent.subject.startswith("AW: ") else "AW: " + parent.subject)
        if "toRecipients" not in draft.json:
            draft.json["toRecipients"] = parent.reply_to or [parent.author]
            if how == "replyAll":
                draft.json["ccRecipients"] = [r for r in parent.to + parent.cc if r["emailAddress"]["address"] != request.mailbox.address]
        return self.submit(request, draft)


def check_message(message):
    """What Graph refuses in a message."""
    for name in message:
        if name not in WRITABLE and not name.startswith("@odata."):
            raise wrong("RequestBodyRead", f"The property '{name}' does not exist on type 'microsoft.graph.message' or may not be written.")
    headers = message.get("internetMessageHeaders")
    if headers is not None:
        if not headers or len(headers) > 5:
            raise wrong("InvalidInternetMessageHeaderCollection", f"{len(headers)} internetMessageHeaders: 1 to 5")
        for header in headers:
            if not re.fullmatch(r"[xX]-[A-Za-z0-9-]+", header.get("name", "")) or re.search(r"[\r\n\0]", header.get("value", "")):
                raise wrong("InvalidInternetMessageHeader", f"The internet message header name '{header.get('name')}' should start with 'x-' or 'X-'.")
    for entry in message.get("singleValueExtendedProperties") or []:
        if not re.fullmatch(r"(String|Integer|Long|Boolean|SystemTime|LONG|Binary) (0x[0-9A-Fa-f]+|\{[0-9A-Fa-f-]{36}\} (Name \S+|Id 0x[0-9A-Fa-f]+))", entry.get("id", "")):
            raise wrong("ErrorInvalidExtendedProperty", f"property id {entry.get('id')}")
        if not isinstance(entry.get("value"), str):
            raise wrong("RequestBodyRead", "the value of an extended property is no string")
    body = message.get("body")
    if body is not None and ((body.get("contentType") or "").lower() not in ("text", "html") or not isinstance(body.get("content"), str)):
        raise wrong("RequestBodyRead", "body")
    if re.search(r"[\r\n\0]", message.get("subject") or ""):
        raise wrong("RequestBodyRead", "a line break in the subject")
    for field in ("toRecipients", "ccRecipients", "bccRecipients", "replyTo"):
        for entry in message.get(field) or []:
            if set(entry) != {"emailAddress"} or not set(entry["emailAddress"]) <= {"name", "address"}:
                raise wrong("RequestBodyRead", f"{field}: {entry}")
    for attachment in message.get("attachments") or []:
        if attachment.get("@odata.type") != "#microsoft.graph.fileAttachment" or not attachment.get("name"):
            raise wrong("RequestBodyRead", "an attachment without @odata.type or name")
        try:
            size = len(base64.b64decode(attachment.get("contentBytes", ""), validate=True))
        except ValueError:
            raise wrong("RequestBodyRead", "contentBytes is no base64") from None
        if size >= 3 * 1024 * 1024:
            raise wrong("ErrorMessageSizeExceeded", "an attachment of 3 MB and more needs an upload session")


