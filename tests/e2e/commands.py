#!/usr/bin/python3
"""Every command as an operator uses it, without a gateway running: tenants and their people, mail filed from
archives, cases read, held mail released, decisions explained. Each process logs in as its own role."""

import json
import os
import subprocess
import sys
import tempfile

import harness
import mails
import pg
from harness import AGENT


class Shell:
    """The program beside a PostgreSQL of its own."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "CASEGATE_"))}
        self.environment.update(CASEGATE_DATABASE_URL=cluster.url(), CASEGATE_DATABASE_MIGRATE_URL=cluster.migrate_url)

    def __call__(self, *words, stdin=b"", **settings):
        done = subprocess.run([harness.program(), *words], input=stdin, capture_output=True, check=False, timeout=300,
                              env={**self.environment, **settings})
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    def run(self, *words, stdin=b""):
        code, out, err = self(*words, stdin=stdin)
        if code != 0 or err:
            raise RuntimeError(f"casegate {' '.join(words)}: exit {code}\n{out}{err}")
        return out

    def json(self, *words, stdin=b""):
        return json.loads(self.run(*words, "--json", stdin=stdin))

    def rows(self, statement, *parameters):
        with self.cluster.connect("casegate_admin") as session:
            return session.rows(statement, parameters)

    def file(self, *paths, to=AGENT, **more):
        """The totals line of filing."""
        options = [word for name, value in more.items()
                   for word in ([f"--{name}"] if value is True else [f"--{name}", value])]
        return self("file", "--to", to, *options, *paths)


def write(directory, name, content):
    path = f"{directory}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


def is_one_line(text):
    return text.startswith("casegate ") and text.count("\n") == 1


def refuses(tap, shell, words, mentions):
    code, out, err = shell(*words)
    tap.ok(code == 1 and out == "" and is_one_line(err) and all(word in err for word in mentions),
           f"fails with a remedy: casegate {' '.join(words)}", f"exit {code}", out, err)


def before_and_after_migrate(tap, shell, _):
    """A database without a schema says so; migrate makes it, twice is once."""
    refuses(tap, shell, ["tenant", "list"], ["casegate migrate"])
    code, out, _ = shell("check")
    tap.ok(code == 1 and "casegate migrate" in out, "check asks for migrate", out)
    code, out, err = shell("migrate")
    tap.ok(code == 0 and "the schema is at version" in out, "migrate", out, err)
    first = out.splitlines()
    code, out, err = shell("migrate")
    tap.equal((code, out.splitlines()), (0, first[-1:]), "migrate again does nothing", err)


def foreign_schemas(tap, shell, _):
    """What another build made is refused, by migrate too, before a statement meets a table that is not as it thinks."""
    version = "(select max(version) from casegate.schema_version)"
    cases = [
        ("newer", "insert into casegate.schema_version select version + 1, 'x', '' from casegate.schema_version order by 1 desc limit 1",
         f"delete from casegate.schema_version where version = {version}", "install the newer casegate"),
        ("of an unreleased build", "update casegate.schema_version set digest = 'x' || digest where version = 1",
         "update casegate.schema_version set digest = substr(digest, 2) where version = 1", "unreleased build"),
        ("that notes no digests", "alter table casegate.schema_version rename digest to other",
         "alter table casegate.schema_version rename other to digest", "unreleased build"),
    ]
    for name, before, after, remedy in cases:
        with shell.cluster.connect() as session:
            session.execute(before)
            for words in (["migrate"], ["tenant", "list"]):
                refuses(tap, shell, words, [remedy])
            session.execute(after)
        tap.equal(shell("migrate")[0], 0, f"a schema {name} is left as it was")


def administration(tap, shell, _):
    """The lines of the contract, each said twice."""
    lines = [
        ["tenant", "add", "acme", "--name", "ACME GmbH"],
        ["user", "add", "acme", "anna", "anna@acme.example", "A.Muster@ACME.example"],
        ["address", "add", "acme", "Agent@in.acme.example"],
        ["user", "add", "acme", "--domain", "acme.example"],
        ["user", "add", "acme", "chef", "chef@acme.example", "--role", "all"],
        ["tenant", "add", "zweite", "--name", "Zweite Größe AG"],
        ["address", "add", "zweite", "agent@in.zweite.example"],
    ]
    for _ in range(2):
        for line in lines:
            code, out, err = shell(*line)
            tap.equal((code, out, err), (0, "", ""), "casegate " + " ".join(line))
    tap.equal([(t["tenant"], t["name"], t["users"], t["addresses"]) for t in shell.json("tenant", "list")],
              [("acme", "ACME GmbH", 2, 1), ("zweite", "Zweite Größe AG", 0, 1)], "tenant list --json")
    users = shell.json("user", "list", "acme")
    tap.equal([(u["user"], u["role"], u["addresses"], u["domain"]) for u in users],
              [("anna", "member", ["a.muster@acme.example", "anna@acme.example"], None),
               ("chef", "all", ["chef@acme.example"], None), (None, None, [], "acme.example")], "user list --json")
    tap.equal(shell.json("address", "list", "acme"), [{"tenant": "acme", "address": AGENT}], "address list --json")
    tap.equal(shell.json("user", "list", "zweite"), [], "another tenant's list is empty")
    out = shell.run("user", "list", "acme")
    tap.ok(out.startswith("tenant") and "a.muster@acme.example, anna@acme.example" in out, "user list", out)
    shell.run("user", "add", "acme", "anna", "anna.privat@example.org")
    tap.equal(len(shell.json("user", "list", "acme")[0]["addresses"]), 3, "user add adds an address to those there")
    shell.run("tenant", "add", "acme")
    tap.equal(shell.json("tenant", "list", "acme")[0]["name"], "ACME GmbH", "tenant add without --name keeps it")


def what_is_not_there(tap, shell, _):
    """Wrong names end in one line that says where the right ones are."""
    refuses(tap, shell, ["user", "add", "acmee", "otto", "otto@acme.example"], ["acmee", "casegate tenant list"])
    refuses(tap, shell, ["user", "list", "acmee"], ["acmee", "casegate tenant list"])
    refuses(tap, shell, ["case", "list", "acmee"], ["acmee", "casegate tenant list"])
    refuses(tap, shell, ["user", "remove", "acme", "otto"], ["otto", "casegate user list acme"])
    refuses(tap, shell, ["user", "remove", "acme", "--domain", "x.example"], ["x.example", "casegate user list acme"])
    refuses(tap, shell, ["user", "add", "acme", "otto", "otto"], ["otto", "e-mail address"])
    refuses(tap, shell, ["user", "add", "acme", "--domain", "nodot@"], ["nodot@", "domain"])
    refuses(tap, shell, ["user", "add", "acme", "otto", "anna@acme.example"], ["anna@acme.example", "anna"])
    refuses(tap, shell, ["address", "add", "zweite", AGENT], [AGENT, "acme"])
    refuses(tap, shell, ["address", "remove", "acme", "no@in.acme.example"], ["no@in.acme.example", "casegate address list acme"])
    refuses(tap, shell, ["tenant", "add", "no spaces"], ["no spaces"])
    refuses(tap, shell, ["tenant", "remove", "dritte"], ["dritte", "casegate tenant list"])
    refuses(tap, shell, ["case", "show", "acme", "V-999999"], ["V-999999", "casegate case list acme"])
    refuses(tap, shell, ["case", "show", "acme", "Angebot"], ["Angebot", "V-000042"])
    refuses(tap, shell, ["hold", "release", "4711"], ["4711", "casegate hold list"])
    for verb, word in (("release", "abc"), ("refuse", "x"), ("release", "0"), ("refuse", "9223372036854775808")):
        code, out, err = shell("hold", verb, word)
        tap.ok(code == 2 and out == "" and word in err and "casegate hold list" in err, f"hold {verb} {word}: wrong usage", code, out, err)
    refuses(tap, shell, ["member", "list", "acme", "V-999999"], ["V-999999"])
    refuses(tap, shell, ["file", "--to", "nobody@in.acme.example", "x.eml"], ["nobody@in.acme.example", "casegate address list"])
    refuses(tap, shell, ["file", "--to", AGENT, "--from", "otto", "x.eml"], ["otto", "casegate user list acme"])


def rules(tap, shell, _):
    """tenant set: every key, what it refuses, and back to the default."""
    for key, words, shown, have in [
            ("never_file", ["boss@acme.example", "privat.example"], "never_file", ["boss@acme.example", "privat.example"]),
            ("closed", ["hold"], "closed", "hold"), ("closed_days", ["30"], "closed_days", 30),
            ("retention_days", ["90"], "retention_days", 90), ("subject_tag", ["yes"], "subject_tag", True),
            ("trusted_arc", ["microsoft.com"], "trusted_arc", ["microsoft.com"]),
            ("reference_pattern", ["AN-[0-9]{5}"], "reference_pattern", "AN-[0-9]{5}"),
            ("quota_bytes", ["1000000000"], "quota_bytes", 1000000000), ("hourly_mails", ["5000"], "hourly_mails", 5000),
            ("timezone", ["europe/vienna"], "timezone", "Europe/Vienna"), ("language", ["en"], "language", "en")]:
        shell.run("tenant", "set", "zweite", key, *words)
        tap.equal(shell.json("tenant", "list", "zweite")[0][shown], have, f"tenant set {key}")
        shell.run("tenant", "set", "zweite", key, "")
    plain = {k: v for k, v in shell.json("tenant", "list", "acme")[0].items() if k not in ("tenant", "name", "created_at", "users")}
    reset = {k: v for k, v in shell.json("tenant", "list", "zweite")[0].items() if k not in ("tenant", "name", "created_at", "users")}
    tap.equal(reset, plain, "an empty value takes a rule back")
    for key, value in (("closed", "never"), ("timezone", "Mars/Olympus"), ("closed_days", "-1"), ("colour", "red")):
        refuses(tap, shell, ["tenant", "set", "zweite", key, "--", value], [key])


def filing(tap, shell, directory):
    """.eml, mbox and Maildir, again, and what cannot be read."""
    offer = mails.Plain(subject="Angebot Träger HEB 200", text="Guten Tag,\n\nanbei unser Angebot.\n\nKarl Berger")
    forward = write(directory, "in/forward.eml", forwarded(offer))
    code, out, err = shell.file(forward)
    tap.equal((code, out, err), (0, "1 mail: 1 filed (1 new case), 0 held, 0 duplicate, 0 rejected, 0 failed\n", ""),
              "a forward opens a case")
    code, out, err = shell.file(forward)
    tap.ok(code == 0 and "1 duplicate" in out and "0 filed" in out, "the same again is a duplicate", out, err)
    copies = [outgoing(number) for number in range(1, 4)]
    mbox = b"".join(b"From anna@acme.example Mon Mar  3 14:05:31 2025\r\n" + copy + b"\r\n" for copy in copies)
    code, out, err = shell.file(write(directory, "old/Sent", mbox), history=True)
    tap.ok(code == 0 and out.startswith("3 mails: 3 filed (3 new cases)"), "an mbox", out, err)
    for folder, number in (("cur", 4), ("new", 5), ("tmp", 6)):
        write(directory, f"Maildir/{folder}/{number}", outgoing(number))
    code, out, err = shell.file(f"{directory}/Maildir")
    tap.ok(code == 0 and out.startswith("2 mails: 2 filed"), "a Maildir, without tmp", out, err)
    write(directory, "Maildir/cur/9:2,DS", outgoing(9))
    for folder in ("cur", "new"):
        write(directory, f"Maildir/.Archiv/{folder}/{folder}", outgoing(10 if folder == "cur" else 11))
    code, out, err = shell.file(f"{directory}/Maildir")
    tap.ok(code == 0 and out.startswith("4 mails: 2 filed") and "2 duplicate" in out and "1 mail was left out as drafts or deleted" in out,
           "with its subfolders, without drafts", out, err)
    code, out, err = shell.file(write(directory, "leer.mbox", b""))
    tap.ok(code == 0 and out.startswith("0 mails: 0 filed (0 new cases), 0 held") and "1 file was left out" in out, "an empty mbox is no mail", out, err)
    code, out, err = shell.file(f"{directory}/none.eml", forward)
    tap.ok(code == 1 and "none.eml" in err and is_one_line(err) and out.startswith("1 mail:")
           and "1 not filed because of errors" in out, "what cannot be read is named, the rest is filed", out, err)
    code, out, err = shell("file", "--to", AGENT, "-", stdin=outgoing(7))
    tap.ok(code == 0 and "1 filed" in out, "stdin", out, err)
    write(directory, "mixed/notes.txt", b"no mail\n")
    write(directory, "mixed/8.eml", outgoing(8))
    code, out, err = shell.file(f"{directory}/mixed")
    tap.ok(code == 0 and out.startswith("1 mail: 1 filed") and "1 file was left out" in out, "a directory", out, err)
    history = shell.rows("SELECT e.kind FROM casegate.events e JOIN casegate.messages m USING (tenant, message_id)"
                         " WHERE m.subject = 'Bestellung 1'")
    tap.equal(history, [], "--history tells nobody")
    waiting = shell.rows("SELECT count(*) AS n FROM casegate.event WHERE event_id IS NULL")
    tap.equal(waiting[0]["n"], 0, "a command numbers its events before it ends")


def forwarded(offer):
    """A forward as Thunderbird writes it, with a note above."""
    return harness.eml([("From", mails.address(mails.ANNA)), ("To", AGENT), ("Subject", f"Fwd: {offer.subject}"),
                        ("Date", "Mon, 3 Mar 2025 14:10:00 +0100"), ("Message-ID", f"<{mails.new_id()}>"),
                        ("References", f"<{offer.message_id}>"), *harness.text_headers()],
                       f"Bitte prüfen.\n\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \t{offer.subject}\n"
                       f"Datum: \t{mails.rfc_date(offer.when)}\nVon: \t{mails.address(offer.author)}\n"
                       f"An: \t{mails.addresses(offer.to)}\n\n\n\n{offer.text}\n")


def outgoing(number):
    """A mail of Anna's with the agent in BCC."""
    return harness.eml([("From", mails.address(mails.ANNA)), ("To", mails.address(mails.KARL)),
                        ("Subject", f"Bestellung {number}"), ("Date", "Tue, 4 Mar 2025 09:00:00 +0100"),
                        ("Message-ID", f"<bestellung-{number}@acme.example>"), *harness.text_headers()],
                       f"Guten Tag,\n\nwir bestellen {number} Stück.\n\nFrom hier an gilt der neue Preis.\n")


