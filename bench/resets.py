#!/usr/bin/env python3
"""Measures `reset` beside a bare CREATE DATABASE ... TEMPLATE of the very template, and beside drop, create and the files again by psql. What pgtend does
behind itself (the old database dropped, the next spare made) is waited for between two rounds, so that nothing else runs. Nothing here passes or fails by a time."""
import os, subprocess, time

from ratios import heading, in_turn, now, run_s, say

E = os.environ
ROUNDS = int(E.get("ROUNDS", 5))
FOLDER = E["BENCH_FOLDER"]
INI = os.path.join(FOLDER, "pgtend.ini")
PSQL = [E["BENCH_BIN"] + "/psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h", E["BENCH_SOCKET"], "-p", E["BENCH_PORT"], "-U", "postgres"]


def ask(sql, database="postgres"):
    return subprocess.run(PSQL + ["-At", "-d", database, "-c", sql], check=True, capture_output=True, text=True).stdout.strip()


def copies(kind):
    return ask("select string_agg(d.datname, ' ') from pg_database d where shobj_description(d.oid, 'pg_database') like 'pgtend %s of core%%'" % kind).split()


def settle():
    """Until the spare stands ready, the old one is gone and the process that did it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        at_work = ask("select count(*) from pg_stat_activity where application_name like 'pgtend%'")
        if at_work == "0" and len(copies("spare")) == 1 and not copies("old"):
            ask("checkpoint")
            return
        time.sleep(0.05)
    raise RuntimeError("no spare stands ready: %s" % ask("select datname from pg_database"))


def reset(way):
    took = run_s([E["PGTEND"], "-c", INI, "reset", "core", "--confirm", "core_db", "--format", "csv"])
    rows = ask("select count(*) from t7", "core_db")
    if rows != E["ROWS"]:
        raise RuntimeError("%s rows after a reset by %s" % (rows, way))
    return took


def by_spare():
    settle()
    return reset("spare")


def by_template():
    settle()
    for name in copies("spare"):
        ask('drop database "%s"' % name)
    ask("checkpoint")
    return reset("template")


def bare_clone():
    # as for the others, one of its size was dropped just before
    settle()
    ask("drop database if exists bare")
    ask("checkpoint")
    return run_s(PSQL + ["-d", "postgres", "-c", 'create database bare template "%s"' % copies("template")[0]])


def by_hand():
    settle()
    took = run_s(PSQL + ["-d", "postgres", "-c", "drop database if exists hand", "-c", "create database hand"])
    return took + run_s(PSQL + ["-d", "hand", "-1", "-f", FOLDER + "/migrations/001_tables.sql"])


def main():
    with open(INI, "w") as f:
        f.write("[database core]\nhost = %s\nport = %s\nuser = postgres\ndbname = core_db\nmigrations = migrations\ndialect = plain\nseeds = seeds\n" % (E["BENCH_SOCKET"], E["BENCH_PORT"]))
    reset("build")
    heading()
    spare, template, clone, hand = in_turn(by_spare, by_template, bare_clone, by_hand, runs=ROUNDS)
    say("reset, a spare stands ready", spare * 1000, clone * 1000, "ms", "at most 0.10", "bare CREATE DATABASE ... TEMPLATE")
    say("", spare * 1000, hand * 1000, "ms", "at most 0.05", "drop, create and the DDL by psql")
    say("reset, only a template is kept", template * 1000, clone * 1000, "ms", "at most 1.20", "bare CREATE DATABASE ... TEMPLATE")


main()
