"""Consoles of PgBouncer's versions: fake_console.py PORT. Speaks just enough of the protocol. The user's name says which: VERSION[,MODE...].

consoles.json has the columns of each version, as its sources name them; what is not said of a version is as in the one before it. MODE: reorder (columns stand
the other way round), extra (columns that nobody knows stand between them), missing=COLUMN (it is not there), nostats, paused, suspended (of all: SHOW STATE),
alien (no PgBouncer at all), clients=N (N idle clients more)."""
import json
import os
import socket
import struct
import sys
import threading

PORT = int(sys.argv[1])
with open(os.path.join(os.path.dirname(__file__), "consoles.json"), encoding="ascii") as file:
    CONSOLES = json.load(file)


class Console:
    def __init__(self, wish):
        self.version, *self.modes = wish.split(",")
        self.options = dict(mode.split("=", 1) for mode in self.modes if "=" in mode)
        self.columns = {}
        for version, changed in CONSOLES.items():
            self.columns |= changed
            if version == self.version:
                return
        raise ConnectionError(f"there is no console of version {self.version}")

    def facts(self, word):
        if word == "CLIENTS":
            return CLIENTS + [SOCKET | {"ptr": f"0xd{i}"} for i in range(int(self.options.get("clients", 0)))]
        return ANSWERS[word][1]

    def answer_to(self, command):
        """names, rows; None: refused"""
        word = command.removeprefix("SHOW ")
        if "alien" in self.modes:
            return (["nothing"], [(1,)])
        if word == "STATE" and tuple(map(int, self.version.split("."))) >= (1, 19):
            return (["key", "value"], [(key, "yes" if key in self.modes else "no") for key in ("active", "paused", "suspended")])
        if word not in ANSWERS or (word == "STATS" and "nostats" in self.modes):
            return None
        names = [name for name in self.columns[ANSWERS[word][0]].split() if name != self.options.get("missing")]
        if "reorder" in self.modes:
            names.reverse()
        if "extra" in self.modes:
            names = [name for i, known in enumerate(names) for name in (f"new_{i}", known)]
        return (names, [tuple(row.get(name, "?" if name.startswith("new_") else 0) for name in names) for row in self.facts(word)])


# what every version says, by the names of all of them
POOLS = [{"database": "shop", "user": "app", "cl_active": 3, "cl_waiting": 1, "cl_cancel_req": 4, "cl_active_cancel_req": 4, "cl_waiting_cancel_req": 5,
          "sv_active": 2, "sv_active_cancel": 6, "sv_being_canceled": 7, "maxwait": 2, "maxwait_us": 500000, "pool_mode": "transaction",
          "load_balance_hosts": "round-robin"},
         {"database": "pgbouncer", "user": "pgbouncer", "cl_active": 1, "pool_mode": "statement", "load_balance_hosts": None}]
DATABASES = [{"name": "shop", "host": "db1", "port": 5432, "database": "shop_db", "force_user": None, "pool_size": 2, "min_pool_size": 1, "reserve_pool": 3,
              "reserve_pool_size": 3, "server_lifetime": 3600, "pool_mode": None, "load_balance_hosts": None, "max_connections": 40, "current_connections": 2},
             {"name": "spare", "host": None, "port": 5432, "database": "spare", "force_user": "app", "pool_size": 20, "pool_mode": None},
             {"name": "pgbouncer", "host": None, "port": 6432, "database": "pgbouncer", "force_user": "pgbouncer", "pool_size": 2, "pool_mode": "statement"}]
STATS = [{"database": "shop", "total_xact_count": 5, "total_query_count": 6, "total_wait_time": 7000, "total_received": 8, "total_sent": 9,
          "avg_xact_count": 10, "avg_query_count": 11, "avg_xact_time": 12000, "avg_query_time": 13000, "avg_wait_time": 14000}]
SOCKET = {"type": "C", "user": "app", "database": "shop", "state": "active", "addr": "10.0.0.9", "port": 41, "local_addr": "10.0.0.1", "local_port": 6432,
          "connect_time": "2026-11-21 20:52:36 UTC", "request_time": "2026-11-21 20:52:37 UTC", "ptr": "0xc1", "link": "", "tls": "", "application_name": "api"}
CLIENTS = [SOCKET | {"link": "0xe1", "tls": "TLSv1.3/TLS_AES_256_GCM_SHA384", "wait_us": 999},
           SOCKET | {"link": "0xe2", "ptr": "0xc2", "addr": "::1", "application_name": "worker"},
           SOCKET | {"state": "waiting", "ptr": "0xc3", "wait": 2, "wait_us": 500000},
           SOCKET | {"ptr": "0xc4"},
           SOCKET | {"database": "pgbouncer", "user": "pgbouncer", "ptr": "0xc0", "application_name": "pgtend"}]
SERVERS = [SOCKET | {"type": "S", "ptr": "0xe1", "link": "0xc1", "remote_pid": 101, "addr": "10.0.0.5", "port": 5432},
           SOCKET | {"type": "S", "ptr": "0xe2", "link": "0xc2", "remote_pid": 102, "addr": "10.0.0.5", "port": 5432},
           SOCKET | {"type": "S", "ptr": "0xe3", "state": "idle", "remote_pid": 103}]
ANSWERS = {"POOLS": ("POOLS", POOLS), "DATABASES": ("DATABASES", DATABASES), "STATS": ("STATS", STATS), "CLIENTS": ("SOCKETS", CLIENTS), "SERVERS": ("SOCKETS", SERVERS)}


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def rows(names, values):
    head = struct.pack("!h", len(names))
    for name in names:
        head += name.encode() + b"\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
    out = message(b"T", head)
    for row in values:
        body = struct.pack("!h", len(row))
        for value in row:
            text = None if value is None else str(value).encode()
            body += struct.pack("!i", -1) if text is None else struct.pack("!i", len(text)) + text
        out += message(b"D", body)
    return out + message(b"C", b"SHOW\0")


def exactly(client, count):
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def serve(client):
    try:
        while True:
            length, code = struct.unpack("!ii", exactly(client, 8))
            startup = exactly(client, length - 8)
            if code == 196608:
                break
            client.sendall(b"N")  # no TLS, no GSS
        if b"options\0" in startup:
            client.sendall(message(b"E", b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"))
            return
        words = startup.split(b"\0")
        console = Console(words[words.index(b"user") + 1].decode())
        client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"S", f"server_version\0{console.version}.0/bouncer\0".encode()) +
                       message(b"K", struct.pack("!ii", 0, 1)) + message(b"Z", b"I"))
        while True:
            kind = exactly(client, 1)
            body = exactly(client, struct.unpack("!i", exactly(client, 4))[0] - 4)
            if kind == b"X":
                return
            if kind != b"Q":  # what the real one does to the extended protocol
                client.sendall(message(b"E", b"SERROR\0C08P01\0Mextended query protocol not supported by admin console\0\0"))
                return
            answer = console.answer_to(body.rstrip(b"\0").decode().strip().rstrip(";").upper())
            if answer:
                client.sendall(rows(*answer) + message(b"Z", b"I"))
            else:
                client.sendall(message(b"E", b"SERROR\0C08P01\0Minvalid command\0\0") + message(b"Z", b"I"))
    except ConnectionError:
        pass
    finally:
        client.close()


listener = socket.create_server(("127.0.0.1", PORT))
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