def reading(tap, shell, _):
    """case list and case show, for a person and for a program."""
    cases = shell.json("case", "list", "acme")
    case = [c for c in cases if c["subject"] == "Angebot Träger HEB 200"][0]
    tap.equal((case["tenant"], case["state"], case["opened_by"], case["message_count"], case["missing_count"]),
              ("acme", "open", "anna", 1, 0), "case list --json")
    tap.ok(AGENT.split("@")[0] + "+" in case["case_address"], "case list --json shows the address of the case", case)
    out = shell.run("case", "list", "acme")
    tap.ok(all(c["reference"] in out for c in cases) and "Angebot Träger HEB 200" in out, "case list", out)
    out = shell.run("case", "show", "acme", case["reference"])
    lines = [line for line in out.splitlines() if line.startswith("2025-03-0")]
    tap.ok(len(lines) == 1 and "14:05" in lines[0] and " in " in lines[0] and "k.berger@stahlbau-nord.example" in lines[0],
           "case show has one line a mail with time, direction and sender", out)
    tap.ok("│ Bitte prüfen." in out and "filed by anna (forward)" in out and "anbei unser Angebot" in out,
           "case show sets the forwarder's note apart", out)
    tap.ok("\033" not in out, "no colour without a terminal", out)
    tap.equal(shell.run("case", "show", "acme", case["reference"].lower()), out, "the reference in lower case")
    tap.equal(shell.run("case", "show", "acme", str(int(case["reference"][2:]))), out, "the number alone")
    shown = shell.json("case", "show", "acme", case["reference"])
    message = shown["messages"][0]
    tap.equal((shown["reference"], shown["members"], shown["missing"], message["direction"], message["comment"],
               message["recipients"][0]["address"]),
              (case["reference"], ["anna"], [], "in", "Bitte prüfen.", "anna@acme.example"), "case show --json", shown)
    refuses(tap, shell, ["case", "show", "zweite", case["reference"]], [case["reference"], "zweite"])


