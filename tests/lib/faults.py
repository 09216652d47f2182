"""What the fault suites of backups and restores share: a cluster that may be killed, a proxy that cuts, a sample database with something of
everything, and judges that do not believe pgtend: `judge` looks at the files itself, `picture` hashes every row of every table.

A suite is a program that prints TAP: it calls `cluster()`, `check(name, is_so, detail)`..., and ends with `done()`."""
import atexit
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from faults_sample import PICTURE, SAMPLE

E = os.environ
PGTEND, SCRATCH = E["PGTEND"], E["PGTEND_SCRATCH"]
LENGTH = int(E.get("CAMPAIGN", "1"))
SEED = E.get("CAMPAIGN_SEED", str(time.time_ns() % 1000000))
WITHIN_S = 60
chance = random.Random(SEED)
IS_ROOT = os.geteuid() == 0
os.chdir(SCRATCH)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended


# --- TAP ---------------------------------------------------------------------------------------------

count, bad = 0, 0
last_s = time.monotonic()


def check(name, is_so, detail=""):
    """One test; detail is shown when it fails."""
    global count, bad, last_s
    count += 1
    took_s, last_s = time.monotonic() - last_s, time.monotonic()
    if took_s > 2:
        print("# %.1f s" % took_s)
    if not is_so:
        bad += 1
        for line in str(detail).splitlines():
            print("# " + line)
    print("%sok %d - %s" % ("" if is_so else "not ", count, name), flush=True)
    return bool(is_so)


def skip(name, why):
    global count
    count += 1
    print("ok %d - %s # SKIP %s" % (count, name, why), flush=True)


def done():
    if bad:
        print("# again with CAMPAIGN_SEED=%s" % SEED)
    print("1..%d" % count)
    sys.exit(1 if bad else 0)


def wait_for(what, is_so, seconds=WITHIN_S):
    end = time.monotonic() + seconds
    while True:
        value = is_so()
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError("waited %d s for %s" % (seconds, what))
        time.sleep(0.01)


# --- processes -----------------------------------------------------------------------------------------

