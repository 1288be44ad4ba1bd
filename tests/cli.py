#!/usr/bin/python3
"""What every command promises about its line, without a database: help, exit codes 0, 1 and 2, and errors as
one line on stderr that says what to do."""

import json
import os
import subprocess
import sys
import tempfile

import harness

COMMANDS = ["migrate", "serve", "check", "file", "explain", "parse", "case list", "case show", "hold list", "hold release",
            "hold refuse", "tenant add", "tenant list", "tenant set", "tenant remove", "user add", "user list",
            "user remove", "address add", "address list", "address remove", "member add", "member list",
            "member remove", "stats"]
# Lines that are wrong usage, and a word that the answer must hold.
WRONG = [
    ([], "which command"),
    (["frobnicate"], "frobnicate"),
    (["tenant"], "add, list, set, remove"),
    (["tenant", "rename", "acme"], "rename"),
    (["tenant", "add"], "TENANT"),
    (["tenant", "add", "acme", "more"], "more"),
    (["tenant", "add", "acme", "--nam", "x"], "--nam"),
    (["tenant", "add", "acme", "--name"], "--name"),
    (["tenant", "add", b"\xff\xfe"], "UTF-8"),
    (["tenant", "add", "acme", "--name", b"\xff"], "UTF-8"),
    (["user", "add", "acme"], "which user"),
    (["user", "add", "acme", "anna", "--domain", "acme.example"], "--domain"),
    (["user", "add", "acme", "anna", "--role", "king"], "king"),
    (["user", "remove", "acme"], "either a user or a domain"),
    (["case", "show", "acme"], "REFERENCE"),
    (["stats", "now"], "now"),
    (["file", "--to", "agent@in.acme.example"], "PATH"),
    (["file", "mail.eml"], "--to"),
    (["explain"], "--to"),
    (["--frob", "stats"], "--frob"),
    (["parse", "--paths", "x.eml"], "stdin"),
]
MAIL = harness.eml([("From", "Karl Berger <k.berger@stahlbau-nord.example>"), ("To", "anna@acme.example"),
                    ("Subject", "Angebot Träger"), ("Date", "Mon, 3 Mar 2025 14:05:31 +0100"),
                    ("Message-ID", "<angebot-1@stahlbau-nord.example>"), *harness.text_headers()], "Guten Tag\n")


