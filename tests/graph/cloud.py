"""The whole stand-in: Entra and Graph on two origins, a foreign host that nobody may ask anything, faults, and the
watch over manners. Everything that an honest, well-mannered client does not do lands in `violations`.

    with Cloud(redirect_uris=[...]) as cloud:
        anna = cloud.directory.add_user("anna@acme.example", "Anna Muster")
        cloud.fault(r"/sendMail$", status=504, after=True)
        ...
        assert cloud.violations == []
"""

import collections
import contextlib
import dataclasses
import email.utils
import json
import random
import re
import threading
import time
import traceback
import urllib.parse
import uuid

from graph.directory import Directory
from graph.entra import Entra
from graph.mail_api import GraphError, MailApi
from graph.subscriptions import Subscriptions
from graph.transport import Transport
from graph.wire import Answer, Server

GRACE_SECONDS = 0.25          # what was on its way already when we answered Retry-After
IN_FLIGHT_WANTED, IN_FLIGHT_ALLOWED = 3, 4
BATCH_REQUESTS = 20
ASKED_FOR = {"Mail.Read", "Mail.Send"}


@dataclasses.dataclass
class Fault:
    """Happens `times` times to requests that match. after: the request is carried out first, only its answer is
    replaced. twist(answer) changes the true answer; hook(request) is called before (or after) it."""
    path: str
    method: str = None
    origin: str = None
    times: int = 1
    skip: int = 0
    answer: object = None
    after: bool = False
    delay: float = 0.0
    twist: object = None
    hook: object = None
    mailbox: object = None
    hits: int = 0

    def matches(self, request):
        return (self.times and (not self.method or self.method == request.method) and (not self.origin or self.origin == request.origin)
                and (not self.mailbox or self.mailbox is request.mailbox) and re.search(self.path, request.raw_path))


