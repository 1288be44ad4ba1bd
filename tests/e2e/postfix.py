#!/usr/bin/python3
"""A real Postfix in front of a real gateway: mail comes in by SMTP and by sendmail, waits in Postfix's queue
while the gateway or the database is away, and is filed exactly once when they are back.

Needs root (Postfix's master does) and the Debian package postfix; the system's own Postfix is not touched.
The configuration is deploy/postfix's, with names and ports of the test put in."""

import grp
import hashlib
import os
import pwd
import shutil
import smtplib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
import harness  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers, free_port, skip_all, wait_until  # noqa: E402

SNIPPETS = f"{harness.ROOT}/deploy/postfix"


class Postfix:
    """An instance of its own: configuration, queue and data in a temporary directory."""

    def __init__(self, lmtp):
        self.lmtp = lmtp
        self.port = free_port()
        self.directory = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="cgpf-", dir="/var/tmp")
        os.chmod(self.directory, 0o755)
        for name in ("conf", "queue", "data"):
            os.mkdir(f"{self.directory}/{name}")
        shutil.chown(f"{self.directory}/data", "postfix", "postfix")
        try:
            self._write()
            self._run("postfix", "start")
            if not wait_until(self._listens, 20):
                raise RuntimeError("Postfix does not listen:\n" + self.log())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["postfix", "-c", f"{self.directory}/conf", "stop"], check=False, capture_output=True)
        wait_until(lambda: not os.path.exists(f"{self.directory}/queue/pid/master.pid") or not self._alive(), 10)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _alive(self):
        with open(f"{self.directory}/queue/pid/master.pid", encoding="ascii") as file:
            return os.path.exists(f"/proc/{file.read().strip()}")

    def _snippet(self, name):
        with open(f"{SNIPPETS}/{name}", encoding="utf-8") as file:
            return file.read()

    def _write(self):
        conf = f"{self.directory}/conf"
        main = f"""
compatibility_level = 3.6
queue_directory = {self.directory}/queue
data_directory = {self.directory}/data
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {self.directory}/log
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.acme.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
""" + self._snippet("main.cf").replace("/etc/postfix", conf)
        # A test cannot wait for a mail server's patience.
        main += "\nminimal_backoff_time = 2s\nmaximal_backoff_time = 4s\nqueue_run_delay = 2s\ntransport_retry_time = 1s\n"
        transport = self._snippet("transport").replace("lmtp:inet:127.0.0.1:2424", self.lmtp).replace(
            "lmtp:unix:/run/casegate/lmtp.sock", self.lmtp)
        with open(f"{conf}/main.cf", "w", encoding="utf-8") as file:
            file.write(main)
        with open(f"{conf}/transport", "w", encoding="utf-8") as file:
            file.write(transport)
        lines = [f"127.0.0.1:{self.port} inet n - n - - smtpd"]
        with open("/usr/share/postfix/master.cf.dist", encoding="utf-8") as file:
            services = [line.split() for line in file if line[:1].isalpha()]
        for service in services:
            # The system's port stays the system's; a chroot would need a copy of the system's files.
            if service[:2] != ["smtp", "inet"]:
                lines.append(" ".join(service[:4] + ["n"] + service[5:]))
        with open(f"{conf}/master.cf", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n" + self._snippet("master.cf"))
        self._run("postmap", f"{conf}/transport", config=True)

    def _run(self, *words, config=False):
        command = [words[0], "-c", f"{self.directory}/conf", *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}\n{self.log()}")
        return done.stdout

    def _listens(self):
        try:
            smtplib.SMTP("127.0.0.1", self.port, timeout=5).quit()
            return True
        except (OSError, smtplib.SMTPException):
            return False

    def log(self):
        try:
            with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-40:])
        except OSError:
            return ""

    def submit(self, mail, sender="anna@acme.example", to=AGENT):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            return client.sendmail(sender, [to] if isinstance(to, str) else to, mail)

    def sendmail(self, mail, sender="anna@acme.example", to=AGENT):
        subprocess.run(["sendmail", "-C", f"{self.directory}/conf", "-f", sender, to], input=mail, check=True)

    def queue(self):
        """Lines of the queue; [] when it is empty."""
        done = subprocess.run(["postqueue", "-c", f"{self.directory}/conf", "-j"], capture_output=True, text=True, check=False)
        return [line for line in done.stdout.split("\n") if line]

    def flush(self):
        subprocess.run(["postqueue", "-c", f"{self.directory}/conf", "-f"], check=False, capture_output=True)


def found(gateway, message_id):
    with gateway.admin() as session:
        return session.rows("SELECT * FROM casegate.deliveries WHERE internet_message_id = %s ORDER BY delivery_id", (message_id,))


