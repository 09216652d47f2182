"""A PgBouncer console of another version: fake_console.py VERSION PORT. Speaks just enough of the protocol."""
import socket
import struct
import sys
import threading

ANSWERS = {
    "1.16": {
        "SHOW POOLS": ("database,user,cl_active,cl_waiting,cl_cancel_req,sv_active,sv_idle,sv_used,sv_tested,sv_login,maxwait,maxwait_us,pool_mode",
                       [("shop", "app", 3, 1, 4, 2, 0, 0, 0, 0, 2, 500000, "session")]),
        "SHOW DATABASES": ("name,host,port,database,force_user,pool_size,reserve_pool,pool_mode,max_connections,current_connections,paused,disabled",
                           [("shop", None, 5432, "shop", None, 10, 0, None, 0, 2, 0, 0)]),
        "SHOW STATS": ("database,total_xact_count,total_query_count,total_wait_time", [("shop", 5, 6, 7000)]),
    },
    "1.25": {
        "SHOW POOLS": ("database,user,cl_active,cl_waiting,cl_active_cancel_req,cl_waiting_cancel_req,sv_active,sv_active_cancel,sv_being_canceled,"
                       "sv_idle,sv_used,sv_tested,sv_login,maxwait,maxwait_us,pool_mode,load_balance_hosts",
                       [("shop", "app", 3, 1, 4, 5, 2, 6, 7, 0, 0, 0, 0, 0, 0, "transaction", "round-robin"),
                        ("pgbouncer", "pgbouncer", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "statement", None)]),
        "SHOW DATABASES": ("name,host,port,database,force_user,pool_size,min_pool_size,reserve_pool_size,server_lifetime,pool_mode,load_balance_hosts,"
                           "max_connections,current_connections,max_client_connections,current_client_connections,paused,disabled",
                           [("shop", "db1", 5432, "shop", None, 20, 0, 0, 3600, None, None, 0, 2, 0, 4, 1, 0)]),
    },
}


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def rows(names, values):
    names = names.split(",")
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


def serve(client, version):
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
        client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"S", f"server_version\0{version}.0/bouncer\0".encode()) +
                       message(b"K", struct.pack("!ii", 0, 1)) + message(b"Z", b"I"))
        while True:
            kind = exactly(client, 1)
            body = exactly(client, struct.unpack("!i", exactly(client, 4))[0] - 4)
            if kind == b"X":
                return
            if kind != b"Q":  # what the real one does to the extended protocol
                client.sendall(message(b"E", b"SERROR\0C08P01\0Mextended query protocol not supported by admin console\0\0"))
                return
            answer = ANSWERS[version].get(body.rstrip(b"\0").decode().strip().rstrip(";").upper())
            if answer:
                client.sendall(rows(*answer) + message(b"Z", b"I"))
            else:
                client.sendall(message(b"E", b"SERROR\0C08P01\0Minvalid command\0\0") + message(b"Z", b"I"))
    except ConnectionError:
        pass
    finally:
        client.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted, sys.argv[1]), daemon=True).start()
