"""How bench/ measures: candidates in turn, medians, ratios. RUNS sets how many rounds."""
import os, statistics, tempfile, time

now = time.perf_counter
RUNS = int(os.environ.get("RUNS", 15))


def heading():
    print("%-52s %11s %11s %6s   %s" % ("", "pgtend", "peer", "ratio", "peer: what is aimed at"), flush=True)


def say(what, ours, theirs, unit, aim, their_name=""):
    ratio = "%.2f" % (ours / theirs) if ours is not None and theirs else "-"
    fmt = lambda v: "-" if v is None else ("%.1f %s" % (v, unit) if v < 100 else "%.0f %s" % (v, unit))
    print("%-52s %11s %11s %6s   %s" % (what, fmt(ours), fmt(theirs) if theirs is not None else "-", ratio, (their_name + ": " if their_name else "") + aim), flush=True)


def ms(seconds):
    return None if seconds is None else seconds * 1000.0


def in_turn(*makers, runs=RUNS):
    """Medians of so many rounds, the candidates in turn, the first round thrown away."""
    results = [[] for _ in makers]
    for i in range(runs + 1):
        for result, maker in zip(results, makers):
            value = maker()
            if i > 0 and value is not None:
                result.append(value)
    return [statistics.median(r) if r else None for r in results]


def run_s(argv, environment=None, may_fail=False):
    """Seconds that a program took; None: it failed and may. What it says is shown only when it fails and may not."""
    with tempfile.TemporaryFile() as said:
        files = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)]
        began = now()
        pid = os.posix_spawn(argv[0], argv, {**os.environ, **(environment or {})}, file_actions=files)
        status = os.waitpid(pid, 0)[1]
        took = now() - began
        if status and not may_fail:
            said.seek(0)
            raise RuntimeError("%s ended with %d: %s" % (argv, os.waitstatus_to_exitcode(status), said.read()[-2000:].decode(errors="replace")))
    return None if status else took