def membership(tap, shell, _):
    """member add, list, remove."""
    reference = shell.json("case", "list", "acme")[0]["reference"]
    for _ in range(2):
        shell.run("member", "add", "acme", reference, "chef@acme.example")
    tap.equal(sorted(m["user"] for m in shell.json("member", "list", "acme", reference)), ["anna", "chef"], "member add")
    shell.run("member", "remove", "acme", reference, "chef")
    tap.equal([m["user"] for m in shell.json("member", "list", "acme", reference)], ["anna"], "member remove")
    kinds = [r["kind"] for r in shell.rows("SELECT kind FROM casegate.events WHERE kind LIKE 'member%%' AND detail::text LIKE '%%chef%%'"
                                           " ORDER BY event_id")]
    tap.ok("member_added" in kinds and "member_removed" in kinds, "the app hears of it", kinds)
    refuses(tap, shell, ["member", "add", "acme", reference, "otto"], ["otto", "casegate user list acme"])


def stranger(number, subject="Unverbindliche Anfrage"):
    return harness.eml([("From", mails.address(mails.FRIEDA)), ("To", AGENT), ("Subject", f"{subject} {number}"),
                        ("Date", "Wed, 5 Mar 2025 09:00:00 +0100"), ("Message-ID", f"<anfrage-{number}@fremd.example>"),
                        *harness.text_headers()], "Guten Tag, liefern Sie auch Bleche?\n")


