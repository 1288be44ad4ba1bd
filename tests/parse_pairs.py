#!/usr/bin/python3
"""The fixture pairs of tests/mail: what `casegate parse NAME.eml` prints must say what NAME.want says, as TAP.

NAME.want is JSON: every key in it must be there and equal, also in objects within; what it does not name is
free. Lists are compared in full, their objects again by the keys that are named. Whatever the mail is, the
output must have all keys of its contract, and be valid UTF-8 without NUL.

    tests/parse_pairs.py [NAME...]         # the program: the environment's CASEGATE, else build/casegate"""

import glob
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("CASEGATE") or f"{ROOT}/build/casegate")
KEYS = ["internet_message_id", "in_reply_to", "references", "thread_index", "subject", "base_subject", "date", "from", "to",
        "cc", "reply_to", "kind", "text", "new_text", "html", "attachments", "forwards", "forward", "quotes", "defects"]


def differences(have, want, at=""):
    """What is not as wanted, one line each, with its place in the JSON."""
    if isinstance(want, dict) and isinstance(have, dict):
        return [line for key, value in want.items()
                for line in (differences(have[key], value, f"{at}.{key}" if at else key) if key in have
                             else [f"{at}.{key} is missing"])]
    if isinstance(want, list) and isinstance(have, list):
        if len(have) != len(want):
            return [f"{at}: {len(have)} entries, wanted {len(want)}: have {have!r}, want {want!r}"]
        return [line for i, value in enumerate(want) for line in differences(have[i], value, f"{at}[{i}]")]
    if isinstance(want, bool) != isinstance(have, bool) or have != want:
        return [f"{at}: have {have!r}", f"{' ' * len(at)}  want {want!r}"]
    return []


def broken_promises(raw, have):
    problems = [] if list(have) == KEYS else [f"keys are {list(have)}"]
    if b"\\u0000" in raw:
        problems.append("a NUL in the output")
    return problems


def check(name):
    path = f"{ROOT}/tests/mail/{name}"
    done = subprocess.run([PROGRAM, "parse", path + ".eml"], capture_output=True, check=False, timeout=60)
    if done.returncode != 0:
        return [f"exit {done.returncode}", *done.stderr.decode(errors="replace").splitlines()]
    try:
        have = json.loads(done.stdout.decode("utf-8"))
        with open(path + ".want", encoding="utf-8") as file:
            want = json.load(file)
    except ValueError as error:
        return [str(error)]
    return broken_promises(done.stdout, have) + differences(have, want)


def main():
    names = sys.argv[1:] or sorted(os.path.basename(path)[:-4] for path in glob.glob(f"{ROOT}/tests/mail/*.eml"))
    failed = 0
    print(f"1..{len(names)}" if names else "1..0 # SKIP no mails in tests/mail")
    for number, name in enumerate(names, 1):
        if not os.path.exists(f"{ROOT}/tests/mail/{name}.want"):
            problems = [f"tests/mail/{name}.want is missing"]
        else:
            problems = check(name)
        failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {name}")
        for problem in problems:
            print("#   " + problem.replace("\n", "\n#   "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
