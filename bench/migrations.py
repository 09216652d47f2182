#!/usr/bin/env python3
"""Migrations by pgtend, by bare psql and by the tools from npm, in turn. Started by bench/migrate, which brings the servers up.

Nothing here passes or fails by a time: the last column says what is aimed at. All go over TCP to 127.0.0.1.
FILES and MANY set how many migrations (500, 5000), RUNS how many rounds."""
import json, os, subprocess, sys

import ratios
from ratios import heading, in_turn, ms, run_s, say

E = os.environ
PGTEND, PSQL, FOLDER = E["PGTEND"], E["BENCH_PSQL"], E["BENCH_FOLDER"]
FILES, MANY, FAR = int(E.get("FILES", 500)), int(E.get("MANY", 5000)), 100
RUNS = min(ratios.RUNS, 7)
NODE, DBMATE = E["BENCH_NODE"], E["BENCH_DBMATE"]
HERE = os.path.dirname(os.path.abspath(__file__))


# --- the same migrations in every tool's layout -------------------------------------------------------

def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def folders(count):
    """A table, an index and a comment each; made once for each count."""
    root = os.path.join(FOLDER, str(count))
    if os.path.isdir(root):
        return root
    make = "create table if not exists bench_history (version text primary key, applied_at timestamptz not null default now());\n"
    session, messages, entries = ["\\set ON_ERROR_STOP 1\n", make], [make], []
    for i in range(1, count + 1):
        t, stamp = "t%05d" % i, 20240101000000 + i
        statements = ["create table %s (id bigint generated always as identity primary key, name text not null, created_at timestamptz not null default now());" % t,
                      "create index %s_name_idx on %s (name);" % (t, t), "comment on table %s is 'bench table %d';" % (t, i)]
        up, row = "\n".join(statements) + "\n", "insert into bench_history(version) values ('%d')" % stamp
        down = "drop table %s;\n" % t
        plain = os.path.join(root, "plain", "%d_%s.sql" % (stamp, t))
        write(plain, up)
        write(os.path.join(root, "dbmate", "%d_%s.sql" % (stamp, t)), "-- migrate:up\n%s\n-- migrate:down\n%s" % (up, down))
        write(os.path.join(root, "node-pg-migrate", "%d_%s.sql" % (1704067200000 + i, t)), "-- Up Migration\n%s\n-- Down Migration\n%s" % (up, down))
        write(os.path.join(root, "golang-migrate", "%d_%s.up.sql" % (stamp, t)), up)
        write(os.path.join(root, "golang-migrate", "%d_%s.down.sql" % (stamp, t)), down)
        write(os.path.join(root, "drizzle", "%04d_%s.sql" % (i - 1, t)), "\n--> statement-breakpoint\n".join(statements) + "\n")
        entries.append(dict(idx=i - 1, version="7", when=1704067200000 + i * 1000, tag="%04d_%s" % (i - 1, t), breakpoints=True))
        session.append("begin;\n\\i %s\n%s;\ncommit;\n" % (plain, row))
        messages.append("begin\\; %s %s\\; commit;\n" % (" ".join(s.replace(";", "\\;") for s in statements), row))
    write(os.path.join(root, "drizzle", "meta", "_journal.json"), json.dumps(dict(version="7", dialect="postgresql", entries=entries)))
    write(os.path.join(root, "session.sql"), "".join(session))
    write(os.path.join(root, "messages.sql"), "".join(messages))
    write(os.path.join(root, "drizzle.cjs"), """const tree = require('node:module').createRequire(process.env.TREE + '/package.json');
const { Pool } = tree('pg'), { drizzle } = tree('drizzle-orm/node-postgres'), { migrate } = tree('drizzle-orm/node-postgres/migrator');
const pool = new Pool({ connectionString: process.env.URL, max: 1 });
migrate(drizzle(pool), { migrationsFolder: process.env.DIR }).then(() => pool.end(), (e) => { console.error(e); process.exit(1); });
""")
    return root


# --- who runs them ---------------------------------------------------------------------------------------

