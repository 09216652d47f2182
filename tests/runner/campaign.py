#!/usr/bin/env python3
"""Kills pgtend, or the whole server, at random moments of `migrate up`, and looks each time what stands in the database.

    campaign.py clients KILLS SEED    kill -9 of pgtend
    campaign.py servers KILLS SEED    kill -9 of every process of the server, which is then started again

The databases take turns through all dialects, with one transaction a file and one for all; among their files some run outside a transaction,
and some by psql.
After each kill the database has to be a correct prefix: the history is the first K files in their order (with one transaction for all: whole
transactions), each file of it is there whole and ran once, and of the files behind it nothing is there (of the next one, where it runs outside
a transaction, a part may be). What pgtend called applied before the server died has to have survived it. Then it goes on from there, and in
the end `up` and `status` finish the rest.
Prints "# ..." for people; ends with 1 and "problem: ..." lines when anything was wrong."""
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

E = os.environ
PGTEND, PG_BIN, WORK = E["PGTEND"], E["CAMPAIGN_PG_BIN"], E["CAMPAIGN_WORK"]
SOCKET, PORT, DATA, PG_USER = E["CAMPAIGN_SOCKET"], E["CAMPAIGN_PORT"], E["CAMPAIGN_DATA"], E.get("CAMPAIGN_PG_USER", "")
FILES = 64
WITHIN_S = 30
DIALECTS = ["node-pg-migrate", "drizzle", "drizzle-v1", "plain", "dbmate", "golang-migrate"]
problems = []


def problem(text):
    problems.append(text)
    print("problem: " + text, flush=True)


# --- the files -----------------------------------------------------------------------------------

def is_outside(i):
    return i > 1 and i % 8 == 0


def is_by_psql(i):
    return i % 20 == 10


def may_end(i, transaction):
    """The first i files are whole transactions."""
    alone = [is_outside(k) or is_by_psql(k) for k in (i, i + 1)]
    return transaction == "file" or i in (0, FILES) or any(alone)


def parts_of(i):
    """The statements of file number i, from 1: `ran` says how often each part of it came to be."""
    if i == 1:
        return ["create table ran(file int, part text);", "insert into ran values (1, 'all');"]
    if is_outside(i):
        return ["create index concurrently i%d_a on t%d(x);" % (i, i - 1), "insert into ran values (%d, 'all');" % i,
                "create unique index concurrently i%d_b on t%d(id, x);" % (i, i - 1)]
    if is_by_psql(i):
        # No object that could exist twice: only the history keeps it from running again.
        return ["copy ran from stdin;\n%d\tall; commit\n\\." % i, "select pg_sleep(0.01);"]
    return ["create table t%d(id bigint generated always as identity primary key, x int not null, y text);" % i,
            "insert into t%d(x, y) select n, 'row ' || n from generate_series(1, 50) n;" % i,
            "create index i%d_x on t%d(x);" % (i, i), "select pg_sleep(0.001);", "insert into ran values (%d, 'all');" % i]


def made_by(i):
    return [] if i == 1 or is_by_psql(i) else ["i%d_a" % i, "i%d_b" % i] if is_outside(i) else ["t%d" % i, "i%d_x" % i]


