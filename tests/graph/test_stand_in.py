#!/usr/bin/python3
"""The stand-in for Entra and Graph holds a client to what the real ones hold it to."""

import base64
import datetime
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from graph.client import ASSERTION, Client, assertion, browse, fetch, quoted  # noqa: E402
from graph.cloud import Cloud  # noqa: E402
from graph.wire import Answer, Server  # noqa: E402
from harness import Tap, free_port, wait_until  # noqa: E402

SELECT = "id,internetMessageId,conversationId,parentFolderId,receivedDateTime,subject,from,toRecipients,isDraft"


def fresh():
    cloud = Cloud().__enter__()     # pylint: disable=unnecessary-dunder-call
    cloud.anna = cloud.add_user("anna@acme.example", "Anna Muster")
    cloud.bernd = cloud.add_user("bernd@acme.example", "Bernd Beispiel")
    return cloud


def connected():
    cloud = fresh()
    client = Client(cloud)
    client.connect(cloud.anna)
    return cloud, client


def mail(number=1, more=""):
    return (f"From: Karl Berger <karl@nord.example>\r\nTo: anna@acme.example\r\nSubject: Angebot {number}\r\nMessage-ID: <m{number}@nord.example>\r\n"
            f"Date: Tue, 4 Mar 2025 10:00:00 +0100\r\n{more}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"grenze\"\r\n\r\n"
            "--grenze\r\nContent-Type: text/plain\r\n\r\nHallo\r\n--grenze\r\nContent-Type: text/csv; name=a.csv\r\n"
            "Content-Disposition: attachment; filename=a.csv\r\n\r\n1;2\r\n--grenze--\r\n").encode()


def letter(**changes):
    message = {"subject": "Bestellung", "body": {"contentType": "Text", "content": "Guten Tag"},
               "toRecipients": [{"emailAddress": {"address": "karl@nord.example"}}],
               "internetMessageHeaders": [{"name": "X-Zalion-Send-Id", "value": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}], **changes}
    return {"message": {n: v for n, v in message.items() if v is not None}, "saveToSentItems": True}


def signing_in(tap):
    """Code with PKCE, once, on the same directory; refresh with rotation; scopes and identity"""
    cloud, client = connected()
    answer = client.token(grant_type="refresh_token", refresh_token=client.refresh_token)
    body = answer.json()
    tap.ok(answer.status == 200 and body["refresh_token"].startswith("refresh.STANDIN"), "a refresh rotates")
    tap.ok("needless" not in str(cloud.violations) and "refreshed though" in str(cloud.violations), "refreshing too early is a violation", cloud.violations)
    claims = json.loads(base64.urlsafe_b64decode(body["id_token"].split(".")[1] + "=="))
    tap.equal([claims["oid"], claims["tid"], claims["aud"]], [cloud.anna.oid, cloud.directory.tenant.id, cloud.directory.app.client_id], "the id_token names who")
    cloud.violations.clear()
    code = client.authorize()["code"]
    tap.equal(client.token(grant_type="authorization_code", code=code, redirect_uri=client.redirect, code_verifier="x" * 43).json()["error_codes"], [501481],
              "another verifier is refused")
    client.token(grant_type="authorization_code", code=code, redirect_uri=client.redirect, code_verifier=client.verifier)
    again = client.token(grant_type="authorization_code", code=code, redirect_uri=client.redirect, code_verifier=client.verifier)
    tap.equal(again.json()["error_codes"], [54005], "a code holds once")
    tap.equal(len(cloud.violations), 2, "both are violations", cloud.violations)
    cloud.__exit__()


