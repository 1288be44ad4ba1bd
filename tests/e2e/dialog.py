#!/usr/bin/python3
"""The Outlook settings in Chromium: keyboard only, both languages, from 380 pixels to wide, without findings of axe,
and the whole way from a registration to a test mail against the stand-in.

    tests/e2e/dialog.py [SCENARIO]...

The browser's part is tests/browser/dialog.mjs; it asks here for what only the app, Microsoft or the clock can do."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness import ROOT, skip_all  # noqa: E402
from outlook import Office  # noqa: E402

WAIT_SECONDS = 480


class Stage:
    """What the browser may ask for, by name: POST /NAME with the arguments as JSON."""

    def __init__(self, office):
        self.office = office
        self.desks = {}

    def desk(self, name):
        """A tenant of its own, not registered; what an administrator would copy from Entra."""
        desk = self.desks[name] = self.office.desk(set_up=False)
        certificate, key = (part.decode() if isinstance(part, bytes) else part for part in desk.app.add_certificate())
        return {"tenant": desk.tenant, "directory": desk.entra.id, "client": desk.app.client_id, "secret": desk.secret,
                "certificate": certificate, "key": key, "anna": desk.address("anna"), "bernd": desk.address("bernd")}

    def ticket(self, name, user):
        desk = self.desks[name]
        with desk.gateway.signed_in(desk.tenant, user) as session:
            ticket = session.value("SELECT casegate.settings_ticket(%s, %s)", (desk.tenant, user))
            session.connection.commit()
        return f"{self.office.public_url}/settings/outlook?ticket={ticket}"

    def registration(self, name, mode="delegated", granted=False):
        """As if an administrator had registered the app a while ago."""
        desk = self.desks[name]
        with desk.gateway.cluster.connect() as session:
            session.execute("INSERT INTO casegate.outlook_registration (tenant, directory, client, mode, secret, redirect_uri, granted_at)"
                            " VALUES (%s, %s, %s, %s, 'v1.sealed', %s, CASE WHEN %s THEN now() END) ON CONFLICT (tenant) DO UPDATE SET mode = excluded.mode",
                            (desk.tenant, desk.entra.id, desk.app.client_id, mode, f"{self.office.public_url}/outlook/callback", granted))

    def person(self, name, user, answer="consent"):
        """Who sits at Microsoft's page, and what he answers there."""
        person = self.office.cloud.directory.person
        person.user, person.answer = self.desks[name].people[user], answer

    def connection(self, name, user, state, hint=None, scopes="Mail.Read,Mail.Send"):
        """A connection in a state that only time brings."""
        desk = self.desks[name]
        with desk.gateway.cluster.connect() as session:
            session.execute("INSERT INTO casegate.outlook_connection (tenant, \"user\", mailbox, state, hint, scopes)"
                            " VALUES (%s, %s, %s, %s, %s, string_to_array(%s, ',')) ON CONFLICT (tenant, \"user\") DO UPDATE"
                            " SET state = excluded.state, hint = excluded.hint, mailbox = excluded.mailbox, scopes = excluded.scopes",
                            (desk.tenant, user, desk.address(user), state, hint, scopes))

    def flow(self, name, user):
        desk = self.desks[name]
        with desk.gateway.cluster.connect() as session:
            session.execute("INSERT INTO casegate.outlook_folder (tenant, \"user\", folder, seen_at, seen, filed_at, filed)"
                            " VALUES (%s, %s, 'inbox', now(), 1234, now() - interval '1 day', 56),"
                            " (%s, %s, 'sentitems', now(), 99, null, 0) ON CONFLICT DO NOTHING", (desk.tenant, user) * 2)

    def stored(self, name):
        """The registration as the database has it."""
        desk = self.desks[name]
        with desk.gateway.cluster.connect() as session:
            rows = session.rows("SELECT directory, client, cloud, mode, may_read, secret, certificate, private_key"
                                " FROM casegate.outlook_registration WHERE tenant = %s", (desk.tenant,))
        return rows[0] if rows else None

    def state(self, name, user):
        return self.desks[name].state(user) if self.desks[name].status(user) else None

    def expire(self, name):
        desk = self.desks[name]
        with desk.gateway.cluster.connect() as session:
            session.execute("UPDATE casegate.dialog_session SET expires_at = now() WHERE tenant = %s", (desk.tenant,))

    def settled(self):
        """What Microsoft has to object to, and where secrets stand in clear."""
        cloud = self.office.cloud
        return {"violations": cloud.violations[:8], "leaks": self.office.leaks()[1][:8]}


def handler_of(stage):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            arguments = json.loads(self.rfile.read(length) or b"{}")
            try:
                answer, status = getattr(stage, self.path[1:])(**arguments), 200
            except Exception as error:  # pylint: disable=broad-except
                answer, status = repr(error), 500
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def main():
    node = shutil.which("node") or shutil.which("nodejs")
    if not node:
        skip_all("node is not installed")
    with Office() as office:
        control = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(Stage(office)))
        threading.Thread(target=control.serve_forever, daemon=True).start()
        done = subprocess.run([node, f"{ROOT}/tests/browser/dialog.mjs", f"http://127.0.0.1:{control.server_port}", *sys.argv[1:]],
                              stdin=subprocess.DEVNULL, timeout=WAIT_SECONDS, check=False)
        control.shutdown()
        if done.returncode:
            print("# " + office.gateway.tail().replace("\n", "\n# "))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
