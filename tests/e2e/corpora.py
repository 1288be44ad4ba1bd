#!/usr/bin/python3
"""Five hundred real mails through the gateway: every one is answered 250, has its row in deliveries, none fails,
and its bytes come back exactly.

The mails are those of CASEGATE_CORPORA (default: ../shared/corpora beside the clone); without them the test is
skipped. CORPORA_COUNT files another number."""

import glob
import hashlib
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers, skip_all  # noqa: E402

COUNT = int(os.environ.get("CORPORA_COUNT", "500"))


def mails_of(directory):
    """All mails below it, the same order every time; repeated with a line of their own until there are COUNT."""
    names = sorted(glob.glob(f"{directory}/**/*.eml", recursive=True))
    random.Random(7).shuffle(names)
    found = []
    for name in names:
        with open(name, "rb") as file:
            content = file.read()
        # LMTP carries lines that end in CRLF; a bare one of either stays what it is in mails that have both.
        if b"\r\n" not in content:
            content = content.replace(b"\n", b"\r\n")
        found.append((os.path.relpath(name, directory), content if content.endswith(b"\r\n") else content + b"\r\n"))
    rounds = 0
    while found and len(found) < COUNT:
        rounds += 1
        found += [(f"{name} ({rounds})", b"X-Round: %d\r\n" % rounds + content) for name, content in found[:COUNT - len(found)]]
    return found[:COUNT]


def main():
    directory = os.environ.get("CASEGATE_CORPORA") or os.path.join(os.path.dirname(harness.ROOT), "shared", "corpora")
    found = mails_of(directory) if os.path.isdir(directory) else []
    if not found:
        skip_all("no corpora: CASEGATE_CORPORA names a directory of .eml files")
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        gateway.run("user", "add", "acme", "--domain", "example.com")
        began = time.monotonic()
        refused, slow = [], []
        with gateway.lmtp() as client:
            for name, content in found:
                sent = time.monotonic()
                reply = client.send("anna@acme.example", [AGENT], content)[0]
                if reply.code != 250:
                    refused.append((name, repr(reply)))
                if time.monotonic() - sent > 5:
                    slow.append((name, time.monotonic() - sent))
        print(f"# {len(found)} mails in {time.monotonic() - began:.1f} s", flush=True)
        tap.equal(refused, [], f"{len(found)} real mails: every one is answered 250")
        tap.equal(slow, [], "none takes longer than 5 s")
        check_deliveries(tap, gateway, found)
        bring_all(tap, gateway, found)
        check_texts(tap, gateway)
        check_sanitizers(tap, gateway)
    return tap.done()


def check_deliveries(tap, gateway, found):
    missing, different, trace = [], [], re.compile(rb"Return-Path: <[^>]*>\r\nReceived: [^\r\n]+\r\n(?:[ \t][^\r\n]+\r\n)*")
    with gateway.signed_in("acme", "chef") as session:
        for name, content in found:
            rows = session.execute("SELECT delivery_id, outcome, casegate.delivery_source(delivery_id) FROM casegate.deliveries"
                                   " WHERE source_sha256 = %s", (hashlib.sha256(content).hexdigest(),))
            if not rows:
                missing.append(name)
                continue
            for _, _, source in rows:
                match = trace.match(bytes(source or b""))
                if not match or not bytes(source).endswith(content) or not trace.fullmatch(bytes(source)[:-len(content)]):
                    different.append(name)
        outcomes = dict(session.execute("SELECT outcome, count(*) FROM casegate.deliveries GROUP BY outcome"))
        failed = session.execute("SELECT internet_message_id, reason FROM casegate.deliveries WHERE outcome = 'failed'")
    print(f"# outcomes: {outcomes}", flush=True)
    tap.equal(missing, [], "every one has a delivery with the hash of its bytes")
    tap.equal(different, [], "delivery_source: our trace lines, then exactly its bytes")
    tap.equal(failed, [], "none could not be read")
    tap.equal(sum(outcomes.values()), len(found), "as many deliveries as mails")


def bring_all(tap, gateway, found):
    """The same mails in other bytes, vouched for by a user: what was held is placed, what was filed is known. A mail
    without an id of its own (none, or one that others have too) may be a second one: it waits for a human."""
    maildir = f"{gateway.directory}/maildir"
    for name in ("new", "cur", "tmp"):
        os.makedirs(f"{maildir}/{name}")
    for number, (_, content) in enumerate(found):
        with open(f"{maildir}/new/{number:06d}", "wb") as file:
            file.write(b"X-Brought-By: Anna\r\n" + content)
    gateway.run("file", "--to", AGENT, "--from", "anna", "--history", maildir)
    with gateway.admin() as session:
        unplaced = session.execute("""SELECT internet_message_id FROM casegate.held JOIN casegate.deliveries d USING (tenant, delivery_id)
            WHERE (SELECT count(DISTINCT source_sha256) FROM casegate.deliveries o WHERE o.protocol = 'lmtp'
                AND o.internet_message_id = d.internet_message_id) = 1""")
        outcomes = dict(session.execute("SELECT outcome, count(*) FROM casegate.deliveries WHERE protocol = 'import' GROUP BY outcome"))
    print(f"# outcomes of the import: {outcomes}", flush=True)
    tap.equal(unplaced, [], "brought by a user, every one with an id of its own is in a case, and waits no more")
    tap.equal(sum(outcomes.values()), len(found), "as many deliveries again")
    tap.equal(outcomes.get("failed", 0), 0, "none could not be read")


def check_texts(tap, gateway):
    """What parsing and reading in the database agree on."""
    with gateway.admin() as session:
        tap.equal(session.value("SELECT count(*) FROM casegate.messages WHERE text IS NULL OR subject IS NULL"), 0, "every message has a text and a subject")
        scripts = session.value("SELECT count(*) FROM casegate.messages WHERE html ~* '<(script|style|iframe|object|form|svg|math)\\M' OR html ~* '\\son[a-z]+\\s*='")
        tap.equal(scripts, 0, "no stored HTML has scripts, forms or handlers")
        rows = gateway.json("stats", "--json")
        tap.ok(all(r["received"] == r["filed"] + r["held"] + r["duplicate"] + r["rejected"] + r["failed"] for r in rows), "the loss audit adds up", rows)


if __name__ == "__main__":
    sys.exit(main())
