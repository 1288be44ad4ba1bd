#!/usr/bin/python3
"""The rules of the house that a machine can check, as TAP.

    tests/lint.py [BUILD]          # BUILD: a meson build directory, for the compile database (default: build)

Tools that are not installed are skipped by name; the rules of our own are always checked."""

import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A folder includes only folders to its left (docs/ARCHITECTURE.md).
FOLDERS = ["mime", "html", "forward", "parser", "store", "graph", "server", "command"]
# Each foreign library lives in one folder; OpenSSL and JSON in two. GLib is the ground of all.
LIBRARIES = {
    "gmime": {"mime"}, "uchardet": {"mime"}, "uchardet.h": {"mime"},
    "nettle": {"mime"}, "libpsl.h": {"mime"},
    "libpq-fe.h": {"store"}, "libpq": {"store"}, "postgresql": {"store"},
    "curl": {"graph"},
    "openssl": {"graph", "server"},
    "jansson.h": {"graph", "server", "command"},
    "event2": {"server"}, "event.h": {"server"},
    "systemd": {"server"},
    "seccomp.h": {"server"},
}
GROUND = {"glib", "glib.h", "gio", "glib-object.h", "glib-unix.h", "gmodule.h"}
# The C library's, the kernel's and the compiler's.
SYSTEM = {"sanitizer", "sys", "linux", "arpa", "netinet", "net", "bits", "asm"}
FUNCTION_LINES = 120
# What cppcheck's description of GLib leaves out, and what it gets wrong about g_auto.
# (A semicolon would end the definition.)
CPPCHECK_MACROS = ["G_GNUC_PRINTF(format,first)=", "G_NORETURN=",
                   "json_array_foreach(array,index,value)=while((index=json_array_size(array),value=json_array_get(array,index)))",
                   "json_object_foreach(object,key,value)=while((key=json_object_iter_key(object),value=json_object_iter_value(object)))"]
CPPCHECK_BLIND = ["leakNoVarFunctionCall"]
# Written so that this file does not find itself.
MACHINE_PATH = re.compile(rb"/(?:" + rb"root|work|Users/\w+|home/\w+" + rb")/[\w.]")
UNFINISHED = re.compile(r"\b(?:" + "TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!.*#\d)")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def report(self, name, problems):
        self.count += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} {name}")
        for problem in problems:
            print("# " + problem.replace("\n", "\n# "))
        sys.stdout.flush()

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {why}", flush=True)


def tracked_files():
    """What git knows; without git (a tarball) everything but build directories and dot files."""
    git = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True,
                         check=False)
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
        return sorted(n for n in names if n and os.path.isfile(f"{ROOT}/{n}"))
    found = []
    for directory, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if not f.startswith((".", "build")) and f not in ("var", "node_modules")]
        found += [os.path.relpath(os.path.join(directory, f), ROOT) for f in files]
    return sorted(found)


def read(name):
    with open(f"{ROOT}/{name}", "rb") as file:
        return file.read()


def text(name):
    return read(name).decode("utf-8", "replace")


def line_of(content, position):
    return content.count("\n", 0, position) + 1


def folder_order(sources):
    """Quoted includes: product code reaches left only, tests reach everywhere."""
    problems = []
    for name in sources:
        folder = name.split("/")[0]
        if folder not in FOLDERS:
            continue
        content = text(name)
        for match in INCLUDE.finditer(content):
            target = match[2].split("/")[0]
            if match[1] == '"' and target in FOLDERS and FOLDERS.index(target) > FOLDERS.index(folder):
                problems.append(f"{name}:{line_of(content, match.start())}: {folder} may not include {match[2]}")
            if match[1] == '"' and "/" not in match[2]:
                problems.append(f"{name}:{line_of(content, match.start())}: name the folder: {match[2]}")
    return problems


def library_homes(sources):
    problems = []
    for name in sources:
        folder = name.split("/")[0]
        if folder not in FOLDERS:
            continue
        content = text(name)
        for match in INCLUDE.finditer(content):
            if match[1] != "<":
                continue
            first = match[2].split("/")[0]
            where = f"{name}:{line_of(content, match.start())}"
            if first in LIBRARIES:
                if folder not in LIBRARIES[first]:
                    problems.append(f"{where}: <{match[2]}> belongs to {' and '.join(sorted(LIBRARIES[first]))}")
            elif first not in GROUND and first not in SYSTEM and "/" in match[2]:
                problems.append(f"{where}: <{match[2]}>: which folder is this library's home? (tests/lint.py)")
    return problems


def long_functions(sources):
    problems = []
    for name in sources:
        begin = None
        for number, line in enumerate(text(name).split("\n"), 1):
            if line == "{":
                begin = number
            elif line == "}" and begin:
                if number - begin - 1 > FUNCTION_LINES:
                    problems.append(f"{name}:{begin}: a function of {number - begin - 1} lines, at most {FUNCTION_LINES}")
                begin = None
    return problems


def machine_paths(files):
    problems = []
    for name in files:
        content = read(name)
        for match in MACHINE_PATH.finditer(content):
            line = content.count(b"\n", 0, match.start()) + 1
            problems.append(f"{name}:{line}: a path of some machine: {match[0].decode(errors='replace')}…")
    return problems