def strict_authorize(tap):
    """What /authorize refuses"""
    cloud = fresh()
    client = Client(cloud)
    cloud.directory.person.user = cloud.anna
    for name, changes, want in (("another redirect URI", {"redirect_uri": "http://127.0.0.1:1/x"}, {"status": 400}),
                                ("plain PKCE", {"code_challenge_method": "plain"}, "invalid_request"), ("no PKCE", {"code_challenge": None}, "invalid_request"),
                                ("a short state", {"state": "x"}, "invalid_request"), ("implicit", {"response_type": "token"}, "invalid_request")):
        got = client.authorize(**changes)
        tap.ok(got == want or got.get("error") == want, f"{name} is refused", got)
    cloud.violations.clear()
    client.authorize(scope="openid profile offline_access Mail.ReadWrite")
    tap.ok("more than is needed" in str(cloud.violations), "asking for more is a violation")
    cloud.violations.clear()
    cloud.directory.person.answer = "decline"
    tap.equal(client.authorize()["error"], "access_denied", "declined")
    cloud.directory.tenant.user_consent = False
    cloud.directory.person.answer = "consent"
    tap.ok("AADSTS90094" in client.authorize()["error_description"], "users may not consent")
    answer = fetch(client.endpoint("v2.0/adminconsent") + "?" + urllib.parse.urlencode(
        {"client_id": client.app.client_id, "redirect_uri": client.redirect, "state": "s" * 43, "scope": "https://graph.microsoft.com/.default"}),
        headers={"User-Agent": "Mozilla"})
    tap.ok("admin_consent=True" in answer.headers["location"], "the admin consents")
    tap.ok("code" in client.authorize(), "then users may")
    tap.equal(cloud.violations, [], "all that was honest")
    cloud.__exit__()


def credentials(tap):
    """Secrets and PS256 assertions"""
    cloud = fresh()
    client = Client(cloud)
    app = client.app
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    tap.equal(client.token(**form).status, 200, "a secret")
    for name, changes, number in (("a wrong secret", {"client_secret": "x"}, 7000215), ("no secret", {"client_secret": None}, 7000218),
                                  ("named scopes", {"scope": "https://graph.microsoft.com/Mail.Send"}, 70011)):
        tap.equal(client.token(**{**form, **changes}).json()["error_codes"], [number], f"{name}: AADSTS{number}")
    app.secrets[client.secret] = False
    tap.equal(client.token(**form).json()["error_codes"], [7000222], "an expired secret")
    pair = app.add_certificate()
    stranger = cloud.directory.add_app(cloud.directory.tenant, []).add_certificate()

    def assert_with(certificate=pair[0], key=pair[1], audience=client.endpoint(), **more):
        return client.token(**form, client_secret=None, client_assertion_type=ASSERTION,
                            client_assertion=assertion(certificate, key, audience, app.client_id, **more))
    cloud.violations.clear()
    with cloud.forgive():
        tap.equal(assert_with().status, 200, "a certificate")
        tap.equal(cloud.violations, [], "without a violation")
        for name, more in (("the issuer as audience", {"audience": cloud.urls["login"]}), ("a salt of 20", {"salt": 20}), ("another's certificate", dict(zip(("certificate", "key"), stranger))),
                           ("an old one", {"exp": int(time.time()) - 3600, "nbf": int(time.time()) - 4200}), ("another issuer", {"iss": "x"})):
            tap.equal(assert_with(**more).status, 401, f"{name} is refused")
        same = {"jti": "0123456789abcdef0123"}
        tap.equal([assert_with(**same).status, assert_with(**same).status], [200, 401], "a jti holds once")
    cloud.__exit__()


