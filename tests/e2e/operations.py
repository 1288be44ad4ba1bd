#!/usr/bin/python3
"""What operators do with mail that is filed: erase it, let it expire, export it, explain it, decide it again.

    tests/e2e/operations.py [SCENARIO]..."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
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


def json_of(text):
    return json.loads(text)


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


def explaining_filed(tap, shell, directory):
    """explain --delivery and --message: stored evidence, each candidate with why it won or lost."""
    offer = mails.Plain(subject="Wellen", text="Angebot über Wellen")
    shell.file(write(directory, "why/1.eml", mails.forward(offer)), write(directory, "why/2.eml", offer.answer().bytes()))
    strange = harness.eml([("From", "fremd@fremd.example"), ("To", AGENT), ("Subject", "Re: Wellen"), ("In-Reply-To", f"<{offer.message_id}>"),
                           ("Message-ID", "<fremd-wellen@fremd.example>"), *harness.text_headers()], "Ich auch")
    shell.file(write(directory, "why/3.eml", strange))
    rows = shell.rows("SELECT delivery_id, message_id, outcome FROM casegate.deliveries ORDER BY delivery_id DESC LIMIT 3")
    held, answer, opener = rows
    reference = reference_of(shell, "Wellen")
    told = json_of(shell.run("explain", "--tenant", "acme", "--delivery", str(opener["delivery_id"])))
    tap.equal((told["decision"]["outcome"], told["decision"]["reference"], told["standing"], told["user"],
               [c["signal"] for c in told["candidates"] if c["chosen"]]), ("filed", reference, "user", "anna", ["new"]), "what opened a case", told)
    tap.ok("message_filed" in [e["kind"] for e in told["events"]], "and what has happened since", told["events"])
    told = json_of(shell.run("explain", "--tenant", "acme", "--message", str(answer["message_id"])))
    candidate = told["deliveries"][0]["candidates"][0]
    tap.ok(candidate["signal"] == "references" and candidate["chosen"] and candidate["reference"] == reference and "names" in candidate["why"],
           "why a mail joined", told)
    told = json_of(shell.run("explain", "--tenant", "acme", "--delivery", str(held["delivery_id"])))
    candidate = told["candidates"][0]
    tap.ok(told["decision"]["outcome"] == "held" and candidate["reference"] == reference and not candidate["chosen"] and "proves nothing" in candidate["why"],
           "why a mail waits", told)
    refuses(tap, shell, ["explain", "--tenant", "beta", "--delivery", str(held["delivery_id"])], ["beta"])
    refuses(tap, shell, ["explain", "--tenant", "acme", "--message", "4711"], ["4711"])
    tap.equal(shell("explain", "--tenant", "acme")[0], 2, "explain wants to know what")


def replaying(tap, shell, directory):
    """replay: nothing changes by itself; new rules show, --apply does them, a person's decision stays."""
    out = shell.run("replay")
    tap.ok("0 are otherwise" in out, "the same rules decide the same", out, shell.run("replay", "--json"))
    first, second = mails.Plain(subject="Motoren", text="Motorenangebot"), mails.Plain(subject="Pumpen", text="Pumpenangebot")
    shell.file(write(directory, "replay/1.eml", mails.forward(first)), write(directory, "replay/2.eml", mails.forward(second)),
               write(directory, "replay/3.eml", first.answer(text="Motoren ja").bytes()), write(directory, "replay/4.eml", mails.attached([first, second])))
    strange = harness.eml([("From", "olga@partner.example"), ("To", AGENT), ("Subject", "Lieferplan"), ("Message-ID", "<lieferplan@partner.example>"),
                           ("Date", "Tue, 4 Mar 2025 09:00:00 +0100"), *harness.text_headers()], "Der Lieferplan")
    shell.file(write(directory, "replay/5.eml", strange))
    waited = mails.Plain(("Paul", "paul@erst-fremd.example"), [mails.ANNA], "Erst gehalten")
    shell.file(write(directory, "replay/waited.eml", waited.bytes()), write(directory, "replay/brought.eml", mails.forward(waited, known_ids=False)))
    new = [mails.Plain(subject=f"Sammlung {n}") for n in range(3)]
    shell.file(write(directory, "replay/6.eml", mails.attached(new)))
    # A new matter came before the thread that it was written on.
    thread = mails.Plain(subject="Flansche aus Stahl")
    matter = mails.Plain(mails.ANNA, [mails.KARL], subject="Neue Drehbank für die Werkstatt", text="Wir suchen etwas ganz anderes.", answers=thread)
    shell.file(write(directory, "replay/7.eml", matter.bytes()), write(directory, "replay/8.eml", mails.attached([thread])))
    tap.equal(shell.json("replay", "--tenant", "acme"), [], "forwards, answers, duplicates, new matters and several at once decide the same", shell.run("replay"))
    # A new domain: her mail was a stranger's, now it is a colleague's.
    before = dump(shell.cluster)
    shell.run("user", "add", "acme", "--domain", "partner.example")
    changed = shell.json("replay", "--tenant", "acme")
    tap.equal([(c["change"], c["was"], c["now"], c["subject"], c["applied"]) for c in changed], [("released", "held", None, "Lieferplan", False)],
              "a new rule shows what it would do")
    tap.ok("Lieferplan" in shell.run("replay") and "released" in shell.run("replay"), "also as a table")
    tap.equal(shell.json("replay", "--since", "2099-01-01"), [], "only what came since")
    tap.equal(len(shell.json("hold", "list", "acme")), 2, "and does nothing")
    out = shell.run("replay", "--tenant", "acme", "--apply")
    tap.ok("1 applied" in out, "--apply does it", out)
    tap.equal([h["subject"] for h in shell.json("hold", "list", "acme")], ["Re: Wellen"], "the mail waits no more")
    tap.ok(reference_of(shell, "Lieferplan"), "it opened its case")
    tap.equal(shell.json("replay", "--tenant", "acme"), [], "then nothing is otherwise")
    # The rule is taken back: filed mail would wait. A person's decision stays.
    shell.run("user", "remove", "acme", "--domain", "partner.example")
    shell.run("user", "remove", "acme", "olga@partner.example")
    changed = shell.json("replay")
    tap.equal([(c["change"], c["now"], c["human"]) for c in changed], [("held", "held", False)], "and back again")
    shell.run("replay", "--apply")
    held = [h for h in shell.json("hold", "list", "acme") if h["subject"] == "Lieferplan"]
    tap.equal(len(held), 1, "it waits again", shell.run("replay"))
    tap.ok("Lieferplan" not in [c["subject"] for c in shell.json("case", "list", "acme")], "its empty case is gone")
    shell.run("hold", "release", str(held[0]["delivery_id"]), "--case", reference_of(shell, "Pumpen"))
    changed = shell.json("replay", "--apply")
    tap.equal([(c["change"], c["human"], c["applied"]) for c in changed], [("held", True, False)], "what a person released stays")
    tap.ok(reference_of(shell, "Pumpen") in shell.run("replay"), "and the table says so", before[:0])
    # A new matter whose first mail comes late, and a case that was closed after its mail came.
    old = mails.Plain(subject="Öfen")
    lost = old.answer(subject="Kräne", text="Etwas Neues: wir suchen Kräne.")
    late = lost.answer(mails.KARL, subject="Re: Kräne", text="Welche Kräne?")
    later = late.answer(subject="Re: Kräne", text="Alle Kräne.")
    shell.file(*[write(directory, f"replay/late{n}.eml", m) for n, m in enumerate([mails.forward(old), mails.forward(late), later.bytes()])])
    cases = {reference_of(shell, subject) for subject in ("Öfen", "Kräne")}
    tap.ok(len(cases - {None}) == 2, "a new matter on an old thread, its first mail missing", cases)
    tap.equal([c["subject"] for c in shell.json("replay")], ["Lieferplan"], "its answers decide the same", shell.run("replay"))
    shell.file(write(directory, "replay/late3.eml", lost.bytes()))
    tap.equal([c["subject"] for c in shell.json("replay")], ["Lieferplan"], "with its first mail, too", shell.run("replay"))
    code, out, err = shell("replay", "--since", "yesterday")
    tap.ok(code == 2 and "no time" in err, "a time must be one", out, err)


