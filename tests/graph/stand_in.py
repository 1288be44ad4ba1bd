#!/usr/bin/python3
"""A stand-in for Microsoft Entra ID and Microsoft Graph on the loopback, for tests and for trying things out.

    tests/graph/stand_in.py [--login-port N] [--graph-port N] [--control-port N] [--redirect-uri URI]... [--user ADDRESS=NAME]...

It prints one line of JSON (addresses, directory id, client id, secret, paths of a certificate and its key where
--certificate-directory is given) and runs until it is told to end. The control port answers

    GET  /state                   violations, what was sent, how many requests
    POST /person {"user", "answer"}    who sits at the browser: "consent", "decline", "needs_admin", or an AADSTS number
    POST /deliver?to=ADDRESS      a MIME message arrives in a mailbox
    POST /fault {"path", "status", ...}     see Cloud.fault
    POST /revoke {"user"}         the user's sessions end

In Python: `from graph.cloud import Cloud`."""

import argparse
import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from graph.cloud import Cloud  # noqa: E402
from graph.wire import Answer, Server  # noqa: E402


class Control:
    def __init__(self, cloud):
        self.cloud = cloud

    def serve(self, request):
        body = request.json() or {}
        directory = self.cloud.directory
        if request.path == "/state":
            return Answer.json({"violations": self.cloud.violations, "requests": len(self.cloud.requests),
                                "sent": [{"from": s.mailbox.address, "to": s.recipients, "subject": s.subject, "how": s.how, "send_id": s.send_id,
                                          "internet_id": s.internet_id} for s in self.cloud.sent],
                                "subscriptions": [s.shown() for s in self.cloud.subscriptions.live.values()]})
        if request.path == "/person":
            directory.person.user = directory.user(body["user"]) if "user" in body else directory.person.user
            directory.person.answer = body.get("answer", "consent")
        elif request.path == "/deliver":
            self.cloud.mailbox(request.query["to"]).deliver(request.body)
        elif request.path == "/fault":
            self.cloud.fault(**body)
        elif request.path == "/revoke":
            directory.revoke(directory.user(body["user"]))
        else:
            return Answer.text("not found", 404)
        return Answer.json({})


def main():
    parser = argparse.ArgumentParser(description="A stand-in for Microsoft Entra ID and Graph")
    parser.add_argument("--login-port", type=int, default=0)
    parser.add_argument("--graph-port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument("--user", action="append", default=[], help="ADDRESS=NAME; default anna, bernd and chef of acme.example")
    parser.add_argument("--certificate-directory")
    options = parser.parse_args()
    with Cloud(options.redirect_uri or ["http://127.0.0.1:8025/outlook/callback"], (options.login_port, options.graph_port)) as cloud:
        users = options.user or ["anna@acme.example=Anna Muster", "bernd@acme.example=Bernd Beispiel", "chef@acme.example=Clara Chefin"]
        for user in users:
            address, _, name = user.partition("=")
            cloud.directory.person.user = cloud.directory.person.user or cloud.add_user(address, name or address)
            if not cloud.directory.user(address):
                cloud.add_user(address, name or address)
        told = {"login_url": cloud.urls["login"], "api_url": cloud.urls["graph"], "directory": cloud.directory.tenant.id,
                "client": cloud.directory.app.client_id, "secret": cloud.directory.secret}
        if options.certificate_directory:
            for name, content in zip(("certificate.pem", "key.pem"), cloud.directory.app.add_certificate()):
                path = os.path.join(options.certificate_directory, name)
                with open(path, "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
                    file.write(content)
                told[name.split(".")[0]] = path
        control = Server("control", Control(cloud).serve, options.control_port)
        control.start()
        print(json.dumps({**told, "control_url": control.url}), flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        control.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sys.exit(main())
