#!/usr/bin/python3
"""Counts what meson's tests said, test point by test point.

    tests/tally.py [--broken NAME]... BUILD...

reads meson-logs/testlog.json of each build directory, shows the output of what failed, and ends with the
line `N passed, N failed, N skipped`; exit 1 when something failed or nothing ran. --broken NAME counts one
more failure: something that did not even build."""

import argparse
import json
import os
import re
import sys

POINT = re.compile(r"^(not )?ok\b(?:\s+\d+)?(?:\s*-)?\s*([^#]*)(?:#\s*(SKIP|TODO)\b\s*(.*))?", re.I)
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*SKIP\b\s*(.*))?", re.I)
SHOWN_LINES = 80


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.skips = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.skips += other.skips

    def skip(self, what):
        self.skipped += 1
        self.skips.append(what)


def count_points(output):
    """The points of one program's TAP; a point that was planned and never came has failed."""
    count, planned, seen = Count(), None, 0
    for line in output.split("\n"):
        plan = PLAN.match(line)
        if plan:
            planned = int(plan[1])
            if planned == 0:
                count.skip(plan[2] or "nothing to test")
            continue
        point = POINT.match(line)
        if not point:
            continue
        seen += 1
        directive = (point[3] or "").upper()
        if directive == "SKIP":
            count.skip(f"{point[2].strip()}: {point[4]}".strip(": "))
        elif point[1] and directive != "TODO":
            count.failed += 1
        else:
            count.passed += 1
    if planned is not None and planned > seen:
        count.failed += planned - seen
    return count, seen


def count_test(test):
    """One program: its points, or itself where it does not speak TAP or ended otherwise than it said."""
    count, seen = count_points(test.get("stdout") or "")
    result = test.get("result", "")
    if result in ("SKIP", "IGNORED") and not seen and not count.skipped:
        count.skip(test["name"])
    elif result not in ("OK", "EXPECTEDFAIL", "SKIP", "IGNORED") and not count.failed:
        count.failed += 1
    elif not seen and not count.skipped and not count.failed:
        count.passed += 1
    return count


def point_lines(lines, first):
    """A point's line and what is told about it: of a traceback, the end says most."""
    end = first + 1
    while end < len(lines) and lines[end].startswith("#"):
        end += 1
    told = lines[first + 1:end]
    return [lines[first]] + (told if len(told) <= 30 else told[:10] + ["#   …"] + told[-20:])


def show_failure(test):
    print(f"\n--- {test['name']}: {test.get('result')}, exit {test.get('returncode')}")
    for stream in ("stdout", "stderr"):
        lines = (test.get(stream) or "").rstrip().split("\n")
        kept = [n for n, line in enumerate(lines) if line.startswith("not ok")]
        if stream == "stdout" and kept and len(lines) > SHOWN_LINES:
            lines = [line for n in kept for line in point_lines(lines, n)]
        for line in lines[-SHOWN_LINES:]:
            if line:
                print("    " + line)


def read_log(build):
    path = os.path.join(build, "meson-logs", "testlog.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8", errors="replace") as file:
        return [json.loads(line) for line in file if line.strip()]


def main():
    parser = argparse.ArgumentParser(description="Counts test points of meson's logs.")
    parser.add_argument("--broken", action="append", default=[], metavar="NAME")
    parser.add_argument("builds", nargs="*", metavar="BUILD")
    options = parser.parse_args()
    total = Count()
    for name in options.broken:
        print(f"\n--- {name}: failed")
        total.failed += 1
    for build in options.builds:
        tests = read_log(build)
        if tests is None:
            print(f"\n--- {build}: no test ran")
            total.failed += 1
            continue
        for test in tests:
            count = count_test(test)
            if count.failed:
                show_failure(test)
            total.add(count)
    if total.skips:
        print("\nskipped:")
        for what in sorted(set(total.skips)):
            print(f"    {what}")
    if not total.passed:
        total.failed += 1
    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
