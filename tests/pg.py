#!/usr/bin/python3
"""A private PostgreSQL 15 for tests: a cluster of its own in a temporary directory, reachable by a unix
socket only, gone when the test ends, however it ends.

    with pg.Cluster() as cluster:              # cluster.url(), cluster.connect(), cluster.kill(), ...
    tests/pg.py -- COMMAND [ARG]...            # runs COMMAND with the cluster's addresses in its environment
    tests/pg.py --migrate build/casegate -- sh -c 'psql "$SUPERUSER_URL"'

The server runs as safely as in production (fsync, full_page_writes and synchronous_commit stay on: the
gateway refuses it otherwise); it is quick because it is small and its files lie in memory where there is
room. The owner of the database has CREATEROLE and is no superuser, as with a customer. Local logins are
trusted, so every role can log in. As root the server runs as the user postgres."""

import argparse
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import psycopg2

SUPERUSER = "postgres"
OWNER = "casegate_dba"
DATABASE = "casegate"
WAIT_SECONDS = 60
MEMORY_BYTES = 2 << 30

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
max_connections = 100
shared_buffers = 32MB
wal_level = minimal
max_wal_senders = 0
min_wal_size = 32MB
max_wal_size = 256MB
checkpoint_timeout = 30min
deadlock_timeout = 100ms
jit = off
logging_collector = off
log_line_prefix = '%m [%p] %u '
lc_messages = 'C'
"""


def bindir():
    """Where PostgreSQL's programs are: pg_config's answer, else the newest that Debian has installed."""
    base = "/usr/lib/postgresql"
    versions = sorted((v for v in (os.listdir(base) if os.path.isdir(base) else [])
                       if v.isdigit() and os.path.exists(f"{base}/{v}/bin/initdb")), key=int)
    if "15" in versions:
        return f"{base}/15/bin"
    if versions:
        return f"{base}/{versions[-1]}/bin"
    path = shutil.which("initdb")
    if not path:
        raise SystemExit("PostgreSQL's server is not installed: apt-get install postgresql-15")
    return os.path.dirname(path)


def die_with_parent(number):
    """For preexec_fn: the child gets this signal when the test dies, so nothing outlives it."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask():
        libc.prctl(1, number, 0, 0, 0)
    return ask


def parent_directory(in_memory):
    """Short, because the path of a unix socket has at most 107 bytes."""
    if in_memory and os.access("/dev/shm", os.W_OK):
        if shutil.disk_usage("/dev/shm").free >= MEMORY_BYTES:
            return "/dev/shm"
    wanted = tempfile.gettempdir()
    return wanted if len(wanted) < 40 else "/tmp"


