"""`serve` without a database: what happens when processes die, hang, or are told to go.

FAKE_SERVE names the program (tests/server/fake_serve.c); its store is this script: a thread that accepts
every filing as one line and commits it by answering. So each test says when a commit happens, or does not."""
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from ports import free_port  # noqa: E402

PROGRAM = os.environ.get("FAKE_SERVE", "")


def wait_until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Store:
    """The other end of fake_store.c."""

    def __init__(self, path):
        self.path, self.mails, self.lock = path, [], threading.Lock()
        self.commits = threading.Event()
        self.commits.set()
        self.clients, self.listener = [], None
        self.start()

    def start(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        self.clients = []

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client = listener.accept()[0]
                self.clients.append(client)
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
            for line in lines:
                row = json.loads(line)
                if "mail" in row:
                    with self.lock:
                        self.mails.append(row)
                    self.commits.wait()
                client.sendall(b"ok\n")

    def find(self, content):
        digest = hashlib.sha256(content).hexdigest()
        with self.lock:
            return [row for row in self.mails if row["mail"] == digest]


class Client:
    """One LMTP or SMTP connection; works in replies: (code, lines)."""

    def __init__(self, address, timeout=20.0):
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def read(self):
        """0: the other side has closed."""
        found = []
        while True:
            try:
                line = self.lines.readline()
            except ConnectionError:
                return 0, found
            if not line:
                return 0, found
            found.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                return int(line[:3]), found

    def send(self, data):
        self.socket.sendall(data)

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.read()

    def greet(self, verb="LHLO"):
        assert self.read()[0] == 220
        return self.say(verb + " test")

    def envelope(self, *recipients):
        assert self.say("MAIL FROM:<anna@acme.test>")[0] == 250
        return [self.say(f"RCPT TO:<{recipient}>")[0] for recipient in recipients]

    def content(self, content):
        assert self.say("DATA")[0] == 354
        self.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")


class Gateway:
    def __init__(self, directory, **limits):
        self.directory = directory
        self.store = Store(f"{directory}/store")
        self.ports = {name: free_port() for name in ("smtp", "lmtp", "http")}
        self.unix = f"{directory}/lmtp.sock"
        self.limits = {"parse_seconds": 1, **limits}
        self.tls = ""
        self.process = None

    def configure(self, **limits):
        self.limits.update(limits)
        lines = [f"[database]\nurl={self.store.path}\n[smtp]\nlisten=127.0.0.1:{self.ports['smtp']}",
                 f"[lmtp]\nlisten=127.0.0.1:{self.ports['lmtp']} {self.unix}",
                 f"[http]\nlisten=127.0.0.1:{self.ports['http']}", "[workers]\ncount=2", "[log]\nlevel=debug", "[limits]"]
        lines += [f"{key}={value}" for key, value in self.limits.items()]
        with open(f"{self.directory}/conf", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n" + self.tls)

    def start(self):
        self.configure()
        with open(f"{self.directory}/log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, f"{self.directory}/conf"], stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True)
        assert wait_until(self.is_up), "it does not start:\n" + self.log()

    def is_up(self):
        with contextlib.suppress(OSError), self.lmtp() as client:
            return client.read()[0] == 220
        return False

    def stop(self):
        self.process.terminate()
        return self.process.wait(20)

    def log(self):
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def lmtp(self, **options):
        return Client(("127.0.0.1", self.ports["lmtp"]), **options)

    def smtp(self, **options):
        return Client(("127.0.0.1", self.ports["smtp"]), **options)

    def deliver(self, content, *recipients):
        """The codes after the dot; those of RCPT where none was taken."""
        with self.lmtp() as client:
            client.greet()
            codes = client.envelope(*(recipients or ("agent@in.test",)))
            if 250 not in codes:
                return codes
            client.content(content)
            return [client.read()[0] for code in codes if code == 250]

    def children(self, name):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    text = file.read()
                if int(text.rpartition(")")[2].split()[1]) == self.process.pid and f"casegate:{name}"[:15] in text:
                    found.append(int(pid))
        return found

    def child(self, name, other_than=None):
        """Its process of this name, waited for: one that died is replaced after a while."""
        found = []

        def is_there():
            found[:] = [pid for pid in self.children(name) if pid != other_than]
            return found
        if not wait_until(is_there, 30):
            raise AssertionError(f"no {name}")
        return found[0]

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name):
        return sum(float(line.rpartition(" ")[2]) for line in self.get("/metrics")[1].splitlines()
                   if line.startswith(f"casegate_{name}"))


def mail(text, *headers):
    return ("\r\n".join([f"Subject: {text}", *headers]) + f"\r\n\r\n{text}\r\n.dot\r\n").encode()


# ---- the tests: each gets a running gateway and says what holds ----

def takes_mail(gateway, ok):
    """bytes, envelope and trace arrive as they were sent, by every door"""
    content = mail("doors")
    ok(gateway.deliver(content, "agent@in.test", "nobody@in.test", "agent2@in.test") == [250, 250], "LMTP: a reply for each")
    rows = gateway.store.find(content)
    ok([row["to"] for row in rows] == ["agent@in.test", "agent2@in.test"], "both recipients, byte for byte", rows)
    ok(all(row["trusted"] and row["size"] == len(content) for row in rows), "loopback is trusted", rows)
    ok(rows[0]["trace"].startswith("Return-Path: <anna@acme.test>\r\nReceived: from test (127.0.0.1:")
       and " with LMTP id " in rows[0]["trace"], "trace lines", rows[0]["trace"])
    with Client(gateway.unix) as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(mail("unix"))
        ok(client.read()[0] == 250, "unix socket")
    ok(gateway.store.find(mail("unix"))[0]["peer"] == "unix", "is named so")
    with gateway.smtp() as client:
        client.greet("EHLO")
        client.envelope("agent@in.test", "agent2@in.test")
        client.content(mail("smtp"))
        ok(client.read()[0] == 250, "SMTP: one reply for all")
        ok(client.say("NOOP")[0] == 250, "and only one")
    ok(gateway.store.find(mail("smtp"))[0]["trace"].count(" with ESMTP id ") == 1, "with ESMTP")
    ok(gateway.deliver(b"") == [250] and gateway.deliver(mail("down"), "down@in.test") == [451], "no bytes; no answer")
    large = b"0123456789abcde\r\n" * 400000
    ok(gateway.deliver(large) == [250] and gateway.store.find(large)[0]["size"] == len(large), "a large one")
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.send(b"BDAT 10\r\n0123456789BDAT 5 LAST\r\n\r\n.\r\n")
        ok([client.read()[0], client.read()[0]] == [250, 250] and gateway.store.find(b"0123456789\r\n.\r\n"), "BDAT")


def commit_comes_first(gateway, ok):
    """no 250 before the commit, 451 without one"""
    gateway.store.commits.clear()
    content = mail("waits")
    with gateway.lmtp(timeout=0.7) as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(content)
        ok(wait_until(lambda: gateway.store.find(content)), "it is being filed")
        try:
            early = client.read()
        except TimeoutError:
            early = None
        ok(early is None, "no reply before the commit", early)
    gateway.store.commits.set()
    gateway.store.stop()
    ok(wait_until(lambda: gateway.deliver(mail("away")) == [451]), "store away: 451 at RCPT")
    ok(wait_until(lambda: gateway.get("/readyz")[0] == 503), "not ready")
    gateway.store.start()
    ok(wait_until(lambda: gateway.deliver(mail("back")) == [250]), "it is back: 250")
    ok(wait_until(lambda: gateway.get("/readyz")[0] == 200), "ready")


def bad_mail(gateway, ok):
    """a mail that kills or outlasts its worker is kept unread by another one"""
    for how, why in (("crash", "reading it failed"), ("spin", "reading it took too long")):
        content = mail(how, f"X-Fake: {how}")
        began = time.monotonic()
        ok(gateway.deliver(content) == [250], f"{how}: 250")
        ok(time.monotonic() - began < 8, "soon", time.monotonic() - began)
        rows = gateway.store.find(content)
        ok([row["why"] for row in rows] == [why], f"{how}: kept unread, and why", rows)
        ok(gateway.deliver(mail(f"after {how}")) == [250], "the next mail is read")
    ok(gateway.metric("parse_kills_total") == 2, "and counted")
    content = mail("hang", "X-Fake: hang")
    ok(gateway.deliver(content) == [451], "who waits without computing is not called unreadable: 451")
    ok(not gateway.store.find(content), "nothing is filed of it")


def kill(process, number=signal.SIGKILL):
    """Signals a process that may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def dead_workers(gateway, ok):
    """killed workers: the mail on its way is filed once, the next one too"""
    gateway.store.commits.clear()
    content = mail("in flight")
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(content)
        wait_until(lambda: gateway.store.find(content))
        os.kill(gateway.store.find(content)[0]["worker"], signal.SIGKILL)
        gateway.store.commits.set()
        ok(client.read()[0] == 250, "250 from another worker")
        ok(gateway.store.find(content)[-1]["why"] == "", "which reads it once more", gateway.store.find(content))
    for worker in gateway.children("worker"):
        kill(worker)
        content = mail(f"after {worker}")
        ok(gateway.deliver(content) == [250] and gateway.store.find(content)[0]["why"] == "", "a worker dies idle: read as ever")
    for worker in gateway.children("worker"):
        kill(worker)
    ok(gateway.deliver(mail("all dead")) == [250], "all workers die: mail waits for new ones")
    for worker in gateway.children("worker"):
        kill(worker, signal.SIGSTOP)
    ok(gateway.deliver(mail("all stopped")) == [250], "all workers are stopped: they are replaced")
    ok(wait_until(lambda: len(gateway.children("worker")) == 2), "two workers as before")
    ok(gateway.metric("worker_restarts_total") >= 5, "restarts are counted", gateway.metric("worker_restarts_total"))


def dead_others(gateway, ok):
    """listener, web and notifier come back"""
    for name in ("listener", "web", "notifier"):
        killed_one = gateway.child(name)
        os.kill(killed_one, signal.SIGKILL)
        ok(gateway.child(name, killed_one) and wait_until(gateway.is_up), f"{name} is back")
        ok(wait_until(lambda: gateway.deliver(mail(f"after the {name}")) == [250]), "mail goes on")
    ok(wait_until(lambda: gateway.get("/healthz") == (200, "ok\n")), "health")


def group_signal(gateway, ok):
    """SIGTERM to the whole group is as good as one to the supervisor; other signals do no harm"""
    content = mail("group")
    gateway.store.commits.clear()
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(content)
        wait_until(lambda: gateway.store.find(content))
        os.killpg(gateway.process.pid, signal.SIGTERM)
        time.sleep(0.3)
        gateway.store.commits.set()
        ok(client.read()[0] == 250, "the mail in flight is answered")
    ok(gateway.process.wait(15) == 0, "exit 0")
    gateway.start()


def stopping(gateway, ok):
    """SIGTERM: what is on its way ends, idle clients get 421, new ones nothing, exit 0"""
    content = mail("flight")
    with gateway.lmtp() as busy, gateway.lmtp() as idle:
        idle.greet()
        busy.greet()
        busy.envelope("agent@in.test")
        assert busy.say("DATA")[0] == 354
        busy.send(content[:10])
        time.sleep(0.1)
        gateway.process.terminate()
        ok(idle.read()[0] == 421, "421 for who is idle")
        try:
            with gateway.lmtp() as late:
                refused = late.read()[0] in (0, 421)
        except OSError:
            refused = True
        ok(refused, "nobody new")
        busy.send(re.sub(rb"(?m)^\.", b"..", content[10:]) + b".\r\n")
        ok(busy.read()[0] == 250, "250 for who was sending")
        ok(busy.read()[0] == 421, "then 421")
    ok(gateway.process.wait(15) == 0 and not os.path.exists(gateway.unix), "exit 0, no socket left behind")
    gateway.start()
    with gateway.lmtp() as busy:
        busy.greet()
        busy.envelope("agent@in.test")
        busy.say("DATA")
        began = time.monotonic()
        gateway.process.terminate()
        ok(gateway.process.wait(16) == 0 and time.monotonic() - began < 15, "who never ends is cut off within 15 s",
           time.monotonic() - began)
    gateway.start()


def killed(gateway, ok):
    """kill -9 of the supervisor: nobody is left, and a new one starts at once"""
    def children():
        return [pid for name in ("listener", "worker", "notifier", "web") for pid in gateway.children(name)]
    wait_until(lambda: len(children()) == 5)
    pids = children()
    gateway.process.kill()
    gateway.process.wait()

    def is_gone(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                return file.read().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True
    ok(len(pids) == 5 and wait_until(lambda: all(map(is_gone, pids)), 5), "all children are gone", pids)
    began = time.monotonic()
    gateway.start()
    ok(gateway.deliver(mail("again")) == [250], "started again", time.monotonic() - began)


def limits(gateway, ok):
    """sizes, spool, recipients, connections"""
    gateway.stop()
    gateway.limits.update(message_size=200000, spool_bytes=100000, recipients=2, connections=4, errors=3, idle_seconds=2)
    gateway.start()
    with gateway.lmtp() as client:
        client.greet()
        ok(client.say("MAIL FROM:<> SIZE=200001")[0] == 552, "552 for what it announces")
        ok(client.say("MAIL FROM:<> SIZE=150000")[0] == 452, "452 when there is no room")
        ok(client.envelope("agent@in.test", "agent2@in.test", "agent3@in.test") == [250, 250, 452], "452 for one too many")
        client.content(b"x" * 150000 + b"\r\n")
        ok([client.read()[0], client.read()[0]] == [452, 452], "452 when there is no room for what comes")
        client.envelope("agent@in.test")
        client.content(b"x" * 300000 + b"\r\n")
        ok(client.read()[0] == 452, "no room before too large")
        client.envelope("agent@in.test")
        client.content(b"x" * 90000 + b"\r\n")
        ok(client.read()[0] == 250, "all room is there again")
    with contextlib.ExitStack() as stack:
        ok(wait_until(lambda: gateway.metric("connections_open") == 0, 5), "nobody is connected")
        clients = [stack.enter_context(gateway.lmtp()) for _ in range(5)]
        ok([client.read()[0] for client in clients] == [220] * 4 + [421], "one connection too many")
        ok(clients[0].read()[0] == 421, "idle: 421")
    time.sleep(0.2)
    with gateway.lmtp() as client:
        client.greet()
        ok([client.say("FOO")[0] for _ in range(3)] == [500, 500, 421] and client.read()[0] == 0, "too many errors")
    with gateway.lmtp() as client:
        client.send(b"LHLO test\r\n")
        first = client.read()[0]
        ok(first in (220, 421), "an early talker is told so where it is seen in time", first)
    gateway.stop()
    gateway.limits = {"parse_seconds": 1}
    gateway.start()


def flood(gateway, ok):
    """who sends and never reads is not answered without end, and does no harm to others"""
    with gateway.lmtp(timeout=2) as client:
        client.greet()
        sent = 0
        with contextlib.suppress(OSError):
            for _ in range(2000):
                client.send(b"VRFY x\r\n" * 1000)
                sent += 8000
        ok(gateway.deliver(mail("beside a flood")) == [250], "others are served", sent)
    ok(wait_until(lambda: gateway.metric("connections_open") == 0, 10), "and it is gone")


def half_closed(gateway, ok):
    """a client that closes its side after its last word is answered to the end"""
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.say("DATA")
        client.send(b"half\r\n.\r\nQUIT\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        ok([client.read()[0], client.read()[0], client.read()[0]] == [250, 221, 0], "250, 221, end")
    content = mail("gone")
    gateway.store.commits.clear()
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(content)
        wait_until(lambda: gateway.store.find(content))
    time.sleep(0.1)
    gateway.store.commits.set()
    ok(gateway.deliver(mail("after one that left")) == [250], "who leaves before the reply does no harm")


def secured(gateway, ok):
    """STARTTLS, and a new certificate by SIGHUP"""
    def make_certificate(name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-keyout", f"{gateway.directory}/key", "-out", f"{gateway.directory}/cert"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def handshake():
        """The certificate's name; greets, secures and delivers over it."""
        with gateway.smtp() as client:
            assert "250-STARTTLS" in client.greet("EHLO")[1]
            assert client.say("STARTTLS")[0] == 220
            context = ssl.create_default_context(cafile=f"{gateway.directory}/cert")
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            client.lines.close()
            client.socket = context.wrap_socket(client.socket)
            client.lines = client.socket.makefile("rb")
            name = ssl.DER_cert_to_PEM_cert(client.socket.getpeercert(True))
            assert client.say("MAIL FROM:<>")[0] == 503
            assert "250-STARTTLS" not in client.say("EHLO test")[1]
            client.envelope("agent@in.test")
            client.content(mail("secret") + b"x" * 200000 + b"\r\n")
            assert client.read()[0] == 250
            assert client.say("QUIT")[0] == 221
            return name

    make_certificate("one")
    gateway.stop()
    gateway.tls = f"[tls]\ncertificate={gateway.directory}/cert\nkey={gateway.directory}/key\n"
    gateway.start()
    first = handshake()
    with open(f"{gateway.directory}/cert", encoding="ascii") as file:
        ok(first == file.read(), "our certificate")
    with gateway.smtp() as client:
        client.greet("EHLO")
        client.send(b"STARTTLS\r\nMAIL FROM:<evil@x.test>\r\n")
        ok([client.read()[0], client.read()[0]] == [501, 0], "bytes behind STARTTLS: 501 and the end")
    with gateway.smtp() as client:
        client.greet("EHLO")
        client.say("STARTTLS")
        client.send(b"no handshake\r\n" * 10)
        ok(client.read()[0] == 0, "no handshake: the end")
    make_certificate("two")
    before = gateway.children("worker")
    with gateway.smtp() as old:
        old.greet("EHLO")
        gateway.configure(recipients=1)
        gateway.process.send_signal(signal.SIGHUP)
        ok(wait_until(lambda: set(gateway.children("worker")).isdisjoint(before)
                      and len(gateway.children("worker")) == 2), "SIGHUP: new workers")
        ok(wait_until(lambda: handshake() != first), "SIGHUP: the new certificate")
        ok(old.envelope("agent@in.test", "agent2@in.test") == [250, 452], "SIGHUP: new limits, for old clients too")
    os.unlink(f"{gateway.directory}/key")
    second = handshake()
    gateway.process.send_signal(signal.SIGHUP)
    ok(wait_until(lambda: "key" in gateway.log().rpartition("reloaded")[0].rpartition("TLS stays")[2]), "a missing key is told")
    ok(handshake() == second, "and the old certificate stays")
    gateway.stop()
    code = subprocess.run([PROGRAM, f"{gateway.directory}/conf"], stderr=subprocess.PIPE, timeout=20, check=False)
    ok(code.returncode == 1 and b"[tls] key" in code.stderr, "started without its key it says so and ends", code)
    shutil.copy(f"{gateway.directory}/cert", f"{gateway.directory}/key")
    code = subprocess.run([PROGRAM, f"{gateway.directory}/conf"], stderr=subprocess.PIPE, timeout=20, check=False)
    ok(code.returncode == 1 and b"[tls] key cannot be used" in code.stderr, "with a key that is none, too", code)
    gateway.tls = ""
    gateway.limits = {"parse_seconds": 1}
    gateway.start()


def reloading(gateway, ok):
    """SIGHUP with mail on its way loses nothing; a wrong configuration changes nothing"""
    gateway.store.commits.clear()
    content = mail("while reloading")
    with gateway.lmtp() as client:
        client.greet()
        client.envelope("agent@in.test")
        client.content(content)
        wait_until(lambda: gateway.store.find(content))
        gateway.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        gateway.store.commits.set()
        ok(client.read()[0] == 250 and len(gateway.store.find(content)) == 1, "250, filed once")
        client.envelope("agent@in.test")
        client.content(mail("next"))
        ok(client.read()[0] == 250, "the next on the same connection")
    gateway.configure(recipients="many")
    gateway.process.send_signal(signal.SIGHUP)
    ok(wait_until(lambda: "not reloaded" in gateway.log()), "a wrong value is told")
    ok(gateway.deliver(mail("still here")) == [250], "and nothing changed")
    gateway.limits.pop("recipients")


def walls(gateway, ok):
    """listener and workers are behind seccomp, every child without new privileges or core dumps"""
    for name, mode in (("listener", "2"), ("worker", "2"), ("web", "0"), ("notifier", "0")):
        with open(f"/proc/{gateway.child(name)}/status", encoding="utf-8") as file:
            status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        ok(status["Seccomp"] == mode and status["NoNewPrivs"] == "1", f"{name}", status["Seccomp"])
    ok("without its sandbox" not in gateway.log(), "nobody lacks it")
    with open(f"/proc/{gateway.child('worker')}/limits", encoding="utf-8") as file:
        ok(re.search(r"Max core file size +0 ", file.read()), "no core dumps")
    worker = gateway.child("worker")
    held = [os.readlink(f"/proc/{worker}/fd/{fd}") for fd in os.listdir(f"/proc/{worker}/fd") if int(fd) > 2]
    ok(len([name for name in held if name.startswith("socket:")]) == 2, "a worker holds two sockets", held)


def figures(gateway, ok):
    """HTTP: health, metrics, and nothing else"""
    ok(gateway.get("/healthz") == (200, "ok\n"), "healthz")
    before = gateway.metric('mails_total{protocol="lmtp",outcome="filed"}')
    gateway.deliver(mail("counted"))
    ok(gateway.metric('mails_total{protocol="lmtp",outcome="filed"}') == before + 1, "a mail is counted")
    ok(gateway.metric("filing_seconds_count") >= 1 and gateway.metric("memory_bytes") > 1e6, "latency and memory")
    ok(gateway.get("/nothing")[0] == 404, "404")
    ok(not re.search(r"Subject|anna@|agent@|counted", gateway.log()), "the log names no addresses and no content")


def under_systemd(gateway, ok):
    """sockets that systemd passes, and what it is told"""
    gateway.stop()
    with socket.socket() as door, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        door.bind(("127.0.0.1", 0))
        door.listen(5)
        notices.bind(f"{gateway.directory}/notify")
        notices.settimeout(10)
        # The passed socket is descriptor 3, and the pid that it is meant for is known to the program only.
        line = f"exec 3<&{door.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=casegate-lmtp.socket exec \"$@\""
        with open(f"{gateway.directory}/log", "ab") as log, \
                subprocess.Popen(["sh", "-c", line, "sh", PROGRAM, f"{gateway.directory}/conf"], stderr=log,
                                 pass_fds=[door.fileno()], env={**os.environ, "NOTIFY_SOCKET": f"{gateway.directory}/notify"},
                                 start_new_session=True) as process:
            ok(notices.recv(100) == b"READY=1", "READY=1")
            with Client(door.getsockname()) as client:
                client.greet()
                client.envelope("agent@in.test")
                client.content(mail("activated"))
                ok(client.read()[0] == 250, "mail over the passed socket")
            try:
                with gateway.lmtp():
                    configured = True
            except OSError:
                configured = False
            ok(not configured, "the configured LMTP addresses are not opened beside it")
            with gateway.smtp() as client:
                ok(client.read()[0] == 220, "those of SMTP are")
            process.send_signal(signal.SIGHUP)
            ok([notices.recv(100), notices.recv(100)] == [b"RELOADING=1", b"READY=1"], "RELOADING=1, READY=1")
            process.terminate()
            ok(notices.recv(100) == b"STOPPING=1" and process.wait(15) == 0, "STOPPING=1, exit 0")
    gateway.start()


def startup(gateway, ok):
    """what cannot start says which setting is wrong, in one line"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        path = f"{gateway.directory}/wrong"
        for text, word in ((f"[smtp]\nlisten=127.0.0.1:{taken.getsockname()[1]}\n", "[smtp] listen: 127.0.0.1:"),
                           ("[lmtp]\nlisten=/nowhere/at/all.sock\n", "[lmtp] listen: /nowhere/at/all.sock"),
                           (f"[lmtp]\nlisten={gateway.unix}\n", "[lmtp] listen: "), ("[smtp]\nlisten=x\n", "[smtp] listen")):
            with open(path, "w", encoding="utf-8") as file:
                # The others are off: their default ports may be somebody else's.
                off = "".join(f"[{name}]\nlisten=\n" for name in ("smtp", "lmtp", "http") if f"[{name}]" not in text)
                file.write(off + text)
            ended = subprocess.run([PROGRAM, path], stderr=subprocess.PIPE, timeout=20, check=False)
            ok(ended.returncode == 1 and word in ended.stderr.decode().splitlines()[-1], word, ended)
    ok(gateway.deliver(mail("untouched")) == [250] and os.path.exists(gateway.unix), "the one that runs keeps its sockets")
    os.kill(gateway.process.pid, signal.SIGKILL)
    gateway.process.wait()
    ok(os.path.exists(gateway.unix), "killed, it leaves its socket behind")
    gateway.start()
    with Client(gateway.unix) as client:
        ok(client.read()[0] == 220, "which the next one takes over")


TESTS = [takes_mail, commit_comes_first, bad_mail, dead_workers, dead_others, walls, figures, half_closed, flood, reloading,
         secured, limits, group_signal, stopping, killed, under_systemd, startup]


def main():
    number, failed = 0, 0

    def ok(is_right, what, *details):
        nonlocal number, failed
        number += 1
        failed += not is_right
        print(f"{'ok' if is_right else 'not ok'} {number} - {test.__name__}: {what}", flush=True)
        if not is_right:
            print("".join(f"# {detail}\n" for detail in details), flush=True)

    if not PROGRAM:
        print("1..0 # SKIP FAKE_SERVE is not set")
        return 0
    directory = tempfile.mkdtemp(prefix="casegate-serve-")
    gateway = Gateway(directory)
    gateway.start()
    try:
        for test in TESTS:
            if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
                continue
            gateway.store.commits.set()
            try:
                test(gateway, ok)
            except (OSError, AssertionError, ValueError, IndexError, subprocess.SubprocessError):
                ok(False, "ends", *traceback.format_exc().splitlines(), *gateway.log().splitlines()[-20:])
                with contextlib.suppress(OSError):
                    os.killpg(gateway.process.pid, signal.SIGKILL)
                gateway.process.wait()
                gateway.start()
        test = main
        ok(gateway.stop() == 0, "exit 0")
        ok("ERROR: AddressSanitizer" not in gateway.log() and "runtime error" not in gateway.log(), "no sanitizer speaks",
           *gateway.log().splitlines()[-40:])
    finally:
        with contextlib.suppress(OSError):
            os.killpg(gateway.process.pid, signal.SIGKILL)
        shutil.rmtree(directory, ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
