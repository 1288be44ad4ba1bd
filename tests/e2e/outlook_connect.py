#!/usr/bin/python3
"""Setting Outlook up and keeping signed in: registrations, sign-in and consent, states, tokens. Against the stand-in.

    tests/e2e/outlook_connect.py [SCENARIO]..."""

import os
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from graph.client import browse, fetch  # noqa: E402
from graph.entra import refusal  # noqa: E402
from harness import Tap, check_sanitizers, wait_until  # noqa: E402
from outlook import Office, outcome_of  # noqa: E402


def begins(tap, done, word, name):
    """A command that failed as the contract says: exit 1, one line that begins with the state."""
    code, _, err = done
    return tap.ok(code == 1 and err.startswith(f"{word}:") and err.count("\n") == 1, f"{name}: {word}:", done)


def token_requests(office, since=0):
    return office.cloud.count("POST", r"/token$", "login", since)


def with_secret(tap, office):
    """Connecting with a client secret"""
    desk = office.desk()
    tap.equal(desk.state("anna") if desk.status("anna") else "disconnected", "disconnected", "before: disconnected")
    outcome, code, _ = desk.connect("anna")
    tap.equal([outcome, code], ["connected", 200], "the page says so")
    status = desk.status("anna")
    tap.equal([status["tenant"], status["mailbox"], status["user"], status["mode"], status["state"]],
              [desk.tenant, desk.address("anna"), "anna", "delegated", "connected"], "status")
    tap.ok({"Mail.Read", "Mail.Send"} <= {s.rpartition("/")[2] for s in status["scopes"]}, "the scopes that were granted", status)
    tap.equal(token_requests(office), 1, "the code is redeemed once, and no token is refreshed")
    tap.equal(desk.sync()[0], 0, "a round works")
    office.settled(tap, "connecting")


def with_certificate(tap, office):
    """Connecting with a certificate: PS256, every claim checked"""
    desk = office.desk(certificate=True)
    tap.equal(desk.connect("anna")[:2], ("connected", 200), "connected")
    tap.equal(desk.sync()[0], 0, "a round works")
    office.settled(tap, "a certificate")
    desk.app.certificates.clear()
    outcome, code, _ = desk.connect("bernd")
    tap.equal([outcome, code], ["admin", 502], "one that is not registered any more")
    tap.equal(desk.state("bernd"), "admin", "the state says who must act")
    begins(tap, desk.sync("bernd"), "admin", "a command")
    office.settled(tap, "a certificate that is unknown")


def declined(tap, office):
    """The user declines, then thinks again"""
    desk = office.desk()
    tap.equal(desk.connect("anna", answer="decline")[:2], ("declined", 403), "declined")
    tap.equal(desk.state("anna"), "reconnect", "state")
    begins(tap, desk.sync(), "reconnect", "a command")
    tap.equal(desk.connect("anna")[:2], ("connected", 200), "connected in the end")
    tap.equal(desk.status("anna")["hint"] or "", "", "and no hint is left")
    office.settled(tap, "declining")


def consent_by_admin(tap, office):
    """Users may not consent: the administrator must, then they may"""
    desk = office.desk()
    desk.entra.user_consent = False
    for error in (None, "access_denied"):
        tap.equal(desk.connect("anna", error=error)[:2], ("consent", 403), f"needs an administrator ({error or 'consent_required'})")
    status = desk.status("anna")
    tap.ok(status["state"] == "consent" and "dmin" in status["hint"], "state and hint", status)
    outcome, code, _ = desk.admin_consent(answer="decline")
    tap.ok(outcome not in ("granted", "connected", None) and code >= 400, "the administrator declines (admin_consent=True is no proof)", outcome, code)
    tap.equal(desk.admin_consent()[:2], ("granted", 200), "he consents")
    tap.equal(desk.connect("anna")[:2], ("connected", 200), "now Anna may")
    office.settled(tap, "consent")