def reading(tap):
    """Folders, delta with pages and changes, $value, filters, permissions"""
    cloud, client = connected()
    box = cloud.anna.mailbox
    items = [box.deliver(mail(n)) for n in range(7)]
    path = f"/me/mailFolders/inbox/messages/delta?$select={SELECT}&changeType=created&$filter=receivedDateTime%20ge%202020-01-01T00:00:00Z"
    prefer = {"Prefer": "odata.maxpagesize=3"}
    seen, link = [], path
    while link:
        page = client.call("GET", link, headers=prefer).json()
        seen += [m["internetMessageId"] for m in page["value"]]
        link, last = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
    tap.equal(sorted(seen), [f"<m{n}@nord.example>" for n in range(7)], "three pages bring all")
    box.touch(items[0])
    moved = box.move(items[1], "archive")
    box.deliver(mail(8))
    page = client.call("GET", last, headers=prefer).json()
    tap.equal([m["internetMessageId"] for m in page["value"]], ["<m8@nord.example>"], "then only what is new")
    tap.equal(client.call("GET", f"/me/messages/{quoted(items[2].default_id)}?$select=subject,internetMessageHeaders").json()["subject"], "Angebot 2", "one message")
    value = [client.call("GET", f"/me/messages/{quoted(items[2].default_id)}/$value").body for _ in range(1)]
    with cloud.forgive():
        value.append(client.call("GET", f"/me/messages/{quoted(items[2].default_id)}/$value").body)
    tap.ok(b"Message-ID: <m2@nord.example>" in value[0] and value[0] != value[1], "$value is generated anew each time")
    immutable = client.call("GET", f"/me/messages/{quoted(moved.default_id)}?$select=id", headers={"Prefer": 'IdType="ImmutableId"'}).json()["id"]
    tap.equal(immutable, moved.immutable_id, "Prefer gives the immutable id")
    found = client.call("GET", "/me/messages?$select=id&$filter=" + quoted("internetMessageId eq '<m3@nord.example>' or internetMessageId eq '<x@y>'")).json()["value"]
    tap.equal([m["id"] for m in found], [items[3].default_id], "found by its Message-ID")
    swept = client.call("GET", "/me/messages?$select=id,receivedDateTime&$orderby=receivedDateTime&$top=5&$filter=" + quoted("receivedDateTime ge 2020-01-01T00:00:00Z")).json()
    tap.ok(len(swept["value"]) == 5 and client.call("GET", swept["@odata.nextLink"]).status == 200, "a sweep over all folders")
    tap.equal(client.call("GET", f"/me/messages/{quoted(items[4].default_id)}/attachments").json()["value"][0]["name"], "a.csv", "attachments")
    tap.equal(cloud.violations, [], "all that was honest")
    dead = items[5].default_id
    box.move(items[5], "archive")
    tap.equal(client.call("GET", f"/me/messages/{quoted(dead)}").status, 404, "an id of before the move is dead")
    box.expire_delta()
    tap.equal(client.call("GET", last, headers=prefer).json()["error"]["code"], "SyncStateNotFound", "a lost state")
    tap.equal(cloud.violations, [], "that was no fault of the client")
    for name, call in (("$top with delta", "/me/mailFolders/inbox/messages/delta?$top=5"), ("a changed link", last + "&$top=1"), ("$expand on delta", "/me/mailFolders/inbox/messages/delta?$expand=attachments"),
                       ("an inefficient filter", "/me/messages?$orderby=receivedDateTime&$filter=" + quoted("subject eq 'x'")), ("GET /me", "/me"), ("an unknown property", "/me/messages?$select=betreff"),
                       ("an unknown path", "/me/mail"), ("another's mailbox", f"/users/{cloud.bernd.oid}/messages")):
        before = len(cloud.violations)
        tap.ok(client.call("GET", call).status >= 400 and len(cloud.violations) > before, f"{name} is refused and noted")
    cloud.__exit__()


def delta_oddities(tap):
    """Sparse, repeated, removed, empty pages; the cap of 5,000; moves under immutable ids"""
    cloud, client = connected()
    box, api = cloud.anna.mailbox, cloud.api
    start = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
    for number in range(5100):
        box.add(subject=f"M {number}", author=("Karl", "karl@nord.example"), to=[("", "anna@acme.example")], internet_id=f"<b{number}@nord.example>",
                received=start + datetime.timedelta(minutes=number))
    api.empty_pages = api.repeats = True

    def whole(link, prefer="odata.maxpagesize=500"):
        items, pages = [], 0
        while link:
            page = client.call("GET", link, headers={"Prefer": prefer}).json()
            items += page["value"]
            pages += 1
            link, last = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
        return items, pages, last
    items, pages, last = whole("/me/mailFolders/inbox/messages/delta?$filter=receivedDateTime%20ge%202020-01-01T00:00:00Z")
    tap.equal(len({m["id"] for m in items}), 5000, "a filtered delta ends at 5,000")
    tap.ok(pages == 11 and len(items) > 5000, "an empty page first, items twice", pages, len(items))
    api.empty_pages = api.repeats = False
    api.sparse = True
    first, second = list(box.messages.values())[-2:]
    box.touch(first)
    box.move(second, "archive")
    changed, _, last = whole(last)
    tap.equal(sorted(set(changed[0]) | set(changed[1])), ["@odata.etag", "@odata.type", "@removed", "id", "isRead", "parentFolderId"], "a sparse update and a removal")
    box.move(second, "inbox")
    tap.equal(whole(last, 'IdType="ImmutableId"')[0], [], "a move does not show under immutable ids")
    cloud.__exit__()


