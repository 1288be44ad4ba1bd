"""What the end-to-end tests share: TAP, a gateway of their own beside a PostgreSQL of its own, a client that
speaks LMTP (and says what was answered), and mails to send.

    with Gateway() as gateway:
        gateway.admin("tenant", "add", "acme", "--name", "ACME GmbH")
        replies = gateway.lmtp().send("anna@acme.example", ["agent@in.acme.example"], mail)

Which program: the environment's CASEGATE, else build/casegate."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import pg
from ports import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WAIT_SECONDS = 30
AGENT = "agent@in.acme.example"


def program():
    return os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")


class Tap:
    """One line a check. A scenario that raises is one failed check, and the next one runs."""

    def __init__(self):
        self.count = self.failed = 0
        pg.clean_up_when_told_to_end()

    def ok(self, passed, name, *details):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} {name}".replace("#", "no."), flush=True)
        if not passed:
            for detail in details:
                for line in str(detail).rstrip().split("\n"):
                    print("#   " + line, flush=True)
        return passed

    def equal(self, have, want, name, *details):
        return self.ok(have == want, name, f"have: {have!r}", f"want: {want!r}", *details)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {why}", flush=True)

    @contextlib.contextmanager
    def scenario(self, name):
        try:
            yield
        except Exception:  # pylint: disable=broad-except
            self.ok(False, f"{name} runs to its end", traceback.format_exc())

    def run(self, scenarios, *arguments):
        """Each of the functions is a scenario; argv may name the ones to run."""
        wanted = sys.argv[1:]
        for function in scenarios:
            if not wanted or function.__name__ in wanted:
                print(f"# {function.__name__}: {(function.__doc__ or '').strip().splitlines()[0]}", flush=True)
                with self.scenario(function.__name__):
                    function(self, *arguments)

    def done(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def wait_until(condition, seconds=WAIT_SECONDS, step=0.02):
    """The first true answer, or the last one."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(step)


class Reply:
    """code 250, enhanced "2.0.0" (or ""), text: the last line's, without both."""

    def __init__(self, lines):
        self.lines = lines
        self.code = int(lines[-1][:3])
        text = lines[-1][4:]
        word = text.split(" ")[0]
        self.enhanced = word if word.count(".") == 2 and word.replace(".", "").isdigit() else ""
        self.text = text[len(self.enhanced):].strip()

    @property
    def short(self):
        return f"{self.code} {self.enhanced}".strip()

    def __repr__(self):
        return "\\n".join(self.lines)


class ConnectionEnded(Exception):
    pass