def robot():
    return harness.eml([("From", "robot@fremd.example"), ("To", AGENT), ("Subject", "Abwesend"),
                        ("Date", "Wed, 5 Mar 2025 09:00:00 +0100"), ("Message-ID", "<abwesend-1@fremd.example>"),
                        ("Auto-Submitted", "auto-replied"), *harness.text_headers()], "Ich bin nicht da.\n")


def holding(tap, shell, directory):
    """hold list, release (new case, named case, in a user's name) and refuse."""
    paths = [write(directory, f"held/{number}.eml", stranger(number)) for number in range(1, 5)]
    code, out, err = shell.file(*paths, write(directory, "held/robot.eml", robot()))
    tap.ok(code == 0 and "5 held" in out, "mail of strangers is held", out, err)
    held = shell.json("hold", "list", "acme")
    tap.equal([h["subject"] for h in held], [f"Unverbindliche Anfrage {n}" for n in range(1, 5)], "hold list --json")
    tap.ok(all(key in held[0] for key in ("tenant", "delivery_id", "received_at", "kind", "outcome", "from_name", "from_address",
                                          "subject", "preview", "reason", "candidates")), "it has the columns of the view", held[0])
    tap.equal(len(shell.json("hold", "list", "acme", "--all")), 5, "hold list --all shows automatic replies, too")
    out = shell.run("hold", "list", "acme")
    tap.ok("frieda@fremd.example" in out and str(held[0]["delivery_id"]) in out, "hold list", out)
    out = shell.run("hold", "release", str(held[0]["delivery_id"]))
    tap.ok(out.startswith("filed into V-"), "hold release opens a case", out)
    reference = out.split()[2]
    out = shell.run("hold", "release", str(held[1]["delivery_id"]), "--case", reference, "--by", "chef")
    tap.ok(f"filed into {reference} " in out, "hold release --case --by", out)
    tap.ok("chef" in [m["user"] for m in shell.json("member", "list", "acme", reference)], "the releaser is a member")
    tap.equal(len(shell.json("case", "show", "acme", reference)["messages"]), 2, "both lie in the case")
    shell.run("hold", "refuse", str(held[2]["delivery_id"]))
    tap.equal([h["subject"] for h in shell.json("hold", "list", "acme")], ["Unverbindliche Anfrage 4"], "what is decided is gone")
    refuses(tap, shell, ["hold", "release", str(held[0]["delivery_id"])], [str(held[0]["delivery_id"]), "casegate hold list"])
    refuses(tap, shell, ["hold", "release", str(held[3]["delivery_id"]), "--case", "V-999999"], ["V-999999"])
    refuses(tap, shell, ["hold", "release", str(held[3]["delivery_id"]), "--by", "otto"], ["otto"])
    code, out, err = shell.file(write(directory, "again/5.eml", stranger(5)), **{"from": "anna"})
    tap.ok(code == 0 and "1 filed" in out, "file --from: the user vouches for a stranger's mail", out, err)


