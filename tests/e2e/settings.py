#!/usr/bin/python3
"""What the web process says to browsers, to strangers and to who pretends to be Microsoft: the settings page behind its
ticket, the way back from a sign-in, the notifications. Without a browser and without Microsoft.

    tests/e2e/settings.py [SCENARIO]..."""

import hashlib
import http.client
import json
import os
import re
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness import Gateway, Tap, check_sanitizers, wait_until  # noqa: E402

PAGE = "/settings/outlook"
GUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
LOGIN = "http://127.0.0.1:1"
KEY = "4f2d8b6a1c3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8"


class Reply:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read().decode("utf-8", "replace")
        self.cookies = dict(c.split(";")[0].split("=", 1) for c in self.headers.get_all("Set-Cookie") or [])

    def __repr__(self):
        return f"{self.status} {dict(self.headers)}\n{self.body[:1500]}"


class Browser:
    """Cookies and nothing else; does not follow."""

    def __init__(self, gateway):
        self.port = gateway.ports["http"]
        self.cookies = {}
        self.csrf = None

    def ask(self, method, path, body=None, headers=None):
        sent = {"Accept-Language": "en", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            reply = Reply(connection.getresponse())
        finally:
            connection.close()
        self.cookies.update(reply.cookies)
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', reply.body)
        self.csrf = token[1] if token else self.csrf
        return reply

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, act, csrf=None, **fields):
        body = urllib.parse.urlencode({"csrf": self.csrf if csrf is None else csrf, **fields})
        return self.ask("POST", f"{PAGE}/{act}", body, {"Content-Type": "application/x-www-form-urlencoded"})


class World:
    def __init__(self, gateway, key_file):
        self.gateway, self.key_file = gateway, key_file

    def ticket(self, user="anna", tenant="acme"):
        with self.gateway.signed_in(tenant, user) as session:
            ticket = session.value("SELECT casegate.settings_ticket(%s, %s)", (tenant, user))
            session.connection.commit()
        return ticket

    def enter(self, user="anna"):
        """A browser that has the page open."""
        browser = Browser(self.gateway)
        browser.get(f"{PAGE}?ticket={self.ticket(user)}")
        browser.get(PAGE)
        return browser

    def sql(self, statement, values=()):
        with self.gateway.cluster.connect() as session:
            return session.execute(statement, values)

    def register(self, mode="delegated"):
        self.sql("DELETE FROM casegate.outlook_registration")
        self.sql("INSERT INTO casegate.outlook_registration (tenant, directory, client, mode, secret, redirect_uri)"
                 " VALUES ('acme', %s, %s, %s, 'v1.sealed', 'http://127.0.0.1/outlook/callback')", (GUID, GUID, mode))

    def sign_in(self, browser=None, user="anna"):
        """Begins one from the dialog; its state."""
        reply = (browser or self.enter(user)).post("connect")
        return urllib.parse.parse_qs(urllib.parse.urlsplit(reply.headers["Location"]).query)["state"][0]


def outcome(reply):
    match = re.search(r'<meta name="outlook-outcome" content="([a-z]+)">', reply.body)
    return [reply.status, match[1] if match else None]


# -------------------------------------------------------------------- scenarios