def wrong_account(tap, office):
    """Somebody else's account: of another directory, with a forged identity, or of a colleague who is connected"""
    desk, other = office.desk(), office.desk()
    outcome, code, _ = desk.connect("anna", who=other.people["anna"])
    tap.ok(outcome not in ("connected", None) and code >= 400, "an account of another directory", outcome, code)
    office.cloud.directory.person.claims = {"tid": other.entra.id}
    outcome, code, _ = desk.connect("anna")
    office.cloud.directory.person.claims = {"aud": other.app.client_id}
    second = desk.connect("anna")[:2]
    office.cloud.directory.person.claims = None
    tap.ok(outcome != "connected" and code >= 400, "an identity of another directory", outcome, code)
    tap.ok(second[0] != "connected" and second[1] >= 400, "an identity for another program", second)
    tap.ok(desk.state("anna") != "connected", "not connected")
    tap.equal(desk.connect("anna")[0], "connected", "her own account")
    outcome, code, _ = desk.connect("bernd", who="anna")
    tap.ok(outcome != "connected" and code >= 400 and desk.state("bernd") != "connected", "a mailbox belongs to one user", outcome, code)
    tap.equal(desk.state("anna"), "connected", "Anna's stays")
    office.settled(tap, "wrong accounts")


def states(tap, office):
    """The state parameter: once, within ten minutes, nobody else's"""
    desk = office.desk()
    person = office.cloud.directory.person
    person.user, person.answer = desk.people["anna"], "consent"
    seen = []
    url = desk.connect_url("anna")
    while True:        # by hand, to see the callback's own address
        reply = fetch(url, headers={"User-Agent": "Mozilla/5.0"})
        if reply.status not in (302, 303, 307):
            break
        url = urllib.parse.urljoin(url, reply.headers["location"])
        if "/outlook/callback" in url:
            seen.append(url)
    tap.equal(outcome_of(reply), "connected", "the first time")
    before = token_requests(office)
    again = browse(seen[0])[1]
    tap.equal([again.status, outcome_of(again) in ("connected", "granted")], [400, False], "the same address once more: 400")
    for name, query in (("an unknown state", "code=x&state=" + "A" * 43), ("no state", "code=x"), ("no code", "state=" + "A" * 43),
                        ("an error with an unknown state", "error=access_denied&state=" + "A" * 43), ("admin consent with an unknown state", f"admin_consent=True&tenant={desk.entra.id}&state=" + "A" * 43),
                        ("nothing", ""), ("a state of 100 kB", "code=x&state=" + "A" * 100_000)):
        try:
            status = browse(f"{office.public_url}/outlook/callback?{query}")[1].status
        except OSError:
            status = 400          # too long an address: the line is closed
        tap.ok(status in (400, 414), f"{name}: 400", status)
    tap.equal(token_requests(office), before, "nothing of that reaches Microsoft")
    tap.equal(desk.state("anna"), "connected", "and nothing changes")
    url = desk.connect_url("bernd")
    with office.tables() as session:
        session.execute("UPDATE casegate.outlook_state SET expires_at = now() - interval '1 second' WHERE tenant = %s AND used_at IS NULL", (desk.tenant,))
    outcome, code, _ = desk.sign_in(url, "bernd")
    tap.ok(code == 400 and outcome != "connected", "after ten minutes: 400", outcome, code)
    office.settled(tap, "states")


def partial_grant(tap, office):
    """Fewer scopes than asked for, none to refresh with"""
    desk = office.desk()
    outcome, code, _ = desk.connect("anna", scopes={"Mail.Send"})
    tap.equal([outcome, code], ["consent", 403], "a scope is missing")
    tap.equal(desk.state("anna"), "consent", "state")
    office.cloud.entra.without_refresh_token = True
    outcome, code, _ = desk.connect("anna")
    office.cloud.entra.without_refresh_token = False
    tap.ok(outcome != "connected" and code >= 400, "no refresh token: not connected", outcome, code)
    office.settled(tap, "partial grants")


def send_only(tap, office):
    """--scopes send: asks for no more, syncs nothing, is connected"""
    desk = office.desk(scopes="send")
    before = len(office.cloud.requests)
    tap.equal(desk.connect("anna")[0], "connected", "connected")
    asked = next(r for r in office.cloud.requests[before:] if r.path.endswith("/authorize"))
    tap.ok("Mail.Read" not in asked.query["scope"] and "Mail.Send" in asked.query["scope"], "asks for Mail.Send alone", asked.query["scope"])
    desk.sync()
    tap.equal(desk.state("anna"), "connected", "state")
    tap.equal(desk.requests("GET", "/messages"), [], "nothing is read")
    office.settled(tap, "send only")