def explaining(tap, shell, directory):
    """explain says what would happen, and nothing happens."""
    before = shell.json("stats")
    path = write(directory, "explain.eml", outgoing(90))
    plan = json.loads(shell.run("explain", "--to", AGENT, path))
    tap.equal((plan["tenant"], plan["standing"], plan["user"], plan["identity"], plan["decision"]["outcome"],
               plan["decision"]["opens_case"]), ("acme", "user", "anna", "id", "filed", True), "a user's mail opens a case", plan)
    plan = json.loads(shell.run("explain", "--to", AGENT, stdin=robot().replace(b"abwesend-1", b"abwesend-2")))
    tap.equal((plan["standing"], plan["decision"]["outcome"], plan["decision"]["case_id"]), ("nobody", "held", None),
              "a stranger's is held", plan)
    plan = json.loads(shell.run("explain", "--to", AGENT, stdin=stranger(91)))
    tap.equal((plan["standing"], plan["decision"]["outcome"]), ("known", "held"), "one who was released is known", plan)
    plan = json.loads(shell.run("explain", "--to", AGENT, "--from", "anna", stdin=stranger(92)))
    tap.equal(plan["decision"]["outcome"], "filed", "unless a user vouches for it", plan)
    plan = json.loads(shell.run("explain", "--to", AGENT, stdin=outgoing(1)))
    tap.ok(plan["decision"]["outcome"] == "duplicate" and plan["decision"]["reference"], "known bytes are a duplicate", plan)
    plan = json.loads(shell.run("explain", "--to", AGENT, stdin=b"X-Way: another\r\n" + outgoing(1)))
    tap.equal((plan["decision"]["outcome"], plan["messages"][0]["known_as"] is not None), ("duplicate", True),
              "a known mail by another way is a duplicate", plan)
    tap.equal(shell.json("stats"), before, "nothing was written")
    refuses(tap, shell, ["explain", "--to", "nobody@in.acme.example", path], ["nobody@in.acme.example"])


