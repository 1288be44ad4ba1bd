#!/usr/bin/python3
"""Real list archives against their own References: which mails that name each other lie in one case, in sent and in shuffled
order, and which cases hold what does not.

    tests/bench/archive.py [--from USER] [--shuffles N] [--missing SHARE] [PATH]...

PATH is an mbox, or a directory of mails or mboxes; without one, what CASEGATE_ARCHIVES names (with colons), else the test is
skipped. The truth are the classes of Message-ID, References and In-Reply-To. Where a case is more or less than such a class,
the subjects are shown: new matters on old threads are meant to part, answers without references to join."""

import argparse
import collections
import email
import email.policy
import mailbox
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402
import pg  # noqa: E402

AGENT = "agent@in.acme.example"
ID = re.compile(rb"<([^<>\s]{3,998})>")
CHUNK = 400


class Letter:
    def __init__(self, source):
        self.source = source
        mail = email.message_from_bytes(source, policy=email.policy.compat32)
        self.message_id = (ids_of(mail, "Message-ID") or [None])[0]
        self.names = ids_of(mail, "References") + ids_of(mail, "In-Reply-To")
        self.subject = " ".join(str(mail.get("Subject", "")).split())
        self.date = email.utils.mktime_tz(email.utils.parsedate_tz(str(mail.get("Date", ""))) or (1970, 1, 1, 0, 0, 0, 0, 0, 0, 0))


def ids_of(mail, header):
    return [i.decode(errors="replace") for value in mail.get_all(header, []) for i in ID.findall(re.sub(rb"\s+", b" ", str(value).encode()))]


def letters_of(path):
    """Every mail below a path that has an id; each id once."""
    files = [path] if os.path.isfile(path) else sorted(os.path.join(d, f) for d, _, found in os.walk(path) for f in found)
    for file in files:
        with open(file, "rb") as opened:
            start = opened.read(1 << 16)
        if start.startswith(b"From ") and start.count(b"\nFrom ") > 1:
            yield from (Letter(mail.as_bytes()) for mail in mailbox.mbox(file, create=False))
        elif re.search(rb"(?im)^message-id:", start.split(b"\n\n")[0].replace(b"\r", b"")) or b"\nMessage-" in start:
            with open(file, "rb") as opened:
                yield Letter(opened.read())


def threads_of(letters):
    """The class of each letter: what names each other, also by ids that never came."""
    parent = {}

    def root(key):
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for letter in letters:
        for name in letter.names:
            parent[root(name)] = root(letter.message_id)
    return {letter.message_id: root(letter.message_id) for letter in letters}


def file_all(environment, letters, directory, user):
    paths = []
    for n, letter in enumerate(letters):
        paths.append(f"{directory}/{n:06d}.eml")
        with open(paths[-1], "wb") as out:
            out.write(letter.source)
    for start in range(0, len(paths), CHUNK):
        subprocess.run([harness.program(), "file", "--history", "--to", AGENT, "--from", user, *paths[start:start + CHUNK]],
                       env=environment, check=True, stdout=subprocess.DEVNULL)


def pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def compare(threads, cases):
    """Precision and recall of pairs, and what differs: (threads in one case), (cases of one thread)."""
    both = collections.Counter((threads[i], cases[i]) for i in cases)
    table, thread_sizes = collections.Counter(cases.values()), collections.Counter(threads[i] for i in cases)
    together = pairs(both.values())
    joined, parted = collections.defaultdict(set), collections.defaultdict(set)
    for thread, case in both:
        joined[case].add(thread)
        parted[thread].add(case)
    return (together / max(pairs(table.values()), 1), together / max(pairs(thread_sizes.values()), 1),
            {c: t for c, t in joined.items() if len(t) > 1}, {t: c for t, c in parted.items() if len(c) > 1})


def show(what, groups, letters, key_of, inner_of):
    for group in groups:
        print(f"#   {what}:")
        inner = collections.defaultdict(list)
        for letter in letters:
            if letter.message_id in key_of and key_of[letter.message_id] == group:
                inner[inner_of[letter.message_id]].append(letter)
        for mails in inner.values():
            subjects = collections.Counter(m.subject[:70] for m in mails)
            print("#      " + "; ".join(f"{n} x {s!r}" for s, n in subjects.most_common(3)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--from", dest="user", default="anna")
    parser.add_argument("--shuffles", type=int, default=1)
    parser.add_argument("--missing", type=float, default=0, help="this share of the mails never comes")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    options = parser.parse_args()
    paths = options.paths or [p for p in os.environ.get("CASEGATE_ARCHIVES", "").split(":") if p and os.path.exists(p)]
    if not paths:
        print("1..0 # SKIP no archive: CASEGATE_ARCHIVES names none")
        return 0
    tap = harness.Tap()
    with pg.Cluster() as cluster, tempfile.TemporaryDirectory() as directory:
        environment = cluster.environment()
        subprocess.run([harness.program(), "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
        for number, path in enumerate(paths):
            run_archive(tap, cluster, environment, directory, path, options, number)
    return tap.done()


def run_archive(tap, cluster, environment, directory, path, options, number):
    found = {}
    for letter in letters_of(path):
        found.setdefault(letter.message_id, letter)
    found.pop(None, None)
    letters = sorted(found.values(), key=lambda l: l.date)
    threads = threads_of(letters)
    letters = [l for l in letters if random.Random(l.message_id).random() >= options.missing]
    print(f"# {os.path.basename(path)}: {len(letters)} mails, {len(set(threads.values()))} threads")
    first = None
    orders = [("as sent", letters), ("reversed", letters[::-1])]
    orders += [(f"shuffled {n + 1}", random.Random(n).sample(letters, len(letters))) for n in range(options.shuffles)]
    for name, order in orders:
        tenant = f"t{number}-{name.replace(' ', '')}"
        for arguments in (["tenant", "add", tenant, "--name", tenant], ["user", "add", tenant, "anna", "anna@acme.example"]):
            subprocess.run([harness.program(), *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
        with cluster.connect("casegate_admin") as admin:
            admin.execute("UPDATE casegate.agent_address SET tenant = %s WHERE address = %s", (tenant, AGENT))
        subprocess.run([harness.program(), "address", "add", tenant, AGENT], env=environment, check=True, stdout=subprocess.DEVNULL)
        file_all(environment, order, directory, options.user)
        with cluster.connect() as session:
            cases = dict(session.execute("SELECT d.internet_message_id, m.case_id FROM casegate.delivery d JOIN casegate.message m USING (tenant, message_id)"
                                         " WHERE d.tenant = %s AND m.case_id IS NOT NULL", (tenant,)))
        cases = {i: c for i, c in cases.items() if i in threads}
        precision, recall, joined, parted = compare(threads, cases)
        print(f"# {os.path.basename(path)} {name}: precision {precision:.4f}, recall {recall:.4f}, {len(cases)} filed in {len(set(cases.values()))} cases,"
              f" {len(joined)} cases of several threads, {len(parted)} threads in several cases")
        tap.equal(len(cases), len(letters), f"{os.path.basename(path)} {name}: every mail is in a case")
        classes = collections.defaultdict(set)
        for message_id, case in cases.items():
            classes[case].add(message_id)
        partition = {frozenset(c) for c in classes.values()}
        if first is None:
            first = partition
            show("one case", joined, letters, cases, threads)
            show("one thread", parted, letters, threads, cases)
            continue
        tap.equal(len(first ^ partition), 0, f"{os.path.basename(path)} {name}: the same cases", *[sorted(c) for c in list(first ^ partition)[:6]])


if __name__ == "__main__":
    sys.exit(main())