def stat_of(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            head, _, rest = f.read().rpartition(")")
            return head.partition("(")[2], rest.split()
    except OSError:
        return None, None


def is_alive(pid):
    _, fields = stat_of(pid)
    return fields is not None and fields[0] != "Z"


def children_of(pid, name=None):
    """Also theirs."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            comm, fields = stat_of(int(entry))
            if fields:
                parents.setdefault(int(fields[1]), []).append((int(entry), comm))
    found, todo = [], [pid]
    while todo:
        for child, comm in parents.get(todo.pop(), []):
            todo.append(child)
            if name is None or comm == name:
                found.append(child)
    return found


def end(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def free_port():
    """Below the ports that the system gives to clients: one of those may be taken by any connection while our server is down."""
    for port in random.sample(range(15000, 32000), 100):
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


# --- the server ------------------------------------------------------------------------------------------

def newest_bin():
    folders = [f for f in os.listdir("/usr/lib/postgresql") if os.path.exists("/usr/lib/postgresql/%s/bin/initdb" % f)]
    return "/usr/lib/postgresql/%s/bin" % max(folders, key=lambda f: [int(n) for n in f.split(".")])


class Cluster:
    """A server of our own on a free loopback port and a socket; ended with the suite."""

    def __init__(self, name="main", **settings):
        self.bin, self.port, self.child = newest_bin(), free_port(), None
        self.data = os.path.join(SCRATCH, name)
        self.socket = subprocess.run(["mktemp", "-d", "/tmp/pgt.XXXXXX"], capture_output=True, text=True, check=True).stdout.strip()
        self.settings = {"listen_addresses": "127.0.0.1", "fsync": "off", "shared_buffers": "32MB", "timezone": "UTC", "autovacuum": "off", **settings}
        os.makedirs(self.data, exist_ok=True)
        if IS_ROOT:
            for path in (self.data, self.socket):
                shutil.chown(path, "postgres")
        with open(os.path.join(SCRATCH, name + ".initdb"), "wb") as log:
            subprocess.run(self.as_user([self.bin + "/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]),
                           stdout=log, stderr=log, cwd="/", check=True)
        atexit.register(self.stop)
        self.start()

    def as_user(self, argv):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *argv] if IS_ROOT else argv

    def start(self):
        argv = self.as_user([self.bin + "/postgres", "-D", self.data, "-p", str(self.port), "-k", self.socket])
        for key, value in self.settings.items():
            argv += ["-c", "%s=%s" % (key, value)]
        with open(self.data + ".log", "ab") as log:
            self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True)
        wait_for("the server", lambda: self.sql("postgres", "select 1", may_fail=True) == "1")

    def kill(self):
        """All at once: the nearest to a power cut that one machine can do to itself."""
        end(self.child.pid, signal.SIGSTOP)
        pids = children_of(self.child.pid) + [self.child.pid]
        for pid in pids:
            end(pid)
        self.child.wait()
        wait_for("the server's processes to be gone", lambda: not any(is_alive(pid) for pid in pids))

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            self.child.wait()
        shutil.rmtree(self.socket, ignore_errors=True)

    def sql(self, database, script, may_fail=False, user="postgres"):
        argv = [self.bin + "/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-p", str(self.port), "-U", user, "-d", database_word(database)]
        run = subprocess.run(argv, input=script, capture_output=True, text=True, timeout=300)
        if run.returncode and not may_fail:
            raise RuntimeError("psql: %s" % run.stderr.strip())
        return run.stdout.strip() if run.returncode == 0 else None

    def databases(self):
        return set(self.sql("postgres", "select datname from pg_database").splitlines())

    def quiet(self, database):
        """Until nobody is at work there."""
        wait_for("the sessions on %s to end" % database, lambda: self.sql("postgres",
            "select count(*) from pg_stat_activity where datname = '%s'" % database.replace("'", "''")) == "0")


class Proxy:
    """A way to the server on which things happen: the first connection that brings so many bytes, either way, stands still until it may
    go on (go()) or is cut (cut())."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.limit, self.is_full, self.may_go, self.is_cut = None, threading.Event(), threading.Event(), False
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, limit):
        """Holds the first connection that brings more than so many bytes."""
        self.is_full.clear()
        self.may_go.clear()
        self.is_cut, self.limit = False, limit

    def wait_full(self, process=None):
        wait_for("%s bytes to pass" % self.limit, lambda: self.is_full.is_set() or (process is not None and process.poll() is not None))
        return self.is_full.is_set()

    def go(self):
        self.limit = None
        self.may_go.set()

    def cut(self):
        self.is_cut = True
        self.go()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect("%s/.s.PGSQL.%d" % (self.cluster.socket, self.cluster.port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
        self.pump(server, client)

    def pump(self, reader, writer):
        passed = 0
        try:
            while True:
                data = reader.recv(65536)
                if not data:
                    break
                passed += len(data)
                if self.limit is not None and passed > self.limit and not self.is_full.is_set():
                    self.is_full.set()
                    self.may_go.wait(WITHIN_S)
                    if self.is_cut:
                        break
                writer.sendall(data)
        except OSError:
            pass
        for s in (reader, writer):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


# --- the sample ----------------------------------------------------------------------------------------------

def make_sample(cluster, database, rows=6000):
    """About 1 MB with rows=6000; the roles are made once."""
    cluster.sql("postgres", 'create database "%s"' % database.replace('"', '""'))
    script = SAMPLE.replace(":rows", str(rows))
    if cluster.sql("postgres", "select 1 from pg_roles where rolname = 'app_owner'"):
        script = script.replace("create role app_owner; create role app_reader;", "")
    cluster.sql(database, script)


def picture(cluster, database, with_schema=True):
    """Every row of every table as a hash, sequences, large objects, and the schema as pg_dump sees it."""
    lines = cluster.sql(database, PICTURE)
    if not with_schema:
        return lines
    run = subprocess.run([cluster.bin + "/pg_dump", "-s", "-h", cluster.socket, "-p", str(cluster.port), "-U", "postgres", "-d", database_word(database)],
                         capture_output=True, text=True, check=True)
    schema = [line for line in run.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict", "--"))]
    return lines + "\n" + "\n".join(schema)


def database_word(database):
    return "dbname='%s'" % database.replace("\\", "\\\\").replace("'", "\\'")


def differences(a, b):
    a, b = a.splitlines(), b.splitlines()
    return "\n".join(["- " + line for line in a if line not in b][:10] + ["+ " + line for line in b if line not in a][:10])


# --- pgtend ------------------------------------------------------------------------------------------------------

class Ended:
    def __init__(self, code, out, err):
        self.code, self.out, self.err, self.said = code, out, err, out + err

    def __str__(self):
        return "status %d\n%s" % (self.code, self.said[-3000:])

    def rows(self):
        """Of --format json: the rows of all databases; none when it is none."""
        found = []
        try:
            answer = json.loads(self.out)
        except ValueError:
            return found
        for one in answer:
            found += one["rows"] if isinstance(one.get("rows"), list) else [one]
        return found


def conf(cluster, databases=("app",), path="pgtend.ini", port=None, store="store", more=(), top=(), user="postgres"):
    """databases: names, or (section, dbname)."""
    lines = ["[pgtend]", "backup_dir = " + store, *top]
    for one in databases:
        section, dbname = one if isinstance(one, tuple) else (one, one)
        lines += ["[database %s]" % section, "host = 127.0.0.1", "port = %d" % (port or cluster.port), "user = " + user, "dbname = " + dbname,
                  "backup = daily", "lock_timeout = 5s", *more]
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    return path


def argv_of(words, ini="pgtend.ini"):
    return [PGTEND, "-c", ini, *words]


def environment(more):
    return {**E, **(more or {})}


def pgtend(*words, ini="pgtend.ini", env=None, prefix=(), timeout=120):
    try:
        run = subprocess.run([*prefix, *argv_of(words, ini)], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=timeout, env=environment(env))
    except subprocess.TimeoutExpired as late:
        return Ended(-1000, "", "did not end within %d s: %s %s" % (timeout, late.stdout, late.stderr))
    return Ended(run.returncode, run.stdout, run.stderr)


class Running:
    """pgtend at work, to which something will happen."""

    def __init__(self, *words, ini="pgtend.ini", env=None, prefix=()):
        self.log = open("running.%d" % id(self), "w+")
        self.process = subprocess.Popen([*prefix, *argv_of(words, ini)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment(env), errors="replace")
        self.pid = self.process.pid

    def poll(self):
        return self.process.poll()

    def child(self, name):
        """The pid of its child of that name, once there is one."""
        return wait_for("a " + name, lambda: self.poll() is not None and -1 or (children_of(self.pid, name) or [0])[0])

    def wait(self, timeout=WITHIN_S):
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = -1000
            end(self.pid)
            self.process.wait()
        self.log.seek(0)
        said = self.log.read()
        self.log.close()
        os.unlink(self.log.name)
        return Ended(code, said, "")

    def kill(self, number=signal.SIGKILL):
        end(self.pid, number)
        return self.wait()


# --- judges --------------------------------------------------------------------------------------------------------

ENDINGS = (".dump.zst", ".dump", ".dir")


def all_of(folder):
    for top, folders, files in os.walk(folder):
        for name in sorted(folders + files):
            yield os.path.join(top, name)


def complete_in(folder):
    """Whatever looks like a backup: by its name alone, as a tired person would see it."""
    return sorted(path for path in all_of(folder) if path.endswith(ENDINGS) and not os.path.basename(path).startswith("."))


def parts_in(folder):
    """What an interrupted run leaves behind."""
    return sorted(path for path in all_of(folder) if re.search(r"\.part(ial-\w+)?$", path))


def stem_of(path):
    return next(path[:-len(ending)] for ending in ENDINGS if path.endswith(ending))


def sha256_of(path):
    if os.path.isdir(path):
        lines = "".join("%s  %s\n" % (sha256_of(os.path.join(path, name)), name) for name in sorted(os.listdir(path)))
        return hashlib.sha256(lines.encode()).hexdigest()
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def read_back(cluster, path):
    """Whether pg_restore can read every block of it; what it says if not."""
    if path.endswith(".zst"):
        plain = subprocess.run(["zstd", "-qdc", path], capture_output=True)
        if plain.returncode:
            return plain.stderr.decode(errors="replace")
        run = subprocess.run([cluster.bin + "/pg_restore", "-f", "/dev/null"], input=plain.stdout, capture_output=True)
    else:
        run = subprocess.run([cluster.bin + "/pg_restore", "-f", "/dev/null", path], capture_output=True)
    return run.stderr.decode(errors="replace") if run.returncode else ""


def judge(cluster, folder, with_contents=True):
    """All that is wrong with what looks complete; empty: nothing. Believes no word of pgtend."""
    wrong = []
    for path in complete_in(folder):
        manifest = stem_of(path) + ".json"
        try:
            with open(manifest) as f:
                said = json.load(f)
        except (OSError, ValueError) as why:
            wrong.append("%s: its manifest: %s" % (path, why))
            continue
        size = sum(os.path.getsize(p) for p in all_of(path)) if os.path.isdir(path) else os.path.getsize(path)
        if said.get("size_bytes") != size:
            wrong.append("%s: has %d bytes, its manifest says %s" % (path, size, said.get("size_bytes")))
        if said.get("sha256") != sha256_of(path):
            wrong.append("%s: its checksum is another one" % path)
        trouble = with_contents and read_back(cluster, path)
        if trouble:
            wrong.append("%s: %s" % (path, trouble))
        if said.get("globals") and sha256_of(os.path.join(os.path.dirname(path), os.path.basename(said["globals"]["file"]))) != said["globals"]["sha256"]:
            wrong.append("%s: its globals are others" % path)
    return wrong


def kept(folder):
    """What lies there, by content: {path: sha256} of all that looks complete."""
    return {path: sha256_of(path) for path in complete_in(folder)}


def failed_well(name, ended, cluster, folder, before, may_leave_parts=False, codes=None):
    """The invariant of every fault: not 0, nothing that looks complete and is not, no good one gone, nothing half left."""
    trouble = judge(cluster, folder)
    after = kept(folder)
    trouble += ["gone or changed: " + path for path in before if after.get(path) != before[path]]
    trouble += [] if may_leave_parts else ["left: " + path for path in parts_in(folder)]
    if ended.code == 0:
        trouble.append("the exit status is 0")
    if ended.code == -1000 or (ended.code < 0 and not may_leave_parts):
        trouble.append("pgtend itself ended with %d" % ended.code)
    if codes and ended.code not in codes:
        trouble.append("the exit status is %d, not one of %s" % (ended.code, codes))
    return check(name, not trouble, "\n".join(trouble) + "\n" + str(ended))


def mends(name, cluster, folder, *words, **options):
    """The next run, without the fault: succeeds, and takes away what was left."""
    ended = pgtend(*words, **options)
    trouble = judge(cluster, folder) + ["left: " + path for path in parts_in(folder)]
    return check(name, ended.code == 0 and not trouble, "\n".join(trouble) + "\n" + str(ended))


# --- disks that fill up --------------------------------------------------------------------------------------------------

mounted = []


def small_disk(path, size_kb, options=""):
    """False: cannot be had here."""
    os.makedirs(path, exist_ok=True)
    if not IS_ROOT or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dk%s" % (size_kb, options), "tmpfs", path], stderr=subprocess.DEVNULL).returncode:
        return False
    mounted.append(path)
    return True


def end_disk(path):
    subprocess.run(["umount", path], check=True)
    mounted.remove(path)


def end_disks():
    for path in list(mounted):
        subprocess.run(["umount", "-l", path])


atexit.register(end_disks)
