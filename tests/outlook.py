"""What the end-to-end tests of the Outlook integration share: a gateway whose Microsoft is the stand-in of tests/graph.

    with Office() as office:
        desk = office.desk()                # a tenant of its own: directory, registration, users anna, bernd, chef
        desk.connect("anna")
        message = desk.send("anna", case_id, ["k.berger@stahlbau-nord.example"])
        ...
        office.settled(tap, "sending")      # no violation, no leak to a foreign host

Each scenario takes a desk, so that nothing of another one's is in the way."""

import contextlib
import datetime
import itertools
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse

import mails
from graph.client import browse
from graph.cloud import Cloud
from harness import Gateway, wait_until

UTC = datetime.timezone.utc
CONSOLE_SECONDS = 180


def outcome_of(reply):
    """The word of the callback's page, None where it has none."""
    match = re.search(rb'<meta\s+name="outlook-outcome"\s+content="([a-z]+)"', reply.body)
    return match[1].decode() if match else None


class Office:
    """settings: over those of Gateway. polls: [graph] poll_seconds."""

    def __init__(self, polls=0, settings=None, **more):
        self.gateway = Gateway(**more)
        self.public_url = f"http://127.0.0.1:{self.gateway.ports['http']}"
        self.cloud = Cloud([self.public_url + "/outlook/callback"])
        self.numbers = itertools.count(1)
        self.polls, self.settings = polls, settings or {}
        self.key_file = None
        self.said = []                      # what commands printed: nothing secret may be in it

    def __enter__(self):
        self.cloud.__enter__()
        try:
            self.gateway.wanted = self.wanted()
            self.gateway.__enter__()
        except BaseException:
            self.cloud.__exit__()
            raise
        return self

    def wanted(self):
        handle, self.key_file = tempfile.mkstemp(prefix="casegate-key-")
        with open(handle, "wb") as file:
            file.write(os.urandom(32).hex().encode() + b"\n")
        found = {"graph": {"enabled": "yes", "login_url": self.cloud.urls["login"], "api_url": self.cloud.urls["graph"], "poll_seconds": str(self.polls)},
                 "http": {"listen": f"127.0.0.1:{self.gateway.ports['http']}", "public_url": self.public_url}, "secrets": {"key_file": self.key_file}}
        for section, keys in self.settings.items():
            found.setdefault(section, {}).update(keys)
        return found

    def __exit__(self, *_):
        try:
            self.gateway.__exit__()
        finally:
            self.cloud.__exit__()
            os.unlink(self.key_file)

    def desk(self, **more):
        return Desk(self, next(self.numbers), **more)

    def command(self, *words, stdin=b""):
        code, out, err = self.gateway.command(*words, stdin=stdin)
        self.said += [out, err]
        return code, out, err

    def tables(self):
        """A session of the superuser, to turn the clock of a row."""
        session = self.gateway.cluster.connect()
        session.execute("SET search_path = casegate, public")
        return session

    def settled(self, tap, name):
        """No violation, nothing broken, nothing at a foreign host. Starts the count anew."""
        cloud = self.cloud
        tap.equal(cloud.violations[:8], [], f"{name}: Microsoft has nothing to object to", *cloud.broken[:2])
        tap.equal([str(r) for r in cloud.foreign], [], f"{name}: no foreign host was asked")
        cloud.violations.clear()
        cloud.foreign.clear()
        cloud.broken.clear()
        cloud.faults.clear()
        cloud.parked.clear()

    def leaks(self):
        """Where a secret, code or token stands in clear: log, database, what commands said."""
        dump = subprocess.run([f"{self.gateway.cluster.bin}/pg_dump", "-d", self.gateway.cluster.url("postgres")], capture_output=True, check=False)
        places = {"the log": self.gateway.log_text(), "the database": dump.stdout.decode("utf-8", "replace") + dump.stderr.decode("utf-8", "replace"),
                  "what commands printed": "\n".join(self.said)}
        secrets = self.cloud.directory.secrets_given()
        with open(self.key_file, encoding="ascii") as file:
            secrets.append(file.read().strip())
        forms = [form for secret in secrets for form in {secret, urllib.parse.quote(secret, safe=""), secret[12:40]}]
        return dump.returncode, [f"{place}: {form[:18]}…" for place, text in places.items() for form in forms if form in text]


