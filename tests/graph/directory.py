"""Entra's directory: tenants, the app registration with its secrets and certificates, users, what was consented to,
and every code and token that was ever given out. Secrets carry a mark by which a test finds leaks."""

import base64
import datetime
import hashlib
import secrets
import time
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from graph.mailbox import Mailbox

MARK = "STANDIN"
OIDC = {"openid", "profile", "email", "offline_access"}
# What casegate may ask for at all (GRAPH.md 6); asking for more is a violation of least privilege.
ALLOWED = OIDC | {"Mail.Read", "Mail.Send", "Mail.Read.Shared", "Mail.Send.Shared"}


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tenant:
    def __init__(self, domain, ident=None):
        self.id = ident or str(uuid.uuid4())
        self.domain = domain
        self.users = {}                  # lower-case UPN → User
        self.user_consent = True         # may users consent by themselves?
        self.app_installed = True
        self.national = False            # lives in another cloud: AADSTS90038


class User:
    def __init__(self, tenant, address, name):
        self.tenant, self.address, self.name = tenant, address, name
        self.oid = str(uuid.uuid4())
        self.mailbox = Mailbox(self.oid, address, name)
        self.has_mailbox = True
        self.signs_in_with = None        # AADSTS number that stops the sign-in, e.g. 50105


class App:
    """The registration. secrets: value → valid?; certificates: x5t#S256 → public key."""

    def __init__(self, tenant, redirect_uris):
        self.tenant = tenant
        self.client_id = str(uuid.uuid4())
        self.object_id = str(uuid.uuid4())
        self.platform = "web"
        self.redirect_uris = set(redirect_uris)
        self.secrets = {}
        self.certificates = {}
        self.disabled = False
        self.registered = {"Mail.Read", "Mail.Send"}        # delegated permissions named in the registration
        self.roles = set()                                   # app roles granted by admin consent
        self.rbac = None                                     # None: roles hold everywhere; else {oid: set of roles}
        self.policy = None                                   # ApplicationAccessPolicy: set of oids that are allowed
        self.admin_consented = set()
        self.user_consented = {}                             # oid → set

    def add_secret(self):
        value = f"{MARK}~{secrets.token_urlsafe(12)}.+/=~"
        self.secrets[value] = True
        return value

    def add_certificate(self, bits=2048):
        """(certificate PEM, key PEM) of a new self-signed pair that is registered."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "casegate test")])
        moment = datetime.datetime.utcnow()
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                       .serial_number(x509.random_serial_number()).not_valid_before(moment - datetime.timedelta(days=1))
                       .not_valid_after(moment + datetime.timedelta(days=365)).sign(key, hashes.SHA256()))
        self.certificates[thumbprint(certificate)] = key.public_key()
        return (certificate.public_bytes(serialization.Encoding.PEM),
                key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def thumbprint(certificate):
    return b64url(hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest())


class Grant:
    """A code, a refresh token or an access token. user None: app-only."""

    def __init__(self, kind, app, user, scopes, lifetime):
        self.value = f"{kind}.{MARK}.{secrets.token_urlsafe(40)}"
        self.kind, self.app, self.user, self.scopes = kind, app, user, set(scopes)
        self.issued = time.monotonic()
        self.lifetime = lifetime
        self.used = 0
        self.revoked = None              # AADSTS number
        self.replaced = None             # the refresh token that came after it
        self.details = {}

    @property
    def left(self):
        return self.issued + self.lifetime - time.monotonic()


class Person:
    """Who sits at the browser, and what he answers."""

    def __init__(self, user):
        self.user = user
        self.answer = "consent"          # consent, decline, needs_admin, or an AADSTS number
        self.scopes = None               # fewer than asked: a partial grant
        self.is_admin = True


class Directory:
    def __init__(self, redirect_uris):
        self.tenants = {}
        self.apps = {}
        self.grants = {}                 # value → Grant
        self.assertions = set()          # jti that were used
        self.tenant = self.add_tenant("acme.example")
        self.app = self.add_app(self.tenant, redirect_uris)
        self.secret = self.app.add_secret()
        self.person = Person(None)
        self.rotates = True              # each refresh gives a new refresh token
        self.old_dies = False            # and the old one ends at once
        self.token_lifetime = 3600
        self.code_lifetime = 600
        self.integers_as_text = False    # "expires_in": "3599"

    def add_tenant(self, domain):
        tenant = Tenant(domain)
        self.tenants[tenant.id] = self.tenants[domain] = tenant
        return tenant

    def add_app(self, tenant, redirect_uris):
        app = App(tenant, redirect_uris)
        self.apps[app.client_id] = app
        return app

    def add_user(self, address, name, tenant=None):
        user = User(tenant or self.tenant, address, name)
        user.tenant.users[address.lower()] = user
        return user

    def users(self):
        return [user for tenant in set(self.tenants.values()) for user in tenant.users.values()]

    def user(self, wanted):
        """By oid or UPN."""
        return next((u for u in self.users() if wanted in (u.oid, u.address) or wanted.lower() == u.address.lower()), None)

    def give(self, kind, app, user, scopes, lifetime, **details):
        grant = Grant(kind, app, user, scopes, lifetime)
        grant.details = details
        self.grants[grant.value] = grant
        return grant

    def revoke(self, user, number=50173, at_once=False):
        """Sessions are revoked: refresh tokens end; access tokens live on, but with at_once (CAE) they do not."""
        for grant in list(self.grants.values()):
            if grant.user is user and (grant.kind == "refresh" or at_once):
                grant.revoked = number

    def secrets_given(self):
        """Everything that must never be seen in a log, a database in clear or at a foreign host."""
        return [*self.grants, *(s for app in self.apps.values() for s in app.secrets)]

    def bare(self, scope, graph_url):
        """`https://graph.microsoft.com/Mail.Read` → `Mail.Read`; other resources keep their prefix."""
        for prefix in (graph_url, "https://graph.microsoft.com"):
            if scope.lower().startswith(prefix.lower() + "/"):
                scope = scope[len(prefix) + 1:]
        known = {s.lower(): s for s in ALLOWED | {"User.Read", "Mail.ReadWrite", "Mail.ReadBasic", ".default"}}
        return known.get(scope.lower(), scope)


