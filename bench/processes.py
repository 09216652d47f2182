"""What /proc says about processes: time on the processor, memory, children; and a server's life and sleep."""
import os, pwd, signal, subprocess, time


def parent(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return int(f.read().rpartition(")")[2].split()[1])
    except OSError:
        return None


def children(pid):
    return [int(d) for d in os.listdir("/proc") if d.isdigit() and parent(int(d)) == pid]


def tree(pid):
    found = [pid]
    for child in children(pid):
        found += tree(child)
    return found


def cpu_s(pid):
    """Seconds on the processor of a process tree, all threads, also ended ones, to the nanosecond (not in ticks)."""
    total = 0.0
    for p in tree(pid):
        try:
            total += time.clock_gettime((~p << 3) | 2)  # what clock_getcpuclockid() makes of a process
        except OSError:
            pass
    return total


def resident_bytes(pid):
    total = 0
    for p in tree(pid):
        with open("/proc/%d/status" % p) as f:
            total += sum(int(line.split()[1]) * 1024 for line in f if line.startswith("VmRSS:"))
    return total


class Server:
    """A PostgreSQL server that bench/run started."""

    def __init__(self, pid, data):
        self.pid, self.data, self.child = pid, data, None
        with open("/proc/%d/cmdline" % pid) as f:
            self.argv = f.read().rstrip("\0").split("\0")
        self.uid = os.stat("/proc/%d" % pid).st_uid

    def signal(self, number):
        for p in [self.pid] + children(self.pid):
            try:
                os.kill(p, number)
            except ProcessLookupError:
                pass

    def is_accepting(self):
        try:
            with open(self.data + "/postmaster.pid") as f:
                lines = f.read().split("\n")
            return len(lines) > 7 and lines[7].startswith("ready")
        except OSError:
            return False

    def stop(self):
        os.kill(self.pid, signal.SIGINT)
        if self.child:
            self.child.wait()
        while os.path.exists("/proc/%d" % self.pid) and os.path.exists(self.data + "/postmaster.pid"):
            time.sleep(0.01)

    def start(self):
        """Again, as the user that ran it."""
        user = {}
        if os.geteuid() == 0:
            user = dict(user=self.uid, group=pwd.getpwuid(self.uid).pw_gid, extra_groups=[])
        self.child = subprocess.Popen(self.argv, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True, **user)
        self.pid = self.child.pid
