#!/usr/bin/python3
"""Runs what the documents promise: every ```sql block of docs/*.md against the sample tenant with the three
sample mails of deploy/samples filed, each block in a transaction of its own that is rolled back. A block
must succeed as the app's role, or as the role that its first line names: `-- as casegate_admin`.

A block may use these psql variables: :case_id :other_case_id :message_id :delivery_id :held_id :attachment_id."""

import glob
import os
import re
import subprocess
import sys

import harness

BLOCK = re.compile(r"^```sql\n(.*?)^```", re.M | re.S)
STRANGER = harness.eml([("From", "Frieda Fremd <frieda@fremd.example>"), ("To", harness.AGENT), ("Subject", "Anfrage"),
                        ("Date", "Tue, 4 Mar 2025 10:00:00 +0100"), ("Message-ID", "<anfrage-1@fremd.example>"),
                        *harness.text_headers()], "Guten Tag, liefern Sie auch Bleche?")
ATTACHED = harness.eml([("From", "Anna Muster <anna@acme.example>"), ("To", harness.AGENT), ("Subject", "Messprotokoll"),
                        ("Date", "Tue, 4 Mar 2025 11:00:00 +0100"), ("Message-ID", "<messprotokoll-1@acme.example>"),
                        ("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"')],
                       "--x\nContent-Type: text/plain\n\nanbei\n--x\nContent-Type: text/csv; name=werte.csv\n"
                       "Content-Disposition: attachment; filename=werte.csv\n\n1;2;3\n--x--\n")


def file_samples(gateway):
    samples = sorted(glob.glob(f"{harness.ROOT}/deploy/samples/*.eml"))
    for sample in samples:
        with open(sample, "rb") as file:
            content = file.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        reply = gateway.send(content)
        if reply.code != 250:
            raise RuntimeError(f"{sample}: {reply}")
    gateway.send(ATTACHED)
    gateway.send(STRANGER, sender="frieda@fremd.example")


def variables(gateway):
    queries = {
        "case_id": "SELECT min(case_id) FROM casegate.cases",
        "other_case_id": "SELECT max(case_id) FROM casegate.cases",
        "message_id": "SELECT min(message_id) FROM casegate.messages",
        "delivery_id": "SELECT min(delivery_id) FROM casegate.deliveries",
        "held_id": "SELECT min(delivery_id) FROM casegate.held",
        "attachment_id": "SELECT min(attachment_id) FROM casegate.attachments",
    }
    with gateway.admin() as session:
        values = {name: session.value(query) for name, query in queries.items()}
    return [word for name, value in values.items() for word in ("-v", f"{name}={value}")]


def run_block(gateway, words, block):
    first = block.split("\n", 1)[0]
    role = first.split()[2] if first.startswith("-- as ") else "casegate_app"
    script = block if re.search(r"^\s*BEGIN\b", block, re.M | re.I) else f"BEGIN;\n{block}\n;ROLLBACK;"
    return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *words, gateway.cluster.url(role)], input=script,
                          capture_output=True, text=True, check=False)


def main():
    tap = harness.Tap()
    blocks = []
    for path in sorted(glob.glob(f"{harness.ROOT}/docs/*.md") + [f"{harness.ROOT}/README.md"]):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            blocks += [(os.path.relpath(path, harness.ROOT), text.count("\n", 0, m.start()) + 1, m[1])
                       for m in BLOCK.finditer(text)]
    if not blocks:
        harness.skip_all("no document has an example in SQL")
    with harness.Gateway() as gateway:
        gateway.provide_acme()
        file_samples(gateway)
        words = variables(gateway)
        for name, line, block in blocks:
            done = run_block(gateway, words, block)
            tap.ok(done.returncode == 0, f"{name}:{line}", done.stderr, block)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
