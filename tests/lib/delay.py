#!/usr/bin/env python3
"""A TCP proxy that makes the way to a server long: delay.py HOST PORT ROUND_TRIP_MS [COUNTS]

Prints the port on which it listens (127.0.0.1). Each byte arrives half a round trip later, in either direction, in order and without a
limit of the rate. With COUNTS, a file, each connection that ends adds a line to it: how many times the client waited for the server,
and the bytes that it sent; so that round trips are counted, not timed."""
import asyncio
import sys

host, port, half_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 2000
counts = sys.argv[4] if len(sys.argv) > 4 else None


class Trips:
    """A round trip is: the client sends after it was told something, or first of all."""

    def __init__(self):
        self.count, self.sent, self.is_clients_turn = 0, 0, True

    def from_client(self, data):
        self.count += self.is_clients_turn
        self.is_clients_turn = False
        self.sent += len(data)

    def from_server(self, _):
        self.is_clients_turn = True


async def pump(reader, writer, note):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, data = await queue.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    delivery = asyncio.create_task(deliver())
    try:
        while data := await reader.read(65536):
            note(data)
            queue.put_nowait((loop.time() + half_s, data))
    except OSError:
        pass
    queue.put_nowait((loop.time() + half_s, b""))
    try:
        await delivery
    except OSError:
        pass


async def serve(client_reader, client_writer):
    trips = Trips()
    try:
        server_reader, server_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(pump(client_reader, server_writer, trips.from_client), pump(server_reader, client_writer, trips.from_server))
        server_writer.close()
    except OSError:
        pass
    client_writer.close()
    if counts:
        with open(counts, "a") as f:
            f.write("%d %d\n" % (trips.count, trips.sent))


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
