#!/usr/bin/python3
"""What filing costs: the gateway against bare durable INSERTs of the same bytes, alternating in one run on one
PostgreSQL, so that only ratios count.

    tests/bench/bench.py [--build build] [--rounds 3] [--small 2000] [--mixed 300] [--connections 1,8,20]

Prints for small mails (12 kB: text, HTML, real headers, threads of five) and for the mixed corpus (some with
large attachments) mails/s, MB/s, p50 and p99, CPU seconds per 1000 mails of gateway, PostgreSQL and client,
and the ratios of docs/decisions. The cluster lies on the disk: a commit is a real one."""

import argparse
import base64
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import mails  # noqa: E402
from harness import AGENT, Gateway  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
WORDS = ("Angebot Lieferung Welle Stück Preis Termin Rückfrage Bestellung Zeichnung Werkstoff Rechnung Menge Woche bitte danke "
         "gern morgen noch nicht wir Sie die der das und mit für von auf").split()


def prose(rng, size):
    lines, total = [], 0
    while total < size:
        line = " ".join(rng.choices(WORDS, k=11))
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines)


def small_mails(count, seed):
    """Threads of five: an offer forwarded, then answers in BCC; text and HTML, about 12 kB."""
    rng = random.Random(seed)
    previous, found = None, []
    for i in range(count):
        text = prose(rng, 3600)
        if i % 5 == 0 or previous is None:
            previous = mails.Plain(subject=f"Angebot {seed}-{i}", text=text)
            found.append(mails.forward(previous))
        else:
            previous = previous.answer(mails.ANNA, to=[mails.KARL], text=text, subject=f"AW: Angebot {seed}-{i - i % 5}")
            page = "<html><body>" + "".join(f"<p class=MsoNormal>{line}</p>" for line in text.split("\n")) + "</body></html>"
            found.append(mails.multipart(previous, "alternative", [("text/plain; charset=utf-8", text), ("text/html; charset=utf-8", page)]))
    return found


def mixed_mails(count, seed):
    """As in a mailbox: most are small, one in five has 100 kB to 1 MB attached, one in fifty 5 MB."""
    rng = random.Random(seed)
    found = small_mails(count, seed + 100)
    for i in range(count):
        size = 5_000_000 if i % 50 == 7 else rng.randrange(100_000, 1_000_000) if i % 5 == 2 else 0
        if size:
            message = mails.Plain(mails.ANNA, [mails.KARL], f"Zeichnung {seed}-{i}", prose(rng, 800))
            encoded = base64.encodebytes(rng.randbytes(size)).replace(b"\n", b"\r\n")
            found[i] = mails.multipart(message, "mixed", [
                ("text/plain; charset=utf-8", message.text),
                ("application/pdf", encoded, ("Content-Disposition", "attachment; filename=zeichnung.pdf"), ("Content-Transfer-Encoding", "base64"))])
    return found


def write_pack(path, found):
    with open(path, "wb") as file:
        for mail in found:
            mail = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
            assert b"\r\n." not in mail
            file.write(struct.pack("=I", len(mail)) + mail)
    return sum(map(len, found))


