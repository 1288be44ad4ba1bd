#!/usr/bin/python3
"""Asks a real tenant what Microsoft's documents leave open, and prints the answers (docs/OUTLOOK.md, last section).

    tests/graph/live.py --directory ID --client ID --secret-file FILE --port 8400

One user signs in with a browser on this machine; the registration needs the redirect URI http://localhost:PORT/ and the
delegated permissions openid profile offline_access Mail.Read Mail.Send. Mail is sent only from the mailbox to itself,
about ten mails whose subject begins with "casegate live"; nothing is deleted. With --notification-url (a public address
that answers the handshake) the lifetime of subscriptions is asked, too."""

import argparse
import base64
import datetime
import email
import email.policy
import gzip
import hashlib
import http.client
import http.server
import json
import os
import sys
import time
import urllib.parse
import uuid

PROPERTY = "String {7C1D9F0B-2D5B-4C57-9A3E-5E2B8F0C4A11} Name ZalionSendId"
SCOPE = "openid profile offline_access {graph}/Mail.Read {graph}/Mail.Send"


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def error(self):
        found = self.json().get("error") or {}
        return f"{self.status} {found.get('code', '') if isinstance(found, dict) else found}".strip()


def fetch(url, method="GET", body=None, headers=None):
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=120)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        return Answer(answer.status, gzip.decompress(content) if answer.getheader("Content-Encoding") == "gzip" else content)
    finally:
        connection.close()


