#!/usr/bin/env python3
"""Kills pgtend, or the whole server, at random moments of `migrate up`, and looks each time what stands in the database.

    campaign.py clients KILLS SEED    kill -9 of pgtend
    campaign.py servers KILLS SEED    kill -9 of every process of the server, which is then started again

After each kill the database has to be a correct prefix: the history is the first K files in their order, each file of it is there whole
and ran once, and of the files behind it nothing is there (of the next one, where it runs outside a transaction, a part may be). What pgtend
called applied before the server died has to have survived it. Then it goes on from there, and in the end `up` and `status` finish the rest.
Prints "# ..." for people; ends with 1 and "problem: ..." lines when anything was wrong."""
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
FILES, OUTSIDE_EVERY = 64, 8
HAS_OUTSIDE = E.get("CAMPAIGN_OUTSIDE", "yes") == "yes"  # some files run outside a transaction
WITHIN_S = 30

names = ["%d_step" % (1000000000000 + i) for i in range(1, FILES + 1)]
problems = []


def problem(text):
    problems.append(text)
    print("problem: " + text, flush=True)


def is_outside(i):
    return HAS_OUTSIDE and i > 1 and i % OUTSIDE_EVERY == 0


def text_of(i):
    """File number i, from 1: `ran` says how often each part of it came to be."""
    if i == 1:
        return "create table ran(file int, part text);\ninsert into ran values (1, 'all');\n"
    if is_outside(i):
        return ("create index concurrently i%d_a on t%d(x);\ninsert into ran values (%d, 'all');\n"
                "create unique index concurrently i%d_b on t%d(id, x);\n") % (i, i - 1, i, i, i - 1)
    return ("create table t%d(id bigint generated always as identity primary key, x int not null, y text);\n"
            "insert into t%d(x, y) select n, 'row ' || n from generate_series(1, 50) n;\n"
            "create index i%d_x on t%d(x);\nselect pg_sleep(0.001);\ninsert into ran values (%d, 'all');\n") % (i, i, i, i, i)


