#!/usr/bin/python3
"""Change notifications: the handshake, the doorbell, lifecycle events, renewals, and what strangers send. Against the stand-in.

    tests/e2e/outlook_notify.py [SCENARIO]..."""

import datetime
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from graph.client import fetch  # noqa: E402
from harness import Tap, check_sanitizers, wait_until  # noqa: E402
from outlook import UTC, Office  # noqa: E402


def subscription_of(office, desk, user="anna"):
    return next((s for s in office.cloud.subscriptions.live.values() if s.mailbox is desk.mailbox(user)), None)


def subscribed(office):
    """A desk whose mailbox is subscribed to, and that has done its first round: (desk, subscription, offer, case_id)."""
    desk = office.desk()
    outcome = desk.connect("anna")
    if outcome[0] != "connected":
        raise RuntimeError(f"not connected: {outcome}")
    subscription = wait_until(lambda: subscription_of(office, desk), 20)
    if not subscription:
        raise RuntimeError("no subscription:\n" + office.gateway.tail(10))
    desk.sync()
    offer, case_id = desk.opened()
    desk.sync()
    return desk, subscription, offer, case_id


def asked(desk):
    return len(desk.requests("GET", "/"))


def rings(tap, office):
    """Connected: a subscription is made, its handshake answered; a mail is filed within 5 s, without polling"""
    desk, subscription, offer, case_id = subscribed(office)
    tap.ok(subscription.body["notificationUrl"].startswith(office.public_url) and subscription.body["lifecycleNotificationUrl"].startswith(office.public_url), "our address, for both")
    tap.ok(all(word in subscription.body["changeType"] for word in ["created"]), subscription.body["changeType"])
    answer = offer.answer(mails.KARL)
    begin = time.monotonic()
    desk.arrive(answer)
    tap.ok(wait_until(lambda: answer.message_id in desk.ids(case_id), 15), "the mail is filed", office.gateway.tail(5))
    seconds = time.monotonic() - begin
    tap.ok(seconds < 5, f"after {seconds:.1f} s")
    sent = offer.answer(desk.person("anna"))
    desk.arrive(sent, folder="sentitems")
    tap.ok(wait_until(lambda: sent.message_id in desk.ids(case_id), 15), "and one from Sent Items")
    tap.equal([status for _, status, _ in office.cloud.subscriptions.delivered if status != 202], [], "each notification is answered 202")
    office.settled(tap, "notifications")


def coalesced(tap, office):
    """Many notifications at once are one round or two"""
    desk, subscription, _, _ = subscribed(office)
    before = len(desk.requests("GET", "/delta"))
    item = office.cloud.subscriptions.item(subscription)
    for _ in range(20):
        office.cloud.subscriptions.send(subscription.body["notificationUrl"], [item, item])
    time.sleep(6)
    rounds = (len(desk.requests("GET", "/delta")) - before) / 2
    tap.ok(1 <= rounds <= 3, f"40 notifications, {rounds:.0f} rounds")
    office.settled(tap, "many notifications")


