"""A plain client for testing the stand-in itself, and a browser of few words for the sign-in."""

import gzip
import hashlib
import http.client
import json
import os
import time
import urllib.parse
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from graph.directory import b64url, thumbprint

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def fetch(url, method="GET", body=None, headers=None, timeout=30):
    """One request, no redirect followed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def browse(url, hops=10, cookies=None):
    """Follows redirects as a browser does; (last URL, last Reply). A user agent, so that Entra does not wonder."""
    cookies = {} if cookies is None else cookies
    for _ in range(hops):
        origin = urllib.parse.urlsplit(url).netloc
        headers = {"User-Agent": "Mozilla/5.0", "Accept": "text/html", "Accept-Language": "de"}
        if cookies.get(origin):
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in cookies[origin].items())
        reply = fetch(url, headers=headers)
        if "set-cookie" in reply.headers:
            name, _, value = reply.headers["set-cookie"].split(";")[0].partition("=")
            cookies.setdefault(origin, {})[name] = value
        if reply.status not in (301, 302, 303, 307):
            return url, reply
        url = urllib.parse.urljoin(url, reply.headers["location"])
    raise RuntimeError(f"too many redirects: {url}")


class Client:
    """Does what an honest client does."""

    def __init__(self, cloud, app=None, secret=None):
        self.cloud, self.app = cloud, app or cloud.directory.app
        self.secret = secret or cloud.directory.secret
        self.redirect = sorted(self.app.redirect_uris)[0]
        self.verifier = b64url(os.urandom(32))
        self.access = self.refresh_token = None

    def endpoint(self, what="oauth2/v2.0/token"):
        return f"{self.cloud.urls['login']}/{self.app.tenant.id}/{what}"

    def authorize_url(self, **changes):
        query = {"client_id": self.app.client_id, "response_type": "code", "redirect_uri": self.redirect, "response_mode": "query",
                 "scope": "openid profile offline_access https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/Mail.Send",
                 "state": b64url(os.urandom(32)), "code_challenge": b64url(hashlib.sha256(self.verifier.encode()).digest()),
                 "code_challenge_method": "S256", **changes}
        return self.endpoint("oauth2/v2.0/authorize") + "?" + urllib.parse.urlencode({n: v for n, v in query.items() if v is not None})

    def authorize(self, **changes):
        """What comes back to the redirect URI."""
        reply = fetch(self.authorize_url(**changes), headers={"User-Agent": "Mozilla/5.0"})
        if reply.status != 302:
            return {"status": reply.status}
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(reply.headers["location"]).query))

    def token(self, **form):
        form = {"client_id": self.app.client_id, "client_secret": self.secret, **form}
        reply = fetch(self.endpoint(), "POST", urllib.parse.urlencode({n: v for n, v in form.items() if v is not None}),
                      {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "test"})
        if reply.status == 200:
            self.access = reply.json()["access_token"]
            self.refresh_token = reply.json().get("refresh_token", self.refresh_token)
        return reply

    def connect(self, user):
        self.cloud.directory.person.user = user
        code = self.authorize()["code"]
        return self.token(grant_type="authorization_code", code=code, redirect_uri=self.redirect, code_verifier=self.verifier)

    def call(self, method, path, body=None, headers=None):
        """path: below /v1.0, or a whole link."""
        url = path if path.startswith("http") else f"{self.cloud.urls['graph']}/v1.0{path}"
        headers = {"Authorization": f"Bearer {self.access}", "User-Agent": "test", "client-request-id": str(uuid.uuid4()), "Accept-Encoding": "gzip, identity",
                   **(headers or {})}
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        reply = fetch(url, method, body, headers)
        if reply.headers.get("content-encoding") == "gzip":
            reply.body = gzip.decompress(reply.body)
        return reply


def assertion(certificate, key, audience, client_id, salt=32, **changes):
    """PS256 as GRAPH.md 1.5 writes it."""
    parsed = x509.load_pem_x509_certificate(certificate)
    private = serialization.load_pem_private_key(key, None)
    moment = int(time.time())
    head = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(parsed)}
    claims = {"aud": audience, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4()), "nbf": moment, "iat": moment, "exp": moment + 600, **changes}
    signed = ".".join(b64url(json.dumps(p).encode()) for p in (head, claims))
    signature = private.sign(signed.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())
    return f"{signed}.{b64url(signature)}"


def quoted(ident):
    return urllib.parse.quote(ident, safe="")