def exporting(tap, shell, directory):
    """export --case: an mbox that reads back byte by byte, and JSON; export --message, also without names."""
    offer = mails.Plain(subject="Zahnräder", text="Guten Tag,\n\nFrom hier an gilt der Preis 4711.\n>From dort nicht.")
    answer = offer.answer(text="Danke, Zacharias")
    sources = [mails.forward(offer, "Notiz von Zacharias"), answer.bytes(), mails.with_file(mails.Plain(mails.ANNA, [mails.KARL], "AW: Zahnräder", answers=offer),
                                                                                            "liste.csv", "text/csv", b"1;2;3\n" * 50)]
    shell.file(*[write(directory, f"export/{n}.eml", source) for n, source in enumerate(sources)])
    reference = reference_of(shell, "Zahnräder")
    out = shell.run("export", "--tenant", "acme", "--case", reference, "--output", directory)
    tap.equal(out.split(), [f"{directory}/{reference}.mbox", f"{directory}/{reference}.json"], "export --case says where it is")
    with open(f"{directory}/{reference}.json", encoding="utf-8") as file:
        whole = json.load(file)
    tap.equal(([m["mbox_position"] for m in whole["messages"]], len(whole["deliveries"]), whole["reference"]), ([1, 2, 3], 3, reference), "the JSON", whole)
    tap.ok(all(whole[k] for k in ("members", "evidence", "events")) and whole["messages"][0]["comments"], "has all that is known", whole.keys())
    tap.equal(os.stat(f"{directory}/{reference}.mbox").st_mode & 0o077, 0, "for nobody else's eyes")
    shell.run("address", "add", "beta", "archiv@in.beta.example")
    shell.run("user", "add", "beta", "bea", "bea@beta.example")
    code, out, err = shell.file(f"{directory}/{reference}.mbox", to="archiv@in.beta.example", **{"from": "bea"})
    tap.ok(code == 0 and out.startswith("3 mails:"), "the mbox reads back", out, err)
    hashes = shell.rows("SELECT tenant, array_agg(source_sha256 ORDER BY source_sha256) AS h FROM casegate.deliveries d WHERE tenant = 'beta' GROUP BY tenant")
    with shell.cluster.connect("casegate_admin") as session:
        bytes_of = [bytes(session.value("SELECT casegate.message_source(%s)", (m["message_id"],))) for m in whole["messages"]]
    tap.equal(hashes[0]["h"], sorted(hashlib.sha256(b).hexdigest() for b in bytes_of), "byte by byte")
    refuses(tap, shell, ["export", "--tenant", "acme", "--case", "V-999999"], ["V-999999"])
    refuses(tap, shell, ["export", "--tenant", "acme", "--case", reference, "--output", f"{directory}/nowhere"], ["nowhere"])
    refuses(tap, shell, ["export", "--tenant", "beta", "--message", str(whole["messages"][0]["message_id"])], ["beta"])
    tap.equal(shell("export", "--tenant", "acme")[0], 2, "export wants to know what")
    message = str(whole["messages"][0]["message_id"])
    tap.ok("Zacharias" in shell.run("export", "--tenant", "acme", "--message", message), "export --message prints the mail")
    other = shell.run("export", "--tenant", "acme", "--message", message, "--anonymise")
    tap.equal([w for w in ("Zacharias", "4711", "Berger", "Muster", "acme.example", "Zahnr") if w in other], [], "--anonymise names nobody", other)
    had, has = (json_of(shell.run("parse", stdin=text.encode())) for text in (shell.run("export", "--tenant", "acme", "--message", message), other))
    tap.equal([m["forward"]["form"] + str(m["forward"]["original"]["date"]) + str(len(m["text"])) for m in (had, has)][1:],
              [had["forward"]["form"] + str(had["forward"]["original"]["date"]) + str(len(had["text"]))], "and is read alike")