def tickets(tap, world):
    """A ticket opens the page once, for its user, as a session cookie"""
    ticket = world.ticket()
    browser = Browser(world.gateway)
    tap.equal(browser.ask("HEAD", f"{PAGE}?ticket={ticket}").status, 405, "HEAD does not use it up")
    reply = browser.get(f"{PAGE}?ticket={ticket}")
    tap.equal([reply.status, reply.headers["Location"]], [303, PAGE], "it leads to a clean address")
    cookie = reply.headers["Set-Cookie"]
    tap.ok("HttpOnly" in cookie and "SameSite=Lax" in cookie and f"Path={PAGE}" in cookie and "Secure" not in cookie, "the cookie (public_url is http)", cookie)
    page = browser.get(PAGE)
    tap.ok(page.status == 200 and "Signed in as anna" in page.body and "ACME GmbH" in page.body, "the page", page)
    for name, value in (("used", ticket), ("made up", "acme." + "0" * 64), ("of nobody", "nobody." + "0" * 64), ("empty", ""), ("a word", "x"),
                        ("a dot", "."), ("no UTF-8", "%ff.x"), ("long", "a" * 4000 + ".x"), ("SQL", "acme'--." + "0" * 64)):
        reply = Browser(world.gateway).get(f"{PAGE}?ticket={value}")
        tap.ok(reply.status == 403 and "<form" not in reply.body and "ACME" not in reply.body and "anna" not in reply.body and not reply.cookies,
               f"a ticket that is {name}: 403 without a form", reply)
    printed = world.gateway.run("outlook", "ticket", "acme", "anna@acme.example").strip()
    address, _, ticket = printed.partition("?ticket=")
    tap.equal(address, f"http://127.0.0.1:{world.gateway.ports['http']}{PAGE}", "the command prints the address")
    tap.equal(Browser(world.gateway).get(f"{PAGE}?ticket={ticket}").status, 303, "with a ticket")
    for words in (("nobody", "anna"), ("acme", "nobody")):
        code, out, err = world.gateway.command("outlook", "ticket", *words)
        tap.ok(code == 1 and not out and err.count("\n") == 1, f"but not for {words}", code, out, err)
    late = world.ticket()
    world.sql("UPDATE casegate.dialog_ticket SET expires_at = now()")
    tap.equal(Browser(world.gateway).get(f"{PAGE}?ticket={late}").status, 403, "after ten minutes: 403")
    for name, value in (("none", None), ("made up", "acme." + "x" * 43), ("of another tenant", "beta." + browser.cookies["casegate_settings"].split(".")[1])):
        stranger = Browser(world.gateway)
        stranger.cookies = {"casegate_settings": value} if value else {}
        reply = stranger.get(PAGE)
        tap.ok(reply.status == 403 and "<form" not in reply.body, f"a session cookie that is {name}: 403", reply)
    tap.equal(browser.post("leave").status, 200, "leaving")
    tap.equal(browser.get(PAGE).status, 403, "ends the session")
    rows = world.sql("SELECT count(*) FROM casegate.dialog_session WHERE encode(session_hash, 'escape') LIKE '%%acme%%'")
    tap.equal(rows[0][0], 0, "the database has hashes only")