class Cluster:
    """in_memory False: on the disk, for what measures durable commits. settings: further lines of
    postgresql.conf. tcp: also listens on this port of 127.0.0.1."""

    def __init__(self, in_memory=True, settings="", tcp=0):
        self.bin = bindir()
        self.user = SUPERUSER if os.geteuid() == 0 else None
        self.in_memory = in_memory
        self.settings = settings
        self.tcp = tcp
        self.directory = None
        self.process = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="cgpg-", dir=parent_directory(self.in_memory))
        try:
            self._create()
            self.start()
            self._provide()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.stop("immediate")
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def data(self):
        return f"{self.directory}/data"

    @property
    def socket(self):
        return f"{self.directory}/s"

    @property
    def log(self):
        return f"{self.directory}/log"

    def _spawn(self, arguments, **more):
        """As the server's user; root may not run it."""
        if self.user:
            entry = pwd.getpwnam(self.user)
            more.update(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return subprocess.Popen(arguments, env=environment, cwd=self.directory,
                                stdin=subprocess.DEVNULL, **more)

    def _create(self):
        os.mkdir(self.socket)
        os.chmod(self.directory, 0o755)
        if self.user:
            entry = pwd.getpwnam(self.user)
            for path in (self.directory, self.socket):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        initdb = self._spawn([f"{self.bin}/initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
                              "--locale=C.UTF-8", "--no-sync", "--wal-segsize=8", "--no-instructions"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = initdb.communicate()
        if initdb.returncode != 0:
            raise RuntimeError("initdb failed:\n" + said.decode(errors="replace"))
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(SETTINGS.format(socket=self.socket) + self.settings)
            if self.tcp:
                conf.write(f"\nlisten_addresses = '127.0.0.1'\nport = {self.tcp}\n")

    def _provide(self):
        with self.connect(SUPERUSER, "postgres") as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def start(self):
        """Returns when the server takes logins."""
        with open(self.log, "ab") as log:
            self.process = self._spawn([f"{self.bin}/postgres", "-D", self.data], stdout=log, stderr=log,
                                       start_new_session=True, preexec_fn=die_with_parent(signal.SIGQUIT))
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
                return
            except psycopg2.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("PostgreSQL does not start:\n" + self.tail()) from None
                time.sleep(0.02)

    def stop(self, mode="fast"):
        """fast disconnects everybody; immediate leaves recovery to the next start; smart waits."""
        if not self.process:
            return
        number = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(WAIT_SECONDS)
        self.process = None

    def kill(self):
        """kill -9 of the postmaster and all its children: what the machine's sudden end does to processes."""
        children = self.children()
        self.process.kill()
        self.process.wait()
        self.process = None
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        # The next start refuses while a child still holds the shared memory.
        end = time.monotonic() + WAIT_SECONDS
        while any(os.path.exists(f"/proc/{child}") for child in children) and time.monotonic() < end:
            time.sleep(0.01)

    def children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def tail(self, lines=20):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def url(self, user=None, database=DATABASE):
        """A libpq URL. Without a user each process of the gateway logs in as its own role."""
        name = f"{user}@" if user else ""
        port = f"&port={self.tcp}" if self.tcp else ""
        return f"postgresql://{name}/{database}?host={self.socket}{port}"

    @property
    def migrate_url(self):
        return self.url(OWNER)

    def connect(self, user=SUPERUSER, database=DATABASE, autocommit=True):
        return Session(self.url(user, database), autocommit)

    def environment(self, base=None):
        """What the program reads (CASEGATE_DATABASE_*), what psql reads, and the superuser's URL for psql. No
        PGUSER: it would make the program's processes log in as that one instead of their own roles."""
        settings = dict(os.environ if base is None else base)
        settings.update(CASEGATE_DATABASE_URL=self.url(), CASEGATE_DATABASE_MIGRATE_URL=self.migrate_url,
                        PGHOST=self.socket, PGDATABASE=DATABASE, SUPERUSER_URL=self.url(SUPERUSER))
        if self.tcp:
            settings["PGPORT"] = str(self.tcp)
        return settings


class Session:
    """One connection; execute() returns the rows, or [] where there are none."""

    def __init__(self, url, autocommit=True):
        self.connection = psycopg2.connect(url, connect_timeout=10)
        self.connection.autocommit = autocommit

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def execute(self, statement, parameters=None):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def rows(self, statement, parameters=None):
        """As dictionaries by column name."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def value(self, statement, parameters=None):
        rows = self.execute(statement, parameters)
        return rows[0][0] if rows else None


def clean_up_when_told_to_end():
    """SIGTERM (a test's time is over) unwinds the stack instead of leaving directories behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def main():
    clean_up_when_told_to_end()
    parser = argparse.ArgumentParser(description="Runs a command beside a private PostgreSQL.")
    parser.add_argument("--migrate", metavar="PROGRAM", help="first run `PROGRAM migrate`")
    parser.add_argument("--disk", action="store_true", help="the cluster lies on the disk, not in memory")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("which command?")
    with Cluster(in_memory=not options.disk) as cluster:
        environment = cluster.environment()
        if options.migrate:
            subprocess.run([options.migrate, "migrate"], env=environment, check=True, stdout=sys.stderr)
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