def counting(tap, shell, _):
    """stats adds up, for each tenant."""
    stats = shell.json("stats")
    tap.equal([s["tenant"] for s in stats], ["acme", "zweite"], "one row a tenant")
    for row in stats:
        tap.equal(row["received"], sum(row[k] for k in ("filed", "held", "duplicate", "rejected", "failed")),
                  f"received is the sum of the rest: {row['tenant']}", row)
    tap.ok(stats[0]["received"] > 10 and stats[1]["received"] == 0, "mail is counted where it came", stats)
    out = shell.run("stats")
    tap.ok(out.splitlines()[0].split() == ["tenant", "received", "filed", "held", "duplicate", "rejected", "failed"],
           "stats as a table", out)


def removing(tap, shell, _):
    """What is removed is gone from lists; what was filed stays."""
    shell.run("user", "remove", "acme", "chef")
    shell.run("user", "remove", "acme", "--domain", "acme.example")
    tap.equal([u["user"] for u in shell.json("user", "list", "acme")], ["anna"], "user remove")
    shell.run("address", "remove", "zweite", "agent@in.zweite.example")
    tap.equal(shell.json("address", "list", "zweite"), [], "address remove")
    shell.run("tenant", "remove", "zweite")
    tap.equal([t["tenant"] for t in shell.json("tenant", "list")], ["acme"], "tenant remove")
    refuses(tap, shell, ["tenant", "remove", "acme"], ["acme", "mail"])