def sending(tap):
    """sendMail in JSON and MIME, reply; what is refused; where the copy goes"""
    cloud, client = connected()
    cloud.transport.delay_seconds = 0.3
    tap.equal(client.call("POST", "/me/sendMail", letter()).status, 202, "accepted")
    draft = list(cloud.anna.mailbox.messages.values())[0]
    before = draft.default_id
    tap.ok(draft.is_draft and draft.folder.name == "drafts", "first a draft")
    tap.ok(wait_until(lambda: draft.folder.name == "sentitems", 5) and draft.default_id != before, "then in Sent Items under another id")
    sent = cloud.sent[0]
    tap.ok(sent.send_id.startswith("6f96") and b"X-Zalion-Send-Id: 6f96" in sent.mime and sent.recipients == ["karl@nord.example"], "what went out is recorded")
    cloud.transport.delay_seconds = 0
    got = cloud.anna.mailbox.deliver(mail(1))
    tap.equal(client.call("POST", f"/me/messages/{quoted(got.default_id)}/reply", {"message": {"body": {"contentType": "HTML", "content": "<p>Ja</p>"}}}).status, 202, "a reply")
    reply = cloud.sent[1]
    tap.ok(b"In-Reply-To: <m1@nord.example>" in reply.mime and reply.subject == "AW: Angebot 1" and reply.recipients == ["karl@nord.example"], "stands in the thread")
    mime = base64.b64encode(b"From: x@y.example\r\nTo: bernd@acme.example\r\nBcc: <z@nord.example>\r\nSubject: MIME\r\nX-Own: 1\r\n\r\nText\r\n")
    tap.equal(client.call("POST", "/me/sendMail", mime, {"Content-Type": "text/plain"}).status, 202, "MIME")
    tap.ok(cloud.sent[2].recipients == ["bernd@acme.example", "z@nord.example"] and b"X-Own" not in cloud.sent[2].mime and b"From: Anna Muster" in cloud.sent[2].mime, "From and X- headers are Exchange's")
    tap.equal([m.subject for m in cloud.bernd.mailbox.messages.values()], ["MIME"], "users of the directory get it")
    cloud.transport.bouncing.add("weg.example")
    client.call("POST", "/me/sendMail", letter(toRecipients=[{"emailAddress": {"address": "x@weg.example"}}]))
    tap.ok(any(m.subject.startswith("Unzustellbar") for m in cloud.anna.mailbox.folder("inbox").messages.values()), "a bounce comes to the Inbox")
    tap.equal(cloud.violations, [], "all that was honest")
    for name, body in (("PascalCase", {"Message": letter()["message"], "SaveToSentItems": True}), ("not nested", letter()["message"]), ("no headers in the array", letter(internetMessageHeaders=[])),
                       ("six headers", letter(internetMessageHeaders=[{"name": f"X-{n}", "value": "1"} for n in range(6)])), ("a header that is not X-", letter(internetMessageHeaders=[{"name": "In-Reply-To", "value": "1"}])),
                       ("no recipient", letter(toRecipients=[])), ("over 4 MB", letter(body={"contentType": "Text", "content": "x" * 4200000})), ("an unknown member", letter(betreff="x"))):
        before = len(cloud.violations)
        status = client.call("POST", "/me/sendMail", body).status
        tap.ok(status in (400, 413) and len(cloud.violations) > before, f"{name} is refused: {status}")
    tap.equal(len(cloud.sent), 4, "nothing of that was sent")
    tap.equal(client.call("POST", "/me/messages", {}).status, 403, "drafts need a right that we never ask for")
    cloud.__exit__()


