#!/usr/bin/env python3
"""Measures `orphans` beside the two COPYs that it reads, each alone, by psql into nothing. Nothing here passes or fails by a time."""
import json, os, subprocess

from ratios import heading, in_turn, now, run_s, say

E = os.environ
ROUNDS = int(E.get("ROUNDS", 3))
INI = os.path.join(E["BENCH_FOLDER"], "orphans.ini")
LIMIT_KB = 32 * 1024


def copy_s(database, sql):
    script = "COPY (%s) TO STDOUT (FORMAT binary)" % sql
    return run_s([E["BENCH_BIN"] + "/psql", "-Xq", "-h", E["BENCH_SOCKET"], "-p", E["BENCH_PORT"], "-U", "postgres", "-d", database, "-o", os.devnull, "-c", script])


def orphans(column, target):
    """Seconds, and the most memory it had."""
    args = [E["PGTEND"], "-c", INI, "orphans", "shop", "--format", "json", "--reference", "vehicles.%s -> core.users.%s" % (column, target)]
    began = now()
    process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    rows = json.load(process.stdout)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = now() - began
    if rows[0]["orphans"] != 5:
        raise RuntimeError("found %r" % rows)
    return took, used.ru_maxrss


def main():
    with open(INI, "w") as f:
        for name in ("core", "shop"):
            f.write("[database %s]\nhost = %s\nport = %s\nuser = postgres\ndbname = %s\n" % (name, E["BENCH_SOCKET"], E["BENCH_PORT"], name))
    heading()
    for column, target, what in (("user_id", "id", "uuid, indexed"), ("num", "num", "integer, sorted")):
        most = []

        def ours():
            took, peak = orphans(column, target)
            most.append(peak)
            return took

        def theirs():
            return copy_s("shop", "SELECT %s FROM vehicles WHERE %s IS NOT NULL ORDER BY 1" % (column, column)) + \
                copy_s("core", "SELECT %s FROM users ORDER BY 1" % target)

        mine, copies = in_turn(ours, theirs, runs=ROUNDS)
        say("orphans, %s" % what, mine, copies, "s", "at most 1.5", "the two COPYs, one after the other")
        say("its memory", max(most) / 1024, LIMIT_KB / 1024, "MB", "at most 1", "32 MB")


main()
