#!/usr/bin/env python3
"""What a console costs that asks every second: itself and the server. Started by bench/watch, which brings the server up."""
import os, shutil, statistics, subprocess, sys

from processes import cpu_s
from ratios import heading, say
from terminal import Terminal

E = os.environ
SECONDS, ROUNDS = float(E.get("SECONDS", 20)), int(E.get("ROUNDS", 3))
SOCKET, PORT = E["BENCH_SOCKET"], E["BENCH_PORT"]
CONSOLE = ([E["PGTEND"], "-c", E["BENCH_CONFIG"]], "console", r"watched +ok")
PEER = (["pg_activity", "-h", SOCKET, "-p", PORT, "-U", "peer", "-d", "watched", "--refresh", "1"], "peer", r"PID +DATABASE", "")
SENT = "select coalesce(sum(calls), 0), coalesce(sum(total_exec_time + total_plan_time), 0) from pg_stat_statements where userid = '%s'::regrole"


def psql(sql):
    return subprocess.run([E["BENCH_BIN"] + "/psql", "-X", "-A", "-t", "-q", "-h", SOCKET, "-p", PORT, "-U", "bench", "-d", "postgres", "-c", sql],
                          check=True, capture_output=True, text=True).stdout.strip()


def backends(role):
    return [int(pid) for pid in psql("select pid from pg_stat_activity where usename = '%s'" % role).split()]


def look(argv, role, ready, keys):
    """Each a second: its own time, statements, time in statements, time of its backends on the processor; and most connections seen."""
    terminal = Terminal(argv)
    try:
        if terminal.until(ready) is None:
            raise RuntimeError("%s shows nothing: %s" % (argv[0], "\n".join(terminal.screen.lines())))
        terminal.idle(5)
        terminal.keys(keys)  # what is not on the screen is let go of within a minute
        if keys:
            terminal.idle(65)
        pids = backends(role)
        sent, spent = map(float, psql(SENT % role).split("|"))
        own, server = cpu_s(terminal.pid), sum(cpu_s(p) for p in pids)
        terminal.idle(SECONDS)
        own, server = cpu_s(terminal.pid) - own, sum(cpu_s(p) for p in pids) - server
        sent_after, spent_after = map(float, psql(SENT % role).split("|"))
        return own * 1000 / SECONDS, (sent_after - sent) / SECONDS, (spent_after - spent) / SECONDS, server * 1000 / SECONDS, max(len(pids), len(backends(role)))
    finally:
        terminal.close()


def beside(what, keys=""):
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(look(*CONSOLE, keys))
        if shutil.which("pg_activity"):
            theirs.append(look(*PEER))
    ours = [statistics.median(values) for values in zip(*ours)]
    theirs = [statistics.median(values) for values in zip(*theirs)] if theirs else [None] * len(ours)
    rows = (("CPU a second", "ms", "at most 0.33"), ("statements a second", "", "at most 0.5"), ("server: time in statements a second", "ms", "at most 0.5"),
            ("server: CPU of its sessions a second", "ms", "at most 0.5"), ("connections", "", "one"))
    for (name, unit, aim), mine, peer in zip(rows, ours, theirs):
        say("%s, every second: %s" % (what, name), mine, peer, unit, aim, "pg_activity")


def busy():
    load = subprocess.Popen([E["BENCH_BIN"] + "/pgbench", "-n", "-c", "8", "-T", "86400", "-h", SOCKET, "-p", PORT, "-U", "bench", "watched"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        beside("pgbench -c 8")
    finally:
        load.terminate()
        load.wait()


def main():
    heading()
    cases = {"idle": lambda: beside("idle"), "busy": busy, "alone": lambda: beside("ACTIVITY alone", "4z")}
    for name in sys.argv[1:] or cases:
        cases[name]()


main()