def forged(tap, office):
    """A wrong, missing or foreign clientState, unknown subscriptions, junk: answered, and nothing happens"""
    desk, subscription, _, _ = subscribed(office)
    other, second, _, _ = subscribed(office)
    time.sleep(6)            # what rings still is over
    before = [asked(desk), asked(other)]
    api = office.cloud.subscriptions
    url = subscription.body["notificationUrl"]
    for name, changes in (("wrong", {"clientState": "x" * 43}), ("missing", {"clientState": None}), ("another subscription's", {"clientState": second.body["clientState"]}), ("empty", {"clientState": ""}),
                          ("of a byte less", {"clientState": subscription.body["clientState"][:-1]}), ("an unknown subscription", {"subscriptionId": "7f9619ff-8b86-4011-b42d-00cf4fc964ff"})):
        tap.equal(api.send(url, [api.item(subscription, **changes)]), 202, f"clientState {name}: 202, no oracle")
        tap.equal(api.send(url, [api.lifecycle_item(subscription, "subscriptionRemoved", **changes)]), 202, f"lifecycle, {name}: 202")
    for name, body in (("no JSON", b"{"), ("no value", b"{}"), ("a list", b"[]"), ("deep", b"[" * 5000), ("numbers for texts", json.dumps({"value": [{"subscriptionId": 1, "clientState": 2}]}).encode()),
                       ("null", b"null"), ("a value that is no list", b'{"value": 7}'), ("null items", b'{"value": [null, 1, "x"]}'), ("NUL", b'{"value": [{"subscriptionId": "a\\u0000b", "clientState": "c"}]}')):
        status = api.post(url, body)[0]
        tap.ok(status in (202, 400), f"{name}: {status}")
    status = api.post(url, json.dumps({"value": [api.item(subscription)] * 2000}).encode())[0]
    tap.ok(status in (0, 400, 413), f"over 256 kB: {status}")
    tap.ok(fetch(url).status in (404, 405), "GET is none")
    reply = fetch(url + "?validationToken=" + "A" * 20, "POST", b"", {"Content-Type": "text/plain"})
    tap.ok(reply.status >= 400 and b"AAAA" not in reply.body, "no echo without a handshake of ours", reply.status, reply.body[:60])
    time.sleep(6)
    tap.equal([asked(desk), asked(other)], before, "no mailbox was asked")
    tap.ok(subscription_of(office, desk) is subscription and subscription_of(office, other) is second, "and the subscriptions stand")
    office.settled(tap, "forged notifications")


def mixed(tap, office):
    """Several tenants in one delivery, a wrong one among them: each for itself"""
    desk, first, offer, case_id = subscribed(office)
    other, second, other_offer, other_case = subscribed(office)
    api = office.cloud.subscriptions
    api.automatic = False
    answers = [(desk, case_id, offer.answer(mails.KARL)), (other, other_case, other_offer.answer(mails.KARL))]
    for where, _, answer in answers:
        where.arrive(answer)
    api.send(first.body["notificationUrl"], [api.item(first, clientState="falsch" * 8), api.item(second), api.item(first)])
    for where, case, answer in answers:
        tap.ok(wait_until(lambda w=where, c=case, a=answer: a.message_id in w.ids(c), 15), f"{where.tenant}: filed")
    api.automatic = True
    office.settled(tap, "mixed tenants")


def lifecycle(tap, office):
    """missed: sweep; reauthorizationRequired: renewed; subscriptionRemoved: a new one, and what came meanwhile"""
    desk, subscription, offer, case_id = subscribed(office)
    api = office.cloud.subscriptions
    box = desk.mailbox("anna")
    box.add_folder("projekt", "Projekt", box.folder("inbox"))
    api.automatic = False
    missed = offer.answer(mails.KARL, subject="AW: versäumt")
    desk.arrive(missed, folder="projekt")
    api.lifecycle(subscription, "missed")
    tap.ok(wait_until(lambda: missed.message_id in desk.ids(case_id), 15, 0.2), "missed: found, wherever a rule has put it", office.gateway.tail(5))
    api.lifecycle(subscription, "reauthorizationRequired")
    tap.ok(wait_until(lambda: subscription.authorized, 15), "reauthorizationRequired: renewed")
    time.sleep(1)
    gap = offer.answer(mails.KARL, subject="AW: in der Lücke")
    desk.arrive(gap)
    api.lifecycle(subscription, "subscriptionRemoved")
    fresh = wait_until(lambda: (s := subscription_of(office, desk)) and s is not subscription and s, 20)
    tap.ok(fresh, "subscriptionRemoved: a new one", office.gateway.tail(5))
    tap.ok(wait_until(lambda: gap.message_id in desk.ids(case_id), 15, 0.2), "and what came meanwhile is there")
    api.automatic = True
    after = offer.answer(mails.KARL, subject="AW: danach")
    desk.arrive(after)
    tap.ok(wait_until(lambda: after.message_id in desk.ids(case_id), 15), "the new one rings")
    office.settled(tap, "lifecycle events")


