#!/usr/bin/python3
"""Erasing a person: what is reached, and what the report says of the rest.

    tests/e2e/erase.py"""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
import pg  # noqa: E402
from commands import Shell, write  # noqa: E402
from harness import Tap  # noqa: E402
from operations import dump, holds, provide  # noqa: E402


def erasing_everywhere(tap, shell, directory):
    """erase --address reaches him behind a plus and in any case; what stays and names him, the report lists"""
    quarz = ("Q", "quirin.quarz@quarz.example")
    kept = {"subject, source": mails.forward(mails.Plain(subject="Wegen Quirin.Quarz@quarz.example")),
            "text, source": mails.forward(mails.Plain(subject="Zitat", text="Wie quirin.quarz+neu@QUARZ.example schrieb.")),
            "comment, source": mails.forward(mails.Plain(subject="Notiz"), comment="von quirin.quarz@quarz.example"),
            "file": mails.with_file(mails.Plain(mails.ANNA, [mails.KARL], "Liste"), "liste.txt", "text/plain", b"quirin.quarz@quarz.example;1\n"),
            "source": mails.attached([mails.Plain(quarz, subject="Seine"), mails.Plain(subject="Daneben")], subject="Zwei"),
            None: mails.forward(mails.Plain(("X", "xquirin.quarz@quarz.example"), subject="Ein anderer"))}
    gone = [mails.forward(mails.Plain(quarz, subject="Von ihm")), mails.forward(mails.Plain(cc=[("Q", "QUIRIN.QUARZ@quarz.example")], subject="An ihn")),
            mails.forward(mails.Plain(("Q", "quirin.quarz+angebot@quarz.example"), subject="Mit Plus"))]
    paths = [write(directory, f"everywhere/{i}.eml", mail) for i, mail in enumerate([*kept.values(), *gone])]
    code, out, err = shell.file(*paths)
    tap.ok(code == 0 and "0 failed" in out, "filed", out, err)
    report = shell.json("erase", "--tenant", "acme", "--address", "Quirin.Quarz@quarz.example")
    tap.equal(report["messages"], 4, "his, to him, behind a plus, and beside another", report)
    tap.equal(sorted(m["places"] for m in report["mentions"]), sorted([p for p in kept if p] + ["subject of the case"]), "what still names him, and where", report)
    after = dump(shell.cluster)
    tap.equal([w for w in ("Von ihm", "An ihn", "Mit Plus", "+angebot@") if holds(after, w)], [], "nothing of his mail is left")
    out = shell.run("erase", "--tenant", "acme", "--address", "Quirin.Quarz@quarz.example")
    tap.ok("still named" in out and ": comment, source" in out and ": subject of the case" in out, "said again it says so again", out)
    for mention in report["mentions"]:
        shell("erase", "--tenant", "acme", "--case", mention["reference"])
    tap.equal(shell.json("erase", "--tenant", "acme", "--address", "Quirin.Quarz@quarz.example")["mentions"], [], "with those cases all of it is gone")
    after = dump(shell.cluster)
    after = after.replace("xquirin.quarz", "").replace(b"xquirin.quarz".hex(), "")
    tap.equal([w for w in ("irin.quarz", "irin.Quarz", "IRIN.QUARZ") if holds(after, w)], [], "from the whole database")
    tap.equal(shell.json("erase", "--tenant", "acme", "--address", "anna@acme.example")["mentions"][-1]["places"], 'address of the user "anna"', "a user stays one")


def main():
    tap = Tap()
    with pg.Cluster() as cluster, tempfile.TemporaryDirectory() as directory:
        shell = Shell(cluster)
        provide(shell)
        tap.run([erasing_everywhere], shell, directory)
        dangling.prove(tap, cluster, "at last")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