def reading_again(tap, shell, directory):
    """hold release of a mail that could not be read reads it at once, without a gateway."""
    shell.file(write(directory, "unread.eml", harness.eml([("From", "Uwe Unlesbar <uwe@unlesbar.example>"), ("To", AGENT), ("Subject", "Unlesbar"),
                                                           ("Message-ID", "<unlesbar@unlesbar.example>"), *harness.text_headers()], "Der Text darin")))
    with shell.cluster.connect() as session:
        # As if its first reader had died: the bytes are there, nothing else.
        session.execute("SELECT set_config('casegate.tenant', 'acme', false)")
        message = session.value("UPDATE casegate.delivery SET outcome = 'failed', held_message = NULL, subject = NULL, from_address = NULL, preview = NULL"
                                " WHERE internet_message_id = 'unlesbar@unlesbar.example' RETURNING (SELECT message_id FROM casegate.message"
                                " WHERE internet_message_id = 'unlesbar@unlesbar.example')")
        session.execute("SELECT casegate.message_drop('acme', %s)", (message,))
    held = [h for h in shell.json("hold", "list", "acme") if h["outcome"] == "failed"]
    tap.equal(len(held), 1, "it is listed")
    code, out, err = shell("hold", "release", str(held[0]["delivery_id"]))
    tap.ok(code == 0 and err == "" and out.startswith("filed into V-"), "released", out, err)
    shown = shell.json("case", "show", "acme", out.split()[2])["messages"][0]
    tap.equal((shown["subject"], shown["from_address"], shown["text"].strip()), ("Unlesbar", "uwe@unlesbar.example", "Der Text darin"), "and read at once", shown)