def errors_in_words(tap, office):
    """Every error of Microsoft becomes one sentence that says who must do what"""
    desk = office.desk()
    table = [(7000215, "admin", 502), (7000222, "admin", 502), (700016, "admin", 502), (90002, "admin", 502), (50011, "admin", 502), (9002325, "admin", 502), (7000112, "admin", 502),
             (53003, "admin", 502), (50105, "admin", 502), (90038, "admin", 502), (65001, "consent", 403), (90094, "consent", 403), (500011, None, None)]
    for number, word, status in table:
        fault = office.cloud.fault(r"/token$", origin="login", answer=refusal(number, suberror="consent_required" if number == 65001 else None))
        outcome, code, _ = desk.connect("anna")
        hint = desk.status("anna")["hint"] or ""
        tap.ok(fault.hits == 1 and (word is None or [outcome, code] == [word, status]) and 20 < len(hint) < 400 and "\n" not in hint, f"AADSTS{number}: {outcome}: {hint}", code)
        if word:
            tap.equal(desk.state("anna"), word, f"AADSTS{number}: state")
    for number in (50076, 54005, 70008, 501481):
        office.cloud.fault(r"/token$", origin="login", answer=refusal(number))
        outcome, code, _ = desk.connect("anna")
        tap.ok(outcome not in ("connected", None) and code >= 400 and desk.state("anna") == "reconnect", f"AADSTS{number}: the user again", outcome, desk.status("anna"))
    for number, error, state in ((50105, None, "admin"), (53003, None, "admin"), (65001, "consent_required", "consent")):
        outcome, code, _ = desk.connect("anna", answer=number, error=error)
        tap.ok(outcome == state and code >= 400 and desk.state("anna") == state, f"AADSTS{number} from the sign-in page: {state}", outcome, desk.status("anna"))
    office.settled(tap, "errors")


def later(tap, office):
    """Microsoft is away while a code is to be redeemed"""
    desk = office.desk()
    office.cloud.fault(r"/token$", origin="login", status=503, html=True, times=2)
    outcome, code, _ = desk.connect("anna")
    tap.ok(outcome in ("connected", "later"), "tried again, or said to come later", outcome, code)
    office.cloud.faults.clear()
    if outcome == "later":
        tap.ok(desk.state("anna") in ("disconnected", "connected"), "the state is as before, or the worker got it done", desk.status("anna"))
    office.settled(tap, "later")


def national_clouds(tap, office):
    """Other clouds have their own hosts, and scopes with their own resource"""
    for cloud, login, resource in (("us-l4", "login.microsoftonline.us", "graph.microsoft.us"), ("us-l5", "login.microsoftonline.us", "dod-graph.microsoft.us"),
                                   ("china", "login.partner.microsoftonline.cn login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn")):
        desk = office.desk(set_up=False)
        desk.set(cloud=cloud)
        url = desk.connect_url("anna")
        for _ in range(5):
            if urllib.parse.urlsplit(url).hostname != "127.0.0.1":
                break
            url = fetch(url, headers={"User-Agent": "Mozilla/5.0"}).headers["location"]
        parts = urllib.parse.urlsplit(url)
        scopes = urllib.parse.parse_qs(parts.query)["scope"][0].split()
        tap.ok(parts.scheme == "https" and parts.hostname in login.split() and parts.path.startswith(f"/{desk.entra.id}/oauth2/v2.0/"), f"{cloud}: {parts.hostname}", url)
        tap.ok({f"https://{resource}/Mail.Read", f"https://{resource}/Mail.Send"} <= set(scopes) and "graph.microsoft.com" not in url, f"{cloud}: scopes of {resource}", scopes)
    tap.ok(desk.set(cloud="mars")[0] in (1, 2), "an unknown cloud is refused")
    office.settled(tap, "national clouds")