def graph_error(status, code, message="", headers=None, html=False):
    if html:
        return Answer(status, b"<html><head><title>Error</title></head><body><h1>Our services aren't available right now</h1></body></html>",
                      {"Content-Type": "text/html", **(headers or {})})
    inner = {"date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "request-id": str(uuid.uuid4()), "client-request-id": str(uuid.uuid4())}
    return Answer.json({"error": {"code": code, "message": message or code, "innerError": inner}}, status, headers)


class Cloud:
    def __init__(self, redirect_uris=("http://127.0.0.1:8025/outlook/callback",), ports=(0, 0)):
        self.lock = threading.RLock()
        self.violations, self.needless_requests, self.broken = [], [], []
        self.requests = []               # every Request, in order of arrival
        self.foreign = []                # what the foreign host got: nothing
        self.faults = []
        self.latency = 0.0
        self.forgiving = False           # after a crash: what is known may be asked for again
        self.expected = set()            # violations that a scenario provokes: texts that are let through
        self.seen = collections.Counter()
        self.parked = {}                 # bucket → (answered at, until)
        self.in_flight = collections.Counter()
        self.most_in_flight = collections.Counter()
        self.servers = {"login": Server("login", self.serve, ports[0]), "graph": Server("graph", self.serve, ports[1]), "foreign": Server("foreign", self.serve)}
        self.urls = {name: server.url for name, server in self.servers.items()}
        self.directory = Directory(redirect_uris)
        self.entra = Entra(self.directory, self.violation, self.urls)
        self.transport = Transport(self.mailbox)
        self.api = MailApi(self)
        self.subscriptions = Subscriptions(self)

    def __enter__(self):
        for server in self.servers.values():
            server.start()
        return self

    def __exit__(self, *_):
        self.subscriptions.stop()
        self.transport.stop()
        for server in self.servers.values():
            server.stop()

    # for scenarios

    def add_user(self, address, name, tenant=None):
        user = self.directory.add_user(address, name, tenant)
        user.mailbox.on_arrival.append(self.subscriptions.arrived)
        return user

    def mailbox(self, address):
        user = self.directory.user(address)
        return user.mailbox if user and user.has_mailbox else None

    @property
    def sent(self):
        return self.transport.sent

    def violation(self, text):
        with self.lock:
            if not any(part in text for part in self.expected):
                self.violations.append(text)

    def fault(self, path, status=None, code=None, headers=None, html=False, cut=None, redirect=None, **more):
        """status (with code), html, cut ("silent", "middle") or redirect say what is answered; the rest is Fault's."""
        answer = more.pop("answer", None)
        if redirect:
            answer = Answer.redirect(redirect, status or 302)
        elif cut == "silent":
            answer = Answer.silent()
        elif cut == "middle":
            more["twist"] = _halved
        elif status:
            answer = graph_error(status, code or {429: "TooManyRequests", 503: "ServiceUnavailable", 504: "UnknownError"}.get(status, "UnknownError"), headers=headers, html=html)
        fault = Fault(path, answer=answer, **more)
        self.faults.append(fault)
        return fault

    def twist(self, path, change, **more):
        """change(body as JSON) alters an answer in place."""
        def twisted(answer):
            if answer.status >= 300 or not answer.body:
                return answer
            value = answer.value()
            change(value)
            return Answer.json(value, answer.status, answer.headers)
        return self.fault(path, twist=twisted, **more)

    def count(self, method, path, origin="graph", since=0):
        return sum(1 for r in self.requests[since:] if r.origin == origin and r.method == method and re.search(path, r.raw_path))

    @contextlib.contextmanager
    def forgive(self):
        """Within it repeats of what is known are no offence: after kills, and after a new start."""
        self.forgiving = self.entra.forgiving = True
        try:
            yield
        finally:
            self.forgiving = self.entra.forgiving = False

    @contextlib.contextmanager
    def expect(self, *texts):
        """Violations that contain one of the texts belong to the scenario."""
        self.expected |= set(texts)
        try:
            yield
        finally:
            self.expected -= set(texts)

    # the watch

    def needless(self, request, why):
        if not self.forgiving:
            self.violation(f"needless: {why}: {request}")

    def known(self, request, key):
        """A request for what was answered before: content never again, what a list showed twice (a sweep may show it anew)."""
        with self.lock:
            if self.seen[key] >= (1 if key[0] == "mime" else 2):
                self.needless(request, f"{key[0]} once more")
            request.learns = key

    def check_manners(self, request):
        for passed, what in ((request.header("User-Agent"), "no User-Agent"), (request.version == "HTTP/1.1", request.version),
                             (request.header("Host") == urllib.parse.urlsplit(self.urls[request.origin]).netloc, f"Host {request.header('Host')}"),
                             (not request.header("X-AnchorMailbox"), "X-AnchorMailbox"), (not request.header("Cookie"), "a cookie"),
                             (not request.header("x-ms-throttle-priority"), "x-ms-throttle-priority is not for Outlook")):
            if not passed:
                self.violation(f"{what}: {request}")
        if request.origin == "graph":
            if not re.fullmatch(r"[0-9a-fA-F-]{36}", request.header("client-request-id")):
                self.violation(f"no client-request-id: {request}")
            if request.method == "GET" and not request.raw_path.endswith("$value") and "gzip" not in request.header("Accept-Encoding"):
                self.violation(f"does not accept gzip: {request}")
            if len(request.target) > 16000:
                self.violation(f"an address of {len(request.target)} bytes")

    @contextlib.contextmanager
    def flying(self, bucket, request):
        """Counts what is under way at once for a mailbox."""
        if bucket is None:
            yield False
            return
        with self.lock:
            self.in_flight[bucket] += 1
            count = self.in_flight[bucket]
            self.most_in_flight[bucket] = max(self.most_in_flight[bucket], count)
        if count > IN_FLIGHT_WANTED:
            self.violation(f"{count} requests at once for one mailbox: {request}")
        try:
            yield count > IN_FLIGHT_ALLOWED
        finally:
            with self.lock:
                self.in_flight[bucket] -= 1

    def check_parked(self, bucket, request):
        """An answer where this bucket was told to wait and did not."""
        answered, until = self.parked.get(bucket, (0, 0))
        moment = time.monotonic()
        if moment >= until - 0.02:
            return None
        if request.at > answered + GRACE_SECONDS:
            self.violation(f"did not wait for Retry-After, {until - moment:.2f} s too early: {request}")
        return graph_error(429, "TooManyRequests", headers={"Retry-After": f"{until - moment:.3f}"})

    def park(self, bucket, answer):
        value = {n.lower(): v for n, v in answer.headers.items()}.get("retry-after")
        if value is None or bucket is None:
            return
        try:
            seconds = float(value)
        except ValueError:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        with self.lock:
            self.parked[bucket] = (time.monotonic(), time.monotonic() + max(0.0, seconds))

    # serving

    def serve(self, request):
        """What each origin answers. An exception of our own is shown, not swallowed."""
        with self.lock:
            self.requests.append(request)
        try:
            if request.origin == "foreign":
                self.foreign.append(request)
                self.violation(f"a foreign host was asked: {request} {'WITH A TOKEN' if request.header('Authorization') else ''}")
                return Answer.json({"value": []})
            self.check_manners(request)
            answer = self.serve_login(request) if request.origin == "login" else self.serve_graph(request)
        except Exception:                # pylint: disable=broad-except
            self.broken.append(traceback.format_exc())
            self.violation(f"the stand-in is broken: {request}\n{traceback.format_exc()}")
            answer = graph_error(500, "InternalServerError")
        request.status = answer.status
        return answer

    def serve_login(self, request):
        bucket = ("login", request.path)
        answer = self.check_parked(bucket, request) or self.with_faults(request, self.entra.serve)
        self.park(bucket, answer)
        return answer

    def serve_graph(self, request):
        if not request.raw_path.startswith("/v1.0/"):
            self.violation(f"unknown path of Graph: {request}")
            return graph_error(400, "BadRequest", "Invalid version")
        refused = self.authenticate(request)
        if refused:
            return self.with_faults(request, lambda _: refused)
        try:
            self.find_mailbox(request)
        except GraphError as error:
            return self.error_of(request, error)
        bucket = (request.token.app.client_id, request.mailbox.oid) if request.mailbox else None
        with self.flying(bucket, request) as crowded:
            if self.latency:
                time.sleep(self.latency * random.uniform(0.5, 1.5))
            answer = self.check_parked(bucket, request)
            if not answer and crowded:
                answer = graph_error(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": "1"})
            answer = answer or self.with_faults(request, self.route)
        self.park(bucket, answer)
        return self.finished(request, answer)

    @staticmethod
    def finished(request, answer):
        answer.headers.setdefault("request-id", str(uuid.uuid4()))
        answer.headers.setdefault("x-ms-ags-diagnostic", '{"ServerInfo":{"DataCenter":"Germany West Central"}}')
        if request.header("client-request-id"):
            answer.headers.setdefault("client-request-id", request.header("client-request-id"))
        if "IdType" in request.header("Prefer"):
            answer.headers.setdefault("Preference-Applied", 'IdType="ImmutableId"')
        return answer

    def with_faults(self, request, carry_out):
        with self.lock:
            fault = next((f for f in self.faults if f.matches(request)), None)
            if fault and fault.skip:
                fault.skip -= 1
                fault = None
            if fault:
                fault.times -= 1
                fault.hits += 1
        if not fault:
            return self.learn(request, carry_out(request))
        if fault.delay:
            time.sleep(fault.delay)
        if fault.hook and not fault.after:
            fault.hook(request)
        if fault.answer is not None and not fault.after:
            return _copy(fault.answer)
        answer = carry_out(request)
        if fault.hook and fault.after:
            fault.hook(request)
        if fault.twist:
            answer = fault.twist(answer)
        return _copy(fault.answer) if fault.answer is not None else answer

    def learn(self, request, answer):
        if answer.status == 200 and getattr(request, "learns", None):
            with self.lock:
                self.seen[request.learns] += 1
        return answer

    def authenticate(self, request):
        """None and request.token, or the 401."""
        words = request.header("Authorization").split(" ")
        if len(words) != 2 or words[0] != "Bearer":
            self.violation(f"no bearer token: {request}")
            return graph_error(401, "InvalidAuthenticationToken", "Access token is empty.")
        token = self.directory.grants.get(words[1])
        if not token or token.kind != "access":
            self.violation(f"a token that Entra never gave as access token: {request}")
            return graph_error(401, "InvalidAuthenticationToken", "CompactToken parsing failed with error code: 80049217")
        request.token = token
        if token.left < 0:
            self.violation(f"a token that expired {-token.left:.1f} s ago: {request}")
        if token.details.get("refused", time.monotonic()) < request.at - 1:
            self.violation(f"a token that was refused before: {request}")
        if token.left < 0 or token.revoked:
            token.details.setdefault("refused", time.monotonic())
            challenge = 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="' if token.revoked == "claims" else "Bearer realm=\"\""
            return graph_error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired." if token.left < 0 else "token revoked",
                               {"WWW-Authenticate": challenge})
        return None

    def find_mailbox(self, request):
        match = re.match(r"/v1\.0/(me|users/[^/]+)(?:/|$)", request.raw_path)
        if not match:
            if request.token.user:
                request.mailbox = request.token.user.mailbox
            return
        if match[1] == "me":
            if request.token.user is None:
                raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.", violates="/me with an app-only token")
            user = request.token.user
        else:
            user = self.directory.user(urllib.parse.unquote(match[1][6:]))
            if not user:
                raise GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
        if not user.has_mailbox:
            raise GraphError(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
        request.mailbox = user.mailbox

    def check_permission(self, request, permission, mailbox):
        token = request.token
        if permission not in ASKED_FOR:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.", violates=f"needs {permission}, which we never ask for")
        if token.user is not None:
            if permission not in token.scopes:
                raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.",
                                 violates=f"needs {permission}, which the token's scope does not name")
            if mailbox is not None and mailbox is not token.user.mailbox:
                raise GraphError(403, "ErrorAccessDenied", "Access is denied.", violates="another user's mailbox with a delegated token")
            if permission not in token.app.user_consented.get(token.user.oid, set()) | token.app.admin_consented:
                raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
            return
        app = token.app
        allowed = permission in token.scopes
        if app.rbac is not None and mailbox is not None:
            allowed = allowed or permission in app.rbac.get(mailbox.oid, set())
        if not allowed:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if app.policy is not None and mailbox is not None and mailbox.oid not in app.policy:
            raise GraphError(403, "ErrorAccessDenied", "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.")

    def route(self, request):
        try:
            answer = self.subscriptions.serve(request)
            if answer:
                return answer
            if request.raw_path == "/v1.0/$batch" and request.method == "POST":
                return self.batch(request)
            match = re.fullmatch(r"/v1\.0/(?:me|users/[^/]+)(/.*)?", request.raw_path)
            found = self.api.route(request.method, match[1] or "") if match else None
            if not found:
                raise GraphError(400, "BadRequest", "Resource not found for the segment.", violates="an unknown path")
            permission, handler, arguments = found
            self.check_permission(request, permission, request.mailbox)
            if handler is None:
                raise GraphError(403, "ErrorAccessDenied", "Access is denied.", violates="an action that casegate has no use for")
            return handler(request, *arguments)
        except GraphError as error:
            return self.error_of(request, error)

    def error_of(self, request, error):
        if error.violates:
            self.violation(f"{error.violates}: {request}")
        return graph_error(error.status, error.code, error.message, error.headers)

    def batch(self, request):
        body = request.json() or {}
        wanted = body.get("requests")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH_REQUESTS or len({r.get("id") for r in wanted}) != len(wanted):
            raise GraphError(400, "BadRequest", "batch", violates=f"a batch of {len(wanted or [])} requests, or ids that repeat")
        answers = [self.one_of_batch(request, entry) for entry in wanted]
        random.shuffle(answers)
        return Answer.json({"responses": answers})

    def one_of_batch(self, request, entry):
        if not str(entry.get("url", "")).startswith("/") or entry.get("method") != "GET" or "$value" in entry["url"]:
            raise GraphError(400, "BadRequest", "batch", violates=f"in a batch only relative GETs of metadata: {entry.get('method')} {entry.get('url')}")
        inner = dataclasses.replace(request, method=entry["method"], target="/v1.0" + entry["url"], body=b"", inner=True,
                                    headers={**{n.lower(): v for n, v in (entry.get("headers") or {}).items()}})
        with self.lock:
            self.requests.append(inner)
        try:
            self.find_mailbox(inner)
            bucket = (request.token.app.client_id, inner.mailbox.oid)
            answer = self.check_parked(bucket, inner) or self.with_faults(inner, self.route)
            self.park(bucket, answer)
        except GraphError as error:
            answer = self.error_of(inner, error)
        inner.status = answer.status
        found = {"id": entry["id"], "status": answer.status, "headers": answer.headers}
        if answer.body:
            found["body"] = json.loads(answer.body) if "json" in answer.headers.get("Content-Type", "") else answer.body.decode("latin-1")
        return found


def _copy(answer):
    return Answer(answer.status, answer.body, answer.headers, answer.cut)


def _halved(answer):
    return Answer(answer.status, answer.body, answer.headers, "middle")