class Place:
    """A server as the tools see it: perhaps through the proxy, while databases are made on the short way."""

    def __init__(self, socket, port, through=None):
        self.socket, self.own_port, self.port = socket, port, through or port

    def psql(self, database, sql):
        subprocess.run([PSQL, "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-p", self.own_port, "-U", "postgres", "-d", database, *sum((["-c", s] for s in sql), [])],
                       check=True, stdout=subprocess.DEVNULL)

    def fresh(self, name):
        self.psql("postgres", ["set client_min_messages = warning", "drop database if exists %s with (force)" % name, "create database %s" % name, "checkpoint"])

    def url(self, name):
        return "postgres://postgres@127.0.0.1:%s/%s?sslmode=disable" % (self.port, name)

    def bare(self, name, file):
        return run_s([PSQL, "-Xq", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-d", name, "-f", file])

    def pgtend(self, name, root, dialect, *words):
        """Its own migrations are node-pg-migrate's where no other dialect is asked; a transaction each."""
        ini = os.path.join(FOLDER, "%s-%s-%s-%s.ini" % (name, self.port, dialect, os.path.basename(root)))
        if not os.path.exists(ini):
            write(ini, "[database %s]\nhost = 127.0.0.1\nport = %s\nuser = postgres\nsslmode = disable\nmigrations = %s\ndialect = %s\ntransaction = file\n"
                  % (name, self.port, os.path.join(root, dialect), dialect))
        return run_s([PGTEND, "-c", ini, "migrate", *words, name])

    def node_pg_migrate(self, name, root, *words, **more):
        return run_s([NODE, E["BENCH_NODE_PG_MIGRATE"], "up", "-m", os.path.join(root, "node-pg-migrate"), *words], dict(DATABASE_URL=self.url(name)), **more)

    def drizzle(self, name, root, **more):
        return run_s([NODE, os.path.join(root, "drizzle.cjs")], dict(URL=self.url(name), DIR=os.path.join(root, "drizzle"), TREE=E["BENCH_DRIZZLE"]), **more)

    def dbmate(self, name, root, *words):
        return run_s([DBMATE, "--url", self.url(name), "-d", os.path.join(root, "dbmate"), "--no-dump-schema", *words])


LOCAL = Place(E["BENCH_SOCKET"], E["BENCH_PORT"])
SLOW = Place(E["BENCH_SLOW_SOCKET"], E["BENCH_SLOW_PORT"])


def apply(place, count, candidates, runs=RUNS):
    """Medians of applying `count` to an empty database."""
    root = folders(count)
    how = {
        "pgtend": lambda: place.pgtend("b", root, "node-pg-migrate", "up"),
        "psql": lambda: place.bare("b", os.path.join(root, "session.sql")),
        "messages": lambda: place.bare("b", os.path.join(root, "messages.sql")),
        "node-pg-migrate": lambda: place.node_pg_migrate("b", root),
        "drizzle": lambda: place.drizzle("b", root),
        "dbmate": lambda: place.dbmate("b", root, "up"),
    }
    has = {"node-pg-migrate": E["BENCH_NODE_PG_MIGRATE"], "drizzle": E["BENCH_DRIZZLE"], "dbmate": DBMATE}
    names = [name for name in candidates if has.get(name, True)]

    def once(name):
        def run():
            place.fresh("b")
            return how[name]()
        return run
    took = dict(zip(names, in_turn(*(once(name) for name in names), runs=runs)))
    return {name: took.get(name) for name in candidates}


# --- the cases --------------------------------------------------------------------------------------------

def local():
    took = apply(LOCAL, FILES, ["pgtend", "psql", "messages", "node-pg-migrate", "drizzle", "dbmate"])
    ours = ms(took["pgtend"])
    for name, words, aim in (("psql", "psql, one session, a transaction each", "at most 0.7"), ("messages", "psql, one message each", "the server's own work"),
                             ("node-pg-migrate", "node-pg-migrate", "below 1"), ("drizzle", "drizzle", "below 1"), ("dbmate", "dbmate", "below 1")):
        say("up, %d pending, data on a tmpfs" % FILES, ours, ms(took[name]), "ms", aim, words)


def many():
    took = apply(LOCAL, MANY, ["pgtend", "psql"], runs=min(RUNS, 2))
    say("up, %d pending, a transaction each" % MANY, ms(took["pgtend"]), ms(took["psql"]), "ms", "at most 0.7", "psql, one session, a transaction each")
    root = folders(MANY)
    for name, is_there, run in (("node-pg-migrate", E["BENCH_NODE_PG_MIGRATE"], LOCAL.node_pg_migrate), ("drizzle", E["BENCH_DRIZZLE"], LOCAL.drizzle)):
        if is_there:
            LOCAL.fresh("b")
            print("  %s, one transaction for all %d: %s" % (name, MANY, "done" if run("b", root, may_fail=True) is not None else "fails, nothing is applied"), flush=True)


def far():
    proxy = subprocess.Popen([sys.executable, E["BENCH_DELAY"], "127.0.0.1", LOCAL.own_port, "20"], stdout=subprocess.PIPE, text=True)
    try:
        place = Place(LOCAL.socket, LOCAL.own_port, proxy.stdout.readline().strip())
        took = apply(place, FAR, ["pgtend", "node-pg-migrate", "drizzle", "dbmate"], runs=min(RUNS, 3))
    finally:
        proxy.kill()
        proxy.wait()
    for name, aim in (("node-pg-migrate", "at most 0.25"), ("drizzle", "below 1"), ("dbmate", "at most 0.33")):
        say("up, %d pending, 20 ms round trip" % FAR, ms(took["pgtend"]), ms(took[name]), "ms", aim, name)


def flush():
    took = apply(SLOW, FILES, ["pgtend", "psql", "node-pg-migrate", "dbmate"], runs=min(RUNS, 5))
    for name, words, aim in (("psql", "psql, one session, a transaction each", ""), ("node-pg-migrate", "node-pg-migrate, one transaction", ""), ("dbmate", "dbmate", "at most 0.33")):
        say("up, %d pending, a flush takes 5 ms" % FILES, ms(took["pgtend"]), ms(took[name]), "ms", aim, words)


def nothing():
    """All applied: status with its checksums, and an up that finds nothing to do."""
    root = folders(MANY)
    LOCAL.fresh("b")
    LOCAL.fresh("d")
    LOCAL.pgtend("b", root, "node-pg-migrate", "up")
    makers = [lambda: LOCAL.pgtend("b", root, "node-pg-migrate", "status"), lambda: LOCAL.pgtend("b", root, "node-pg-migrate", "up")]
    if DBMATE:
        LOCAL.dbmate("d", root, "up")
        makers += [lambda: LOCAL.dbmate("d", root, "status"), lambda: LOCAL.dbmate("d", root, "up")]
    status, up, their_status, their_up = (in_turn(*makers, runs=max(RUNS, 9)) + [None, None])[:4]
    say("status, %d applied, with checksums" % MANY, ms(status), ms(their_status), "ms", "at most 1", "dbmate status (names only)")
    say("up, %d applied, nothing pending" % MANY, ms(up), ms(their_status), "ms", "at most 1", "dbmate status (names only)")
    say("up, %d applied, nothing pending" % MANY, ms(up), ms(their_up), "ms", "below 1", "dbmate up")


def main():
    heading()
    cases = {"local": local, "many": many, "far": far, "flush": flush, "nothing": nothing}
    for name in sys.argv[1:] or cases:
        cases[name]()


main()