class Lmtp:
    """A plain client: one command, one answer. to: a port of the loopback, or a socket's path."""

    def __init__(self, to, hello="LHLO test.example", timeout=60):
        if isinstance(to, int):
            self.socket = socket.create_connection(("127.0.0.1", to), timeout)
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout)
            self.socket.connect(to)
        self.file = self.socket.makefile("rb")
        self.greeting = self.read()
        self.features = self.command(hello) if hello else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def read(self):
        lines = []
        while True:
            line = self.file.readline(4096)
            if not line.endswith(b"\n"):
                raise ConnectionEnded(f"after {lines}")
            lines.append(line.rstrip(b"\r\n").decode("utf-8", "replace"))
            if line[3:4] != b"-":
                return Reply(lines)

    def command(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.read()

    def envelope(self, sender, recipients):
        """MAIL and RCPTs; the replies of the RCPTs (of MAIL, where that was refused)."""
        mail = self.command(f"MAIL FROM:<{sender}>")
        if mail.code != 250:
            return [mail] * len(recipients)
        return [self.command(f"RCPT TO:<{recipient}>") for recipient in recipients]

    def send(self, sender, recipients, mail):
        """One final reply for each recipient, in order: of the content, or of its RCPT where refused."""
        replies = self.envelope(sender, recipients)
        accepted = [i for i, reply in enumerate(replies) if reply.code == 250]
        if not accepted:
            self.command("RSET")
            return replies
        data = self.command("DATA")
        if data.code != 354:
            return [data if i in accepted else reply for i, reply in enumerate(replies)]
        self.socket.sendall(stuffed(mail))
        for i in accepted:
            replies[i] = self.read()
        return replies


def stuffed(mail):
    """As DATA wants it (RFC 5321 4.5.2). mail has CRLF line ends."""
    body = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    body = body.replace(b"\r\n.", b"\r\n..")
    return (b"." if body.startswith(b".") else b"") + body + b".\r\n"


class Gateway:
    """`casegate serve` beside its own PostgreSQL. settings: {"section": {"key": "value"}} over the defaults
    of the tests. cluster: an existing one, e.g. for a second gateway on the same database."""

    def __init__(self, settings=None, cluster=None, in_memory=True):
        self.program = program()
        self.own_cluster = cluster is None
        self.cluster = cluster or pg.Cluster(in_memory=in_memory)
        self.wanted = settings or {}
        self.directory = None
        self.process = None
        self.ports = {name: free_port() for name in ("smtp", "lmtp", "http")}

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="cggw-", dir=pg.parent_directory(True))
        try:
            os.chmod(self.directory, 0o755)
            os.mkdir(f"{self.directory}/run")
            os.chmod(f"{self.directory}/run", 0o777)
            if self.own_cluster:
                self.cluster.__enter__()
            self.write_config()
            if self.own_cluster:
                self.run("migrate")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.stop()
        with contextlib.suppress(Exception):
            self.kill()
        if self.own_cluster:
            self.cluster.__exit__()
        if os.environ.get("KEEP_LOGS"):
            with contextlib.suppress(OSError):
                shutil.copy(self.log, os.environ["KEEP_LOGS"])
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def config(self):
        return f"{self.directory}/casegate.conf"

    @property
    def log(self):
        return f"{self.directory}/log"

    @property
    def lmtp_socket(self):
        return f"{self.directory}/run/lmtp.sock"

    def write_config(self):
        settings = {
            "database": {"url": self.cluster.url(), "migrate_url": self.cluster.migrate_url},
            "smtp": {"listen": f"127.0.0.1:{self.ports['smtp']}"},
            "lmtp": {"listen": f"127.0.0.1:{self.ports['lmtp']} {self.lmtp_socket}"},
            "http": {"listen": f"127.0.0.1:{self.ports['http']}"},
            "workers": {"count": "3"},
        }
        for section, keys in self.wanted.items():
            settings.setdefault(section, {}).update(keys)
        with open(self.config, "w", encoding="utf-8") as file:
            for section, keys in settings.items():
                file.write(f"[{section}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) + "\n")

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "-c", self.config], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True, cwd=self.directory,
                                            preexec_fn=pg.die_with_parent(signal.SIGTERM))
        if wait and not wait_until(self.is_ready, 60):
            raise RuntimeError("the gateway does not start:\n" + self.tail())

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended ({self.process.returncode}):\n" + self.tail())
        try:
            with Lmtp(self.ports["lmtp"], timeout=5) as client:
                return client.features.code == 250
        except (OSError, ConnectionEnded):
            return False

    def stop(self):
        """SIGTERM. Returns its exit code."""
        if not self.process:
            return None
        self.process.terminate()
        code = self.process.wait(30)
        self.process = None
        return code

    def kill(self):
        """kill -9 of the whole process group."""
        if not self.process:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        # Until the last of them is gone they hold the ports.
        if not wait_until(lambda: not self.processes()):
            raise RuntimeError(f"processes outlive SIGKILL: {self.processes()}")
        self.process = None

    def processes(self):
        """Pids of the group but the supervisor's."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, IndexError):
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid and fields[0] != "Z":
                    found.append(int(name))
        return sorted(pid for pid in found if pid != self.process.pid)

    def tail(self, lines=40):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def command(self, *words, stdin=b""):
        """Any command of the program, as (exit code, stdout, stderr)."""
        # The options of a command stand behind its words.
        done = subprocess.run([self.program, *words, "-c", self.config], input=stdin, capture_output=True,
                              check=False, timeout=300, cwd=self.directory)
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    def run(self, *words, stdin=b""):
        """A command that must succeed; its stdout."""
        code, out, err = self.command(*words, stdin=stdin)
        if code != 0:
            raise RuntimeError(f"casegate {' '.join(words)}: exit {code}\n{out}{err}")
        return out

    def json(self, *words, stdin=b""):
        return json.loads(self.run(*words, stdin=stdin))

    def provide_acme(self):
        """The sample tenant of the contract."""
        self.run("tenant", "add", "acme", "--name", "ACME GmbH")
        self.run("user", "add", "acme", "anna", "anna@acme.example", "a.muster@acme.example")
        self.run("user", "add", "acme", "bernd", "bernd@acme.example")
        self.run("user", "add", "acme", "--domain", "acme.example")
        self.run("user", "add", "acme", "chef", "chef@acme.example", "--role", "all")
        self.run("address", "add", "acme", AGENT)

    def lmtp(self, **more):
        return Lmtp(self.ports["lmtp"], **more)

    def send(self, mail, sender="anna@acme.example", to=AGENT):
        """One mail over its own connection to one or several recipients; the reply, or the list of them."""
        recipients = [to] if isinstance(to, str) else to
        with self.lmtp() as client:
            replies = client.send(sender, recipients, mail)
        return replies[0] if isinstance(to, str) else replies

    def admin(self):
        """A session that reads every row."""
        return self.cluster.connect("casegate_admin")

    def signed_in(self, tenant, user):
        """A transaction of the app in which this user is signed in."""
        session = self.cluster.connect("casegate_app", autocommit=False)
        if tenant:
            session.execute("SELECT casegate.sign_in(%s, %s)", (tenant, user))
        return session

    def delivery(self, mail):
        """The newest delivery of exactly these bytes."""
        with self.admin() as session:
            rows = session.rows("SELECT * FROM casegate.deliveries WHERE source_sha256 = %s"
                                " ORDER BY delivery_id DESC LIMIT 1", (hashlib.sha256(mail).hexdigest(),))
        return rows[0] if rows else None

    def message(self, message_id):
        with self.admin() as session:
            rows = session.rows("SELECT * FROM casegate.messages WHERE message_id = %s", (message_id,))
        return rows[0] if rows else None


def check_sanitizers(tap, gateway):
    """Under sanitizers their reports stand in the gateway's log."""
    log = gateway.log_text()
    found = [line for line in log.split("\n")
             if any(mark in line for mark in ("Sanitizer", "runtime error:", "CRITICAL **", "WARNING **"))]
    tap.equal(found[:5], [], "the gateway's log shows no sanitizer's report and no failed assertion", gateway.tail(60))


def eml(headers, body="", ends="\r\n"):
    """A mail of (name, value) pairs or a dict, and text."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    text = "".join(f"{name}: {value}\n" for name, value in pairs) + "\n" + body
    if not text.endswith("\n"):
        text += "\n"
    return text.replace("\r\n", "\n").replace("\n", ends).encode("utf-8")


def text_headers():
    return [("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