def reading_by_replay(tap, shell, directory):
    """replay of a mail that could not be read: it is filed under its own number, as if it came now."""
    unread = from_anna("Unlesbar zwei", "Otto Ofen <otto@ofen.example>", "Der zweite Text")
    shell.file(write(directory, "unread2.eml", unread))
    shell.run("erase", "--tenant", "acme", "--case", reference_of(shell, "Unlesbar zwei"))
    with shell.cluster.connect() as session:
        session.execute("SELECT set_config('casegate.tenant', 'acme', false)")
        session.execute("INSERT INTO casegate.content (tenant, sha256, piece, bytes) VALUES ('acme', sha256(%s), 0, %s)", (unread, unread))
        delivery = session.value("INSERT INTO casegate.delivery (tenant, received_at, protocol, recipient, is_first, source_sha256, size, outcome, reason)"
                                 " VALUES ('acme', now(), 'lmtp', %s, true, sha256(%s), %s, 'failed', 'it killed its reader') RETURNING delivery_id",
                                 (AGENT, unread, len(unread)))
    changed = [c for c in shell.json("replay") if c["change"] == "read"]
    tap.equal([(c["delivery_id"], c["was"], c["applied"]) for c in changed], [(delivery, "failed", False)], "it can be read now")
    changed = [c for c in shell.json("replay", "--apply") if c["change"] == "read"]
    tap.equal([c["applied"] for c in changed], [True], "and is filed")
    row = shell.rows("SELECT outcome, opened_case, submitted_by FROM casegate.deliveries WHERE delivery_id = %s", delivery)[0]
    tap.equal((row["outcome"], row["opened_case"], row["submitted_by"]), ("filed", True, "anna"), "under its own number")
    tap.ok(reference_of(shell, "Unlesbar zwei"), "in a case")