def habits(sources):
    """No goto, nothing unfinished without an issue's number, every header guarded."""
    problems = []
    for name in sources:
        content = text(name)
        for number, line in enumerate(content.split("\n"), 1):
            if re.search(r"^\s*goto\s+\w+;", line):
                problems.append(f"{name}:{number}: goto")
            if UNFINISHED.search(line):
                problems.append(f"{name}:{number}: unfinished, and no issue named")
        # A table of rows is included where its array stands.
        if name.endswith(".h") and not name.endswith("_table.h") and "#pragma once" not in content:
            problems.append(f"{name}: no #pragma once")
    return problems


def run(command, **more):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False, **more)
    return done.returncode, (done.stdout + done.stderr).strip()


def tool(name, version=None):
    """The newest of NAME-VERSION and NAME, None where it is absent or of another version."""
    for candidate in ([f"{name}-{version}"] if version else []) + [name]:
        path = shutil.which(candidate)
        if path and (not version or f"version {version}." in run([path, "--version"])[1]):
            return path
    return None


def chunks(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def clang_format(tap, sources):
    path = tool("clang-format", "14")
    if not path:
        tap.skip("clang-format", "clang-format 14 is not installed")
        return
    code, said = run([path, "--dry-run", "-Werror", *sources])
    found = collections.Counter(line.split(":")[0] for line in said.split("\n") if "clang-format-violations" in line)
    problems = [f"{name}: {count} places; clang-format -i {name}" for name, count in sorted(found.items())]
    tap.report("clang-format", problems or ([said] if code else []))


def cppcheck(tap, sources):
    path = tool("cppcheck")
    if not path:
        tap.skip("cppcheck", "cppcheck is not installed")
        return
    code, said = run([path, "--quiet", "--enable=warning,performance,portability", "--std=c11", "--language=c", "--library=gtk",
                      "--inline-suppr", *(f"-D{macro}" for macro in CPPCHECK_MACROS), *(f"--suppress={name}" for name in CPPCHECK_BLIND), "--error-exitcode=1", "--template={file}:{line}: {id}: {message}",
                      "-D_GNU_SOURCE", "-j", str(os.cpu_count() or 1), "-I", ".",
                      *(s for s in sources if s.endswith(".c") and not s.startswith("tests/"))])
    tap.report("cppcheck", [said] if code else [])


def compile_commands(build, sources):
    """Our C files of the compile database, without gcc's own flags that clang does not know."""
    with open(f"{build}/compile_commands.json", encoding="utf-8") as file:
        entries = json.load(file)
    wanted = {os.path.realpath(f"{ROOT}/{s}"): s for s in sources}
    found = {}
    for entry in entries:
        path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
        if path in wanted:
            found.setdefault(wanted[path], entry)
    return found


def clang_tidy(tap, build, sources):
    path = tool("clang-tidy", "14") or tool("clang-tidy")
    if not path:
        tap.skip("clang-tidy", "clang-tidy is not installed")
        return
    if not os.path.exists(f"{build}/compile_commands.json"):
        tap.skip("clang-tidy", f"no compile database in {build}")
        return
    names = sorted(n for n in compile_commands(build, sources) if not n.startswith("tests/"))

    def check(group):
        # A fifth of the analyser's default depth: what it found deeper was nothing, and took half of the suite's time.
        deep = ["--extra-arg=" + word for word in ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000")]
        code, output = run([path, "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", *deep, *group])
        findings = [line for line in output.split("\n") if re.search(r": (?:error|warning): ", line)]
        return code, "\n".join(findings) or output

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        said = [output for code, output in pool.map(check, chunks(names, 3)) if code]
    tap.report(f"clang-tidy ({len(names)} files)", said)


def shellcheck(tap, files):
    path = tool("shellcheck")
    if not path:
        tap.skip("shellcheck", "shellcheck is not installed")
        return
    scripts = [n for n in files if re.match(rb"#!\S*(?:/|env )(?:ba|da)?sh\b", read(n)[:40])]
    code, said = run([path, "--severity=style", "--format=gcc", *scripts]) if scripts else (0, "")
    tap.report(f"shellcheck ({len(scripts)} scripts)", [said] if code else [])


def python_compiles(tap, files):
    problems = []
    for name in files:
        if name.endswith(".py") or re.match(rb"#!\S*python3", read(name)[:40]):
            try:
                compile(read(name), name, "exec")
            except SyntaxError as error:
                problems.append(f"{name}:{error.lineno}: {error.msg}")
    tap.report("python: every script compiles", problems)


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/build")
    files = tracked_files()
    sources = [n for n in files if n.endswith((".c", ".h"))]
    tap = Tap()
    tap.report("folders include only what is to their left", folder_order(sources))
    tap.report("each foreign library in its own folder", library_homes(sources))
    tap.report(f"functions of at most {FUNCTION_LINES} lines", long_functions(sources))
    tap.report("habits: no goto, nothing unfinished, guarded headers", habits(sources))
    tap.report("no path of a machine in any file", machine_paths(files))
    python_compiles(tap, files)
    shellcheck(tap, files)
    clang_format(tap, sources)
    cppcheck(tap, sources)
    clang_tidy(tap, build, sources)
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
