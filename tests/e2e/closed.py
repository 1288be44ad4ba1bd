#!/usr/bin/python3
"""Closed cases: what a mail that belongs to one does, by each of the tenant's rules, in any order and at once.

    tests/e2e/closed.py [SCENARIO]..."""

import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import dangling  # noqa: E402
import mails  # noqa: E402
from harness import AGENT, Gateway, Tap, check_sanitizers  # noqa: E402
from outcomes import World  # noqa: E402


def closed_rules(tap, world):
    """What a mail does to a closed case is the tenant's choice"""
    for rule, check in (("new", lambda d, c: d["outcome"] == "filed" and d["case_id"] != c and d["opened_case"]),
                        ("hold", lambda d, c: d["outcome"] == "held"),
                        ("reopen", lambda d, c: d["case_id"] == c and world.case(c)["state"] == "open")):
        world.gateway.run("tenant", "set", "acme", "closed", rule)
        offer, delivery = world.opened()
        order = offer.answer(cc=[("", AGENT)])
        world.file(order)
        world.act("SELECT casegate.set_case_state(%s, 'closed')", (delivery["case_id"],))
        reply = world.file(order.answer(mails.KARL, to=[mails.ANNA], cc=[("", AGENT)], subject=order.subject), sender=mails.KARL[1])
        tap.ok(check(reply, delivery["case_id"]), f"closed = {rule}", reply)


def closed_goes_on(tap, world):
    """What answers a closed case goes on in one linked case, in any order and at once"""
    world.gateway.run("tenant", "set", "acme", "closed", "new")
    offer, delivery = world.opened("Geht weiter")
    closed = delivery["case_id"]
    world.act("SELECT casegate.set_case_state(%s, 'closed')", (closed,))
    answers = [offer.answer(when=mails.at(4, 8 + i)) for i in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        filed = list(pool.map(world.file, answers))
    later = world.file(offer.answer(mails.BERND, to=[mails.KARL], when=mails.at(3, 16)), sender=mails.BERND[1])
    cases = {d["case_id"] for d in filed + [later]}
    tap.equal([len(cases), closed in cases, sum(d["opened_case"] for d in filed)], [1, False, 1], "one linked case, opened by one of them", cases)
    linked = cases.pop()
    tap.equal([world.case(linked)["linked_to"], world.case(linked)["message_count"], world.case(closed)["state"]], [closed, 9, "closed"], "the closed case stays as it was")
    tap.equal([e["signal"] for e in world.evidence(later, chosen=True)], ["continued"], "and the evidence says why", world.evidence(later))
    world.act("SELECT casegate.set_case_state(%s, 'closed')", (linked,))
    third = world.file(offer.answer(when=mails.at(6)))
    tap.equal(world.case(third["case_id"])["linked_to"], linked, "when that is closed, too, the next one continues it")
    world.gateway.run("tenant", "set", "acme", "closed", "reopen")


def closed_and_turned(tap, world):
    """A mail that turns out to be of another case leaves the closed one closed"""
    for rule in ("reopen", "new", "hold"):
        offer, delivery = world.opened("Altes Thema")
        world.act("SELECT casegate.set_case_state(%s, 'closed')", (delivery["case_id"],))
        world.gateway.run("tenant", "set", "acme", "closed", rule)
        missing = offer.answer(subject=f"Neue Sache {rule}", when=mails.at(5))
        answer = world.file(mails.forward(missing.answer(mails.KARL, when=mails.at(6)), form="plain"))
        tap.equal([answer["outcome"], answer["opened_case"], world.case(delivery["case_id"])["state"]], ["filed", True, "closed"],
                  f"closed = {rule}: a matter of its own, whose first mail is missing, touches it not", answer)
        world.gateway.run("tenant", "set", "acme", "closed", "reopen")


def closed_and_joined(tap, world):
    """An open case that joins a closed one opens it, if its mail came after it had been closed"""
    for late in (True, False):
        offer, delivery = world.opened("Zwei in eins")
        lost = offer.answer(mails.ANNA, when=mails.at(4)).answer(mails.KARL, when=mails.at(5))
        second = lost.answer(mails.ANNA, when=mails.at(6))
        second.references = [lost.message_id]
        close = [lambda case=delivery["case_id"]: world.act("SELECT casegate.set_case_state(%s, 'closed')", (case,))]
        if late:
            close.pop()()
        other = world.file(second)
        for act in close:
            act()
        bridge = mails.auto_reply(offer)
        bridge.references = [offer.message_id, lost.message_id]
        joined = world.file(bridge, sender="")
        tap.equal([other["opened_case"], joined["case_id"], world.reload(other)["case_id"], world.case(delivery["case_id"])["state"]],
                  [True, delivery["case_id"], delivery["case_id"], "open" if late else "closed"], f"joined by automatic mail, {'new' if late else 'old'} mail in it")


def closed_again(tap, world):
    """replay: the linked case is kept under its rule; under another one its mail moves back, and the case is open"""
    world.gateway.run("tenant", "set", "acme", "closed", "new")
    offer, delivery = world.opened("Noch einmal")
    world.act("SELECT casegate.set_case_state(%s, 'closed')", (delivery["case_id"],))
    answers = [world.file(offer.answer(when=mails.at(5 + i))) for i in range(2)]

    def differing(*words):
        mine = {d["delivery_id"] for d in answers}
        return [r["change"] for r in world.gateway.json("replay", "--tenant", "acme", "--json", *words) if r["delivery_id"] in mine]
    tap.equal(differing(), [], "the same rule: no difference")
    world.gateway.run("tenant", "set", "acme", "closed", "reopen")
    tap.equal(differing("--apply"), ["moved", "moved"], "another rule: they move")
    tap.equal([{world.reload(a)["case_id"] for a in answers}, world.case(delivery["case_id"])["state"]], [{delivery["case_id"]}, "open"], "and the case is open")
    tap.equal(differing(), [], "said again: no difference")


def main():
    tap = Tap()
    with Gateway() as gateway:
        gateway.provide_acme()
        tap.run([closed_rules, closed_goes_on, closed_and_turned, closed_and_joined, closed_again], World(gateway))
        dangling.prove(tap, gateway.cluster, "at last")
        check_sanitizers(tap, gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