def cpu_seconds(pids):
    """Of processes and of those of their children that have ended."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
        except OSError:
            pass
    return total / TICKS


class Bench:
    def __init__(self, gateway, load, directory):
        self.gateway, self.load, self.directory = gateway, load, directory

    def postgres_cpu(self):
        return cpu_seconds([self.gateway.cluster.process.pid, *self.gateway.cluster.children()])

    def gateway_cpu(self):
        return cpu_seconds([self.gateway.process.pid, *self.gateway.processes()])

    def warm_up(self, pack, mails):
        """Every worker has made its plans, over tables that are not empty, as on any day but the first."""
        for found in mails:
            write_pack(pack, found)
            self.run("casegate", pack, 0, 20)
            time.sleep(1.5)

    def run(self, way, pack, size, connections):
        postgres, gateway = self.postgres_cpu(), self.gateway_cpu()
        if way == "casegate":
            words = ["lmtp", str(self.gateway.ports["lmtp"]), "anna@acme.example", AGENT]
        else:
            words = ["insert", self.gateway.cluster.url("postgres")]
        done = subprocess.run([self.load, *words, str(connections), pack], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{way}: {done.stderr}\n{self.gateway.tail()}")
        result = json.loads(done.stdout)
        # Sessions that have just ended are counted when the postmaster has reaped them.
        result["postgres_cpu"] = self.postgres_cpu() - postgres
        result["gateway_cpu"] = self.gateway_cpu() - gateway if way == "casegate" else 0.0
        result["client_cpu"] = result.pop("cpu_seconds")
        result["rate"] = result["mails"] / result["seconds"]
        result["mb"] = size / 1e6 / result["seconds"]
        return result


def per_1000(results, *keys):
    return statistics.median(1000 * sum(r[k] for k in keys) / r["mails"] for r in results)


def show(name, connections, ours, bare):
    def median(results, key):
        return statistics.median(r[key] for r in results)
    for way, results in (("casegate", ours), ("INSERT", bare)):
        print(f"{name:6} {connections:3} conn. {way:9} {median(results, 'rate'):8.0f} mails/s {median(results, 'mb'):7.1f} MB/s"
              f"  p50 {median(results, 'p50_ms'):7.2f}  p99 {median(results, 'p99_ms'):7.2f} ms"
              f"  CPU s per 1000: gateway {per_1000(results, 'gateway_cpu'):.2f}, PostgreSQL {per_1000(results, 'postgres_cpu'):.2f},"
              f" client {per_1000(results, 'client_cpu'):.2f}")
    cpu = per_1000(ours, "gateway_cpu", "postgres_cpu") / max(per_1000(bare, "client_cpu", "postgres_cpu"), 1e-9)
    print(f"{name:6} {connections:3} conn. ratios    mails/s {median(ours, 'rate') / median(bare, 'rate'):.3f}"
          f"  MB/s {median(ours, 'mb') / median(bare, 'mb'):.3f}  CPU {cpu:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="What filing costs against bare INSERTs.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", type=int, default=2000)
    parser.add_argument("--mixed", type=int, default=300)
    parser.add_argument("--connections", default="1,8,20")
    options = parser.parse_args()
    os.environ.setdefault("CASEGATE", f"{options.build}/casegate")
    load = os.path.abspath(f"{options.build}/tests/bench/bench_load")
    with Gateway(in_memory=False, settings={"workers": {"count": "0"}}) as gateway, tempfile.TemporaryDirectory() as directory:
        gateway.provide_acme()
        with gateway.cluster.connect() as session:
            session.execute("CREATE SCHEMA bench")
            session.execute("CREATE TABLE bench.bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content bytea COMPRESSION lz4)")
        bench = Bench(gateway, load, directory)
        bench.warm_up(f"{directory}/pack", [small_mails(600, 1), small_mails(600, 2)])
        for name, make, count in (("small", small_mails, options.small), ("mixed", mixed_mails, options.mixed)):
            for connections in map(int, options.connections.split(",")):
                ours, bare = [], []
                for turn in range(options.rounds):
                    pack = f"{directory}/pack"
                    # New mails for each turn: known ones would be duplicates.
                    size = write_pack(pack, make(count if connections > 1 else count // 4, random.randrange(1 << 30)))
                    order = [("casegate", ours), ("INSERT", bare)]
                    for way, results in (order if turn % 2 == 0 else reversed(order)):
                        results.append(bench.run(way, pack, size, connections))
                show(name, connections, ours, bare)
        with gateway.admin() as session:
            print("outcomes:", dict(session.execute("SELECT outcome, count(*) FROM casegate.deliveries GROUP BY 1")))


if __name__ == "__main__":
    sys.exit(main())