def make_folder():
    folder = os.path.join(WORK, "files")
    os.makedirs(folder, exist_ok=True)
    for i, name in enumerate(names, 1):
        with open(os.path.join(folder, name + ".sql"), "w") as f:
            f.write(text_of(i))
    return folder


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
select pg_catalog.to_regclass('public.pgmigrations') is not null as has_history, pg_catalog.to_regclass('public.ran') is not null as has_ran \gset
\if :has_history
select 'history ' || name from pgmigrations order by id;
\endif
\if :has_ran
select 'ran ' || file || ' ' || count(*) from ran group by file;
\endif
select 'index ' || relname || ' ' || indisvalid from pg_class join pg_index on indexrelid = pg_class.oid where relname ~ '^i[0-9]';
select 'table ' || relname from pg_class where relkind = 'r' and relname ~ '^t[0-9]';
"""


class State:
    def __init__(self, database):
        self.history, self.ran, self.indexes, self.tables = [], {}, {}, set()
        for line in psql(database, LOOK).splitlines():
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

    def objects_of(self, i):
        """Names of what file i made, and those of them that are not usable."""
        found = ["t%d" % i] if "t%d" % i in self.tables else []
        mine = {name: valid for name, valid in self.indexes.items() if name.split("_")[0] == "i%d" % i}
        return found + sorted(mine), sorted(name for name, valid in mine.items() if not valid)

    def check(self, where):
        if self.history != names[:self.count]:
            problem("%s: the history is no prefix: %s" % (where, " ".join(self.history)))
        for i in range(1, FILES + 1):
            ran, (objects, broken) = self.ran.get(i, 0), self.objects_of(i)
            if i <= self.count:
                wanted = [] if i == 1 else ["i%d_a" % i, "i%d_b" % i] if is_outside(i) else ["t%d" % i, "i%d_x" % i]
                if ran != 1 or objects != wanted or broken:
                    problem("%s: file %d stands in the history, ran %d times, has %s, unusable: %s" % (where, i, ran, objects, broken))
            elif i == self.count + 1 and is_outside(i):
                if ran > 1:
                    problem("%s: a part of file %d ran %d times" % (where, i, ran))
            elif ran or objects:
                problem("%s: file %d is not in the history, but ran %d times and left %s" % (where, i, ran, objects))


# --- pgtend ------------------------------------------------------------------------------------------------

class Life:
    """One database from empty to complete."""

    def __init__(self, number, folder):
        self.name = "life%d" % number
        self.ini = os.path.join(WORK, self.name + ".ini")
        psql("postgres", "create database %s" % self.name)
        with open(self.ini, "w") as f:
            f.write("[database %s]\nhost = %s\nport = %s\nuser = postgres\nmigrations = %s\ndialect = node-pg-migrate\n"
                    % (self.name, SOCKET, PORT, folder))

    def argv(self, *words):
        return [PGTEND, "-c", self.ini, "migrate", *words, self.name]

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

    def finish(self):
        """A second `up` finishes the rest, a third finds nothing, status agrees."""
        done = self.run("up")
        if done.returncode:
            problem("%s: the last up ended with %d: %s%s" % (self.name, done.returncode, done.stdout, done.stderr))
            return
        state = State(self.name)
        state.check(self.name + ", complete")
        if state.count != FILES:
            problem("%s: complete, but the history has %d of %d" % (self.name, state.count, FILES))
        again = self.run("up")
        if again.returncode or "nothing is pending" not in again.stdout + again.stderr:
            problem("%s: up again: %d, %s%s" % (self.name, again.returncode, again.stdout, again.stderr))
        rows = json.loads(self.run("status", "--format", "json").stdout)
        wrong = [row["name"] for row in rows if row["state"] != "applied"]
        if len(rows) != FILES or wrong:
            problem("%s: status has %d rows, not applied: %s" % (self.name, len(rows), " ".join(wrong)))
        left = psql(self.name, "select count(*) from pg_locks where locktype = 'advisory'")
        if left != "0":
            problem("%s: %s advisory locks are left" % (self.name, left))
        psql("postgres", "drop database %s" % self.name)
        os.unlink(self.ini)


class Pace:
    """How long a whole `up` takes undisturbed, so that kills come all over it."""

    def __init__(self, folder):
        life = Life(0, folder)
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


def client_kills(kills, chance, folder, server):
    pace, killed, inside, number, refused = Pace(folder), 0, 0, 0, 0
    while killed < kills:
        number += 1
        life, before = Life(number, folder), 0
        for _ in range(min(chance.randint(1, 4), kills - killed)):
            process = life.start()
            time.sleep(pace.moment_s(chance, before))
            process.kill()
            code = process.wait()
            said = life.said()
            killed += code == -signal.SIGKILL
            if code >= 0:
                if code == 0:
                    break
                refused += 1
                if "another migration is running" not in said:
                    problem("%s: up ended with %d by itself: %s" % (life.name, code, said))
                    break
            if chance.random() < 0.2:
                continue  # at once again, while the killed one's session may still be at work: one of both waits or refuses
            wait_idle(life.name)
            state = State(life.name)
            state.check("%s, kill %d" % (life.name, killed))
            inside += before < state.count < FILES
            before = state.count
        wait_idle(life.name)
        life.finish()
        if len(problems) > 20:
            break
    print("# %d kills of pgtend in %d databases, %d of them between two files, %d times refused by the lock of a killed one" % (killed, number, inside, refused))
    return inside * 5 >= killed or problem("only %d of %d kills came while files were being applied" % (inside, killed))


def claims(said):
    """What pgtend says is in the database."""
    lists = re.findall(r"applied and committed: (.*?)(?: and \d+ more)?$", said, re.M)
    return set(re.findall(r"^applied (\S+) in ", said, re.M)) | {name for names in lists for name in names.split(", ")}


def server_kills(kills, chance, folder, server):
    pace, killed, inside, number, lost = Pace(folder), 0, 0, 0, 0
    while killed < kills:
        number += 1
        life, before = Life(number, folder), 0
        for _ in range(min(chance.randint(1, 4), kills - killed)):
            process = life.start()
            time.sleep(pace.moment_s(chance, before))
            if process.poll() is not None:
                if process.returncode:
                    problem("%s: up ended with %d by itself: %s" % (life.name, process.returncode, life.said()))
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
            state = State(life.name)
            state.check("%s, kill %d of the server" % (life.name, killed))
            gone = sorted(claims(said) - set(state.history))
            if gone:
                problem("%s, kill %d of the server: called applied, and lost: %s" % (life.name, killed, " ".join(gone)))
            if code == 0 and state.count != FILES:
                problem("%s, kill %d of the server: up ended well with %d of %d: %s" % (life.name, killed, state.count, FILES, said))
            lost += code > 0
            inside += before < state.count < FILES
            before = state.count
            if code == 0:
                break
        life.finish()
        if len(problems) > 20:
            break
    print("# %d kills of the server in %d databases, %d of them between two files, %d told by pgtend as failures" % (killed, number, inside, lost))
    return inside * 5 >= killed or problem("only %d of %d kills came while files were being applied" % (inside, killed))


def main():
    what, kills, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    shutil.rmtree(os.path.join(WORK, "files"), ignore_errors=True)
    server = Server(int(E["CAMPAIGN_PID"]))
    try:
        {"clients": client_kills, "servers": server_kills}[what](kills, random.Random(seed), make_folder(), server)
    except (RuntimeError, subprocess.TimeoutExpired) as trouble:
        problem(str(trouble))
    if problems:
        print("# again with CAMPAIGN_SEED=%s" % seed)
    sys.exit(1 if problems else 0)


main()