class Folder:
    """The same files in one dialect's form."""

    def __init__(self, dialect):
        self.dialect, self.path = dialect, os.path.join(WORK, "files", dialect)
        form = {"node-pg-migrate": "1000000000%03d_step", "drizzle": "%04d_step", "drizzle-v1": "2026010100%04d_step", "plain": "%03d_step.sql",
                "dbmate": "2026010100%04d_step", "golang-migrate": "%d_step"}[dialect]
        self.names = [form % (i // 60 * 100 + i % 60 if "2026" in form else i) for i in range(1, FILES + 1)]
        hashes = [self.write(i, name) for i, name in enumerate(self.names, 1)]
        # What the history says of each file, one word.
        self.rows = {"drizzle": ["%s/%d" % (h, 1000 * i) for i, h in enumerate(hashes, 1)],
                     "dbmate": [name.split("_")[0] for name in self.names],
                     "golang-migrate": [str(i) for i in range(1, FILES + 1)]}.get(dialect, self.names)
        self.history, self.select = {
            "node-pg-migrate": ("public.pgmigrations", "name from pgmigrations order by id"),
            "drizzle": ("drizzle.__drizzle_migrations", "hash || '/' || created_at from drizzle.__drizzle_migrations order by id"),
            "drizzle-v1": ("drizzle.__drizzle_migrations", "name from drizzle.__drizzle_migrations order by id"),
            "plain": ("public.schema_migrations", "migration_name from schema_migrations order by id"),
            "dbmate": ("public.schema_migrations", "version from schema_migrations order by version"),
            # One row: how far it came. Dirty is the one before it, and what of this one is there, pgtend knows.
            "golang-migrate": ("public.schema_migrations",
                "n from schema_migrations, generate_series(1, version - dirty::int) n union all select -count(*) from schema_migrations having count(*) > 1"),
        }[dialect]
        if dialect == "drizzle":
            entries = [{"idx": i, "version": "7", "when": 1000 * (i + 1), "tag": name, "breakpoints": True} for i, name in enumerate(self.names)]
            os.makedirs(os.path.join(self.path, "meta"))
            with open(os.path.join(self.path, "meta", "_journal.json"), "w") as f:
                json.dump({"version": "7", "dialect": "postgresql", "entries": entries}, f)

    def write(self, i, name):
        """Its hash."""
        file = {"drizzle-v1": name + "/migration.sql", "plain": name, "golang-migrate": name + ".up.sql"}.get(self.dialect, name + ".sql")
        between = "\n--> statement-breakpoint\n" if self.dialect.startswith("drizzle") else "\n"
        text = ("-- migrate:up\n" if self.dialect == "dbmate" else "") + between.join(parts_of(i)) + "\n" + ("-- migrate:down\n" if self.dialect == "dbmate" else "")
        path = os.path.join(self.path, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return hashlib.sha256(text.encode()).hexdigest()


class Kinds:
    """All dialects, all transactions, in turns."""

    def __init__(self, first):
        shutil.rmtree(os.path.join(WORK, "files"), ignore_errors=True)
        folders = [Folder(dialect) for dialect in DIALECTS]
        self.all = [(folder, ("file", "all")[(i + turn) % 2]) for turn in range(2) for i, folder in enumerate(folders)]
        self.next = first % len(self.all)

    def take(self):
        kind = self.all[self.next]
        self.next = (self.next + 1) % len(self.all)
        return kind


def psql(database, script, may_fail=False):
    argv = [os.path.join(PG_BIN, "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-p", PORT, "-U", "postgres", "-d", database]
    done = subprocess.run(argv, input=script, capture_output=True, text=True, timeout=60)
    if done.returncode and not may_fail:
        raise RuntimeError("psql: %s" % done.stderr.strip())
    return done.stdout.strip() if done.returncode == 0 else None


# --- the server ----------------------------------------------------------------------------------

class Server:
    """The cluster of the suite; this process starts it anew after each of its deaths."""

    def __init__(self, pid):
        self.pid, self.child = pid, None

    def everybody(self):
        pids = [self.pid]
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open("/proc/%s/stat" % entry) as f:
                        if int(f.read().rpartition(")")[2].split()[1]) == self.pid:
                            pids.append(int(entry))
                except (OSError, ValueError):
                    pass
        return pids

    def kill(self):
        """All at once, so that nobody writes anything any more: the nearest to a power cut that one machine can do to itself."""
        os.kill(self.pid, signal.SIGSTOP)
        pids = self.everybody()
        for pid in pids[1:] + pids[:1]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.child:
            self.child.wait()
        wait_for("the server's processes to be gone", lambda: not any(is_alive(pid) for pid in pids))

    def start(self):
        argv = ["setsid"] + (["setpriv", "--reuid=" + PG_USER, "--regid=" + PG_USER, "--clear-groups"] if PG_USER else [])
        argv += [os.path.join(PG_BIN, "postgres"), "-D", DATA, "-p", PORT, "-k", SOCKET, *E["CAMPAIGN_SETTINGS"].split()]
        with open(os.path.join(WORK, "server.log"), "ab") as log:
            self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        self.pid = self.child.pid
        with open(os.path.join(WORK, "server.pid"), "w") as f:
            f.write(str(self.pid))

    def wait_ready(self):
        wait_for("the server", lambda: psql("postgres", "select 1", may_fail=True) == "1")


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what, is_so):
    end = time.monotonic() + WITHIN_S
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError("waited %d s for %s" % (WITHIN_S, what))
        time.sleep(0.002)


def wait_idle(database):
    """Until the backend of a killed pgtend has noticed it: only then what it did is decided."""
    wait_for("the sessions on %s to end" % database, lambda: psql("postgres",
        "select count(*) from pg_stat_activity where datname = '%s'" % database) == "0")


# --- what stands in the database ---------------------------------------------------------------------

LOOK = r"""
select pg_catalog.to_regclass('%s') is not null as has_history, pg_catalog.to_regclass('public.ran') is not null as has_ran \gset
\if :has_history
select 'history ' || word from (select %s) history(word);
\endif
\if :has_ran
select 'ran ' || file || ' ' || count(*) from ran group by file;
\endif
select 'index ' || relname || ' ' || indisvalid from pg_class join pg_index on indexrelid = pg_class.oid where relname ~ '^i[0-9]';
select 'table ' || relname from pg_class where relkind = 'r' and relname ~ '^t[0-9]';
"""


class State:
    def __init__(self, life):
        self.folder, self.transaction = life.folder, life.transaction
        self.history, self.ran, self.indexes, self.tables = [], {}, {}, set()
        for line in psql(life.name, LOOK % (life.folder.history, life.folder.select)).splitlines():
            kind, name, *more = line.split(" ")
            if kind == "history":
                self.history.append(name)
            elif kind == "ran":
                self.ran[int(name)] = int(more[0])
            elif kind == "index":
                self.indexes[name] = more[0] == "true"
            else:
                self.tables.add(name)
        self.count = len(self.history)

    def names(self):
        return self.folder.names[:self.count]

    def objects_of(self, i):
        """Names of what file i made, and those of them that are not usable."""
        found = ["t%d" % i] if "t%d" % i in self.tables else []
        mine = {name: valid for name, valid in self.indexes.items() if name.split("_")[0] == "i%d" % i}
        return found + sorted(mine), sorted(name for name, valid in mine.items() if not valid)

    def check(self, where):
        if self.history != self.folder.rows[:self.count]:
            problem("%s: the history is no prefix: %s" % (where, " ".join(self.history)))
        elif not may_end(self.count, self.transaction):
            problem("%s: %d files are in the history, which is within a transaction" % (where, self.count))
        for i in range(1, FILES + 1):
            ran, (objects, broken) = self.ran.get(i, 0), self.objects_of(i)
            if i <= self.count:
                if ran != 1 or objects != made_by(i) or broken:
                    problem("%s: file %d stands in the history, ran %d times, has %s, unusable: %s" % (where, i, ran, objects, broken))
            elif i == self.count + 1 and is_outside(i):
                if ran > 1:
                    problem("%s: a part of file %d ran %d times" % (where, i, ran))
            elif ran or objects:
                problem("%s: file %d is not in the history, but ran %d times and left %s" % (where, i, ran, objects))


# --- pgtend ------------------------------------------------------------------------------------------------

class Life:
    """One database from empty to complete."""

    def __init__(self, number, kind):
        self.name = "life%d" % number
        self.folder, self.transaction = kind
        self.ini = os.path.join(WORK, self.name + ".ini")
        psql("postgres", "create database %s" % self.name)
        with open(self.ini, "w") as f:
            f.write("[database %s]\nhost = %s\nport = %s\nuser = postgres\nmigrations = %s\ndialect = %s\ntransaction = %s\n"
                    % (self.name, SOCKET, PORT, self.folder.path, self.folder.dialect, self.transaction))

    def argv(self, *words):
        return [PGTEND, "-c", self.ini, "migrate", *words, self.name]

    def __str__(self):
        return "%s (%s, %s)" % (self.name, self.folder.dialect, self.transaction)

    def start(self, *words):
        self.log = open(os.path.join(WORK, self.name + ".log"), "w+")
        return subprocess.Popen(self.argv("up", *words), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def said(self):
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        return text

    def run(self, *words):
        return subprocess.run(self.argv(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def clean(self):
        """golang-migrate's mark before a file outside a transaction outlives the run: it is pgtend's own, and `up` goes on where it stopped."""
        if self.folder.dialect != "golang-migrate" or psql(self.name, "select to_regclass('public.schema_migrations')") == "":
            return False
        dirty = psql(self.name, "select version from schema_migrations where dirty")
        if dirty == "":
            return False
        i, name = int(dirty), self.folder.names[int(dirty) - 1]
        repair = self.run("repair", "--format", "json")
        found = [row["name"] for row in json.loads(repair.stdout) if row["finding"] in ("half_done", "dirty")]
        if not is_outside(i) or found not in ([name], []):
            problem("%s: dirty at %d: %s%s" % (self, i, repair.stdout, repair.stderr))
        return True

    def finish(self):
        """A second `up` finishes the rest, a third finds nothing, status agrees."""
        done = self.run("up")
        if done.returncode:
            problem("%s: the last up ended with %d: %s%s" % (self, done.returncode, done.stdout, done.stderr))
            return
        state = State(self)
        state.check(str(self) + ", complete")
        if state.count != FILES:
            problem("%s: complete, but the history has %d of %d" % (self, state.count, FILES))
        again = self.run("up")
        if again.returncode or "nothing is pending" not in again.stdout + again.stderr:
            problem("%s: up again: %d, %s%s" % (self, again.returncode, again.stdout, again.stderr))
        rows = json.loads(self.run("status", "--format", "json").stdout)
        wrong = [row["name"] for row in rows if row["state"] != "applied"]
        if len(rows) != FILES or wrong:
            problem("%s: status has %d rows, not applied: %s" % (self, len(rows), " ".join(wrong)))
        left = psql(self.name, "select count(*) from pg_locks where locktype = 'advisory'")
        if left != "0":
            problem("%s: %s advisory locks are left" % (self, left))
        psql("postgres", "drop database %s" % self.name)
        os.unlink(self.ini)


class Pace:
    """How long a whole `up` takes undisturbed, so that kills come all over it."""

    def __init__(self, kind):
        life = Life(0, kind)
        began = time.monotonic()
        empty = life.run("status")
        self.before_s = time.monotonic() - began
        began = time.monotonic()
        done = life.run("up")
        self.all_s = time.monotonic() - began
        if empty.returncode or done.returncode:
            raise RuntimeError("an undisturbed run: %s%s%s" % (empty.stderr, done.stdout, done.stderr))
        life.finish()

    def moment_s(self, chance, applied):
        work_s = max(self.all_s - self.before_s, 0.001) * (FILES - applied) / FILES
        return chance.uniform(self.before_s * 0.6, self.before_s + work_s)


def client_kills(kills, chance, kinds, server):
    pace, killed, inside, number, refused, dirty, races = Pace(kinds.take()), 0, 0, 0, 0, 0, 0
    while killed < kills:
        number += 1
        life, before = Life(number, kinds.take()), 0
        for _ in range(min(chance.randint(1, 4), kills - killed)):
            rival = subprocess.Popen(life.argv("up"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) \
                if chance.random() < 0.15 else None
            process = life.start()
            time.sleep(pace.moment_s(chance, before))
            process.kill()
            code = process.wait()
            said = life.said()
            if rival:
                # Of two at once one may be killed; the other one does it all, or was refused.
                heard = rival.communicate(timeout=120)[0]
                races += 1
                if rival.returncode and not re.search("another migration (is running|ran)", heard):
                    problem("%s: the other of two ups ended with %d: %s" % (life, rival.returncode, heard))
            killed += code == -signal.SIGKILL
            if code >= 0:
                if code == 0:
                    break
                refused += 1
                if not re.search("another migration (is running|ran)", said):
                    problem("%s: up ended with %d by itself: %s" % (life, code, said))
                    break
            if chance.random() < 0.2 and life.folder.dialect != "golang-migrate":
                continue  # at once again, while the killed one's session may still be at work: one of both waits or refuses
            wait_idle(life.name)
            state = State(life)
            state.check("%s, kill %d" % (life, killed))
            inside += before < state.count < FILES
            before = state.count
            dirty += life.clean()
        wait_idle(life.name)
        life.finish()
        if len(problems) > 20:
            break
    print("# %d kills of pgtend in %d databases, %d of them between two files, %d times refused by the lock of another one, %d races of two, %d dirty" % (killed, number, inside, refused, races, dirty))
    return inside * 5 >= killed or problem("only %d of %d kills came while files were being applied" % (inside, killed))


def claims(said):
    """What pgtend says is in the database."""
    lists = re.findall(r"applied and committed: (.*?)(?: and \d+ more)?$", said, re.M)
    return set(re.findall(r"^applied (\S+) in ", said, re.M)) | {name for names in lists for name in names.split(", ")}


def server_kills(kills, chance, kinds, server):
    pace, killed, inside, number, lost, dirty = Pace(kinds.take()), 0, 0, 0, 0, 0
    while killed < kills:
        number += 1
        life, before = Life(number, kinds.take()), 0
        for _ in range(min(chance.randint(1, 4), kills - killed)):
            process = life.start()
            time.sleep(pace.moment_s(chance, before))
            if process.poll() is not None:
                if process.returncode:
                    problem("%s: up ended with %d by itself: %s" % (life, process.returncode, life.said()))
                break
            is_both = chance.random() < 0.3
            if is_both:
                process.kill()
            server.kill()
            server.start()
            server.wait_ready()
            killed += 1
            code = process.wait(timeout=120)
            said = life.said()
            wait_idle(life.name)
            state = State(life)
            state.check("%s, kill %d of the server" % (life, killed))
            gone = sorted(claims(said) - set(state.names()))
            if gone:
                problem("%s, kill %d of the server: called applied, and lost: %s" % (life, killed, " ".join(gone)))
            if code == 0 and state.count != FILES:
                problem("%s, kill %d of the server: up ended well with %d of %d: %s" % (life, killed, state.count, FILES, said))
            lost += code > 0
            inside += before < state.count < FILES
            before = state.count
            if code == 0:
                break
            dirty += life.clean()
        life.finish()
        if len(problems) > 20:
            break
    print("# %d kills of the server in %d databases, %d of them between two files, %d told by pgtend as failures, %d dirty" % (killed, number, inside, lost, dirty))
    return inside * 5 >= killed or problem("only %d of %d kills came while files were being applied" % (inside, killed))


def main():
    what, kills, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    server = Server(int(E["CAMPAIGN_PID"]))
    try:
        {"clients": client_kills, "servers": server_kills}[what](kills, random.Random(seed), Kinds(int(E.get("CAMPAIGN_KIND", "0"))), server)
    except (RuntimeError, subprocess.TimeoutExpired) as trouble:
        problem(str(trouble))
    if problems:
        print("# again with CAMPAIGN_SEED=%s" % seed)
    sys.exit(1 if problems else 0)


main()