def headers(tap, world):
    """What a browser is told to be careful about"""
    page = world.enter().get(PAGE)
    policy = page.headers["Content-Security-Policy"]
    for wanted in ("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        tap.ok(wanted in policy, wanted, policy)
    tap.ok("unsafe" not in policy and "*" not in policy and "<script" not in page.body and "<style" not in page.body and " style=" not in page.body, "nothing inline", policy)
    tap.equal([page.headers[n] for n in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options")], ["no-store", "nosniff", "no-referrer", "DENY"], "headers")
    back = Browser(world.gateway).get("/outlook/callback?state=x&code=y")
    tap.equal([back.headers[n] for n in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy")], ["no-store", "nosniff", "no-referrer"], "also on the way back")
    style = Browser(world.gateway).get(f"{PAGE}/style.css")
    tap.equal([style.status, style.headers["Content-Type"]], [200, "text/css; charset=utf-8"], "the style")


def forgery(tap, world):
    """A form that is not from our page does nothing"""
    world.register()
    browser, other = world.enter("chef"), world.enter("chef")
    fields = {"directory": GUID, "client": GUID, "secret": "s", "cloud": "global", "mode": "app", "scopes": "send"}
    for name, token in (("none", ""), ("another session's", other.csrf), ("cut", browser.csrf[:-1]), ("longer", browser.csrf + "0")):
        for act in ("registration", "consent", "connect", "disconnect", "test", "unset", "leave"):
            reply = browser.post(act, csrf=token, confirm="yes", **fields)
            tap.ok(reply.status == 403 and "<form" not in reply.body, f"{act} with a token that is {name}", reply)
    tap.equal(world.sql("SELECT mode FROM casegate.outlook_registration"), [("delegated",)], "nothing changed")
    tap.equal(world.sql("SELECT count(*) FROM casegate.outlook_job")[0][0], 0, "no job was left")
    tap.equal(Browser(world.gateway).post("test", csrf=browser.csrf).status, 403, "a token without its session")
    for act in ("registration", "connect", "nothing"):
        tap.ok(browser.get(f"{PAGE}/{act}").status in (404, 405), f"GET {act} does nothing")
    tap.equal(browser.get(PAGE).status, 200, "the session is still there")


def roles(tap, world):
    """The registration is for who sees all cases; a mailbox for everybody"""
    world.register()
    anna = world.enter("anna")
    page = anna.get(PAGE).body
    tap.ok(GUID not in page and "registration" not in page, "a member sees nothing of the registration", page)
    for act in ("registration", "consent", "unset"):
        reply = anna.post(act, directory=GUID, client=GUID, secret="s", confirm="yes")
        tap.ok(reply.status == 403 and "<form" not in reply.body, f"a member: {act} is refused", reply)
    world.sql("INSERT INTO casegate.outlook_connection (tenant, \"user\", mailbox, state) VALUES ('acme', 'bernd', 'bernd@acme.example', 'connected') ON CONFLICT DO NOTHING")
    tap.ok("bernd" not in anna.get(PAGE).body, "a member sees nobody else's mailbox")
    tap.ok("bernd@acme.example" in world.enter("chef").get(PAGE).body, "who sees all cases does")
    world.register("app")
    reply = anna.post("connect", mailbox="bernd@acme.example")
    tap.ok(reply.status == 422 and "own addresses" in reply.body, "app-only: a member cannot bind another's mailbox", reply)
    tap.equal(anna.post("connect", mailbox="Anna@acme.example").status, 303, "but his own")
    tap.equal(world.sql("SELECT mailbox, mode, state FROM casegate.outlook_connection WHERE \"user\" = 'anna'"), [("Anna@acme.example", "app", "connected")], "it is bound")
    reply = world.enter("chef").post("connect", mailbox="bernd@acme.example")
    tap.ok(reply.status == 422 and "somebody else already" in reply.body, "a mailbox belongs to one user", reply)
    world.gateway.run("user", "add", "acme", "anna", "--role", "all")
    tap.ok("registration" in anna.get(PAGE).body, "a role counts at once")
    world.gateway.run("user", "add", "acme", "anna", "--role", "member")
    world.gateway.run("user", "remove", "acme", "anna")
    tap.equal(anna.get(PAGE).status, 403, "and who is removed is out")
    world.gateway.run("user", "add", "acme", "anna", "anna@acme.example")


def registration(tap, world):
    """What was entered is checked, sealed and never shown"""
    world.sql("DELETE FROM casegate.outlook_registration")
    chef = world.enter("chef")
    fields = {"directory": GUID, "client": GUID, "secret": "top~secret.value", "cloud": "global", "mode": "delegated", "scopes": "read,send"}
    for change, field in (({"directory": "contoso"}, "directory"), ({"client": ""}, "client"), ({"secret": ""}, "secret"), ({"secret": GUID}, "secret"),
                          ({"secret": "", "pem": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"}, "certificate"), ({"pem": "x"}, "secret")):
        reply = chef.post("registration", **{**fields, **change})
        tap.ok(reply.status == 422 and f'href="#{field}"' in reply.body and f'id="{field}-fault"' in reply.body and "top~secret" not in reply.body, f"wrong: {change}", reply)
    reply = chef.post("registration", **{**fields, "cloud": "mars"})
    tap.equal(reply.status, 422, "an unknown cloud")
    reply = chef.post("registration", **{**fields, "secret": "", "pem": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\ny\n-----END PRIVATE KEY-----"})
    tap.ok(reply.status == 422 and "cannot be read" in reply.body, "a broken certificate", reply)
    tap.equal(world.sql("SELECT count(*) FROM casegate.outlook_registration")[0][0], 0, "nothing was stored")
    nasty = chef.post("registration", **{**fields, "directory": '"><script>alert(1)</script>'})
    tap.ok("<script" not in nasty.body and "&lt;script&gt;" in nasty.body, "what was entered comes back as text", nasty)
    reply = chef.post("registration", **fields)
    tap.equal([reply.status, reply.headers["Location"]], [303, f"{PAGE}?done=saved#status"], "stored")
    page = chef.get(f"{PAGE}?done=saved")
    tap.ok("has been saved" in page.body and "top~secret" not in page.body and GUID in page.body, "and said, without the secret", page)
    secret, = world.sql("SELECT secret FROM casegate.outlook_registration")[0]
    tap.ok(secret.startswith("v1.") and "top" not in secret, "sealed", secret)
    reply = chef.post("registration", **{**fields, "secret": "", "scopes": "send"})
    tap.equal([reply.status, world.sql("SELECT secret, may_read FROM casegate.outlook_registration")[0]], [303, (secret, False)], "an empty secret keeps what is stored")
    tap.ok("top~secret" not in world.gateway.log_text(), "nothing of it in the log")
    tap.equal(chef.post("unset").status, 422, "switching off wants a confirmation")


def sign_ins(tap, world):
    """To Microsoft and back: only the browser that went, only once"""
    world.register()
    chef = world.enter("chef")
    policy = chef.get(PAGE).headers["Content-Security-Policy"]
    tap.ok(f"form-action 'self' {LOGIN}" in policy or LOGIN in policy, "the policy lets the form lead there", policy)
    reply = chef.post("connect")
    target = urllib.parse.urlsplit(reply.headers["Location"])
    query = urllib.parse.parse_qs(target.query)
    tap.equal([reply.status, f"{target.scheme}://{target.netloc}", query["code_challenge_method"]], [303, LOGIN, ["S256"]], "connect leads to the login host")
    cookie = next(c for c in reply.headers.get_all("Set-Cookie") if c.startswith("casegate_signin"))
    tap.ok("Path=/outlook/callback" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie, "a cookie for the way back", cookie)
    tap.ok(chef.cookies["casegate_settings"] not in reply.headers["Location"] and chef.csrf not in reply.headers["Location"], "nothing of the session goes there")
    reply = chef.post("consent")
    tap.ok(reply.status == 303 and "/adminconsent" in reply.headers["Location"], "so does the admin consent", reply)
    state = query["state"][0]
    other = world.enter("anna")
    for name, browser in (("no browser", Browser(world.gateway)), ("another browser", other)):
        reply = browser.get(f"/outlook/callback?state={state}&error=access_denied")
        tap.equal(outcome(reply), [400, "refused"], f"{name} brings it back: refused")
    reply = chef.get(f"/outlook/callback?state={state}&error=access_denied&error_description=AADSTS65004%3A+declined")
    tap.equal(outcome(reply), [403, "declined"], "the same browser: declined")
    tap.equal(outcome(chef.get(f"/outlook/callback?state={state}&error=access_denied")), [400, "refused"], "once")
    for text in ("", "?", "?state=", "?code=x", "?state=x", f"?state={state}&code=", "?state=%00&code=x", "?state=%ff", "?" + "a=b&" * 500):
        tap.equal(outcome(chef.get(f"/outlook/callback{text}")), [400, "refused"], f"/outlook/callback{text[:30]}: refused")
    tap.ok('"reconnect"' in chef.get(PAGE).body, "declined: reconnect")


def waiting(tap, world):
    """While a code is redeemed the page waits and everybody else is served"""
    world.register()
    chef = world.enter("chef")
    state = world.sign_in(chef)
    found = []
    waits = threading.Thread(target=lambda: found.append(chef.get(f"/outlook/callback?state={state}&code=top-secret-code")))
    waits.start()
    job = wait_until(lambda: world.sql("SELECT job_id, sealed, kind FROM casegate.outlook_job WHERE finished_at IS NULL"))[0]
    tap.ok(job[2] == "redeem" and "top-secret" not in job[1], "the code waits sealed", job)
    asked = time.monotonic()
    quick = Browser(world.gateway).get("/healthz")
    tap.ok(quick.status == 200 and time.monotonic() - asked < 5, "others are served meanwhile")
    tap.ok(waits.is_alive(), "the page waits")
    world.sql("UPDATE casegate.outlook_job SET finished_at = now(), outcome = 'connected', sealed = null WHERE job_id = %s", (job[0],))
    waits.join(30)
    tap.equal(outcome(found[0]), [200, "connected"], "and says what came of it")
    for word, status in (("granted", 200), ("declined", 403), ("consent", 403), ("admin", 502), ("later", 502), ("refused", 502), ("failed", 502)):
        state = world.sign_in(chef)
        world.sql("CREATE OR REPLACE FUNCTION casegate.at_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.finished_at = now(); new.outcome = '" + word + "';"
                  " new.sentence = 'Satz <b>'; RETURN new; END $$; GRANT EXECUTE ON FUNCTION casegate.at_once() TO casegate_web;"
                  " CREATE OR REPLACE TRIGGER at_once BEFORE INSERT ON casegate.outlook_job FOR EACH ROW EXECUTE FUNCTION casegate.at_once()")
        reply = chef.get(f"/outlook/callback?state={state}&code=c")
        tap.equal(outcome(reply), [status, "later" if word == "failed" else word], f"outcome {word}")
        tap.ok("Satz &lt;b&gt;" in reply.body, f"{word}: its sentence is text", reply)
    world.sql("DROP FUNCTION casegate.at_once() CASCADE")
    state = world.sign_in(chef)
    line = socket.create_connection(("127.0.0.1", world.gateway.ports["http"]))
    line.sendall(f"GET /outlook/callback?state={state}&code=c HTTP/1.1\r\nHost: x\r\nCookie: casegate_signin={chef.cookies['casegate_signin']}\r\n\r\n".encode())
    wait_until(lambda: world.sql("SELECT 1 FROM casegate.outlook_job WHERE finished_at IS NULL"))
    line.close()
    world.sql("UPDATE casegate.outlook_job SET finished_at = now(), outcome = 'connected' WHERE finished_at IS NULL")
    time.sleep(1)
    tap.equal(Browser(world.gateway).get("/healthz").status, 200, "a browser that goes away while we wait does no harm")


def notifications(tap, world):
    """Microsoft rings: only with its client state, and only a handshake of ours is answered"""
    stranger = Browser(world.gateway)

    def ring(body, query="", **more):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return stranger.ask("POST", f"/outlook/notifications{query}", data, {"Content-Type": "application/json", **more})

    def rung():
        return world.sql("SELECT rung_at IS NOT NULL FROM casegate.outlook_connection WHERE \"user\" = 'bernd'")[0][0]

    def bell(**more):
        return {"value": [{"subscriptionId": "sub-1", "clientState": "right", "changeType": "created", "resource": "x", **more}]}

    world.sql("DELETE FROM casegate.outlook_subscription")
    tap.equal(ring("", "?validationToken=abc").status, 400, "a handshake that nobody asked for")
    world.sql("INSERT INTO casegate.outlook_connection (tenant, \"user\", mailbox, state) VALUES ('acme', 'bernd', 'bernd@acme.example', 'connected') ON CONFLICT DO NOTHING")
    world.sql("INSERT INTO casegate.outlook_subscription (tenant, \"user\", client_state_hash, notification_url) VALUES ('acme', 'bernd', %s, 'u')", (hashlib.sha256(b"right").digest(),))
    reply = ring("", "?validationToken=Validation%3A+a%2Bb%20%3Cb%3E%26x")
    tap.equal([reply.status, reply.headers["Content-Type"], reply.body], [200, "text/plain; charset=utf-8", "Validation: a+b <b>&x"], "ours: the token comes back, decoded, as plain text")
    tap.equal(ring("", "?validationToken=" + "a" * 5000).status, 400, "but not without end")
    world.sql("UPDATE casegate.outlook_subscription SET subscription_id = 'sub-1'")
    tap.equal(ring("", "?validationToken=abc").status, 400, "and only while it is being made")
    for name, body in (("the wrong client state", bell(clientState="wrong")), ("no client state", bell(clientState=None)), ("an empty one", bell(clientState="")),
                       ("a number", bell(clientState=5)), ("another subscription", bell(subscriptionId="sub-2")), ("nothing", {"value": []}), ("no objects", {"value": [1, "x", None, []]})):
        tap.equal([ring(body).status, rung()], [202, False], f"{name}: 202, and nobody looks")
    for name, body in (("no JSON", "{"), ("another shape", "[]"), ("value is no list", '{"value": 1}'), ("empty", ""), ("deep", "[" * 100000), ("NUL", b'{"value": [\0]}')):
        tap.equal([ring(body).status, rung()], [400, False], f"{name}: 400")
    tap.equal([ring(bell(lifecycleEvent="missed")).status, rung()], [202, True], "the right one rings")
    tap.equal(world.sql("SELECT lifecycle FROM casegate.outlook_subscription"), [("missed",)], "a lifecycle event is kept")
    world.sql("UPDATE casegate.outlook_connection SET rung_at = null")
    many = {"value": [bell(clientState="wrong")["value"][0]] * 500 + bell()["value"]}
    tap.equal([ring(many).status, rung()], [202, True], "in a batch with others")
    tap.equal(stranger.get("/outlook/notifications").status, 405, "GET: 405")
    try:
        status = ring("x" * (300 * 1024)).status
    except OSError:
        status = 413
    tap.ok(status in (400, 413), "more than 256 kB is refused", status)
    tap.ok("right" not in world.gateway.log_text(), "no client state in the log")


def away(tap, world):
    """The database goes away and comes back"""
    browser = world.enter()
    world.gateway.cluster.stop("immediate")
    reply = browser.get(PAGE)
    tap.ok(reply.status == 503 and "<form" not in reply.body, "a page: 503", reply)
    tap.equal(outcome(browser.get("/outlook/callback?state=x&code=y")), [502, "later"], "the way back: later")
    tap.equal(browser.ask("POST", "/outlook/notifications", json.dumps({"value": [{"subscriptionId": "a", "clientState": "b"}]})).status, 503, "a notification: Microsoft comes again")
    tap.equal(browser.get("/healthz").status, 200, "the process lives")
    world.gateway.cluster.start()
    tap.ok(wait_until(lambda: browser.get(PAGE).status == 200), "it is back, and the session holds")


def main():
    tap = Tap()
    with Gateway() as prepared:
        key_file = f"{prepared.directory}/key"
        with open(key_file, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(KEY + "\n")
        prepared.provide_acme()
        prepared.stop()
        prepared.wanted = {"graph": {"enabled": "yes", "login_url": LOGIN, "api_url": LOGIN, "poll_seconds": "0"}, "secrets": {"key_file": key_file},
                           "http": {"listen": f"127.0.0.1:{prepared.ports['http']}", "public_url": f"http://127.0.0.1:{prepared.ports['http']}"}}
        prepared.write_config()
        prepared.start()
        tap.run([tickets, headers, forgery, roles, registration, sign_ins, waiting, notifications, away], World(prepared, key_file))
        tap.ok(KEY not in prepared.log_text(), "the key is nowhere in the log")
        check_sanitizers(tap, prepared)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
