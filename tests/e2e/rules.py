#!/usr/bin/python3
"""A tenant's rules as mail meets them: its own numbers, who is never filed, and whose names are its users'.

    tests/e2e/rules.py [SCENARIO]..."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers  # noqa: E402
from outcomes import World  # noqa: E402


def numbers(tap, world):
    """reference_pattern: who names a case's number is suggested to it, and never placed"""
    world.gateway.run("tenant", "set", "acme", "reference_pattern", "AN-[0-9]{5}")
    first = world.file(mails.forward(mails.Plain(subject="Wellen", text="Unser Angebot AN-70001 anbei.")))
    question = mails.forward(mails.Plain(mails.FRIEDA, [mails.BERND], "Rückfrage", "Wann kommt an-70001?"), author=mails.BERND)
    before = world.gateway.json("explain", "--to", AGENT, stdin=question)
    second = world.file(question, sender=mails.BERND[1])
    tap.equal([second["opened_case"], [(e["case_id"], e["detail"], e["strength"]) for e in world.evidence(second, chosen=False)]],
              [True, [(first["case_id"], "AN-70001", "suggestion")]], "a case of its own, with a suggestion", world.evidence(second))
    after = world.gateway.json("explain", "--tenant", "acme", "--delivery", str(second["delivery_id"]))
    for name, told in (("before", before), ("after", after)):
        found = [c for c in told["candidates"] if c["signal"] == "number"]
        tap.equal([(c["case_id"], c["chosen"], c["why"]) for c in found],
                  [(first["case_id"], False, "a number in a text is never more than a suggestion")], f"explain says so {name}", told)
    tap.ok("match_suggested" in world.event_kinds(delivery_id=second["delivery_id"]), "the app hears of it")
    held = world.held(world.file(mails.Plain(("Xaver", "x@unknown.example"), subject="AN-70001?"), sender="x@unknown.example"))
    tap.equal({c["case_id"] for c in held["candidates"]}, {first["case_id"], second["case_id"]}, "of a stranger's mail they are the candidates")


def slow_numbers(tap, world):
    """A pattern that takes long is refused; one that is there all the same is cut off, and mail is filed without"""
    slow = "(a{1,200}){1,200}"
    code, _, err = world.gateway.command("tenant", "set", "acme", "reference_pattern", slow)
    tap.ok(code == 1 and "takes too long" in err, "refused", err)
    with world.gateway.cluster.connect() as session:
        session.execute("UPDATE casegate.tenant SET reference_pattern = %s WHERE tenant = 'acme'", (slow,))
    long = "aaaa" * 1000
    for name, mail, count in (("one mail", mails.forward(mails.Plain(subject="Lang", text=long)), 1),
                              ("two at once", mails.attached([mails.Plain(subject=f"Lang {i}", text=f"{long}{i}") for i in range(2)]), 2)):
        delivery = world.file(mail)
        noted = [e["detail"] for e in world.evidence(delivery) if e["signal"] == "number"]
        tap.equal([delivery["outcome"], noted], ["filed", ["reference_pattern takes too long with this mail"] * count], f"{name}: filed, and the evidence says why", delivery)
    with world.gateway.cluster.connect() as session:
        session.execute("UPDATE casegate.tenant SET reference_pattern = null WHERE tenant = 'acme'")


