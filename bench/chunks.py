#!/usr/bin/env python3
"""What thousands of chunks cost the server, and whether a lock holds anybody up. Started by bench/chunks, which makes them."""
import os, subprocess, time

from ratios import heading, in_turn, ms, run_s, say
from terminal import Terminal, now

E = os.environ
ROUNDS, LOCK_S = int(E.get("RUNS", 3)), float(E.get("LOCK_S", 60))
PGTEND, PSQL, URL, ADMIN = E["PGTEND"], E["BENCH_PSQL"], E["BENCH_URL"], E["BENCH_ADMIN"]
SIZES = "select sum(hypertable_size(format('%I.%I', hypertable_schema, hypertable_name)::regclass)) from timescaledb_information.hypertables"
# what the pane shows: hypertables, chunks one by one, jobs, whether rows arrive, how fresh aggregates are
FACTS = ["chunks", "chunk_list", "policies", "ingest", "aggregates"]
FRAME = "FLEET"


def admin(sql):
    return subprocess.run([PSQL, "-X", "-A", "-t", "-q", ADMIN, "-c", sql], check=True, capture_output=True, text=True).stdout.strip()


def server_s(work):
    """Seconds that the server spent with statements in the database meanwhile, all of them by sessions that ended."""
    active = lambda: float(admin("select active_time from pg_stat_database where datname = '%s'" % E["BENCH_DATABASE"])) / 1000
    before = active()
    work()
    # an ended session's last numbers come a moment later
    after = active()
    for _ in range(20):
        time.sleep(0.1)
        last, after = after, active()
        if after > before and after == last:
            break
    return after - before


def asked(arguments):
    return run_s([PGTEND, "--url", URL, *arguments, "--format", "json"])


def cost():
    """Two rounds in one session on either side, as the console keeps its own: half of it is one."""
    theirs, ours = in_turn(lambda: server_s(lambda: run_s([PSQL, "-X", URL, "-c", SIZES, "-c", SIZES])) / 2,
                           lambda: server_s(lambda: run_s([E["BENCH_FACTS"], URL, *FACTS])) / 2, runs=ROUNDS)
    say("server: all facts about %s chunks (%s compressed)" % (E["BENCH_CHUNKS"], E["BENCH_PACKED"]), ms(ours), ms(theirs), "ms", "at most 0.067", "hypertable_size() of all")
    return ours


def first_paint():
    def paint(url):
        terminal = Terminal([PGTEND, "--url", url])
        try:
            return None if terminal.until(FRAME) is None else terminal.came - terminal.began
        finally:
            terminal.close()

    plain, ours = in_turn(lambda: paint(ADMIN), lambda: paint(URL))
    say("first frame, with all those chunks", ms(ours), ms(plain), "ms", "1: not held up", "a database without")


def errors():
    if not E["BENCH_LOG"]:
        return None
    with open(E["BENCH_LOG"], errors="replace") as f:
        return sum(" ERROR: " in line for line in f)


def locked():
    """A chunk is held for LOCK_S seconds while a console runs and verbs ask again and again."""
    free = max(asked(arguments) for arguments in [["chunks"], ["chunks", "--list"]] for _ in range(5))
    before = errors()
    holder = subprocess.Popen([PSQL, "-X", "-q", URL, "-c", "begin; lock table %s in access exclusive mode; select pg_sleep(%g)" % (E["BENCH_HELD"], LOCK_S)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while admin("select count(*) from pg_locks where granted and mode = 'AccessExclusiveLock' and database = (select oid from pg_database where datname = '%s')"
                % E["BENCH_DATABASE"]) == "0":
        time.sleep(0.05)
    terminal, times = Terminal([PGTEND, "--url", URL]), []
    try:
        terminal.until(FRAME)
        end = now() + LOCK_S - 3
        while now() < end:
            times += [asked(["chunks"]), asked(["chunks", "--list"])]
            terminal.keys("r")
            terminal.idle(0.5)
    finally:
        terminal.close()
        holder.wait()
    say("chunks while one is held for %g s: slowest of %d" % (LOCK_S, len(times)), ms(max(times)), ms(free), "ms", "no waiting: lock_timeout is 200 ms", "slowest of 10 with nothing held")
    after = errors()
    say("ERROR lines of pgtend in the server's log meanwhile", None if before is None else float(after - before), None, "", "at most 1")


def main():
    heading()
    cost()
    first_paint()
    locked()


main()