def importing(tap, shell, directory):
    """file --history: an archive in one go, interrupted, and gone on with; no events."""
    count = int(os.environ.get("HISTORY_MAILS", "300"))
    path = write(directory, "history/archive.mbox", b"".join(archive(count)))
    events = shell.rows("SELECT count(*) AS n FROM casegate.event")[0]["n"]
    started = time.monotonic()
    process = subprocess.Popen([harness.program(), "file", "--to", AGENT, "--from", "anna", "--history", path], env=shell.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: shell.rows("SELECT count(*) AS n FROM casegate.delivery WHERE internet_message_id LIKE 'archiv-%%'")[0]["n"] > count // 4, 120)
    process.kill()
    process.communicate()
    first = shell.rows("SELECT count(*) AS n FROM casegate.delivery WHERE internet_message_id LIKE 'archiv-%%'")[0]["n"]
    tap.ok(count // 4 < first < count, f"killed after {first} of {count} mails in {time.monotonic() - started:.1f} s")
    started = time.monotonic()
    code, out, err = shell.file(path, history=True, **{"from": "anna"})
    seconds = time.monotonic() - started
    tap.ok(code == 0 and f"{count - first} filed" in out and f"{first} duplicate" in out, f"goes on where it was: {seconds:.1f} s", out, err)
    started = time.monotonic()
    code, out, err = shell.file(path, history=True, **{"from": "anna"})
    tap.ok(code == 0 and f"{count} duplicate" in out, f"once more: {time.monotonic() - started:.1f} s", out, err)
    there = shell.rows("SELECT count(*) AS n, count(DISTINCT internet_message_id) AS d FROM casegate.deliveries WHERE internet_message_id LIKE 'archiv-%%'")[0]
    tap.equal((there["n"], there["d"]), (count, count), "each mail is there once, known ones leave no further delivery")
    cases = shell.rows("SELECT count(DISTINCT case_id) AS n FROM casegate.messages WHERE internet_message_id LIKE 'archiv-%%'")[0]["n"]
    tap.equal(cases, count // 5, "in its case")
    tap.equal(shell.rows("SELECT count(*) AS n FROM casegate.event")[0]["n"], events, "without an event")


def archive(count):
    """An mbox: threads of five mails."""
    for number in range(count):
        thread, place = divmod(number, 5)
        yield (b"From anna@acme.example Mon Mar  3 14:05:31 2025\n"
               + harness.eml([("From", mails.address(mails.ANNA if place % 2 else mails.KARL)), ("To", mails.address(mails.KARL if place % 2 else mails.ANNA)),
                              ("Subject", f"{'AW: ' if place else ''}Archiv {thread}"), ("Date", mails.rfc_date(mails.at(1 + place, 8 + thread % 9, thread % 60))),
                              ("Message-ID", f"<archiv-{number}@acme.example>"),
                              *([("References", " ".join(f"<archiv-{thread * 5 + p}@acme.example>" for p in range(place)))] if place else []),
                              *harness.text_headers()], f"Mail {place} im Faden {thread}.\n" + "Noch etwas Text dazu. " * (number % 40) + "\n", "\n") + b"\n")


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
    gateway.run("tenant", "set", "acme", "retention_days", "")


class Cases:
    """A gateway whose cases are looked at after each mail."""

    def __init__(self, gateway):
        self.gateway = gateway

    def file(self, mail, **more):
        content = mail if isinstance(mail, bytes) else mail.bytes()
        reply = self.gateway.send(content, **more)
        if reply.code != 250:
            raise RuntimeError(f"not taken: {reply}")
        return self.gateway.delivery(content)

    def opened(self, subject, author=mails.KARL):
        """A case that a forward opened: its offer, its id, and the visible line of its draft."""
        offer = mails.Plain(author=author, subject=subject)
        case_id = self.file(mails.forward(offer))["case_id"]
        return offer, case_id, self.ask("SELECT casegate.draft_text(%s)", (case_id,))

    def ask(self, statement, values=(), user="chef"):
        session = self.gateway.signed_in("acme", user)
        with session:
            found = session.execute(statement, values)
            session.connection.commit()
        return found[0][0] if found else None

    def evidence(self, delivery):
        with self.gateway.admin() as session:
            return session.rows("SELECT signal, strength, chosen, case_id FROM casegate.match_evidence WHERE delivery_id = %s ORDER BY position",
                                (delivery["delivery_id"],))


def tags(tap, gateway):
    """The visible line of draft_text in a pasted mail: plain, quoted, wrapped; bound to who writes it."""
    cases = Cases(gateway)
    offer, case_id, draft = cases.opened("Getriebe")
    line = draft.split("\n")[-1]
    tap.ok(line.startswith("[Vorgang V-") and "Betreff" not in draft, "the draft", draft)
    paula = ("Paula Pumpe", "paula@pumpe.example")

    def lands(name, mail, want=True, **more):
        delivery = cases.file(mail, **more)
        tap.equal((delivery["outcome"], delivery["case_id"] == case_id), ("filed", want), name, cases.evidence(delivery))
        return delivery

    delivery = lands("pasted as it is", mails.Plain(mails.ANNA, [paula], "Frage zum Getriebe", text=f"Hallo,\n\npasst das?\n\n{line}"))
    tap.ok(any(e["signal"] == "tag" and e["chosen"] and e["strength"] == "certain" for e in cases.evidence(delivery)), "the evidence says so")
    lands("in another line, wrapped", mails.Plain(mails.ANNA, [paula], "Getriebe 2", text=f"siehe {line.replace('.', '.' + chr(10), 1)} usw."))
    lands("in capitals, without brackets", mails.Plain(mails.ANNA, [paula], "Getriebe 3", text=f"zu {line[9:-1].upper()}, danke"))
    page = mails.multipart(mails.Plain(mails.ANNA, [paula], "Getriebe 4"), "alternative",
                           [("text/html; charset=utf-8", f"<p>Hallo</p><p>[Vorgang <b>{line[9:-1]}</b>]</p>")])
    lands("in HTML", page)
    lands("above a forward", mails.forward(mails.Plain(author=paula, subject="Anderes Thema", text="ganz anders"), comment=f"gehört dazu {line}"))
    other, other_case, _ = cases.opened("Achsen")
    answer = other.answer(text=f"Siehe auch\n\n{line}")
    lands("a user's word goes before the thread", answer)
    reply = mails.Plain(paula, [mails.ANNA], "AW: Frage zum Getriebe", text=f"Passt.\n\n> [Vorgang\n> {line[9:]}")
    delivery = lands("a participant's answer that has lost its ids, quoted and wrapped", reply, sender=paula[1])
    tap.equal(delivery["standing"], "known", "he is a participant")
    stranger = cases.file(mails.Plain(("Fritz", "fritz@fremd.example"), [mails.ANNA], "Getriebe?", text=line), sender="fritz@fremd.example")
    tap.equal((stranger["outcome"], [(e["signal"], e["chosen"], e["case_id"]) for e in cases.evidence(stranger)][:1]), ("held", [("tag", False, case_id)]),
              "a stranger's is held with the case as first candidate")
    third = mails.Plain(other.author, [mails.ANNA], "Etwas Neues", text=f"> {line}\nHallo")
    tap.equal(cases.file(third, sender=other.author[1])["case_id"] == case_id, True, "who takes part in it may")
    _, _, draft2 = cases.opened("Bolzen", author=("Bert Bolzen", "bert@bolzen.example"))
    bert = cases.file(mails.Plain(("Bert Bolzen", "bert@bolzen.example"), [mails.ANNA], "Noch etwas", text=line), sender="bert@bolzen.example")
    tap.equal((bert["outcome"], bert["case_id"]), ("held", None), "a participant of another case only is not")
    both = cases.file(mails.Plain(mails.ANNA, [paula], "Beide", text=f"{line} {draft2.split(chr(10))[-1]}"))
    tap.ok(both["case_id"] != case_id and both["opened_case"], "two cases named are none")
    in_thread = cases.file(mails.Plain(mails.KARL, [mails.ANNA], "AW: Achsen", text=f"> {line}", answers=other), sender=mails.KARL[1])
    tap.equal(in_thread["case_id"], other_case, "quoted in a thread the thread knows better", cases.evidence(in_thread))
    gateway.run("tenant", "add", "gamma")
    gateway.run("user", "add", "gamma", "gerd", "gerd@gamma.example")
    gateway.run("address", "add", "gamma", "agent@in.gamma.example")
    content = mails.Plain(("Gerd", "gerd@gamma.example"), [paula], "Getriebe", text=line).bytes()
    gateway.send(content, sender="gerd@gamma.example", to="agent@in.gamma.example")
    tap.ok(gateway.delivery(content)["opened_case"], "another tenant's tag is none")
    cases.ask("SELECT casegate.rotate_case_address(%s)", (case_id,))
    lands("after rotating once the old line still counts", mails.Plain(mails.ANNA, [paula], "Getriebe 7", text=line))
    cases.ask("SELECT casegate.rotate_case_address(%s)", (case_id,))
    lands("after the second time no more", mails.Plain(mails.ANNA, [paula], "Getriebe 8", text=line), want=False)
    gateway.run("tenant", "set", "acme", "subject_tag", "yes")
    subject = cases.ask("SELECT casegate.draft_text(%s)", (case_id,)).split("Betreff: ")[1].split("\n")[0]
    lands("the tag of a subject", mails.Plain(mails.ANNA, [paula], f"WG: {subject}"))
    lands("and of its answer without ids", mails.Plain(paula, [mails.ANNA], f"AW: {subject}"), sender=paula[1])
    gateway.run("tenant", "set", "acme", "subject_tag", "no")


def addresses(tap, gateway):
    """A case's own address: plus and bare form, in any case of letters, two valid; spent ones are the agent's."""
    cases = Cases(gateway)
    _, case_id, draft = cases.opened("Ventile")
    first = draft.split("\n")[0].removeprefix("BCC: ")
    token = first.split("+")[1].split("@")[0]
    domain = first.split("@")[1]
    for name, to in (("agent+TOKEN@", first), ("the same in capitals", first.upper()), ("TOKEN@", f"{token}@{domain}")):
        delivery = cases.file(mails.Plain(mails.ANNA, [mails.KARL], f"Ganz neu {name}"), to=to)
        tap.equal((delivery["outcome"], delivery["case_id"]), ("filed", case_id), name)
    second = cases.ask("SELECT casegate.rotate_case_address(%s)", (case_id,))
    third_case = lambda to: cases.file(mails.Plain(mails.ANNA, [mails.KARL], f"Danach {mails.new_id()}"), to=to)["case_id"] == case_id
    tap.equal((second != first, third_case(first), third_case(second)), (True, True, True), "two are valid while rotating")
    cases.ask("SELECT casegate.rotate_case_address(%s)", (case_id,))
    tap.equal((third_case(first), third_case(second)), (False, True), "the oldest is spent: the agent's address")
    tap.equal(gateway.send(mails.Plain(mails.ANNA, [mails.KARL], "Bar").bytes(), to=f"{token}@{domain}").short, "550 5.1.1", "a spent bare token is nobody")


def closed_cases(tap, gateway):
    """closed = hold: what answers a closed case waits, each of several originals by itself."""
    cases = Cases(gateway)
    one, one_case, _ = cases.opened("Zylinder")
    two, two_case, _ = cases.opened("Kolben")
    three, three_case, _ = cases.opened("Ringe")
    gateway.run("tenant", "set", "acme", "closed", "hold")
    for case_id in (one_case, two_case):
        cases.ask("SELECT casegate.set_case_state(%s, 'closed')", (case_id,))
    answers = [m.answer(mails.KARL, text=f"Nachtrag zu {m.subject}") for m in (one, two, three)]
    new = mails.Plain(subject="Federn", text="Ganz neu")
    delivery = cases.file(mails.attached([*answers, new]))
    with gateway.admin() as session:
        brought = session.rows("SELECT d.message_id, m.case_id FROM casegate.delivery_messages d JOIN casegate.messages m USING (tenant, message_id)"
                               " WHERE d.delivery_id = %s ORDER BY d.position", (delivery["delivery_id"],))
        held = session.rows("SELECT * FROM casegate.held WHERE subject LIKE 'AW: %%' AND reason = 'the case is closed' ORDER BY delivery_id")
    tap.equal((delivery["outcome"], [b["case_id"] == three_case for b in brought]), ("filed", [True, False]), "what may be filed is filed", brought)
    tap.equal([h["subject"] for h in held], ["AW: Zylinder", "AW: Kolben"], "what belongs to closed cases waits, each by itself")
    tap.equal([h["candidates"][0]["case_id"] for h in held], [one_case, two_case], "with its case as candidate")
    cases.ask("SELECT casegate.release_held(%s, %s)", (held[0]["delivery_id"], one_case))
    with gateway.admin() as session:
        lies = session.rows("SELECT m.case_id, m.internet_message_id FROM casegate.messages m WHERE m.subject = 'AW: Zylinder' AND m.case_id = %s", (one_case,))
        waits = session.rows("SELECT subject FROM casegate.held WHERE reason = 'the case is closed'")
    tap.equal(([row["internet_message_id"] for row in lies], [w["subject"] for w in waits]), ([answers[0].message_id], ["AW: Kolben"]),
              "each is released by itself")
    stats = {row["tenant"]: row for row in gateway.json("stats", "--json")}["acme"]
    tap.equal(stats["received"], sum(stats[k] for k in ("filed", "held", "duplicate", "rejected", "failed")), "stats add up", stats)
    alone = two.answer(mails.KARL, text="Noch ein Nachtrag")
    tap.equal((cases.file(alone, sender=mails.KARL[1])["outcome"]), "held", "also a mail alone")
    gateway.run("tenant", "set", "acme", "closed", "reopen")


def erasing_meanwhile(tap, gateway):
    """Cases are erased while mail with the same file, and answers to what goes, come in: no mail loses its bytes."""
    threads, replies, failures = [], [], []
    content = b"Die Preisliste, die alle haben. " * 400

    def send(number):
        try:
            last = None
            for turn in range(12):
                mail = mails.Plain(mails.ANNA, [mails.KARL], f"Rundbrief {number} {turn // 3}", answers=last if turn % 3 else None)
                last = mail
                replies.append(gateway.send(mails.with_file(mail, "preise.txt", "text/plain", content)).code)
        except Exception as error:  # pylint: disable=broad-except
            failures.append(error)

    for number in range(3):
        threads.append(threading.Thread(target=send, args=(number,)))
        threads[-1].start()
    erased = 0
    while any(thread.is_alive() for thread in threads):
        found = [c["reference"] for c in gateway.json("case", "list", "acme", "--json") if c["subject"].startswith("Rundbrief")]
        for reference in found[:2]:
            code, _, err = gateway.command("erase", "--tenant", "acme", "--case", reference)
            erased += code == 0
            failures += [err] if code and "no case" not in err and "V-" not in err else []
    for thread in threads:
        thread.join()
    tap.equal((failures, sorted(set(replies))), ([], [250]), f"all mail was taken, {erased} cases erased meanwhile")
    with gateway.admin() as session:
        lost = session.value("SELECT count(*) FROM casegate.attachment a WHERE a.size > 0 AND NOT EXISTS"
                             " (SELECT FROM casegate.content c WHERE c.tenant = a.tenant AND c.sha256 = a.sha256)")
        lost += session.value("SELECT count(*) FROM casegate.delivery d WHERE d.source_sha256 IS NOT NULL AND d.reason IS DISTINCT FROM 'never_file' AND NOT EXISTS"
                              " (SELECT FROM casegate.content c WHERE c.tenant = d.tenant AND c.sha256 = d.source_sha256)")
        unread = session.value("SELECT count(*) FROM casegate.delivery WHERE outcome = 'failed'")
    tap.equal((lost, unread), (0, 0), "no mail has lost its bytes, none was kept unread")


def main():
    tap = Tap()
    with pg.Cluster() as cluster, tempfile.TemporaryDirectory() as directory:
        shell = Shell(cluster)
        provide(shell)
        tap.run([erasing, explaining_filed, replaying, exporting, reading_again, reading_by_replay, importing], shell, directory)
        dangling.prove(tap, cluster, "after the commands")
    with Gateway() as gateway:
        tap.run([limits, expiring, tags, addresses, closed_cases, erasing_meanwhile], gateway)
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
