"""Entra ID: /authorize, /token and /adminconsent of the v2 endpoint, as strict as the real one."""

import base64
import binascii
import hashlib
import json
import re
import threading
import time
import urllib.parse
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from graph.directory import ALLOWED, OIDC, b64url
from graph.wire import Answer

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# number → (error, HTTP status, text)
TEXTS = {
    16000: ("interaction_required", 400, "User account from identity provider does not exist in tenant"),
    28003: ("invalid_request", 400, "Provided value for the input parameter scope cannot be empty"),
    40010: ("temporarily_unavailable", 503, "RetryableError"),
    50011: ("invalid_client", 400, "The redirect URI specified in the request does not match the redirect URIs configured for the application"),
    50012: ("invalid_client", 401, "Client assertion contains an invalid signature"),
    50020: ("interaction_required", 400, "User account does not exist in tenant and cannot access the application"),
    50034: ("invalid_grant", 400, "The user account does not exist in the directory"),
    50055: ("invalid_grant", 400, "The password is expired"),
    50057: ("invalid_grant", 400, "The user account is disabled"),
    50076: ("interaction_required", 400, "You must use multi-factor authentication to access"),
    50079: ("interaction_required", 400, "The user is required to enroll in multi-factor authentication"),
    50105: ("access_denied", 400, "The signed in user is not assigned to a role for the application"),
    50173: ("invalid_grant", 400, "The provided grant has expired due to it being revoked, a fresh auth token is needed"),
    50194: ("invalid_request", 400, "Application is not configured as a multi-tenant application"),
    50196: ("invalid_grant", 400, "The server terminated an operation because it encountered a client request loop"),
    53000: ("interaction_required", 400, "Device is not in required device state: compliant"),
    53003: ("access_denied", 400, "Access has been blocked by Conditional Access policies"),
    54005: ("invalid_grant", 400, "OAuth2 Authorization code was already redeemed"),
    65001: ("invalid_grant", 400, "The user or administrator has not consented to use the application"),
    65004: ("access_denied", 400, "User declined to consent to access the app"),
    70000: ("invalid_grant", 400, "Provided grant is invalid or malformed"),
    70008: ("invalid_grant", 400, "The provided authorization code or refresh token has expired due to inactivity"),
    70011: ("invalid_scope", 400, "The provided value for the input parameter 'scope' is not valid"),
    70043: ("invalid_grant", 400, "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access"),
    90002: ("invalid_request", 400, "Tenant not found"),
    90013: ("invalid_request", 400, "Invalid input received from the user"),
    90014: ("invalid_request", 400, "The required field is missing"),
    90033: ("temporarily_unavailable", 503, "A transient error has occurred. Please try again"),
    90038: ("invalid_request", 400, "Confidential Client is not supported in Cross Cloud request"),
    90055: ("temporarily_unavailable", 429, "The tenant is throttled"),
    90094: ("consent_required", 400, "Admin consent is required for the permissions requested by this application"),
    500011: ("invalid_resource", 400, "The resource principal was not found in the tenant"),
    500133: ("invalid_client", 401, "Assertion is not within its valid time range"),
    501481: ("invalid_grant", 400, "The Code_Verifier does not match the code_challenge supplied in the authorization request"),
    700005: ("invalid_grant", 400, "Provided Authorization Code is intended to use against other tenant, thus rejected"),
    700016: ("unauthorized_client", 400, "Application with identifier was not found in the directory"),
    700022: ("invalid_request", 400, "Multiple resources or .default mixed with resource-specific scopes"),
    700025: ("invalid_client", 401, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented"),
    700027: ("invalid_client", 401, "The certificate with identifier used to sign the client assertion is not registered on application"),
    700082: ("invalid_grant", 400, "The refresh token has expired due to inactivity"),
    900144: ("invalid_request", 400, "The request body must contain the parameter"),
    7000112: ("unauthorized_client", 400, "Application is disabled"),
    7000215: ("invalid_client", 401, "Invalid client secret provided. Ensure the secret being sent is the client secret value, not the client secret ID"),
    7000218: ("invalid_client", 401, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'"),
    7000222: ("invalid_client", 401, "The provided client secret keys for app are expired"),
    9001023: ("invalid_request", 400, "The grant type is not supported over the /common or /consumers endpoints"),
    9002325: ("invalid_request", 400, "Proof Key for Code Exchange is required for cross-origin authorization code redemption"),
}


class Refused(Exception):
    def __init__(self, number, **more):
        super().__init__(number)
        self.number, self.more = number, more


def refusal(number, error=None, suberror=None, status=None, claims=None, text=None):
    """The body of a 4xx from /token."""
    known, code, words = TEXTS.get(number, ("invalid_grant", 400, "An error"))
    body = {"error": error or known,
            "error_description": f"AADSTS{number}: {text or words}.\r\nTrace ID: {uuid.uuid4()}\r\nCorrelation ID: {uuid.uuid4()}\r\n"
                                 f"Timestamp: {time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime())}",
            "error_codes": [number], "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
            "trace_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
    if suberror:
        body["suberror"] = suberror
    if claims:
        body["claims"] = claims
    return Answer.json(body, status or code)


class Entra:
    """violation(text): the list of the Cloud. What an honest client cannot run into is one."""

    def __init__(self, directory, violation, urls):
        self.directory, self.violation, self.urls = directory, violation, urls
        self.key = None
        self.lock = threading.RLock()
        self.refreshing = {}             # user → how many refreshes are in flight
        self.failed_refreshes = {}       # refresh token → when it failed
        self.latency = 0.0               # of /token
        self.without_refresh_token = False
        self.without_offline = False
        self.hours = 0.0                 # how far our clock is off
        self.forgiving = False           # after a crash what was got may be asked for again

    def serve(self, request):
        match = re.fullmatch(r"/([^/]+)/(oauth2/v2\.0/authorize|oauth2/v2\.0/token|v2\.0/adminconsent|adminconsent)", request.path)
        if request.method == "GET" and request.path == "/common/v2.0/.well-known/openid-configuration":
            return Answer.json({"issuer": self.urls["login"] + "/{tenantid}/v2.0", "token_endpoint": self.urls["login"] + "/common/oauth2/v2.0/token"})
        if not match:
            self.violation(f"unknown path of Entra: {request}")
            return Answer.text("not found", 404)
        if request.header("Authorization"):
            self.violation(f"Authorization sent to the login host: {request}")
        tenant, what = match[1], match[2].rpartition("/")[2]
        want = "POST" if what == "token" else "GET"
        if request.method != want:
            self.violation(f"{request.method} instead of {want}: {request}")
            return refusal(900144)
        try:
            return getattr(self, what)(request, tenant)
        except Refused as refused:
            return refusal(refused.number, **refused.more)

    def find_tenant(self, name, app):
        if name in ("common", "organizations", "consumers"):
            self.violation(f"/{name} instead of the configured directory")
            raise Refused(50194)
        tenant = self.directory.tenants.get(name)
        if not tenant:
            raise Refused(90002)
        if tenant.national:
            raise Refused(90038)
        if not app or app.tenant is not tenant:
            raise Refused(700016)
        if app.disabled:
            raise Refused(7000112)
        return tenant

    def scopes(self, text):
        found = {self.directory.bare(s, self.urls["graph"]) for s in text.split()}
        if not found:
            raise Refused(28003)
        if ".default" in found and len(found - OIDC) > 1:
            self.violation(f".default mixed with named scopes: {text}")
            raise Refused(70011)
        for scope in found - ALLOWED - {".default"}:
            self.violation(f"asks for more than is needed: {scope}")
        return found

    # /authorize: a browser comes by

    def authorize(self, request, tenant_name):
        query = request.query
        app = self.directory.apps.get(query.get("client_id"))
        tenant = self.find_tenant(tenant_name, app)
        redirect = query.get("redirect_uri")
        if redirect not in app.redirect_uris:
            return Answer.text(f"AADSTS50011: {TEXTS[50011][2]}: {redirect}", 400, "text/html")
        problems = [text for passed, text in [
            (query.get("response_type") == "code", "response_type is not code"),
            (query.get("response_mode", "query") == "query", "response_mode is not query"),
            (query.get("code_challenge_method") == "S256", "PKCE is not S256"),
            (re.fullmatch(r"[A-Za-z0-9_-]{43}", query.get("code_challenge", "")), "code_challenge is no base64url of a SHA-256"),
            (len(query.get("state", "")) >= 22, "state has less than 128 bit"),
            (len(request.raw_query) == len(urllib.parse.urlencode(dict(urllib.parse.parse_qsl(request.raw_query, keep_blank_values=True)))) or "%" in request.raw_query,
             "the query is not encoded"),
            ("client_secret" not in query, "the secret in a browser's address"),
        ] if not passed]
        for problem in problems:
            self.violation(f"authorize: {problem}")
        back = {"state": query.get("state", "")}
        if problems:
            return self.back(redirect, {"error": "invalid_request", "error_description": f"AADSTS900144: {problems[0]}", **back})
        scopes = self.scopes(query.get("scope", ""))
        for wanted in ("openid", "profile", "offline_access"):
            if wanted not in scopes:
                self.violation(f"authorize: without {wanted}")
        return self.back(redirect, {**self.decide(app, tenant, query, scopes), **back})

    def decide(self, app, tenant, query, scopes):
        """What comes back for the person at the browser: a code, or an error."""
        person = self.directory.person
        user = person.user
        number = person.answer if isinstance(person.answer, int) else None
        if user and user.tenant is not tenant:
            number = number or 50020
        if user and user.signs_in_with:
            number = user.signs_in_with
        granted = scopes - OIDC
        if not number:
            missing = granted - app.admin_consented
            if person.answer == "decline":
                number = 65004
            elif person.answer == "needs_admin" or (missing and not tenant.user_consent):
                number = 90094
            elif granted - app.registered - app.admin_consented:
                number = 65001
        if number:
            error = TEXTS.get(number, ("access_denied", 0, "An error"))
            return {"error": getattr(person, "error", None) or error[0], "error_description": f"AADSTS{number}: {error[2]}. Trace ID: {uuid.uuid4()}",
                    "error_subcode": "cancel"} if number == 65004 else {
                        "error": getattr(person, "error", None) or error[0], "error_description": f"AADSTS{number}: {error[2]}."}
        if person.scopes is not None:
            granted &= person.scopes
        app.user_consented.setdefault(user.oid, set()).update(granted)
        code = self.directory.give("code", app, user, granted | (scopes & OIDC), self.directory.code_lifetime, tenant=tenant,
                                   challenge=query["code_challenge"], redirect=query["redirect_uri"], nonce=query.get("nonce"))
        return {"code": code.value, "session_state": str(uuid.uuid4())}

    @staticmethod
    def back(redirect, values):
        return Answer.redirect(redirect + ("&" if "?" in redirect else "?") + urllib.parse.urlencode(values))

    # /adminconsent

    def adminconsent(self, request, tenant_name):
        query = request.query
        app = self.directory.apps.get(query.get("client_id"))
        tenant = self.find_tenant(tenant_name, app)
        redirect = query.get("redirect_uri")
        if redirect not in app.redirect_uris:
            return Answer.text("AADSTS50011", 400, "text/html")
        if len(query.get("state", "")) < 22:
            self.violation("adminconsent: state has less than 128 bit")
        scope = query.get("scope", "")
        values = {"admin_consent": "True", "tenant": tenant.id, "state": query.get("state", ""), "scope": scope}
        person = self.directory.person
        if person.answer != "consent" or not person.is_admin:
            number = person.answer if isinstance(person.answer, int) else 65004 if person.is_admin else 90094
            return self.back(redirect, {**values, "error": "access_denied", "error_description": f"AADSTS{number}: denied."})
        wanted = self.scopes(scope) if scope else {".default"}
        app.admin_consented |= app.registered if ".default" in wanted else wanted & app.registered
        if ".default" in wanted:
            app.roles |= app.registered
        return self.back(redirect, values)

    # /token

    def token(self, request, tenant_name):
        if self.latency:
            time.sleep(self.latency)
        form = {name: values[0] for name, values in request.form().items()}
        for problem, found in (("no form", not request.header("Content-Type").startswith("application/x-www-form-urlencoded")),
                               ("an Origin header with a confidential client", bool(request.header("Origin"))),
                               ("parameters in the address", bool(request.raw_query)),
                               ("a field twice", any(len(v) > 1 for v in request.form().values()))):
            if found:
                self.violation(f"token: {problem}")
                raise Refused(9002325 if "Origin" in problem else 900144)
        app = self.directory.apps.get(form.get("client_id"))
        grant_type = form.get("grant_type")
        if grant_type == "client_credentials" and tenant_name in ("common", "consumers"):
            raise Refused(9001023)
        tenant = self.find_tenant(tenant_name, app)
        self.check_credential(app, form, f"{self.urls['login']}{request.raw_path}")
        steps = {"authorization_code": self.redeem, "refresh_token": self.refresh, "client_credentials": self.app_only}
        if grant_type not in steps:
            self.violation(f"token: grant_type {grant_type}")
            raise Refused(900144)
        return steps[grant_type](app, tenant, form)

    def check_credential(self, app, form, endpoint):
        secret, assertion = form.get("client_secret"), form.get("client_assertion")
        if secret and assertion:
            self.violation("token: secret and assertion together")
        if assertion:
            self.check_assertion(app, form, assertion, endpoint)
        elif secret is None:
            raise Refused(7000218)
        elif secret not in app.secrets:
            raise Refused(7000215)
        elif not app.secrets[secret]:
            raise Refused(7000222)

    def check_assertion(self, app, form, assertion, endpoint):
        if form.get("client_assertion_type") != ASSERTION:
            self.violation("assertion: wrong client_assertion_type")
            raise Refused(700027)
        try:
            head, claims, signature = assertion.split(".")
            header, values = (json.loads(unpadded(part)) for part in (head, claims))
            signed = unpadded(signature)
        except (ValueError, binascii.Error):
            self.violation("assertion: no JWT, or with padding")
            raise Refused(50012) from None
        problems = [text for bad, text in [
            (header.get("alg") != "PS256", f"alg {header.get('alg')}"), (header.get("typ") != "JWT", "typ"),
            ("x5t" in header, "x5t (SHA-1) beside x5t#S256"),
            (values.get("aud") != endpoint, f"aud {values.get('aud')} instead of {endpoint}"),
            (values.get("iss") != app.client_id or values.get("sub") != app.client_id, "iss or sub"),
            (not values.get("jti") or len(values["jti"]) < 16, "jti too short"),
            (not all(isinstance(values.get(n), int) for n in ("exp", "nbf")), "exp or nbf is no number"),
        ] if bad]
        for problem in problems:
            self.violation(f"assertion: {problem}")
        if problems:
            raise Refused(50012)
        moment = time.time() + self.hours * 3600
        if not values["nbf"] - 300 <= moment <= values["exp"] + 300:
            raise Refused(500133)
        if values["exp"] - values["nbf"] > 24 * 3600 or values["exp"] - time.time() > 900:
            self.violation("assertion: lives longer than 15 minutes")
        with self.lock:
            if values["jti"] in self.directory.assertions:
                self.violation("assertion: jti used twice")
                raise Refused(50012)
            self.directory.assertions.add(values["jti"])
        key = app.certificates.get(header.get("x5t#S256"))
        if key is None:
            raise Refused(700027)
        try:
            key.verify(signed, f"{head}.{claims}".encode(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        except InvalidSignature:
            self.violation("assertion: the signature is wrong (PSS, SHA-256, salt of 32)")
            raise Refused(700027) from None

    def redeem(self, app, tenant, form):
        code = self.directory.grants.get(form.get("code"))
        if not code or code.kind != "code" or code.app is not app:
            raise Refused(70000)
        if code.details["tenant"] is not tenant:
            raise Refused(700005)
        if code.details["redirect"] != form.get("redirect_uri"):
            self.violation("token: another redirect_uri than at authorize")
            raise Refused(50011)
        verifier = form.get("code_verifier", "")
        if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) or b64url(hashlib.sha256(verifier.encode()).digest()) != code.details["challenge"]:
            self.violation("token: the code_verifier does not fit")
            raise Refused(501481)
        with self.lock:
            code.used += 1
            if code.used > 1:
                self.violation("token: a code redeemed twice")
                raise Refused(54005)
        if code.left < 0:
            raise Refused(70008)
        return self.tokens(app, code.user, code.scopes, code.details["nonce"])

    def refresh(self, app, tenant, form):
        old = self.directory.grants.get(form.get("refresh_token"))
        if not old or old.kind != "refresh" or old.app is not app or old.user.tenant is not tenant:
            raise Refused(70000)
        if time.monotonic() - self.failed_refreshes.get(old.value, -1e9) < 50:
            self.violation("token: the same failing refresh again within a minute")
        with self.lock:
            if self.refreshing.get(old.user):
                self.violation(f"token: two refreshes at once for {old.user.address}")
            self.refreshing[old.user] = self.refreshing.get(old.user, 0) + 1
        try:
            time.sleep(0.02)                 # so that two that race are seen
            self.check_refresh(old, form)
            return self.tokens(app, old.user, old.scopes, None, old)
        except Refused:
            self.failed_refreshes[old.value] = time.monotonic()
            raise
        finally:
            with self.lock:
                self.refreshing[old.user] -= 1

    def check_refresh(self, old, form):
        if old.revoked or old.left < 0:
            raise Refused(old.revoked or 700082)
        if form.get("scope") and not self.scopes(form["scope"]) - OIDC <= old.scopes:
            raise Refused(65001)
        with self.lock:
            old.used += 1
            if old.used > 1 and old.replaced is not None and old.replaced.used:
                self.violation("token: an old refresh token, though its successor was in use")
        live = [g for g in self.directory.grants.values() if g.kind == "access" and g.user is old.user and g.app is old.app
                and not g.revoked and not g.details.get("refused")]
        if live and self.is_early(live[-1]):
            self.violation(f"token: refreshed though the last one has {live[-1].left:.0f} s left")

    def app_only(self, app, tenant, form):
        if self.scopes(form.get("scope", "")) != {".default"}:
            self.violation("client_credentials: scope is not the resource's .default alone")
            raise Refused(70011)
        live = [g for g in self.directory.grants.values() if g.kind == "access" and g.user is None and g.app is app and not g.details.get("refused")]
        if live and self.is_early(live[-1]) and live[-1].scopes == app.roles:
            self.violation(f"client_credentials: asked though the last token has {live[-1].left:.0f} s left")
        token = self.directory.give("access", app, None, app.roles, self.directory.token_lifetime)
        return Answer.json({"token_type": "Bearer", "expires_in": self.seconds(token), "ext_expires_in": self.seconds(token), "access_token": token.value})

    def is_early(self, token):
        """Refresh at min(5 min, a quarter of the lifetime) before the end, not sooner."""
        return not self.forgiving and token.left > min(300, token.lifetime / 4) * 1.1 + 2

    def seconds(self, token):
        return str(token.lifetime - 1) if self.directory.integers_as_text else max(1, int(token.lifetime) - (token.lifetime > 60))

    def tokens(self, app, user, scopes, nonce, old=None):
        directory = self.directory
        token = directory.give("access", app, user, scopes, directory.token_lifetime)
        named = [s if s in OIDC else f"https://graph.microsoft.com/{s}" for s in sorted(scopes)]
        body = {"token_type": "Bearer", "scope": " ".join(named), "expires_in": self.seconds(token), "ext_expires_in": self.seconds(token),
                "access_token": token.value}
        if "offline_access" in scopes and not self.without_refresh_token and (old is None or directory.rotates):
            fresh = directory.give("refresh", app, user, scopes, 90 * 86400)
            body["refresh_token"] = fresh.value
            if old is not None:
                old.replaced = fresh
                if directory.old_dies:
                    old.revoked = 70000
        if "openid" in scopes:
            body["id_token"] = self.id_token(app, user, nonce)
        return Answer.json(body)

    def id_token(self, app, user, nonce):
        with self.lock:
            self.key = self.key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        moment = int(time.time())
        claims = {"aud": app.client_id, "iss": f"{self.urls['login']}/{user.tenant.id}/v2.0", "iat": moment, "nbf": moment, "exp": moment + 3600,
                  "name": user.name, "oid": user.oid, "preferred_username": user.address, "sub": str(uuid.uuid4()), "tid": user.tenant.id, "ver": "2.0"}
        if nonce:
            claims["nonce"] = nonce
        claims.update(self.directory.person.__dict__.get("claims") or {})
        signed = ".".join(b64url(json.dumps(p).encode()) for p in ({"typ": "JWT", "alg": "RS256", "kid": "stand-in"}, claims))
        return f"{signed}.{b64url(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def unpadded(text):
    if "=" in text or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
