#!/usr/bin/env python3
"""Measures pgtend beside its peers and prints ratios. Started by bench/run, which brings the servers up.

Nothing here passes or fails by a time: the last column says what is aimed at.
"""
import os, random, shutil, signal, statistics, sys

from processes import Server, cpu_s, resident_bytes
from ratios import heading, in_turn, ms, run_s, say
from terminal import Terminal, now

KEYS, SECONDS = (int(os.environ.get(name, default)) for name, default in (("KEYS", 120), ("SECONDS", 20)))
E = os.environ
PGTEND, PSQL = E["PGTEND"], E["BENCH_PSQL"]
SOCKET, PORT = E["BENCH_SOCKET"], E["BENCH_PORT"]
DATABASES = E["BENCH_DATABASES"].split()
FIVE, SIX = ["-c", E["BENCH_FIVE"]], ["-c", E["BENCH_SIX"]]  # the five; and a sixth on the server that is stopped
URL = "postgresql:///%s?host=%s&port=%s&user=postgres" % (DATABASES[0], SOCKET, PORT)
AT = ["-h", SOCKET, "-p", PORT, "-U", "postgres", "-d", DATABASES[0]]

FRAME = "FLEET"
ROWS = r"(?s)" + ".*".join(r"\b%s +ok +[0-9.]+ [kMG]?B" % d for d in DATABASES)
PGA_SCREEN = r"PID +DATABASE"


def peer(name):
    return shutil.which(name)


def pg_activity(*more):
    return ["pg_activity", "--no-inst-info"][:1] + AT + ["--refresh", "2", *more]


def first(argv, pattern, **environment):
    terminal = Terminal(argv, **environment)
    try:
        return None if terminal.until(pattern) is None else terminal.came - terminal.began
    finally:
        terminal.close()


# --- the cases ---------------------------------------------------------------------------------

def start_up(stopped):
    prompt = r"^\w+=[#>]"
    psql, frame = in_turn(lambda: first([PSQL, "-X", *AT], prompt), lambda: first([PGTEND, *FIVE], FRAME))
    say("first frame, five databases", ms(frame), ms(psql), "ms", "at most 1.5", "psql's prompt")
    stopped.signal(signal.SIGSTOP)
    try:
        psql, frame = in_turn(lambda: first([PSQL, "-X", *AT], prompt), lambda: first([PGTEND, *SIX], FRAME))
        say("first frame, one of its servers stopped", ms(frame), ms(psql), "ms", "at most 1.5", "psql's prompt elsewhere")
        _, rows = in_turn(lambda: None, lambda: first([PGTEND, *SIX], ROWS))
    finally:
        stopped.signal(signal.SIGCONT)
    if peer("pg_activity"):
        theirs, ours = in_turn(lambda: first(pg_activity(), PGA_SCREEN), lambda: first([PGTEND, *FIVE], ROWS))
        say("live rows of five databases", ms(ours), ms(theirs), "ms", "at most 0.5", "pg_activity's screen of one")
        say("the same, one of its servers stopped", ms(rows), ms(theirs), "ms", "at most 0.5", "pg_activity's screen of one")


def press(argv, ready, key, shown, back):
    """Times from a key to the help that it opens."""
    times = []
    terminal = Terminal(argv)
    try:
        if terminal.until(ready) is None:
            return None
        terminal.idle(3)
        for _ in range(KEYS):
            terminal.idle(0.03 + random.random() * 0.12)  # at any moment of the refresh
            pressed = now()
            terminal.keys(key)
            if terminal.until(shown, 15) is None:
                return None
            times.append(terminal.came - pressed)
            terminal.idle(0.02)
            terminal.keys(back)
            if terminal.until(shown, 15, is_there=False) is None:
                return None
    finally:
        terminal.close()
    return times


def median_and_p99(times):
    return (None, None) if not times else (ms(statistics.median(times)), ms(sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]))


