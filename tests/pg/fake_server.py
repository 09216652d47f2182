#!/usr/bin/env python3
"""A server that misbehaves in one way. Arguments: MODE, and a file that gets the port. Ends with its standard input.

mute      takes connections and says nothing
garbage   answers the startup packet with noise
http      answers it as a web server would
cut       closes as soon as it was spoken to
rst       resets the connection as soon as it was spoken to
starting  says FATAL 57P03
halfopen  logs in, then never says anything again
halfrow   logs in, answers a question with half a row, then closes
liar      logs in, announces a message of a gigabyte, goes on with noise
slow      logs in, one byte every millisecond
"""
import os, select, socket, struct, sys, time


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def error(severity, code, text):
    return message(b"E", b"S%s\0V%s\0C%s\0M%s\0\0" % (severity, severity, code, text))


LOGIN = (message(b"R", struct.pack("!I", 0)) + message(b"S", b"server_version\x0015.1\0") + message(b"S", b"client_encoding\0UTF8\0") +
         message(b"K", struct.pack("!II", 42, 43)) + message(b"Z", b"I"))
ROW = (message(b"T", struct.pack("!H", 3) + b"".join(name + b"\0" + struct.pack("!IHIHIH", 0, 0, kind, size, 0xFFFFFFFF, 0)
                                                    for name, kind, size in ((b"pid", 23, 4), (b"mark", 25, 0xFFFF), (b"looks_for_us", 25, 0xFFFF)))) +
       message(b"D", struct.pack("!H", 3) + struct.pack("!I", 2) + b"42" + struct.pack("!I", 2) + b"on" + struct.pack("!i", -1)) +
       message(b"C", b"SELECT 1\0") + message(b"Z", b"I"))


def serve(mode, client, state, data):
    """One chunk from a client. False: close."""
    if mode == "mute":
        return True
    if mode == "cut":
        return False
    if mode == "rst":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    if len(data) == 8 and data[4:] == struct.pack("!I", 80877103):
        client.sendall(b"N")  # no TLS
        return True
    if mode == "garbage":
        client.sendall(os.urandom(64).replace(b"E", b"e").replace(b"R", b"r"))
        return True
    if mode == "http":
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return False
    if mode == "starting":
        client.sendall(error(b"FATAL", b"57P03", b"the database system is starting up"))
        return False
    state["count"] += 1
    if state["count"] == 1:
        send(mode, client, LOGIN)
    elif state["count"] == 2:  # the question after the login
        send(mode, client, ROW)
    elif mode == "halfrow":
        client.sendall(ROW[:len(ROW) // 2])
        return False
    elif mode == "liar":
        client.sendall(b"D" + struct.pack("!I", 1 << 30) + os.urandom(5000))
    elif mode == "slow":
        send(mode, client, ROW)
    return True


def send(mode, client, data):
    for i in range(len(data)) if mode == "slow" else [None]:
        client.sendall(data if i is None else data[i:i + 1])
        if i is not None:
            time.sleep(0.001)


def main():
    mode, port_file = sys.argv[1:3]
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(16)
    with open(port_file + ".part", "w") as f:
        f.write(str(server.getsockname()[1]))
    os.rename(port_file + ".part", port_file)
    clients = {}
    while True:
        readable, _, _ = select.select([server, sys.stdin, *clients], [], [])
        for s in readable:
            if s is sys.stdin:
                if not os.read(0, 100):
                    return
            elif s is server:
                clients[s.accept()[0]] = {"count": 0}
            else:
                try:
                    data = s.recv(65536)
                    keeps = bool(data) and serve(mode, s, clients[s], data)
                except OSError:
                    keeps = False
                if not keeps:
                    del clients[s]
                    s.close()


main()