def never_file_forms(tap, world):
    """never_file: addresses, domains, *.domains, with umlauts and in any case"""
    world.gateway.run("tenant", "set", "acme", "never_file", "Geheim@Arzt.example", "bank.example, *.Kanzlei.example", "müller.example")
    [listed] = [t["never_file"] for t in world.gateway.json("tenant", "list", "--json") if t["tenant"] == "acme"]
    tap.equal(listed, ["*.kanzlei.example", "bank.example", "geheim@arzt.example", "xn--mller-kva.example"], "as it is kept")
    for word in ("*", "*.com", "a*b.example", "x@*.kanzlei.example"):
        code, _, err = world.gateway.command("tenant", "set", "acme", "never_file", word)
        tap.ok(code == 1 and "is no " in err, f"no such word: {word}", err)
    for address, is_never in (("GEHEIM@arzt.EXAMPLE", True), ("offen@arzt.example", False), ("x@bank.example", True), ("x@news.bank.example", False),
                              ("x@berlin.kanzlei.example", True), ("x@a.berlin.kanzlei.example", True), ("x@kanzlei.example", False),
                              ("x@Müller.example", True), ("x@XN--mller-kva.example", True)):
        mail = mails.Plain(("Wer", address), subject=f"Von {address}")
        outcomes = [world.file(mail, sender="x@y.example")["outcome"], world.file(mails.forward(mail))["outcome"],
                    world.file(mails.attached([mails.Plain(subject="daneben"), mail]))["outcome"],
                    world.gateway.json("explain", "--to", AGENT, stdin=mail.bytes())["decision"]["outcome"]]
        tap.equal([o == "rejected" for o in outcomes], [is_never] * 4, f"{address} is {'never' if is_never else ''} filed: itself, forwarded, beside another, as explain says",
                  outcomes)
    world.gateway.run("tenant", "set", "acme", "never_file", "")


def named_only(tap, world):
    """An inline forward whose people stand with their names alone: a user's name is one of ours"""
    def forwarded(author, to, subject, text="Guten Tag,\n\nanbei das Gewünschte.", by=mails.ANNA):
        body = f"Zur Ablage\n\nVon: {author}\nGesendet: Dienstag, 4. März 2025 10:00\nAn: {to}\nBetreff: {subject}\n\n{text}\n"
        return world.file(mails.Plain(by, [("", AGENT)], "WG: " + subject, body, when=mails.at(4, 11)).bytes(), sender=by[1])

    karl = "Karl Berger <k.berger@stahlbau-nord.example>"
    for name, author, to, want in (("the forwarder himself", "Anna Muster", karl, "out"), ("surname first", "Muster, Anna", "Karl Berger", "out"),
                                   ("one word names nobody", "Anna", karl, "in"), ("somebody else", "Karl Berger", "Anna Muster", "in"),
                                   ("to oneself", "Anna Muster", "Muster, Anna", "internal"), ("with an address, to a name", "Anna Muster <anna@acme.example>", "Karl Berger", "out")):
        message = world.message(forwarded(author, to, f"Nur ein Name: {name}"))
        tap.equal([message["direction"], message["from_address"]], [want, "anna@acme.example" if "<" in author else None], f"{name}: {want}", message)
    early = [forwarded("Carla Chefin", karl, "Früh"), forwarded("Anna Muster", "Carla Chefin", "Früh intern"), forwarded("Carla Chefin", "Anna Muster", "Früh zurück")]
    tap.equal([world.message(d)["direction"] for d in early], ["in", "out", "in"], "a name that no user has written yet is nobody's")
    world.file(mails.Plain(("Chefin, Carla", "chef@acme.example"), [mails.KARL], "Eigene Mail"), sender="chef@acme.example")
    tap.equal([world.message(d)["direction"] for d in early], ["out", "internal", "internal"], "her own mail tells whose it is")
    inner = f"Für dich.\n\nVon: {karl}\nGesendet: Montag, 3. März 2025 09:00\nAn: Carla Chefin\nBetreff: Kette\n\nDer Kern."
    message = world.message(forwarded("Carla Chefin", "Anna Muster", "WG: Kette", inner))
    tap.equal([message["from_address"], message["direction"], message["subject"]], [mails.KARL[1], "in", "Kette"], "a forward of her forward is unwrapped", message)
    world.file(mails.Plain(("Clara Falsch", mails.FRIEDA[1]), [mails.ANNA], "Fremd"), sender=mails.FRIEDA[1])
    tap.equal(world.message(forwarded("Clara Falsch", "Anna Muster", "Fremder Name"))["direction"], "in", "what an outsider writes teaches nothing")
    nobody = world.file(mails.eml([("From", "Anna Muster"), ("To", AGENT), ("Subject", "Ohne Adresse")] + mails.text_headers(), "x"))
    tap.equal([nobody["outcome"], nobody["standing"]], ["held", "nobody"], "a name proves nothing about a sender")


def main():
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        tap.run([numbers, slow_numbers, never_file_forms, named_only], World(gateway))
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