def bad_registrations(tap, office):
    """What set refuses: a secret's id instead of its value, a key that fits no certificate, a directory that is none"""
    desk = office.desk(set_up=False)
    code, _, err = desk.office.command("outlook", "connect", desk.tenant, "anna")
    tap.ok(code == 1 and err.count("\n") == 1, "connect before set", err)
    begins(tap, desk.sync(), "disconnected", "sync of who was never connected")
    begins(tap, desk.test(), "disconnected", "test of who was never connected")
    code, out, err = desk.set(secret="7f9619ff-8b86-4011-b42d-00cf4fc964ff")
    tap.ok(code in (1, 2) and "ID" in err, "the secret's id", code, out, err)
    first, second = desk.app.add_certificate(), desk.app.add_certificate()
    code, out, err = desk.set(certificate=(first[0], second[1]))
    tap.ok(code in (1, 2) and err, "another certificate's key", code, out, err)
    code, out, err = desk.set(certificate=(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", second[1]))
    tap.ok(code in (1, 2) and err, "no certificate", code, out, err)
    desk.entra.id, right = "../../evil", desk.entra.id
    tap.ok(desk.set()[0] in (1, 2), "a directory that is no id")
    desk.entra.id = right
    code, out, _ = desk.set()
    tap.ok(code == 0 and office.public_url + "/outlook/callback" in out, "set prints the redirect URI to register", out)
    tap.ok(desk.secret not in out, "and not the secret")
    office.settled(tap, "bad registrations")


def app_only(tap, office):
    """The program's own permission: roles, RBAC without roles, policies; never /me"""
    desk = office.desk(app_only=True, certificate=True)
    desk.app.registered = {"Mail.Read", "Mail.Send"}
    code, out, err = desk.bind("anna")
    if code == 0:
        code, out, err = desk.test()
    tap.ok(code == 1 and err.split(":")[0] in ("consent", "admin"), "nobody has consented", out, err)
    tap.equal(desk.admin_consent()[:2], ("granted", 200), "the administrator consents")
    tap.equal(desk.bind("anna")[0], 0, "bound")
    status = desk.status("anna")
    tap.equal([status["mode"], status["mailbox"]], ["app", desk.address("anna")], "status")
    code, out, err = desk.test()
    tap.equal([code, len(desk.sent())], [0, 1], "the test mail is sent and its copy seen", out, err)
    tap.equal(desk.sync()[0], 0, "a round works")
    tap.equal(desk.state("anna"), "connected", "connected")
    tap.equal([r for r in desk.requests("GET", "/me/") + desk.requests("POST", "/me/")], [], "never /me")
    desk.app.policy = {desk.people["bernd"].oid}
    begins(tap, desk.sync(), "admin", "a policy that shuts the mailbox out")
    desk.app.policy = None
    office.settled(tap, "app-only")
    rbac = office.desk(app_only=True)
    rbac.app.rbac = {rbac.people["anna"].oid: {"Mail.Read", "Mail.Send"}}
    rbac.bind("anna")
    code, out, err = rbac.test()
    tap.equal([code, len(rbac.sent())], [0, 1], "RBAC for Applications: no role in the token, and it works", out, err)
    tap.equal(rbac.state("anna"), "connected", "connected")
    office.settled(tap, "RBAC")


def disconnecting(tap, office):
    """Tokens and subscriptions go, history stays; connecting again; the whole integration off"""
    desk = office.desk()
    desk.connect("anna")
    offer, case_id = desk.opened()
    desk.arrive(offer.answer(desk.person("anna")).answer(offer.author))
    desk.sync()
    before = len(desk.messages(case_id))
    tap.equal(desk.disconnect()[0], 0, "disconnected")
    tap.equal(desk.state("anna"), "disconnected", "state")
    begins(tap, desk.sync(), "disconnected", "a command")
    tap.equal(len(desk.messages(case_id)), before, "history stays")
    with office.tables() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.outlook_token WHERE tenant = %s", (desk.tenant,)), 0, "no token is left")
    tap.ok(not any(s.mailbox is desk.mailbox("anna") for s in office.cloud.subscriptions.live.values()), "no subscription is left")
    with office.cloud.forgive():
        tap.equal(desk.connect("anna")[0], "connected", "connected again")
        tap.equal(desk.sync()[0], 0, "a round works")
    tap.equal(len(desk.messages(case_id)), before, "nothing is there twice")
    tap.equal(office.command("outlook", "unset", desk.tenant)[0], 0, "unset")
    with office.tables() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.outlook_registration WHERE tenant = %s", (desk.tenant,)), 0, "no registration is left")
        tap.equal(session.value("SELECT count(*) FROM casegate.outlook_token WHERE tenant = %s", (desk.tenant,)), 0, "no token is left")
    code, _, err = desk.sync()
    tap.ok(code == 1 and err.split(":")[0] == "disconnected" and err.count("\n") == 1, f"a command: {err.strip()}")
    office.settled(tap, "disconnecting")


def one_token(tap, office):
    """One access token serves all processes; it is refreshed in time, once"""
    desk = office.desk()
    desk.connect("anna")
    before = token_requests(office)
    for _ in range(3):
        tap.equal(desk.sync()[0], 0, "a round")
    tap.equal(token_requests(office) - before, 0, "a command costs no refresh")
    office.settled(tap, "one token")
    office.cloud.directory.token_lifetime = 12
    with office.cloud.forgive():
        desk.connect("anna")
    before = token_requests(office)
    time.sleep(10)          # a quarter before the end
    done = []
    threads = [threading.Thread(target=lambda: done.append(desk.sync())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tap.equal([d[0] for d in done], [0] * 5, "five at once work", done)
    tap.equal(token_requests(office) - before, 1, "and one refreshes")
    office.cloud.directory.token_lifetime = 3600
    office.settled(tap, "a refresh race")


def rotation(tap, office):
    """A new refresh token is stored before the access token is used; the old one dies"""
    desk = office.desk()
    office.cloud.directory.token_lifetime, office.cloud.directory.old_dies = 8, True
    desk.connect("anna")
    for number in range(3):
        time.sleep(7)
        if number == 1:
            office.cloud.fault(r"/messages/delta", status=500, mailbox=desk.mailbox("anna"))
        code, out, err = desk.sync()
        tap.equal(code, 0, f"round {number}", out, err)
    office.cloud.directory.old_dies, office.cloud.directory.token_lifetime = False, 3600
    office.cloud.directory.rotates = False
    with office.cloud.forgive():
        time.sleep(7)
        tap.equal(desk.sync()[0], 0, "an answer without a refresh token keeps the old one")
    office.cloud.directory.rotates, office.cloud.directory.integers_as_text = True, True
    with office.cloud.forgive():
        tap.equal(desk.connect("anna")[0], "connected", "expires_in as text")
    office.cloud.directory.integers_as_text = False
    office.settled(tap, "rotation")


def lost_refresh(tap, office):
    """The answer to a refresh is lost, or no answer at all: tried again in seconds"""
    desk = office.desk()
    for name, fault in (("the line is cut", {"cut": "silent"}), ("cut after it was carried out", {"cut": "silent", "after": True}), ("503 and Retry-After", {"status": 503, "headers": {"Retry-After": "1"}}),
                        ("HTML", {"status": 502, "html": True}), ("temporarily_unavailable", {"answer": refusal(90033)})):
        office.cloud.directory.token_lifetime = 8
        with office.cloud.forgive():
            desk.connect("anna")
        office.cloud.directory.token_lifetime = 3600
        time.sleep(7)
        office.cloud.fault(r"/token$", origin="login", **fault)
        with office.cloud.forgive():
            code, out, err = desk.sync()
        tap.equal([code, desk.state("anna")], [0, "connected"], f"{name}: the round works", out, err)
    office.settled(tap, "lost refreshes")


def withdrawn(tap, office):
    """Access is withdrawn in Entra: reconnect, at once and without asking again and again"""
    desk = office.desk()
    desk.connect("anna")
    office.cloud.directory.revoke(desk.people["anna"], at_once=True)
    before = token_requests(office)
    begins(tap, desk.sync(), "reconnect", "the next round")
    tap.equal(desk.state("anna"), "reconnect", "state")
    begins(tap, desk.sync(), "reconnect", "once more")
    tap.equal(token_requests(office) - before, 1, "Entra was asked once")
    tap.equal(desk.connect("anna")[0], "connected", "connected again")
    tap.equal([desk.sync()[0], desk.state("anna")], [0, "connected"], "and all is well")
    office.settled(tap, "withdrawn access")
    desk.app.user_consented.clear()
    code, _, err = desk.sync()
    tap.ok(code == 1 and err.split(":")[0] in ("consent", "admin"), "consent is withdrawn: 403", err)
    tap.equal(desk.state("anna"), "consent", "state")
    with office.cloud.forgive():
        tap.equal(desk.connect("anna")[0], "connected", "connected again")
        tap.equal(desk.sync()[0], 0, "and all is well")
    office.settled(tap, "withdrawn consent")


def refused_token(tap, office):
    """401 for a token that should hold: one refresh, one more try"""
    desk = office.desk()
    desk.connect("anna")
    before = token_requests(office)
    for grant in office.cloud.directory.grants.values():
        if grant.kind == "access" and grant.user is desk.people["anna"]:
            grant.revoked = True
    tap.equal(desk.sync()[0], 0, "the round works")
    tap.equal(token_requests(office) - before, 1, "after one refresh")
    office.settled(tap, "a refused token")


def rekeyed(tap, office):
    """Another key: everything sealed is sealed anew, a sign-in on its way, too; then the old key may go"""
    desk, program = office.desk(), office.desk(app_only=True, certificate=True)
    program.app.registered = {"Mail.Read", "Mail.Send"}
    tap.equal([desk.connect("anna")[0], program.admin_consent()[0], program.bind("anna")[0]], ["connected", "granted", 0], "a user and a program are connected")
    tap.equal(program.sync()[0], 0, "the program's token is kept")
    url = desk.connect_url("bernd")
    with open(office.key_file, encoding="ascii") as file:
        old = file.read()
    with office.tables() as session:
        before = session.value("SELECT split_part(refresh_token, '.', 2) FROM casegate.outlook_token WHERE tenant = %s", (desk.tenant,))
    tap.equal(office.command("rekey")[1].split()[0], "0", "under the current key nothing is to be done")
    with open(office.key_file, "w", encoding="ascii") as file:
        file.write(os.urandom(32).hex() + "\n" + old)
    code, out, err = office.command("rekey")
    tap.ok(code == 0 and int(out.split()[0]) >= 6, f"rekey: {out.strip()}", err)
    dump = subprocess.run([f"{office.gateway.cluster.bin}/pg_dump", "-d", office.gateway.cluster.url("postgres")], capture_output=True, check=True).stdout.decode("utf-8", "replace")
    # A pending code is no older than its job; what is done has none.
    tap.equal(dump.count(f"v1.{before}."), 0, "nothing is left under the old key")
    with open(office.key_file, encoding="ascii") as file:
        new = file.readline()
    with open(office.key_file, "w", encoding="ascii") as file:
        file.write(new)
    office.gateway.stop()
    office.gateway.start()
    with office.cloud.forgive():
        tap.equal([desk.sync()[0], program.sync()[0]], [0, 0], "without the old key rounds work")
        tap.equal(desk.sign_in(url, "bernd")[0], "connected", "and the sign-in that was begun before")
    office.settled(tap, "another key")


def expired_secret(tap, office):
    """The secret expires: admin, and the sign-in of the user is not lost"""
    desk = office.desk()
    office.cloud.directory.token_lifetime = 8
    desk.connect("anna")
    office.cloud.directory.token_lifetime = 3600
    desk.app.secrets[desk.secret] = False
    time.sleep(7)
    begins(tap, desk.sync(), "admin", "a round")
    status = desk.status("anna")
    tap.ok(status["state"] == "admin" and status["hint"], "state and hint", status)
    fresh = desk.app.add_secret()
    tap.equal(desk.set(secret=fresh)[0], 0, "a new secret")
    tap.equal(desk.sync()[0], 0, "works without a new sign-in")
    tap.ok(wait_until(lambda: desk.state("anna") == "connected", 10), "connected")
    office.settled(tap, "an expired secret")


def checked(tap, _):
    """casegate check asks Microsoft: the login host, each registration, and what is wrong with it"""
    with Office() as office:
        def graph_lines():
            code, out, err = office.command("check")
            return code, [line for line in (out + err).splitlines() if line.split()[1:2] == ["graph"]], out + err
        code, lines, _ = graph_lines()
        tap.ok(code == 0 and len(lines) == 1, "nobody is registered: the login host answers", lines)
        desk, other = office.desk(), office.desk(certificate=True)
        code, lines, said = graph_lines()
        tap.ok(code == 0 and "2 of 2" in said, "both registrations are taken", lines)
        before = token_requests(office)
        graph_lines()
        tap.equal(token_requests(office) - before, 0, "once more: by the tokens that are kept")
        fresh = desk.app.add_secret()
        desk.app.secrets[fresh] = False
        desk.set(secret=fresh)
        code, lines, said = graph_lines()
        tap.ok(code == 1 and "1 of 2" in said and desk.tenant in said and "7000222" in said and other.tenant not in "".join(lines), "an expired secret: who must do what", lines)
        office.cloud.servers["login"].stop()
        code, lines, _ = graph_lines()
        tap.ok(code == 1 and any("login" in line for line in lines), "a login host that is away", lines)
        tap.equal(office.cloud.violations, [], "nothing to object to")


def no_secret_anywhere(tap, office):
    """No token, code, secret or key stands in a log, in the database in clear, or in what commands say"""
    code, leaks = office.leaks()
    tap.equal(code, 0, "the database was dumped")
    tap.ok(len(office.cloud.directory.secrets_given()) > 10, "there was something to leak")
    tap.equal(leaks, [], "no leak")


SCENARIOS = [with_secret, with_certificate, declined, consent_by_admin, wrong_account, states, partial_grant, send_only, errors_in_words, later, national_clouds,
             bad_registrations, app_only, disconnecting, one_token, rotation, lost_refresh, withdrawn, refused_token, rekeyed, expired_secret, checked, no_secret_anywhere]


def main():
    tap = Tap()
    with Office() as office:
        tap.run(SCENARIOS, office)
        check_sanitizers(tap, office.gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