def permissions(tap):
    """Scopes, roles, policies"""
    cloud, client = connected()
    cloud.directory.person.scopes = {"Mail.Send"}
    client.connect(cloud.anna)
    tap.equal(client.call("GET", "/me/messages").status, 403, "without Mail.Read")
    cloud.violations.clear()
    client.token(grant_type="client_credentials", scope="https://graph.microsoft.com/.default")
    tap.equal(client.call("GET", f"/users/{cloud.anna.oid}/messages").status, 403, "an app token without roles is given, and fails here")
    tap.equal(cloud.violations, [], "and who cannot know it is not to blame")
    cloud.directory.app.roles |= {"Mail.Read", "Mail.Send"}
    client.token(grant_type="client_credentials", scope="https://graph.microsoft.com/.default")
    tap.equal(client.call("GET", f"/users/{quoted('anna@acme.example')}/messages").status, 200, "with the role")
    tap.equal(client.call("GET", "/me/messages").status, 400, "never /me")
    cloud.directory.app.policy = {cloud.bernd.oid}
    tap.ok("disabled" in client.call("GET", f"/users/{cloud.anna.oid}/messages").json()["error"]["message"], "outside of the policy")
    cloud.anna.has_mailbox = False
    tap.equal(client.call("GET", f"/users/{cloud.anna.oid}/messages").json()["error"]["code"], "MailboxNotEnabledForRESTAPI", "no mailbox")
    cloud.__exit__()


