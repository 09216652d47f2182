#!/usr/bin/env python3
"""A TCP proxy whose first connection is cut towards the client alone: cut.py SOCKET FLAG

Prints the port on which it listens (127.0.0.1); SOCKET is the server's Unix socket. Once the file FLAG is there the client of the first
connection is gone, while the server goes on as if nothing had happened; later connections are let through."""
import os
import socket
import sys
import threading

server_path, flag = sys.argv[1], sys.argv[2]
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(16)
print(listener.getsockname()[1], flush=True)
kept = []


def pump(reader, writer, may_cut):
    while True:
        try:
            data = reader.recv(65536)
            if not data:
                return
            writer.sendall(data)
        except socket.timeout:
            if may_cut and os.path.exists(flag):
                reader.shutdown(socket.SHUT_RDWR)
                reader.close()
                return
        except OSError:
            return


while True:
    client, _ = listener.accept()
    client.settimeout(0.05)
    server = socket.socket(socket.AF_UNIX)
    server.connect(server_path)
    threading.Thread(target=pump, args=(client, server, not kept), daemon=True).start()
    threading.Thread(target=pump, args=(server, client, False), daemon=True).start()
    kept.append((client, server))
