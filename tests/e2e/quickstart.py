#!/usr/bin/python3
"""deploy/quickstart in a clone of its own: from nothing to a case on the screen, a second run, ports that are
taken, --stop, --remove; and git sees a clean clone all the while. As root also below a directory that
PostgreSQL's user cannot enter."""

import glob
import json
import os
import re
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness  # noqa: E402
from harness import AGENT, Tap, skip_all  # noqa: E402
import mails  # noqa: E402


class Clone:
    """A clone of what is committed, plus what the work tree has changed, in a directory that everybody may enter."""

    def __enter__(self):
        self.base = tempfile.mkdtemp(prefix="cgqs-", dir="/var/tmp")
        os.chmod(self.base, 0o755)
        # With a blank, as some directories have.
        self.path = f"{self.base}/ein klon"
        os.mkdir(self.path)
        names = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=harness.ROOT, capture_output=True, check=True).stdout
        for name in filter(None, names.decode().split("\0")):
            if os.path.exists(f"{harness.ROOT}/{name}"):
                os.makedirs(os.path.dirname(f"{self.path}/{name}"), exist_ok=True)
                shutil.copy2(f"{harness.ROOT}/{name}", f"{self.path}/{name}", follow_symlinks=False)
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("-c", "user.name=Test", "-c", "user.email=test@acme.example", "commit", "-q", "-m", "clone")
        return self

    def __exit__(self, *_):
        subprocess.run([f"{self.path}/deploy/quickstart", "--remove"], capture_output=True, check=False)
        shutil.rmtree(self.base, ignore_errors=True)

    def git(self, *words):
        return subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=self.path, capture_output=True, text=True, check=True).stdout

    def quickstart(self, *words):
        # A session of its own and no terminal: what it leaves behind must live without us.
        return subprocess.run([f"{self.path}/deploy/quickstart", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              cwd="/", timeout=900, check=False, start_new_session=True)

    def config(self, section):
        with open(f"{self.path}/var/casegate.conf", encoding="utf-8") as file:
            return int(re.search(rf"\[{section}\]\nlisten=127\.0\.0\.1:(\d+)", file.read())[1])

    def casegate(self, *words):
        return subprocess.run([f"{self.path}/build/casegate", *words, "-c", f"{self.path}/var/casegate.conf"], capture_output=True, text=True, check=False)


def occupy(ports):
    held = []
    for port in ports:
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", port))
            holder.listen()
            held.append(holder)
        except OSError:
            holder.close()
    return held


def listens(port):
    try:
        with smtplib.LMTP("127.0.0.1", port, timeout=5):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def first_run(tap, clone):
    """From a clone to a case, with the default ports taken"""
    held = occupy((2525, 2424, 8025))
    done = clone.quickstart()
    for holder in held:
        holder.close()
    if not tap.equal(done.returncode, 0, "the first run succeeds", done.stdout[-3000:], done.stderr[-3000:]):
        logs = glob.glob(f"{clone.path}/var/log/*")
        print("# " + " ".join(logs))
        return
    tap.ok(re.search(r"V-\d{6}", done.stdout), "it prints the case's reference", done.stdout)
    for line in (r"2025-03-03 14:05.*Karl Berger.*\bin\b", r"2025-03-04 09:20.*Karl Berger.*\bin\b", r"2025-03-04 10:14.*Anna Muster.*\bout\b"):
        tap.ok(re.search(line, done.stdout), f"and one line a mail: {line}", done.stdout)
    tap.ok("taken" in done.stdout + done.stderr, "it says that ports are taken")
    tap.ok(clone.config("lmtp") != 2424 and listens(clone.config("lmtp")), "and listens on another")
    tap.equal(clone.git("status", "--porcelain"), "", "git sees a clean clone")
    tap.equal(clone.casegate("check").returncode in (0, 1), True, "casegate check runs with its configuration")
    with smtplib.LMTP("127.0.0.1", clone.config("lmtp"), timeout=30) as client:
        tap.equal(client.sendmail("anna@acme.example", [AGENT], mails.Plain(mails.ANNA, [mails.KARL], "Noch eine").bytes()), {},
                  "the gateway takes more mail")


def second_run(tap, clone):
    """Again: goes on where it is"""
    port = clone.config("lmtp")
    done = clone.quickstart()
    tap.equal(done.returncode, 0, "the second run succeeds", done.stdout, done.stderr)
    tap.ok(re.search(r"V-\d{6}", done.stdout), "and shows the case", done.stdout)
    tap.equal(clone.config("lmtp"), port, "the gateway stays where it was")
    stats = clone.casegate("stats", "--json").stdout
    row = json.loads(stats)[0]
    tap.equal([row["received"], row["filed"]], [4, 4], "nothing was filed twice", stats)


def stop_and_go(tap, clone):
    """--stop, again, --remove"""
    port = clone.config("lmtp")
    done = clone.quickstart("--stop")
    tap.equal(done.returncode, 0, "--stop succeeds", done.stdout, done.stderr)
    tap.ok(not listens(port), "nothing listens")
    tap.equal(leftovers(clone), [], "no process is left")
    tap.equal(clone.quickstart("--stop").returncode, 0, "--stop twice is harmless")
    done = clone.quickstart()
    tap.equal(done.returncode, 0, "it starts again", done.stdout, done.stderr)
    tap.ok(listens(clone.config("lmtp")), "and listens")
    real = os.path.realpath(f"{clone.path}/var")
    done = clone.quickstart("--remove")
    tap.equal(done.returncode, 0, "--remove succeeds", done.stdout, done.stderr)
    tap.ok(not os.path.lexists(f"{clone.path}/var") and not os.path.exists(real), "var is gone")
    tap.equal(leftovers(clone, real), [], "no process is left")
    tap.equal(clone.git("status", "--porcelain"), "", "git sees a clean clone")
    tap.equal(clone.quickstart("--remove").returncode, 0, "--remove twice is harmless")
    tap.equal(clone.quickstart("--nonsense").returncode, 2, "an unknown option: exit 2")


def leftovers(clone, real=None):
    """Processes that have to do with this clone."""
    marks = [os.path.realpath(f"{clone.path}/var"), clone.path] + ([real] if real else [])
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if any(mark in line for mark in marks):
            found.append(line)
    return found


def closed_directory(tap, clone):
    """Below a directory that PostgreSQL's user cannot enter (as /root is)"""
    if os.geteuid() != 0:
        tap.skip("a clone that PostgreSQL's user cannot reach", "only root starts PostgreSQL as another user")
        return
    home = "/var/lib/casegate-quickstart"
    if os.path.exists(home):
        tap.skip("a clone that PostgreSQL's user cannot reach", f"{home} is in use")
        return
    os.chmod(clone.base, 0o700)
    done = clone.quickstart()
    if tap.equal(done.returncode, 0, "a clone that PostgreSQL's user cannot reach", done.stdout[-3000:], done.stderr[-3000:]):
        tap.equal(os.path.realpath(f"{clone.path}/var"), home, f"./var leads to {home}")
        tap.ok(listens(clone.config("lmtp")), "the gateway listens")
        tap.equal(clone.git("status", "--porcelain"), "", "git sees a clean clone")
    tap.equal(clone.quickstart("--remove").returncode, 0, "--remove succeeds")
    tap.ok(not os.path.exists(home) and not os.path.lexists(f"{clone.path}/var"), "it is gone")


def main():
    if not shutil.which("git"):
        skip_all("git is not installed")
    tap = Tap()
    with Clone() as clone:
        tap.run([first_run, second_run, stop_and_go, closed_directory], clone)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