def casegate(*words, stdin=b"", **settings):
    """Exit code, stdout, stderr; without any configuration of this machine."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("CASEGATE_", "PG"))}
    environment.update(settings)
    done = subprocess.run([harness.program(), *words], input=stdin, capture_output=True, check=False, timeout=120,
                          env=environment)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def is_one_line(text):
    return text.endswith("\n") and text.count("\n") == 1 and text.startswith("casegate")


def help_is_everywhere(tap):
    """--help, before and behind the words."""
    code, out, _ = casegate("--help")
    tap.ok(code == 0 and all(f"\n  {command} " in out for command in COMMANDS), "--help lists every command", out)
    for command in COMMANDS:
        words = command.split()
        answers = [casegate(*words, "--help"), casegate(*words, "-h"), casegate(*words, "-c", "/nowhere", "--help")]
        good = all(code == 0 and f"casegate {command} [OPTION" in out and err == "" for code, out, err in answers)
        tap.ok(good, f"{command} --help", answers)
    code, out, _ = casegate("case", "--help")
    tap.ok(code == 0 and "case list" in out and "case show" in out and "hold list" not in out, "case --help lists its verbs", out)
    code, out, _ = casegate("--version")
    tap.ok(code == 0 and out.startswith("casegate "), "--version", out)


def wrong_usage(tap):
    """Exit 2, one line, nothing on stdout."""
    for words, mentions in WRONG:
        code, out, err = casegate(*words)
        shown = " ".join(repr(word) if isinstance(word, bytes) else word for word in words)
        tap.ok(code == 2 and out == "" and is_one_line(err) and mentions in err and "--help" in err,
               f"wrong usage: casegate {shown}", f"exit {code}", out, err)


def failures(tap):
    """Exit 1, one line that names what is wrong."""
    nowhere = {"CASEGATE_DATABASE_URL": "postgresql:///nothing?host=/nonexistent"}
    for words in (["tenant", "list"], ["stats"], ["migrate"], ["case", "show", "acme", "V-000001"],
                  ["file", "--to", "agent@in.acme.example", "mail.eml"]):
        code, out, err = casegate(*words, **nowhere)
        tap.ok(code == 1 and out == "" and is_one_line(err) and "database" in err, f"no database: {words[0]}", err)
    code, out, err = casegate("stats", "-c", "/nonexistent/casegate.conf")
    tap.ok(code == 1 and out == "" and is_one_line(err) and "/nonexistent/casegate.conf" in err, "no such configuration", err)
    code, out, err = casegate("-c", "/nonexistent/casegate.conf", "stats")
    tap.ok(code == 1 and "/nonexistent/casegate.conf" in err, "-c before the command", err)
    code, out, err = casegate("stats", CASEGATE_LIMITS_ERRORS="many")
    tap.ok(code == 1 and is_one_line(err) and "errors" in err, "a bad value in the environment", err)
    code, out, err = casegate("parse", "no\nsuch\nfile")
    tap.ok(code == 1 and out == "" and is_one_line(err), "a file name with line ends stays one line", err)
    code, out, err = casegate("parse", "/")
    tap.ok(code == 1 and is_one_line(err), "a directory is no mail", err)


def check_says_what_is_wrong(tap):
    """One line each, exit 1 for a problem; it goes on to the end."""
    code, out, err = casegate("check", CASEGATE_DATABASE_URL="postgresql:///nothing?host=/nonexistent",
                              CASEGATE_TLS_CERTIFICATE="/nonexistent/cert.pem", CASEGATE_TLS_KEY="/nonexistent/key.pem",
                              CASEGATE_SECRETS_KEY_FILE="/nonexistent/key", CASEGATE_LMTP_LISTEN="/nonexistent/run/lmtp.sock")
    lines = out.splitlines()
    problems = [line.split()[1] for line in lines if line.startswith("problem ")]
    tap.equal(code, 1, "check fails where there is a problem", out, err)
    tap.equal(problems, ["database", "lmtp", "tls", "secrets"], "every problem has its line", out)
    tap.ok(all(line.split()[0] in ("ok", "warning", "problem") for line in lines), "each line says how it is", out)
    tap.ok(all("remedy: " in line for line in lines if line.startswith("problem ")), "each problem has a remedy", out)
    tap.ok(any(line.startswith("warning") and "require = none" in line for line in lines), "require = none is warned of", out)


def parse_reads_anything(tap):
    """Files, stdin, lists of paths, and bytes that are no mail."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [f"{directory}/one.eml", f"{directory}/zwei ä.eml".encode("latin-1")]
        for path in paths:
            with open(path, "wb") as file:
                file.write(MAIL)
        code, out, _ = casegate("parse", paths[0])
        mail = json.loads(out)
        tap.equal((code, mail["subject"], mail["from"]["address"], mail["date"]),
                  (0, "Angebot Träger", "k.berger@stahlbau-nord.example", "2025-03-03T14:05:31+01:00"), "parse FILE")
        tap.equal(casegate("parse", stdin=MAIL), (0, out, ""), "parse reads stdin")
        tap.equal(casegate("parse", "-", stdin=MAIL), (0, out, ""), "parse - reads stdin")
        tap.equal(casegate("parse", *paths), (0, out + out, ""), "several files, one line each; names in any bytes")
        code, several, err = casegate("parse", paths[0], f"{directory}/none.eml", paths[0])
        tap.ok(code == 1 and several == out + out and is_one_line(err), "a missing file does not stop the others", err)
        listed = b"\n".join([paths[0].encode(), f"{directory}/none.eml".encode(), paths[1]])
        code, several, err = casegate("parse", "--paths", stdin=listed)
        lines = several.splitlines(keepends=True)
        tap.ok(code == 1 and lines[0] == out and "error" in json.loads(lines[1]) and lines[2:] == [out], "parse --paths", err)
        tap.equal(casegate("parse", "--paths", stdin=b""), (0, "", ""), "parse --paths of nothing")
    for name, junk in (("nothing", b""), ("NUL bytes", b"\0" * 1000), ("all bytes", bytes(range(256)) * 20),
                       ("an mbox line alone", b"From x\n"), ("only a header", b"Subject: \xff\xfe\0x")):
        code, out, err = casegate("parse", stdin=junk)
        tap.ok(code == 0 and "subject" in json.loads(out) and "\\u0000" not in out, f"any bytes are a mail: {name}", err)


def full_disk(tap):
    """What could not be written is no success."""
    if not os.path.exists("/dev/full"):
        tap.skip("stdout is full", "no /dev/full here")
        return
    with open("/dev/full", "wb") as full:
        done = subprocess.run([harness.program(), "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    tap.ok(done.returncode == 1 and b"could not be written" in done.stderr, "stdout is full", done.stderr)


def main():
    tap = harness.Tap()
    tap.run([help_is_everywhere, wrong_usage, failures, check_says_what_is_wrong, parse_reads_anything, full_disk])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
