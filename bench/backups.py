#!/usr/bin/env python3
"""Measures backup and restore beside what teams' scripts run; bench/backup brings the databases up. Nothing here passes or fails by a time."""
import os, shutil, subprocess, sys, threading, time

from ratios import heading, in_turn, now, run_s, say

E = os.environ
PGTEND, BIN, FOLDER = E["PGTEND"], E["BENCH_BIN"], E["BENCH_FOLDER"]
DATABASES = E["BENCH_DATABASES"].split()
LARGE = DATABASES[0]
ROUNDS = int(E.get("ROUNDS", 3))
AT = "-h %s -p %s -U postgres" % (E["BENCH_SOCKET"], E["BENCH_PORT"])
INI = os.path.join(FOLDER, "pgtend.ini")
STORE = os.path.join(FOLDER, "store")


def shell(script):
    """Seconds of what would stand in a team's script."""
    return run_s(["/bin/bash", "-c", "set -eo pipefail; " + script])


def psql(database, script):
    return subprocess.run([BIN + "/psql", "-XqAt", *AT.split(), "-d", database, "-c", script], check=True, capture_output=True, text=True).stdout.strip()


def pgtend(*words):
    return run_s([PGTEND, "-c", INI, *words])


def configure():
    with open(INI, "w") as f:
        f.write("[pgtend]\nbackup_dir = %s\n" % STORE)
        for name in DATABASES:
            f.write("[database %s]\nhost = %s\nport = %s\nuser = postgres\ndbname = %s\n" % (name, E["BENCH_SOCKET"], E["BENCH_PORT"], name))


def bytes_of(folder):
    return sum(os.path.getsize(os.path.join(top, name)) for top, _, files in os.walk(folder) for name in files if not name.endswith(".json"))


class Most:
    """The most connections that anybody but us has had at once."""

    def __enter__(self):
        self.most, self.is_over = 0, False
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.is_over:
            self.most = max(self.most, int(psql("postgres", "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")))
            time.sleep(0.05)

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


def take():
    sizes = {name: int(psql("postgres", "select pg_database_size('%s')" % name)) for name in DATABASES}
    print("databases (%s): " % E["BENCH_DATA"] + ", ".join("%s %.0f MB" % (name, size / 1e6) for name, size in sizes.items()), flush=True)
    theirs = os.path.join(FOLDER, "theirs")

    def script(command, ending):
        def run():
            shutil.rmtree(theirs, ignore_errors=True)
            os.makedirs(theirs)
            return shell("".join("%s/pg_dump %s %s | %s > %s/%s%s; " % (BIN, AT, name, command, theirs, name, ending) for name in DATABASES))
        return run

    def ours():
        shutil.rmtree(STORE, ignore_errors=True)
        return pgtend("backup", "all")

    shell("".join("%s/pg_dump %s %s > /dev/null; " % (BIN, AT, name) for name in DATABASES))
    rested = lambda candidate: lambda: (psql("postgres", "checkpoint"), candidate())[1]
    gzip, zstd, mine = in_turn(*(rested(it) for it in (script("gzip", ".sql.gz"), script("zstd -q -T2", ".sql.zst"), ours)), runs=ROUNDS)
    say("backup all, read back and counted", mine, gzip, "s", "at most 0.25", "pg_dump | gzip, one after the other")
    say("backup all, read back and counted", mine, zstd, "s", "", "pg_dump | zstd -T2, nothing read back")
    script("gzip", ".sql.gz")()
    say("what lies there then", bytes_of(STORE) / 1e6, bytes_of(theirs) / 1e6, "MB", "at most 1", "pg_dump | gzip")
    for jobs in (1, 2, 4):
        with Most() as connections:
            ours_with_jobs = pgtend("backup", "all", "--jobs", str(jobs))
        say("connections at once, --jobs %d (%.1f s)" % (jobs, ours_with_jobs), connections.most, jobs, "", "at most 1", "what was said")
    shutil.rmtree(theirs)
    (verify,) = in_turn(lambda: pgtend("verify", "all"), runs=ROUNDS)
    say("verify all, checksums and lists", verify, gzip, "s", "", "taking them by pg_dump | gzip")


def counted(database):
    tables = psql(database, "select quote_ident(relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1").split()
    return psql(database, "select " + ", ".join("(select count(*) from public.%s)" % table for table in tables))


def restore():
    """The large one. Each into a new database, which is dropped outside of the time."""
    if not os.path.isdir(STORE):
        pgtend("backup", LARGE)
    sql, custom, compressed = (os.path.join(FOLDER, "large" + ending) for ending in (".sql", ".custom", ".sql.zst"))
    shell("%s/pg_dump %s %s > %s; %s/pg_dump %s -Fc %s > %s; zstd -qf %s -o %s" % (BIN, AT, LARGE, sql, BIN, AT, LARGE, custom, sql, compressed))
    wanted = counted(LARGE)

    def into_new(script):
        def run():
            psql("postgres", "drop database if exists target")
            psql("postgres", "checkpoint")
            took = script()
            if counted("target") != wanted:
                raise RuntimeError("target has other rows")
            psql("postgres", "drop database target")
            return took
        return run

    by_psql = "%s/psql %s -XqAt -v ON_ERROR_STOP=1 -d target -o /dev/null" % (BIN, AT)
    make = "%s/createdb %s target; " % (BIN, AT)
    analyze = "; %s/psql %s -Xq -d target -c analyze" % (BIN, AT)
    candidates = {
        "psql < dump.sql": lambda: shell(make + "%s < %s" % (by_psql, sql)),
        "zstd -dc | psql": lambda: shell(make + "zstd -dc %s | %s" % (compressed, by_psql)),
        "pg_restore -j2": lambda: shell(make + "%s/pg_restore %s -j2 -d target %s" % (BIN, AT, custom)),
        "pg_restore -j2, analyze": lambda: shell(make + "%s/pg_restore %s -j2 -d target %s%s" % (BIN, AT, custom, analyze)),
        "pgtend": lambda: pgtend("restore", LARGE, "latest", "--as", "target"),
    }
    results = dict(zip(candidates, in_turn(*(into_new(script) for script in candidates.values()), runs=ROUNDS)))
    mine = results.pop("pgtend")
    fastest = min((name for name in results if "analyze" not in name), key=results.get)
    for name, took in results.items():
        say("restore of %s, counted and analyzed" % LARGE, mine, took, "s", "at most 1" if name == fastest else "", name)


def main():
    configure()
    print("\ndata: " + E["BENCH_DATA"], flush=True)
    heading()
    cases = {"take": take, "restore": restore}
    for name in sys.argv[1:] or cases:
        cases[name]()


main()