def checking(tap, shell, _):
    """check on a good machine, with another login, and with the database away."""
    code, out, err = shell("check", CASEGATE_SMTP_LISTEN="", CASEGATE_LMTP_LISTEN="", CASEGATE_HTTP_LISTEN="")
    tap.ok(code == 0 and "problem" not in out and "casegate_gateway" in out, "check finds no problem", out, err)
    url = shell.cluster.url(pg.SUPERUSER)
    code, out, err = shell("check", CASEGATE_DATABASE_URL=url)
    tap.ok(code == 0 and "SET ROLE" in out and "superuser" in out, "check warns of a user in url", out, err)
    shell.cluster.stop()
    code, out, err = shell("check")
    tap.ok(code == 1 and "problem  database" in out and "remedy" in out, "check with the database away", out, err)
    refuses(tap, shell, ["stats"], ["database"])
    code, out, err = shell("file", "--to", AGENT, "/dev/null")
    tap.ok(code == 1 and is_one_line(err), "file with the database away", out, err)
    shell.cluster.start()
    tap.equal(shell("stats")[0], 0, "and it is back")


def patience(tap, shell, directory):
    """file waits for a database that restarts, and gives up on one that stays away."""
    fifo = f"{directory}/fifo.eml"
    os.mkfifo(fifo)
    more = [write(directory, f"patience/{number}.eml", outgoing(number)) for number in range(21, 25)]

    def begin():
        """It waits for the first mail, so the database can go away before."""
        return subprocess.Popen([harness.program(), "file", "--to", AGENT, fifo, *more], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=shell.environment)

    def give(process, number):
        with open(fifo, "wb") as file:
            shell.cluster.stop()
            file.write(outgoing(number))
        return process

    process = give(begin(), 25)
    shell.cluster.start()
    out, err = process.communicate(timeout=60)
    tap.ok(process.returncode == 0 and out.startswith(b"5 mails: 5 filed") and err == b"", "a restart is waited for", out, err)
    process = give(begin(), 26)
    out, err = process.communicate(timeout=60)
    tap.ok(process.returncode == 1 and out.startswith(b"2 mails: 0 filed") and b"gave up" in out and b"fifo.eml" in err,
           "a database that stays away is given up", out, err)
    shell.cluster.start()


def main():
    tap = harness.Tap()
    with pg.Cluster() as cluster, tempfile.TemporaryDirectory() as directory:
        shell = Shell(cluster)
        tap.run([before_and_after_migrate, foreign_schemas, administration, what_is_not_there, rules, filing, reading, membership, holding,
                 explaining, counting, removing, patience, checking], shell, directory)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
