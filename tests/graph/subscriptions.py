"""Change notifications: the handshake while the POST is still open, deliveries, lifecycle events, and their end."""

import datetime
import http.client
import json
import queue
import re
import threading
import time
import urllib.parse
import uuid

import graph.odata as odata
from graph.mail_api import GraphError, wrong
from graph.wire import Answer

MINUTES = 60
WRITABLE = {"changeType", "notificationUrl", "lifecycleNotificationUrl", "resource", "expirationDateTime", "clientState", "includeResourceData",
            "latestSupportedTlsVersion"}


class Subscription:
    def __init__(self, body, mailbox, folder, token):
        self.id = str(uuid.uuid4())
        self.body, self.mailbox, self.folder, self.token = body, mailbox, folder, token
        self.expires = None
        self.renewed = 0
        self.authorized = True           # False: deliveries wait for a reauthorize

    def shown(self):
        return {**{n: v for n, v in self.body.items() if n != "clientState"}, "id": self.id, "clientState": self.body.get("clientState"),
                "applicationId": self.token.app.client_id, "creatorId": self.token.user.oid if self.token.user else None,
                "expirationDateTime": odata.format_time(self.expires)}


class Subscriptions:
    def __init__(self, cloud):
        self.cloud = cloud
        self.live = {}                          # id → Subscription
        self.ended = []
        self.max_minutes = 4230                 # what is granted at most
        self.clips = True                       # more is clipped; False: more is a 400
        self.validation = "{}: a+b/c=%41 äü {}"       # `+`, `%` and blanks must come back as they were
        self.automatic = True                   # tell of each mail that arrives
        self.delivered = []                     # (kind, status, seconds)
        self.queue = queue.Queue()
        self.thread = threading.Thread(target=self.deliver_all, daemon=True)
        self.thread.start()

    def stop(self):
        self.queue.put(None)
        self.thread.join(5)

    # the API

    def serve(self, request):
        match = re.fullmatch(r"/subscriptions(?:/([^/]+)(?:/(reauthorize))?)?", request.raw_path[len("/v1.0"):])
        if not match:
            return None
        if not match[1]:
            if request.method == "GET":
                return Answer.json({"value": [s.shown() for s in self.live.values() if s.token.app is request.token.app and s.token.user is request.token.user]})
            if request.method == "POST":
                return self.create(request)
        subscription = self.live.get(match[1] or "")
        if subscription and subscription.token.user is not request.token.user:
            raise wrong("ExtensionError", "a subscription of somebody else")
        if not subscription or (subscription.expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds() < 0:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        if match[2] and request.method == "POST":
            subscription.authorized = True
            return Answer(200)
        if match[2] or request.method not in ("GET", "PATCH", "DELETE"):
            raise wrong("BadRequest", f"{request.method} on a subscription")
        return getattr(self, request.method.lower())(request, subscription)

    def create(self, request):
        body = request.json()
        if body is None:
            raise wrong("BadRequest", "no JSON")
        self.check(body)
        mailbox, folder = self.resource(request, body["resource"])
        twins = [s for s in self.live.values() if s.token.app is request.token.app and s.mailbox is mailbox and s.folder == folder
                 and s.expires > datetime.datetime.now(datetime.timezone.utc)]
        if twins:
            self.cloud.needless(request, "a second subscription for the same resource")
        subscription = Subscription(body, mailbox, folder, request.token)
        subscription.expires = self.granted(body["expirationDateTime"])
        for url in dict.fromkeys((body["notificationUrl"], body.get("lifecycleNotificationUrl") or body["notificationUrl"])):
            self.validate(url)
        self.live[subscription.id] = subscription
        return Answer.json(subscription.shown(), 201)

    def check(self, body):
        for name in body:
            if name not in WRITABLE:
                raise wrong("BadRequest", f"a subscription has no {name}")
        for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
            if not body.get(name):
                raise wrong("InvalidRequest", f"Value cannot be null. Parameter name: {name}")
        if not set(body["changeType"].split(",")) <= {"created", "updated", "deleted"}:
            raise wrong("InvalidRequest", f"changeType {body['changeType']}")
        if len(body.get("clientState") or "") > 128:
            raise wrong("InvalidRequest", "clientState over 128 characters")
        if len(body.get("clientState") or "") < 32:
            self.cloud.violation(f"a clientState that can be guessed: {len(body.get('clientState') or '')} characters")
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            url = urllib.parse.urlsplit(body.get(name) or "https://x")
            if url.scheme != "https" and url.hostname != "127.0.0.1":
                raise wrong("InvalidRequest", f"{name} is not https")
        if "lifecycleNotificationUrl" not in body:
            self.cloud.violation("a subscription without lifecycleNotificationUrl")
        if body.get("includeResourceData"):
            raise wrong("InvalidRequest", "rich notifications need a certificate")

    def resource(self, request, text):
        match = re.fullmatch(r"/?(me|users/[^/]+)(?:/mailFolders(?:\('([^']+)'\)|/([^/]+)))?/messages", text)
        if not match:
            raise wrong("ExtensionError", f"resource {text}")
        if match[1] == "me":
            if request.token.user is None:
                raise wrong("ExtensionError", "an app-only token has no /me")
            mailbox = request.token.user.mailbox
        else:
            user = self.cloud.directory.user(urllib.parse.unquote(match[1][6:]))
            if not user:
                raise GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
            mailbox = user.mailbox
        self.cloud.check_permission(request, "Mail.Read", mailbox)
        folder = match[2] or match[3]
        return mailbox, mailbox.folder(folder) if folder else None

    def granted(self, text):
        asked = odata.parse_time(text)
        moment = datetime.datetime.now(datetime.timezone.utc)
        latest = moment + datetime.timedelta(minutes=self.max_minutes)
        if asked <= moment:
            raise wrong("InvalidRequest", "expirationDateTime lies in the past")
        if asked > latest + datetime.timedelta(minutes=1) and not self.clips:
            raise GraphError(400, "ExtensionError", "Operation: Create; Exception: Subscription expiration can only be "
                             f"{self.max_minutes} minutes in the future.")
        return min(asked, latest)

    def get(self, _request, subscription):
        return Answer.json(subscription.shown())

    def patch(self, request, subscription):
        body = request.json() or {}
        if set(body) != {"expirationDateTime"}:
            raise wrong("BadRequest", f"PATCH of {sorted(body)}")
        left = (subscription.expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        if left > 25 * 3600 and subscription.authorized:
            self.cloud.needless(request, f"renewed though it lives for {left / 3600:.0f} h")
        subscription.expires = self.granted(body["expirationDateTime"])
        subscription.renewed += 1
        subscription.authorized = True
        return Answer.json(subscription.shown())

    def delete(self, _request, subscription):
        self.end(subscription)
        return Answer(204)

    def end(self, subscription):
        """As after a password reset: it is gone."""
        self.live.pop(subscription.id, None)
        self.ended.append(subscription)

    # what Graph sends

    def post(self, url, body, kind="application/json"):
        """(status, headers, body, seconds); status 0: no answer."""
        parts = urllib.parse.urlsplit(url)
        begin = time.monotonic()
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read(), time.monotonic() - begin
        except (OSError, http.client.HTTPException):
            return 0, {}, b"", time.monotonic() - begin
        finally:
            connection.close()

    def validate(self, url):
        token = self.validation.format("Validation", uuid.uuid4())
        address = url + ("&" if "?" in url else "?") + "validationToken=" + urllib.parse.quote_plus(token, safe="")
        status, headers, body, _ = self.post(address, b"", "text/plain; charset=utf-8")
        if status != 200 or body.decode("utf-8", "replace") != token or not headers.get("Content-Type", "").startswith("text/plain"):
            if status:
                self.cloud.violation(f"validation: {status} {headers.get('Content-Type')} {body[:80]!r} instead of 200 text/plain {token!r}")
            raise GraphError(400, "ValidationError", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.")

    def item(self, subscription, message=None, **changes):
        """One entry of a delivery; changes replace or (None) remove members."""
        base = "Users/" + subscription.mailbox.oid
        entry = {"subscriptionId": subscription.id, "subscriptionExpirationDateTime": odata.format_time(subscription.expires), "changeType": "created",
                 "resource": f"{base}/Messages/{message.default_id}" if message else base, "clientState": subscription.body.get("clientState"),
                 "tenantId": subscription.token.app.tenant.id,
                 "resourceData": {"@odata.type": "#Microsoft.Graph.Message", "@odata.id": f"{base}/Messages/x", "id": message.default_id} if message else None}
        entry.update(changes)
        return {n: v for n, v in entry.items() if v is not None}

    def lifecycle_item(self, subscription, event, **changes):
        entry = {"lifecycleEvent": event, "subscriptionId": subscription.id, "resource": subscription.body["resource"],
                 "subscriptionExpirationDateTime": odata.format_time(subscription.expires), "clientState": subscription.body.get("clientState"),
                 "tenantId": subscription.token.app.tenant.id, **changes}
        return {n: v for n, v in entry.items() if v is not None}

    def send(self, url, items, kind="notification"):
        """Delivers now; the answer must be 202 within 3 s. Who has just started may ask to come again."""
        status, _, _, seconds = self.post(url, json.dumps({"value": items}).encode())
        self.delivered.append((kind, status, seconds))
        if status and (status != 202 or seconds > 3) and not (status == 503 and self.cloud.forgiving):
            self.cloud.violation(f"{kind}: answered {status} after {seconds:.1f} s, 202 within 3 s is wanted")
        return status

    def lifecycle(self, subscription, event, **changes):
        if event == "subscriptionRemoved":
            self.end(subscription)
        if event == "reauthorizationRequired":
            subscription.authorized = False
        url = subscription.body.get("lifecycleNotificationUrl") or subscription.body["notificationUrl"]
        return self.send(url, [self.lifecycle_item(subscription, event, **changes)], event)

    def arrived(self, mailbox, message, change):
        if not self.automatic:
            return
        for subscription in list(self.live.values()):
            if subscription.mailbox is mailbox and subscription.authorized and subscription.folder in (None, message.folder) \
                    and change in subscription.body["changeType"]:
                self.queue.put((subscription, self.item(subscription, message, changeType=change)))

    def deliver_all(self):
        while (entry := self.queue.get()) is not None:
            subscription, item = entry
            for wait in (0, 1, 3):           # tried again, as Graph does (for hours)
                time.sleep(wait)
                if subscription.id not in self.live or self.send(subscription.body["notificationUrl"], [item]) == 202:
                    break