def arrives(tap, gateway, postfix):
    """Mail by SMTP and by sendmail arrives, with Postfix's own lines on top"""
    offer = mails.Plain(subject="Über Postfix")
    first = mails.forward(offer)
    wrapper_id = first.split(b"Message-ID: <")[1].split(b">")[0].decode()
    postfix.submit(first)
    rows = wait_until(lambda: found(gateway, wrapper_id), 20)
    tap.equal([r["outcome"] for r in rows or []], ["filed"], "a forward by SMTP opens a case", postfix.log())
    tap.equal(gateway.message(rows[0]["message_id"])["from_address"], mails.KARL[1], "whose message is the supplier's")
    with gateway.signed_in("acme", "chef") as session:
        source = bytes(session.value("SELECT casegate.delivery_source(%s)", (rows[0]["delivery_id"],)))
    tap.ok(b"by mx.acme.example" in source and source.count(b"Received:") >= 2, "Postfix's Received stands in the source")
    tap.ok(has_hash_of(source, rows[0]), "the hash is that of what Postfix handed over")
    answer = offer.answer()
    postfix.sendmail(answer.bytes().replace(b"\r\n", b"\n"))
    rows = wait_until(lambda: found(gateway, answer.message_id), 20)
    tap.equal([r["outcome"] for r in rows or []], ["filed"], "an answer by sendmail is filed", postfix.log())
    both = mails.Plain(mails.ANNA, [mails.KARL], "An zwei Mandanten")
    postfix.submit(both.bytes(), to=[AGENT, "agent@in.beta.example"])
    rows = wait_until(lambda: len(found(gateway, both.message_id)) == 2 and found(gateway, both.message_id), 20)
    tap.equal(sorted((r["tenant"], r["outcome"]) for r in rows or []), [("acme", "filed"), ("beta", "held")], "one mail for two tenants")


def has_hash_of(source, row):
    """Our own trace lines come first: Return-Path, then one Received with its folded lines."""
    lines = source.split(b"\r\n")
    end = next(i for i in range(2, len(lines)) if not lines[i].startswith((b" ", b"\t")))
    return hashlib.sha256(b"\r\n".join(lines[end:])).hexdigest() == row["source_sha256"]


def waits(tap, gateway, postfix):
    """While gateway or database is away Postfix keeps the mail; afterwards it is filed once"""
    outages = {
        "the gateway": (gateway.stop, gateway.start),
        "the database": (lambda: gateway.cluster.stop("immediate"), gateway.cluster.start),
    }
    for name, (down, up) in outages.items():
        down()
        batch = [mails.Plain(mails.ANNA, [mails.KARL], f"Während {name} fehlt, {i}") for i in range(5)]
        for mail in batch:
            postfix.submit(mail.bytes())
        tap.ok(wait_until(lambda: len(postfix.queue()) == 5, 10), f"{name} is away: the mail waits in the queue", postfix.queue())
        up()

        def all_filed():
            postfix.flush()
            return not postfix.queue()
        tap.ok(wait_until(all_filed, 60, 0.5), "it is back: the queue empties", postfix.queue(), postfix.log())
        outcomes = [[r["outcome"] for r in found(gateway, mail.message_id)] for mail in batch]
        tap.equal(outcomes, [["filed"]] * 5, "and each mail is filed once")


def refused(tap, gateway, postfix):
    """An unknown agent address: refused to Postfix, which tells its sender; we send nothing"""
    mail = mails.Plain(mails.ANNA, [mails.KARL], "Falsche Adresse")
    postfix.submit(mail.bytes(), to="niemand@in.acme.example")
    tap.ok(wait_until(lambda: "550 5.1.1" in postfix.log(), 20), "550 5.1.1 stands in Postfix's log", postfix.log())
    tap.equal(found(gateway, mail.message_id), [], "no delivery")
    tap.ok("status=bounced" in postfix.log(), "Postfix bounces it to the sender", postfix.log())


def burst(tap, gateway, postfix):
    """Two hundred mails at once, over many connections"""
    batch = [mails.Plain(mails.ANNA, [mails.KARL], f"Schwung {i}") for i in range(200)]
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as client:
        for mail in batch:
            client.sendmail("anna@acme.example", [AGENT], mail.bytes())
    ids = [mail.message_id for mail in batch]

    def count():
        with gateway.admin() as session:
            return session.execute("SELECT count(*), count(DISTINCT internet_message_id) FROM casegate.deliveries"
                                   " WHERE internet_message_id = ANY(%s) AND outcome = 'filed'", (ids,))[0]
    wait_until(lambda: count()[1] == 200, 60, 0.2)
    tap.equal(count(), (200, 200), "all are filed, each once", postfix.log())


def main():
    if os.geteuid() != 0:
        skip_all("Postfix's master needs root")
    if not shutil.which("postfix", path="/usr/sbin:/usr/bin"):
        skip_all("postfix is not installed")
    try:
        pwd.getpwnam("postfix")
    except KeyError:
        skip_all("there is no user postfix")
    os.environ["PATH"] = "/usr/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        gateway.run("tenant", "add", "beta", "--name", "Beta AG")
        gateway.run("address", "add", "beta", "agent@in.beta.example")
        ways = {"inet": f"lmtp:inet:127.0.0.1:{gateway.ports['lmtp']}", "unix": f"lmtp:unix:{gateway.lmtp_socket}"}
        with Postfix(ways["inet"]) as postfix:
            tap.run([arrives, waits, refused, burst], gateway, postfix)
        # The socket is its group's, and Postfix's clients have no group but their own.
        os.chown(gateway.lmtp_socket, -1, grp.getgrnam("postfix").gr_gid)
        with Postfix(ways["unix"]) as postfix:
            mail = mails.Plain(mails.ANNA, [mails.KARL], "Postfix über den Socket")
            postfix.submit(mail.bytes())
            tap.ok(wait_until(lambda: found(gateway, mail.message_id), 20), "through the unix socket, too", postfix.log())
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