def manners(tap):
    """Retry-After, requests at once, faults before and after, foreign hosts, revoked sessions"""
    cloud, client = connected()
    cloud.fault(r"/messages$", status=429, headers={"Retry-After": "0.8"})
    tap.equal([client.call("GET", "/me/messages").status], [429], "throttled")
    time.sleep(0.3)
    tap.equal([client.call("GET", "/me/mailFolders").status, len(cloud.violations)], [429, 1], "who does not wait is told so, whatever he asks")
    time.sleep(0.6)
    tap.equal([client.call("GET", "/me/messages").status, len(cloud.violations)], [200, 1], "afterwards he may")
    cloud.violations.clear()
    cloud.fault(r"/sendMail$", status=504, after=True)
    tap.equal([client.call("POST", "/me/sendMail", letter()).status, len(cloud.sent)], [504, 1], "504 after it was accepted")
    for cut, count in (("silent", 1), ("middle", 2)):
        cloud.fault(r"/sendMail$" if cut == "silent" else r"/messages$", cut=cut)
        try:
            client.call("POST", "/me/sendMail", letter()) if cut == "silent" else client.call("GET", "/me/messages")
            tap.ok(False, f"cut {cut}")
        except Exception:    # pylint: disable=broad-except
            tap.ok(True, f"the line is cut: {cut} ({count})")
    tap.equal(len(cloud.sent), 1, "cut before: not sent")
    cloud.latency = 0.3
    threads = [threading.Thread(target=client.call, args=("GET", "/me/messages")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tap.ok(max(cloud.most_in_flight.values()) > 4 and any(r.status == 429 for r in cloud.requests[-6:]), "more than four at once")
    cloud.latency = 0
    time.sleep(1.1)
    cloud.violations.clear()
    fetch(cloud.urls["foreign"] + "/v1.0/x", headers={"Authorization": "Bearer x"})
    tap.ok("WITH A TOKEN" in cloud.violations[0], "a token at a foreign host")
    cloud.violations.clear()
    cloud.directory.revoke(cloud.anna, at_once=True)
    tap.equal(client.call("GET", "/me/messages").status, 401, "revoked at once")
    tap.equal(client.token(grant_type="refresh_token", refresh_token=client.refresh_token).json()["error_codes"], [50173], "and no refresh")
    tap.equal(cloud.violations, [], "that was no fault of the client")
    client.token(grant_type="refresh_token", refresh_token=client.refresh_token)
    tap.equal(len(cloud.violations), 1, "asking again at once is")
    cloud.__exit__()


def subscribing(tap):
    """The handshake, deliveries, lifecycle, renewals, batch"""
    cloud, client = connected()
    got = []

    def endpoint(request):
        got.append(request)
        if "validationToken" in request.query:
            return Answer.text(request.query["validationToken"])
        return Answer(202)
    server = Server("test", endpoint)
    server.start()
    body = {"changeType": "created", "notificationUrl": server.url + "/n", "lifecycleNotificationUrl": server.url + "/l", "resource": "me/messages",
            "expirationDateTime": (datetime.datetime.utcnow() + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"), "clientState": "c" * 43}
    made = client.call("POST", "/subscriptions", body)
    tap.equal([made.status, len(got)], [201, 2], "both addresses are validated")
    tap.ok("+b/c=%41 äü" in got[0].query["validationToken"], "with marks that must be decoded")
    cloud.anna.mailbox.deliver(mail(1))
    tap.ok(wait_until(lambda: len(got) == 3, 5) and got[2].json()["value"][0]["clientState"] == "c" * 43, "a mail rings")
    subscription = list(cloud.subscriptions.live.values())[0]
    cloud.subscriptions.lifecycle(subscription, "reauthorizationRequired")
    tap.equal(got[-1].json()["value"][0]["lifecycleEvent"], "reauthorizationRequired", "a lifecycle event")
    tap.equal(client.call("POST", f"/subscriptions/{subscription.id}/reauthorize").status, 200, "reauthorized")
    tap.equal(cloud.violations, [], "all that was honest")
    client.call("PATCH", f"/subscriptions/{subscription.id}", {"expirationDateTime": body["expirationDateTime"]})
    tap.ok("renewed though" in str(cloud.violations), "renewing too early is needless")
    cloud.violations.clear()
    item = list(cloud.anna.mailbox.messages.values())[0]
    batch = client.call("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": f"/me/messages/{quoted(item.default_id)}?$select=subject"},
                                                         {"id": "2", "method": "GET", "url": "/me/messages/AAA?$select=subject"}]}).json()
    answers = {r["id"]: r for r in batch["responses"]}
    tap.equal([answers["1"]["body"]["subject"], answers["2"]["status"]], ["Angebot 1", 400], "a batch")
    tap.equal(client.call("DELETE", f"/subscriptions/{subscription.id}").status, 204, "deleted")
    tap.equal(client.call("PATCH", f"/subscriptions/{subscription.id}", {"expirationDateTime": body["expirationDateTime"]}).status, 404, "gone")
    server.stop()
    tap.equal(client.call("POST", "/subscriptions", body).json()["error"]["code"], "ValidationError", "nobody answers the handshake")
    cloud.__exit__()


def live_script(tap):
    """live.py, which asks a real tenant, gets an answer to each of its questions here, too"""
    port = free_port()
    with Cloud([f"http://localhost:{port}/"]) as cloud, tempfile.NamedTemporaryFile("w") as secret:
        cloud.directory.person.user = cloud.add_user("anna@acme.example", "Anna Muster")
        secret.write(cloud.directory.secret)
        secret.flush()
        script = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "live.py"), "--directory", cloud.directory.tenant.id,
                                   "--client", cloud.directory.app.client_id, "--secret-file", secret.name, "--port", str(port), "--wait", "1",
                                   "--login-url", cloud.urls["login"], "--api-url", cloud.urls["graph"]], stdout=subprocess.PIPE, text=True)
        script.stdout.readline()
        browse(script.stdout.readline().strip())
        said = script.communicate(timeout=120)[0]
    tap.equal(script.returncode, 0, "it ends well")
    tap.equal(sorted({int(line[:2]) for line in said.splitlines() if line[:2].strip().isdigit()}), list(range(1, 14)), "thirteen questions", said)
    tap.ok("Error" not in said.replace("ErrorInvalid", "").replace("ErrorMessageSize", ""), "no exception", said)
    tap.ok("$select: yes" in said and "sentitems: minted" in said and "In-Reply-To kept" in said and "X- header dropped" in said, "and the stand-in's answers", said)
    tap.equal({s.mailbox.address for s in cloud.sent} | {a for s in cloud.sent for a in s.recipients}, {"anna@acme.example"}, "mail from the mailbox to itself alone")


def main():
    tap = Tap()
    tap.run([signing_in, strict_authorize, credentials, reading, delta_oddities, sending, permissions, manners, subscribing, live_script])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