class Desk:
    """A tenant with its registration. mode: --app-only; certificate: instead of a secret."""

    def __init__(self, office, number, users=("anna", "bernd", "chef"), scopes=None, app_only=False, certificate=False, set_up=True):
        self.office, self.cloud, self.gateway = office, office.cloud, office.gateway
        self.tenant = f"acme{number}"
        self.domain = f"{self.tenant}.example"
        self.agent = f"agent@in.{self.domain}"
        self.entra = self.cloud.directory.add_tenant(self.domain)
        self.app = self.cloud.directory.add_app(self.entra, self.cloud.directory.app.redirect_uris)
        self.secret = self.app.add_secret()
        names = {"anna": "Anna Muster", "bernd": "Bernd Beispiel", "chef": "Clara Chefin"}
        self.people = {}
        self.gateway.run("tenant", "add", self.tenant, "--name", f"ACME {number}")
        self.gateway.run("address", "add", self.tenant, self.agent)
        for user in users:
            self.people[user] = self.cloud.add_user(self.address(user), names[user], self.entra)
            role = ("--role", "all") if user == "chef" else ()
            self.gateway.run("user", "add", self.tenant, user, self.address(user), *role)
        if set_up:
            done = self.set(scopes=scopes, app_only=app_only, certificate=certificate)
            if done[0]:
                raise RuntimeError(f"outlook set: {done}")

    def address(self, user):
        return f"{user}@{self.domain}"

    def person(self, user):
        """(name, address) as mails.py has people."""
        return (self.people[user].name, self.people[user].address)

    def mailbox(self, user):
        return self.people[user].mailbox

    # setting up

    def set(self, scopes=None, app_only=False, certificate=False, secret=None, cloud=None):
        words = ["--directory", self.entra.id, "--client", self.app.client_id]
        files = []
        if certificate:
            pair = certificate if isinstance(certificate, tuple) else self.app.add_certificate()
            files = list(zip(("--certificate", "--key"), pair))
        else:
            files = [("--secret-file", (secret or self.secret).encode() + b"\n")]
        for option, content in files:
            path = f"{self.gateway.directory}/{self.tenant}{option}"
            with open(path, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(content)
            words += [option, path]
        if app_only:
            words.append("--app-only")
        if scopes:
            words += ["--scopes", scopes]
        if cloud:
            words += ["--cloud", cloud]
        return self.office.command("outlook", "set", self.tenant, *words)

    def connect_url(self, user, *more):
        code, out, err = self.office.command("outlook", "connect", self.tenant, user, *more)
        lines = [line.strip() for line in out.splitlines() if line.strip().startswith("http")]
        if code or len(lines) != 1:
            raise RuntimeError(f"outlook connect {user}: exit {code}\n{out}{err}")
        return lines[0]

    def sign_in(self, url, who, answer="consent", scopes=None, error=None):
        """The browser of `who` goes there; (outcome, HTTP status, last URL)."""
        person = self.cloud.directory.person
        person.user = self.people.get(who, who) if isinstance(who, str) else who
        person.answer, person.scopes, person.error = answer, scopes, error
        last, reply = browse(url)
        return outcome_of(reply), reply.status, last

    def connect(self, user, **more):
        return self.sign_in(self.connect_url(user), more.pop("who", user), **more)

    def bind(self, user):
        """App-only: a mailbox without a sign-in."""
        return self.office.command("outlook", "connect", self.tenant, user, "--mailbox", self.address(user))

    def admin_consent(self, **more):
        return self.sign_in(self.connect_url("chef", "--admin"), "chef", **more)

    def status(self, user):
        code, out, err = self.office.command("outlook", "status", self.tenant, user, "--json")
        if code:
            raise RuntimeError(f"outlook status: {err}")
        found = json.loads(out)
        return found[0] if isinstance(found, list) and found else found

    def state(self, user):
        return (self.status(user) or {}).get("state")

    def sync(self, user="anna"):
        return self.office.command("outlook", "sync", self.tenant, user)

    def sync_measured(self, user="anna"):
        """(exit code, greatest resident memory in MB) of a round."""
        process = subprocess.Popen([self.gateway.program, "outlook", "sync", self.tenant, user, "-c", self.gateway.config],
                                   stdout=subprocess.DEVNULL, cwd=self.gateway.directory)
        most = 0
        while process.poll() is None:     # the kernel's own greatest value would count this process in
            with contextlib.suppress(OSError), open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as file:
                most = max([most] + [int(line.split()[1]) for line in file if line.startswith("VmHWM")])
            time.sleep(0.02)
        return process.returncode, most / 1024

    def test(self, user="anna", *more):
        return self.office.command("outlook", "test", self.tenant, user, *more)

    def disconnect(self, user="anna"):
        return self.office.command("outlook", "disconnect", self.tenant, user)

    # mail and cases

    def file(self, mail, sender=None):
        """By LMTP; its delivery."""
        content = mail if isinstance(mail, bytes) else mail.bytes()
        reply = self.gateway.send(content, sender=sender or self.address("anna"), to=self.agent)
        if reply.code != 250:
            raise RuntimeError(f"not taken: {reply}")
        return self.gateway.delivery(content)

    def offer(self, subject="Angebot", to="anna", **more):
        return mails.Plain(mails.KARL, [self.person(to)], f"{subject} {mails.new_id()[:6]}", **more)

    def opened(self, user="anna", **more):
        """A case that an offer forwarded by the user has opened: (offer, case_id)."""
        offer = self.offer(to=user, **more)
        delivery = self.file(mails.forward(offer, author=self.person(user), to=[("", self.agent)]), sender=self.address(user))
        return offer, delivery["case_id"]

    def arrive(self, mail, user="anna", folder="inbox", received=None):
        """A mail in a mailbox, as it came from the internet."""
        content = mail if isinstance(mail, bytes) else mail.bytes()
        return self.mailbox(user).deliver(content, folder, received)

    def send(self, user, case_id, to=(mails.KARL[1],), subject="Bestellung", text="Guten Tag", **more):
        """send_mail as the app calls it; the message's id."""
        with self.gateway.signed_in(self.tenant, user) as session:
            names = ", ".join(f"{name} => %({name})s" for name in more)
            types = {"attachments": "::bigint[]", "cc": "::text[]"}
            for name, suffix in types.items():
                names = names.replace(f"%({name})s", f"%({name})s{suffix}")
            found = session.value("SELECT casegate.send_mail(%(case)s, %(to)s::text[], %(subject)s, %(text)s" + (", " + names if names else "") + ")",
                                  {"case": case_id, "to": list(to), "subject": subject, "text": text, **more})
            session.connection.commit()
        return found

    def attach(self, user, case_id, content, filename="zeichnung.pdf", kind="application/pdf"):
        with self.gateway.signed_in(self.tenant, user) as session:
            found = session.value("SELECT casegate.add_attachment(%s, %s, %s, %s)", (case_id, filename, kind, content))
            session.connection.commit()
        return found

    def call(self, statement, values=(), user="chef"):
        with self.gateway.signed_in(self.tenant, user) as session:
            found = session.execute(statement, values)
            session.connection.commit()
        return found[0][0] if found else None

    def message(self, message_id):
        return self.gateway.message(message_id)

    def messages(self, case_id):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.messages WHERE case_id = %s ORDER BY sent_at, message_id", (case_id,))

    def ids(self, case_id):
        """Message-IDs of a case."""
        return [m["internet_message_id"] for m in self.messages(case_id)]

    def all_messages(self):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.messages WHERE tenant = %s ORDER BY message_id", (self.tenant,))

    def deliveries(self):
        with self.gateway.admin() as session:
            return session.rows("SELECT * FROM casegate.deliveries WHERE tenant = %s ORDER BY delivery_id", (self.tenant,))

    def wait_send(self, message_id, *states, seconds=40):
        """Waits until its send_state is one of them; the message."""
        return wait_until(lambda: (m := self.message(message_id))["send_state"] in states and m, seconds, 0.05) or self.message(message_id)

    def sent(self, subject=None):
        """What of this directory's mailboxes went out."""
        boxes = {person.mailbox for person in self.people.values()}
        return [s for s in self.cloud.sent if s.mailbox in boxes and (subject is None or s.subject == subject)]

    def requests(self, method, path):
        """Requests of this directory's mailboxes that match."""
        boxes = {person.mailbox for person in self.people.values()}
        return [r for r in self.cloud.requests if r.mailbox in boxes and r.method == method and re.search(path, r.raw_path)]


def ago(**more):
    return datetime.datetime.now(UTC) - datetime.timedelta(**more)