def renewed(tap, office):
    """Renewed in time by the lifetime that was granted; what Microsoft lost is made anew; never two"""
    desk, subscription, _, _ = subscribed(office)
    with office.tables() as session:
        session.execute("UPDATE casegate.outlook_subscription SET expires_at = now() + interval '20 hours' WHERE tenant = %s", (desk.tenant,))
        session.execute("UPDATE casegate.outlook_connection SET subscribe_at = now() WHERE tenant = %s AND \"user\" = 'anna'", (desk.tenant,))
    subscription.expires = datetime.datetime.now(UTC) + datetime.timedelta(hours=20)
    tap.ok(wait_until(lambda: subscription.renewed == 1, 90, 0.2), "20 h before the end: renewed", office.gateway.tail(5))
    time.sleep(3)
    tap.equal(subscription.renewed, 1, "once")
    office.cloud.subscriptions.end(subscription)
    with office.tables() as session:
        session.execute("UPDATE casegate.outlook_subscription SET expires_at = now() + interval '20 hours' WHERE tenant = %s", (desk.tenant,))
        session.execute("UPDATE casegate.outlook_connection SET subscribe_at = now() WHERE tenant = %s AND \"user\" = 'anna'", (desk.tenant,))
    tap.ok(wait_until(lambda: subscription_of(office, desk), 90, 0.2), "one that is gone (404) is made anew")
    office.settled(tap, "renewals")
    office.cloud.subscriptions.max_minutes = 60
    short, short_subscription, _, _ = subscribed(office)
    time.sleep(8)
    tap.ok(short_subscription.renewed <= 1 and len(short.requests("POST", "/subscriptions")) <= 1, f"a lifetime of an hour makes no storm: renewed {short_subscription.renewed} times")
    office.cloud.subscriptions.max_minutes = 4230
    office.cloud.violations[:] = [v for v in office.cloud.violations if "renewed though" not in v]
    office.settled(tap, "short lifetimes")


def ended(tap, office):
    """Disconnecting deletes the subscription; a restart keeps it; an answer that is refused does no harm"""
    desk, subscription, offer, case_id = subscribed(office)
    office.gateway.stop()
    office.gateway.start()
    time.sleep(3)
    tap.ok(subscription_of(office, desk) is subscription, "after a restart it is the same")
    answer = offer.answer(mails.KARL)
    desk.arrive(answer)
    tap.ok(wait_until(lambda: answer.message_id in desk.ids(case_id), 15), "and rings")
    desk.disconnect()
    tap.equal(subscription_of(office, desk), None, "disconnected: deleted")
    office.settled(tap, "ends")
    desk.connect("anna")
    stray = wait_until(lambda: subscription_of(office, desk), 20)
    office.cloud.fault(r"/subscriptions/", status=503, method="DELETE", times=50)
    desk.disconnect()
    office.cloud.faults.clear()
    tap.ok(stray and subscription_of(office, desk) is stray, "Microsoft was away when it was disconnected: it is still there")
    with office.cloud.forgive():
        desk.connect("anna")
        tap.ok(wait_until(lambda: (s := subscription_of(office, desk)) and s is not stray and s, 20), "connected again: another one", office.gateway.tail(5))
    tap.equal(len([s for s in office.cloud.subscriptions.live.values() if s.mailbox is desk.mailbox("anna")]), 1, "and one alone")
    office.cloud.parked.clear()
    office.settled(tap, "strays")
    lonely = office.desk()
    office.cloud.fault(r"/subscriptions$", status=403, code="ErrorAccessDenied", times=3)
    tap.equal(lonely.connect("anna")[0], "connected", "without a subscription one is connected, too")
    time.sleep(2)
    tap.equal([lonely.sync()[0], lonely.state("anna")], [0, "connected"], "and rounds work")
    office.cloud.faults.clear()
    lonely.disconnect()
    office.settled(tap, "no subscription")


SCENARIOS = [rings, coalesced, forged, mixed, lifecycle, renewed, ended]


def main():
    tap = Tap()
    with Office() as office:
        tap.run(SCENARIOS, office)
        tap.equal(office.leaks(), (0, []), "no token in the log, the database or the commands")
        check_sanitizers(tap, office.gateway)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