def sign_in(options):
    """The token's answer, after a browser has come back with a code."""
    verifier, state = b64url(os.urandom(32)), b64url(os.urandom(32))
    redirect = f"http://localhost:{options.port}/"
    scope = SCOPE.format(graph="https://graph.microsoft.com" if options.api_url.startswith("http://") else options.api_url)
    base = f"{options.login_url}/{options.directory}/oauth2/v2.0"
    came = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):    # pylint: disable=invalid-name
            came.update(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Back to the terminal, please.")

        def log_message(self, *_):    # pylint: disable=signature-differs
            pass
    with http.server.HTTPServer(("127.0.0.1", options.port), Handler) as server:
        print("Open in a browser on this machine:\n" + base + "/authorize?" + urllib.parse.urlencode(
            {"client_id": options.client, "response_type": "code", "redirect_uri": redirect, "response_mode": "query", "scope": scope, "state": state,
             "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()), "code_challenge_method": "S256"}), flush=True)
        while "state" not in came:
            server.handle_request()
    if came["state"] != state or "code" not in came:
        sys.exit(f"not signed in: {came.get('error')} {came.get('error_description')}")
    with open(options.secret_file, encoding="utf-8") as file:
        secret = file.read().strip()
    answer = fetch(base + "/token", "POST", urllib.parse.urlencode(
        {"grant_type": "authorization_code", "client_id": options.client, "client_secret": secret, "code": came["code"], "redirect_uri": redirect,
         "code_verifier": verifier, "scope": scope}), {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "casegate-live"})
    if answer.status != 200:
        sys.exit(f"no token: {answer.body.decode(errors='replace')}")
    return answer.json()


class Mailbox:
    def __init__(self, options, token):
        self.base, self.token, self.wait = options.api_url + "/v1.0", token["access_token"], options.wait
        claims = json.loads(base64.urlsafe_b64decode(token["id_token"].split(".")[1] + "=="))
        self.address = claims.get("preferred_username") or claims.get("email")

    def call(self, method, path, body=None, **headers):
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "casegate-live", "client-request-id": str(uuid.uuid4()), "Accept-Encoding": "gzip",
                   **{n.replace("_", "-"): v for n, v in headers.items()}}
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        return fetch(path if path.startswith("http") else self.base + path, method, body, headers)

    def letter(self, name, **members):
        return {"message": {"subject": f"casegate live: {name}", "body": {"contentType": "Text", "content": name},
                            "toRecipients": [{"emailAddress": {"address": self.address}}], **members}, "saveToSentItems": True}

    def send(self, name, **members):
        return self.call("POST", "/me/sendMail", self.letter(name, **members))

    def copies(self, name, select="id,internetMessageId,conversationId,parentFolderId,bccRecipients,internetMessageHeaders"):
        """{"sentitems": message, "inbox": message}, as soon as both are there or the time is over."""
        found, end = {}, time.monotonic() + self.wait
        while len(found) < 2 and time.monotonic() < end:
            for folder in ("sentitems", "inbox"):
                answer = self.call("GET", f"/me/mailFolders/{folder}/messages?$select={select}&$top=5&$filter=" + quoted(f"subject eq 'casegate live: {name}'"))
                for message in answer.json().get("value") or []:
                    found[folder] = message
            time.sleep(min(3, self.wait / 5))
        return found

    def mime(self, message):
        answer = self.call("GET", f"/me/messages/{quoted(message['id'])}/$value")
        return email.message_from_bytes(answer.body, policy=email.policy.default)


def tell(number, question, answer):
    print(f"{number:>2}  {question}\n      {answer}", flush=True)


def named_property(box, _):
    value = str(uuid.uuid4())
    answer = box.send("property", singleValueExtendedProperties=[{"id": PROPERTY, "value": value}], internetMessageHeaders=[{"name": "X-Zalion-Send-Id", "value": value}])
    tell(1, "sendMail with our named property under Mail.Send and Mail.Read", "accepted" if answer.status == 202 else answer.error())
    copies = box.copies("property")
    condition = f"singleValueExtendedProperties/Any(ep: ep/id eq '{PROPERTY}' and ep/value eq '{value}')"
    found = box.call("GET", "/me/messages?$select=id,parentFolderId&$filter=" + quoted(condition))
    tell(1, "found by $filter of it", f"{len(found.json().get('value') or [])} found" if found.status == 200 else found.error())
    if "sentitems" in copies:
        names = [h["name"] for h in copies["sentitems"].get("internetMessageHeaders") or []]
        tell(5, "X- header on the Sent copy", f"$select: {'yes' if 'X-Zalion-Send-Id' in names else 'no'} (of {len(names)} headers); $value: "
                                             f"{'yes' if box.mime(copies['sentitems'])['X-Zalion-Send-Id'] else 'no'}")
    if "inbox" in copies:
        tell(5, "and at the recipient", "yes" if box.mime(copies["inbox"])["X-Zalion-Send-Id"] else "no")


def message_ids(box, _):
    for name, members in (("internetMessageId", lambda i: {"internetMessageId": i}), ("0x1035", lambda i: {"singleValueExtendedProperties": [{"id": "String 0x1035", "value": i}]})):
        ident = f"<{uuid.uuid4()}@casegate.example>"
        answer = box.send(name, **members(ident))
        if answer.status != 202:
            tell(2, f"Message-ID by {name}", answer.error())
            continue
        copies = box.copies(name)
        tell(2, f"Message-ID by {name}", ", ".join(f"{folder}: {'ours' if m['internetMessageId'] == ident else 'minted'}" for folder, m in copies.items()) or "no copy seen")


def threading_headers(box, _):
    parent = f"<{uuid.uuid4()}@casegate.example>"
    answer = box.send("threading", singleValueExtendedProperties=[{"id": "String 0x1042", "value": parent}, {"id": "String 0x1039", "value": f"<root@casegate.example> {parent}"}])
    copies = box.copies("threading") if answer.status == 202 else {}
    for folder, message in copies.items():
        mime = box.mime(message)
        tell(3, f"0x1042 and 0x1039, {folder}", f"In-Reply-To {'kept' if parent in str(mime['In-Reply-To']) else 'lost'}, References {'kept' if parent in str(mime['References']) else 'lost'}")
    if not copies:
        tell(3, "0x1042 and 0x1039", answer.error())


def replies(box, _):
    copies = box.copies("property")
    if "inbox" not in copies:
        tell(4, "/reply", "no mail to answer")
        return
    value = str(uuid.uuid4())
    answer = box.call("POST", f"/me/messages/{quoted(copies['inbox']['id'])}/reply", {"message": {
        "subject": "casegate live: reply", "body": {"contentType": "Text", "content": "reply"}, "toRecipients": [{"emailAddress": {"address": box.address}}],
        "singleValueExtendedProperties": [{"id": PROPERTY, "value": value}]}})
    tell(4, "/reply with body, recipients and property", "accepted" if answer.status == 202 else answer.error())
    found = box.copies("reply")
    if "sentitems" in found:
        tell(4, "its copy", f"conversation {'kept' if found['sentitems']['conversationId'] == copies['inbox']['conversationId'] else 'fresh'}, "
                            f"References {'there' if box.mime(found['sentitems'])['References'] else 'missing'}")


def delta(box, _):
    since = (datetime.datetime.utcnow() - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    links = {}
    for kind, prefer in (("default ids", "odata.maxpagesize=50"), ("immutable ids", 'IdType="ImmutableId", odata.maxpagesize=50')):
        link = f"/me/mailFolders/sentitems/messages/delta?$select=subject&changeType=created&$filter=receivedDateTime%20ge%20{since}"
        while link:
            page = box.call("GET", link, Prefer=prefer).json()
            link, links[kind] = page.get("@odata.nextLink"), (page.get("@odata.deltaLink"), prefer)
    box.send("delta")
    box.copies("delta")
    for kind, (link, prefer) in links.items():
        subjects = [m.get("subject") for m in box.call("GET", link, Prefer=prefer).json().get("value") or []] if link else []
        tell(6, f"a mail sent by the API in the delta of Sent Items, {kind}", "shown" if "casegate live: delta" in subjects else f"not shown ({len(subjects)} items)")
    message = box.copies("delta").get("sentitems")
    if message:
        answer = box.call("GET", f"/me/messages/{quoted(message['id'])}?$select=id", Prefer='IdType="ImmutableId"')
        tell(7, "GET by default id with Prefer ImmutableId", ("another id: immutable" if answer.json().get("id") != message["id"] else "the same id") if answer.status == 200 else answer.error())
    answer = box.call("GET", "/me/mailFolders/inbox/messages/delta?$select=subject&$expand=" + quoted(f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"))
    tell(12, "$expand on delta", "works" if answer.status == 200 else answer.error())


def blind_copy(box, _):
    box.send("blind", bccRecipients=[{"emailAddress": {"address": box.address}}])
    copy = box.copies("blind").get("sentitems")
    if copy:
        tell(8, "Bcc of the Sent copy", f"bccRecipients: {'yes' if copy.get('bccRecipients') else 'no'}, $value: {'yes' if box.mime(copy)['Bcc'] else 'no'}")


def subscriptions(box, options):
    if not options.notification_url:
        tell(9, "lifetime of a subscription", "not asked (--notification-url)")
        return
    wanted = datetime.datetime.utcnow() + datetime.timedelta(minutes=10080)
    answer = box.call("POST", "/subscriptions", {"changeType": "created", "notificationUrl": options.notification_url, "lifecycleNotificationUrl": options.notification_url, "resource": "me/messages",
                                                 "expirationDateTime": wanted.strftime("%Y-%m-%dT%H:%M:%SZ"), "clientState": b64url(os.urandom(32))})
    tell(9, "10,080 minutes asked", f"until {answer.json().get('expirationDateTime')}" if answer.status == 201 else answer.body.decode(errors="replace")[:300])
    if answer.status == 201:
        box.call("DELETE", f"/subscriptions/{answer.json()['id']}")


def mime_form(box, _):
    ident = f"<{uuid.uuid4()}@casegate.example>"
    text = (f"From: {box.address}\r\nTo: {box.address}\r\nSubject: casegate live: mime\r\nMessage-ID: {ident}\r\nDate: Tue, 4 Mar 2025 10:00:00 +0100\r\nX-Zalion-Send-Id: x\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nmime\r\n")
    answer = box.call("POST", "/me/sendMail", base64.b64encode(text.encode()), Content_Type="text/plain")
    copies = box.copies("mime") if answer.status == 202 else {}
    for folder, message in copies.items():
        mime = box.mime(message)
        tell(10, f"MIME, {folder}", f"Message-ID {'kept' if mime['Message-ID'] == ident else 'minted'}, Date {'kept' if '2025' in str(mime['Date']) else 'replaced'}, X- header {'kept' if mime['X-Zalion-Send-Id'] else 'dropped'}")
    if not copies:
        tell(10, "MIME", answer.error())


def sizes(box, _):
    """Without a recipient nothing is sent, however large it is."""
    for megabytes in (3.5, 3.9, 4.5, 10):
        body = box.letter("size", toRecipients=[])
        body["message"]["body"]["content"] = "x" * int(megabytes * 1024 * 1024)
        try:
            answer = box.call("POST", "/me/sendMail", body).error()
        except OSError as error:
            answer = f"the line was cut ({error})"
        tell(13, f"a request of {megabytes} MB without a recipient", answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--secret-file", required=True)
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--wait", type=float, default=120, help="seconds to wait for copies")
    parser.add_argument("--notification-url")
    parser.add_argument("--login-url", default="https://login.microsoftonline.com")
    parser.add_argument("--api-url", default="https://graph.microsoft.com")
    options = parser.parse_args()
    token = sign_in(options)
    box = Mailbox(options, token)
    tell(11, "signed in without User.Read", f"{box.address}, scope: {token.get('scope')}")
    for question in (named_property, message_ids, threading_headers, replies, delta, blind_copy, subscriptions, mime_form, sizes):
        try:
            question(box, options)
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            print(f"    {question.__name__}: {error!r}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