def keys(stopped):
    htop = (None, None)
    if peer("htop"):
        htop = median_and_p99(press(["htop", "-d", "20"], r"PID.*USER", "\x1bOP", r"Press any key", " "))
    ours = median_and_p99(press([PGTEND, *FIVE], ROWS, "?", r"^. keys|\bkeys\b +│|│ keys", "\x1b"))
    say("key to screen, median", ours[0], htop[0], "ms", "at most 1", "htop")
    say("key to screen, 99th percentile", ours[1], htop[1], "ms", "at most 16 ms", "htop")
    stopped.signal(signal.SIGSTOP)
    try:
        ours = median_and_p99(press([PGTEND, *SIX], ROWS, "?", r"│ keys", "\x1b"))
    finally:
        stopped.signal(signal.SIGCONT)
    say("key to screen, a server stopped, median", ours[0], htop[0], "ms", "at most 1", "htop")
    say("key to screen, a server stopped, 99th percentile", ours[1], htop[1], "ms", "at most 16 ms", "htop")


def at_rest():
    """All at once for SECONDS: what each costs while nothing happens."""
    candidates = {"five": Terminal([PGTEND, *FIVE]), "one": Terminal([PGTEND, "--url", URL])}
    if peer("pg_activity"):
        candidates["pg_activity"] = Terminal(pg_activity())
    if peer("htop"):
        candidates["htop"] = Terminal(["htop", "-d", "20"])
    try:
        settle(candidates, 6)
        before = {name: (cpu_s(t.pid), t.bytes) for name, t in candidates.items()}
        settle(candidates, SECONDS)
        cpu = {name: (cpu_s(t.pid) - before[name][0]) / SECONDS * 1000 for name, t in candidates.items()}
        sent = {name: (t.bytes - before[name][1]) / SECONDS for name, t in candidates.items()}
        resident = {name: resident_bytes(t.pid) / 1e6 for name, t in candidates.items()}
    finally:
        for terminal in candidates.values():
            terminal.close()
    say("CPU a second, one database, every 2 s", cpu["one"], cpu.get("pg_activity"), "ms", "at most 0.33", "pg_activity of one")
    say("CPU a second, five databases, every 2 s", cpu["five"], cpu.get("pg_activity"), "ms", "at most 1", "pg_activity of one")
    say("bytes a second to the terminal, five, all idle", sent["five"], sent.get("pg_activity"), "B", "0 but for what changed", "pg_activity of one")
    say("bytes a second to the terminal, one, all idle", sent["one"], sent.get("htop"), "B", "0 but for what changed", "htop")
    say("resident memory, five databases, Unix sockets", resident["five"], resident.get("pg_activity"), "MB", "under 16 MB", "pg_activity of one")


def settle(candidates, seconds):
    end = now() + seconds
    while now() < end:
        for terminal in candidates.values():
            terminal.read(0.02)


def one_shot():
    psql, ours = in_turn(lambda: run_s([PSQL, "-X", *AT, "-c", "select 1"]), lambda: run_s([PGTEND, "status", "--url", URL]))
    say("status of one database", ms(ours), ms(psql), "ms", "at most 2.0", "psql -c 'select 1'")


def back_again(server):
    """A row says that its server is away; then, from the moment the server accepts connections, until the rows are live again."""
    for down_s in (0.5, 5):
        terminal = Terminal([PGTEND, *FIVE])
        try:
            terminal.until(ROWS)
            terminal.idle(2)
            server.stop()
            lost = terminal.until(r"! %s" % DATABASES[0], 30)
            terminal.idle(down_s)
            server.start()
            while not server.is_accepting():
                terminal.read(0.005)
            accepting = now()
            one = terminal.until(r" {2}%s +ok " % DATABASES[0], 30)
            rows = terminal.until(ROWS, 30)
            rows = None if rows is None else max(0, terminal.came - accepting)
        finally:
            terminal.close()
        say("stopped: the row says so after", ms(lost), None, "ms", "")
        say("started again after %g s: first row live" % down_s, ms(one), None, "ms", "within 1 s")
        say("started again after %g s: all five rows live" % down_s, ms(rows), None, "ms", "within 1 s")


def main():
    server = Server(int(E["BENCH_PID"]), E["BENCH_DATA"])
    stopped = Server(int(E["BENCH_STOPPED_PID"]), E["BENCH_STOPPED_DATA"])
    heading()
    cases = {"startup": lambda: start_up(stopped), "status": one_shot, "keys": lambda: keys(stopped), "rest": at_rest, "restart": lambda: back_again(server)}
    try:
        for name in sys.argv[1:] or cases:
            cases[name]()
    finally:
        if server.child:
            server.stop()


main()
