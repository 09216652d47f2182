#!/usr/bin/env python3
"""Measures `clean` beside one TRUNCATE of all tables by psql. Nothing here passes or fails by a time."""
import os, subprocess

from ratios import heading, in_turn, ms, run_s, say

E = os.environ
TABLES, ROUNDS = int(E.get("TABLES", 200)), int(E.get("ROUNDS", 3))
FOLDER = E["BENCH_FOLDER"]
INI = os.path.join(FOLDER, "clean.ini")
PSQL = [E["BENCH_BIN"] + "/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", E["BENCH_SOCKET"], "-p", E["BENCH_PORT"], "-U", "postgres"]
OURS = [E["PGTEND"], "-c", INI, "clean", "work", "--confirm", "work"]


def name(i):
    return "c%04d" % i


def psql(database, sql):
    quiet = {**E, "PGOPTIONS": "-c client_min_messages=warning"}
    return subprocess.run(PSQL + ["-d", database], input=sql, text=True, check=True, stdout=subprocess.PIPE, env=quiet).stdout


def table(i):
    parent = ", parent_id bigint NOT NULL REFERENCES %s (id)" % name(i // 2) if i > 1 else ""
    ddl = "CREATE TABLE %s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, n int%s); CREATE INDEX ON %s (name);" % (name(i), parent, name(i))
    return ddl + (" CREATE INDEX ON %s (parent_id);" % name(i) if i > 1 else "")


def fill(i, rows):
    more, value = (", parent_id", ", 1 + g %% %d" % rows) if i > 1 else ("", "")
    return "INSERT INTO %s (name, n%s) SELECT md5(g::text), g%s FROM generate_series(1, %d) g;" % (name(i), more, value, rows)


def prepare():
    numbers = range(1, TABLES + 1)
    psql("postgres", "CREATE DATABASE five")
    psql("five", "BEGIN;" + "\n".join(map(table, numbers)) + "COMMIT;")
    psql("postgres", "CREATE DATABASE every TEMPLATE five")
    psql("every", "BEGIN;" + "\n".join(fill(i, 1000) for i in numbers) + "COMMIT; ANALYZE")
    psql("five", "".join(fill(i, 1) for i in (1, 2, 4, 8, 16)) + "ANALYZE")
    with open(INI, "w") as f:
        f.write("[database work]\nhost = %s\nport = %s\nuser = postgres\ndbname = work\n" % (E["BENCH_SOCKET"], E["BENCH_PORT"]))
    with open(os.path.join(FOLDER, "truncate.sql"), "w") as f:
        f.write("TRUNCATE %s RESTART IDENTITY;" % ", ".join(map(name, numbers)))


def emptied(template, argv):
    psql("postgres", "DROP DATABASE IF EXISTS work")
    psql("postgres", "CREATE DATABASE work TEMPLATE %s" % template)
    psql("postgres", "CHECKPOINT")
    took = run_s(argv)
    left = psql("work", "SELECT " + " + ".join("(SELECT count(*) FROM %s)" % name(i) for i in range(1, TABLES + 1)))
    moved = psql("work", "SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL")
    if (left.strip(), moved.strip()) != ("0", "0"):
        raise RuntimeError("%s left %s rows, %s sequences" % (argv[0], left, moved))
    return took


def main():
    prepare()
    heading()
    theirs = PSQL + ["-d", "work", "-f", os.path.join(FOLDER, "truncate.sql")]
    for template, what, aim in (("every", "1,000 rows in each", "at most 0.33"), ("five", "rows in 5 of them", "at most 0.1")):
        mine, bare = in_turn(lambda: emptied(template, OURS), lambda: emptied(template, theirs), runs=ROUNDS)
        say("clean, %d tables, %s" % (TABLES, what), ms(mine), ms(bare), "ms", aim, "psql, one TRUNCATE of all")


main()
