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


def parse_all(paths):
    """One line of output for each, from one process, or from one for each where a mail ends it."""
    done = subprocess.run([PROGRAM, "parse", "--paths"], input="\n".join(paths).encode(), capture_output=True, check=False,
                          timeout=600)
    lines = done.stdout.splitlines()
    if done.returncode == 0 and len(lines) == len(paths):
        return [(line, "") for line in lines]
    runs = [subprocess.run([PROGRAM, "parse", path], capture_output=True, check=False, timeout=60) for path in paths]
    return [(run.stdout, "" if run.returncode == 0 else f"exit {run.returncode}\n{run.stderr.decode(errors='replace')}")
            for run in runs]


def check(path, raw, failure):
    if failure:
        return [failure]
    try:
        have = json.loads(raw.decode("utf-8"))
        with open(path + ".want", encoding="utf-8") as file:
            want = json.load(file)
    except (OSError, ValueError) as error:
        return [str(error)]
    return broken_promises(raw, have) + differences(have, want)


def main():
    names = sys.argv[1:] or sorted(os.path.basename(path)[:-4] for path in glob.glob(f"{ROOT}/tests/mail/*.eml"))
    paths = [f"{ROOT}/tests/mail/{name}" for name in names]
    failed = 0
    print(f"1..{len(names)}" if names else "1..0 # SKIP no mails in tests/mail")
    outputs = parse_all([path + ".eml" for path in paths]) if paths else []
    for number, (name, path, output) in enumerate(zip(names, paths, outputs), 1):
        problems = check(path, *output)
        failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {name}")
        for problem in problems:
            print("#   " + problem.replace("\n", "\n#   "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
