#!/usr/bin/python3
"""What operators do with mail that is filed: erase it, let it expire, export it, explain it, decide it again.

    tests/e2e/operations.py [SCENARIO]..."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness  # noqa: E402
import mails  # noqa: E402
import pg  # noqa: E402
from commands import Shell, is_one_line, refuses, write  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers, wait_until  # noqa: E402


def dump(cluster):
    """All that the database holds, as text; bytes stand there in hex."""
    done = subprocess.run([f"{pg.bindir()}/pg_dump", "--data-only", "--schema=casegate", cluster.url(pg.SUPERUSER)],
                          capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def holds(text, word):
    return word in text or word.encode().hex() in text


def provide(shell):
    shell.run("migrate")
    shell.run("tenant", "add", "acme", "--name", "ACME GmbH")
    shell.run("user", "add", "acme", "anna", "anna@acme.example")
    shell.run("user", "add", "acme", "chef", "chef@acme.example", "--role", "all")
    shell.run("address", "add", "acme", AGENT)
    shell.run("tenant", "add", "beta")
    shell.run("address", "add", "beta", "agent@in.beta.example")


def from_anna(subject, to, text, **headers):
    return harness.eml([("From", mails.address(mails.ANNA)), ("To", to), ("Subject", subject),
                        ("Date", "Tue, 4 Mar 2025 09:00:00 +0100"), ("Message-ID", f"<{mails.new_id()}>"),
                        *headers.items(), *harness.text_headers()], text)


def reference_of(shell, subject, tenant="acme"):
    return [c["reference"] for c in shell.json("case", "list", tenant) if c["subject"] == subject][0]


def erasing(tap, shell, directory):
    """erase --case and --address: nothing of it is left in the database, the rest is whole."""
    offer = mails.Plain(author=("Quirin Quarz", "quirin@quarzwerk.example"), subject="Quarzsand", text="Quarzpreise anbei.")
    paths = [write(directory, "erase/1.eml", mails.forward(offer, "Quarznotiz")),
             write(directory, "erase/2.eml", from_anna("Rechnung", "Otto Ofen <otto@ofen.example>", "Ofenrechnung")),
             write(directory, "erase/3.eml", harness.eml([("From", "quirin@quarzwerk.example"), ("To", AGENT), ("Subject", "Quarzfrage"),
                                                          ("Message-ID", "<quarzfrage@quarzwerk.example>")], "Quarzfragentext"))]
    code, out, err = shell.file(*paths)
    tap.ok(code == 0 and "2 filed" in out and "1 held" in out, "filed", out, err)
    before = dump(shell.cluster)
    tap.ok(all(holds(before, w) for w in ("Quarzpreise", "Quarznotiz", "quirin@quarzwerk.example", "Ofenrechnung")), "all of it is there")
    refuses(tap, shell, ["erase", "--tenant", "acme", "--case", "V-999999"], ["V-999999"])
    refuses(tap, shell, ["erase", "--tenant", "beta", "--case", reference_of(shell, "Quarzsand")], ["beta"])
    refuses(tap, shell, ["erase", "--tenant", "acme", "--address", AGENT], [AGENT, "agent address"])
    refuses(tap, shell, ["erase", "--tenant", "acme", "--address", "quirin"], ["quirin"])
    tap.equal([shell(*words)[0] for words in (["erase"], ["erase", "--tenant", "acme"],
                                              ["erase", "--tenant", "acme", "--case", "V-000001", "--address", "a@b.example"])],
              [2, 2, 2], "what is to be erased must be said")
    reference = reference_of(shell, "Quarzsand")
    out = shell.run("erase", "--tenant", "acme", "--case", reference)
    tap.ok("messages" in out and "bytes" in out, "erase --case prints a report", out)
    after = dump(shell.cluster)
    tap.equal([w for w in ("Quarzpreise", "Quarznotiz", "Quarzsand", offer.message_id) if holds(after, w)], [], "nothing of the case is left")
    tap.ok(holds(after, "Ofenrechnung") and holds(after, "Quarzfragentext"), "the rest is")
    refuses(tap, shell, ["case", "show", "acme", reference], [reference])
    report = shell.json("erase", "--tenant", "acme", "--address", "Quirin@Quarzwerk.example")
    tap.equal((report["messages"], report["deliveries"], report["mentions"]), (1, 1, []), "erase --address: what waited", report)
    after = dump(shell.cluster)
    tap.equal([w for w in ("quarz", "Quarz", "quirin", "Quirin") if holds(after, w)], [], "nothing of the person is left")
    stats = {row["tenant"]: row for row in shell.json("stats")}["acme"]
    tap.equal(stats["received"], sum(stats[k] for k in ("filed", "held", "duplicate", "rejected", "failed")), "stats add up", stats)
    audit = shell.rows("SELECT reason, messages FROM casegate.erasure ORDER BY erasure_id")
    tap.equal([(a["reason"], a["messages"]) for a in audit], [("case", 1), ("address", 1)], "the audit says when and how much")
    tap.equal(shell.json("hold", "list", "acme", "--all"), [], "nothing waits")
    shell.run("erase", "--tenant", "acme", "--address", "quirin@quarzwerk.example")
    code, out, err = shell.file(paths[0])
    tap.ok(code == 0 and "1 filed (1 new case)" in out, "the same mail may come again", out, err)


def limits(tap, gateway):
    """Quota and hourly mails: refused on the wire, right after erasing counted anew; imports are no mail of the hour."""
    gateway.provide_acme()
    gateway.run("tenant", "set", "acme", "quota_bytes", "60000")
    big = mails.Plain(mails.ANNA, [mails.KARL], "Großes", text="x" * 70 + "\r\n" + ("abcdefghi " * 7 + "\r\n") * 900)
    tap.equal(gateway.send(big.bytes()).code, 250, "the mail that fills the quota is taken")
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Mehr").bytes()).short, "452 4.3.1", "the next is not")
    reference = [c["reference"] for c in gateway.json("case", "list", "acme", "--json")][0]
    gateway.run("erase", "--tenant", "acme", "--case", reference)
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Wieder").bytes()).code, 250, "after erasing there is room")
    gateway.run("tenant", "set", "acme", "quota_bytes", "")
    gateway.run("tenant", "set", "acme", "hourly_mails", "3")
    with tempfile.TemporaryDirectory() as directory:
        paths = [write(directory, f"{n}.eml", mails.Plain(mails.ANNA, [mails.KARL], f"Alt {n}").bytes()) for n in range(5)]
        gateway.run("file", "--to", AGENT, "--history", *paths)
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Drei").bytes()).code, 250, "an import is no mail of the hour")
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Vier").bytes()).short, "450 4.7.1", "over the limit")
    gateway.run("erase", "--tenant", "acme", "--case", [c["reference"] for c in gateway.json("case", "list", "acme", "--json") if c["subject"] == "Drei"][0])
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Fünf").bytes()).short, "450 4.7.1", "erasing gives no mail of the hour back")
    gateway.run("tenant", "set", "acme", "hourly_mails", "")


def expiring(tap, gateway):
    """retention_days: the gateway erases by itself what is past its days."""
    old = mails.Plain(mails.ANNA, [mails.KARL], "Verjährtes", text="Verjährungstext")
    new = mails.Plain(mails.ANNA, [mails.KARL], "Frisches", text="Frischetext")
    for mail in (old, new):
        gateway.send(mail.bytes())
    gateway.send(harness.eml([("From", "a@fremd.example"), ("To", AGENT), ("Subject", "Abgewiesenes"), ("Message-ID", "<abgewiesen@fremd.example>")],
                             "Abweisungstext"), sender="a@fremd.example")
    held = gateway.json("hold", "list", "acme", "--json")[0]["delivery_id"]
    gateway.run("hold", "refuse", str(held))
    tap.ok(holds(dump(gateway.cluster), "Abweisungstext"), "refused mail keeps its bytes")
    with gateway.admin() as session:
        for statement in ("UPDATE casegate.delivery SET received_at = now() - interval '40 days' WHERE subject IN ('Verjährtes', 'Abgewiesenes')",
                          "UPDATE casegate.message SET received_at = now() - interval '40 days', filed_at = now() - interval '40 days'"
                          " WHERE subject IN ('Verjährtes', 'Abgewiesenes')",
                          "UPDATE casegate.case_file SET opened_at = now() - interval '40 days'"):
            session.execute(statement)
    gateway.run("tenant", "set", "acme", "retention_days", "30")
    tap.ok(wait_until(lambda: not holds(dump(gateway.cluster), "Abweisungstext") and not holds(dump(gateway.cluster), "Verjährungstext"), 90, 1),
           "what is past its days is erased", gateway.tail())
    tap.ok(holds(dump(gateway.cluster), "Frischetext"), "what is not stays")
    with gateway.admin() as session:
        kinds = [k for (k,) in session.execute("SELECT kind FROM casegate.events WHERE kind = 'erased'")]
    tap.ok(len(kinds) >= 1, "the app hears of it", kinds)


def main():
    tap = Tap()
    with pg.Cluster() as cluster, tempfile.TemporaryDirectory() as directory:
        shell = Shell(cluster)
        provide(shell)
        tap.run([erasing], shell, directory)
    with Gateway() as gateway:
        tap.run([limits, expiring], gateway)
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
