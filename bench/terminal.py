"""A terminal for measuring: a program on a pseudo-terminal, what is on its screen, how many bytes it sent, when.

Knows as much of xterm as full-screen programs use. Needs nothing but the standard library.
"""
import codecs, fcntl, os, pty, re, select, signal, struct, termios, time

now = time.perf_counter

TOKEN = re.compile(
    r"\x1b\[(?P<mark>[?>=!]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<title>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[()*+#%](?P<charset>.)"
    r"|\x1b(?P<short>[0-9A-OQ-WYZa-z=>~|}])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)", re.S)


class Screen:
    """The cells; feed() text, read lines()."""

    def __init__(self, cols, rows):
        self.cols, self.rows = cols, rows
        self.cells = [[" "] * cols for _ in range(rows)]
        self.x = self.y = 0
        self.top, self.bottom = 0, rows - 1
        self.saved = (0, 0)
        self.last = " "
        self.rest = ""
        self.replies = []

    def lines(self):
        return ["".join(line).rstrip() for line in self.cells]

    def feed(self, text):
        text, at = self.rest + text, 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                if len(text) - at < 64 and text[at] == "\x1b":
                    break  # the rest of this sequence comes with the next bytes
                at += 1
                continue
            at = token.end()
            if token["text"]:
                self.put(token["text"])
            elif token["control"]:
                self.control(token["control"])
            elif token["final"] and not token["mark"] and not token["between"]:
                self.sequence(token["final"], [int(n) if n else 0 for n in re.split("[;:]", token["numbers"])])
            elif token["final"] in ("h", "l") and token["mark"] == "?" and "1049" in token["numbers"]:
                self.erase(0, 0, self.rows - 1, self.cols)
            elif token["short"]:
                self.short(token["short"])
        self.rest = text[at:]

    def put(self, text):
        for c in text:
            if self.x >= self.cols:
                self.x = 0
                self.line_feed()
            self.cells[self.y][self.x] = c
            self.x += 1
        self.last = text[-1]

    def line_feed(self):
        if self.y == self.bottom:
            self.scroll(1)
        elif self.y < self.rows - 1:
            self.y += 1

    def scroll(self, count, top=None):
        top = self.top if top is None else top
        for _ in range(min(abs(count), self.bottom - top + 1)):
            if count > 0:
                del self.cells[top]
                self.cells.insert(self.bottom, [" "] * self.cols)
            else:
                del self.cells[self.bottom]
                self.cells.insert(top, [" "] * self.cols)

    def control(self, c):
        if c == "\r":
            self.x = 0
        elif c in "\n\v\f":
            self.line_feed()
        elif c == "\b":
            self.x = max(0, self.x - 1)
        elif c == "\t":
            self.x = min(self.cols - 1, (self.x // 8 + 1) * 8)

    def short(self, c):
        if c == "7":
            self.saved = (self.x, self.y)
        elif c == "8":
            self.x, self.y = self.saved
        elif c == "M":
            if self.y == self.top:
                self.scroll(-1)
            else:
                self.y = max(0, self.y - 1)
        elif c == "c":
            self.erase(0, 0, self.rows - 1, self.cols)

    def erase(self, y, x, to_y, to_x):
        """From y, x up to, not including, to_y, to_x."""
        for row in range(y, to_y + 1):
            begin, end = x if row == y else 0, to_x if row == to_y else self.cols
            self.cells[row][begin:end] = [" "] * max(0, end - begin)

    def sequence(self, final, n):
        first = n[0] or 1
        line = self.cells[self.y]
        if final in "Hf":
            self.y, self.x = min(first, self.rows) - 1, min(n[1] or 1 if len(n) > 1 else 1, self.cols) - 1
        elif final in "A":
            self.y = max(0, self.y - first)
        elif final in "Be":
            self.y = min(self.rows - 1, self.y + first)
        elif final in "Ca":
            self.x = min(self.cols - 1, self.x + first)
        elif final == "D":
            self.x = max(0, min(self.x, self.cols - 1) - first)
        elif final in "G`":
            self.x = min(first, self.cols) - 1
        elif final == "d":
            self.y = min(first, self.rows) - 1
        elif final == "J":
            if n[0] == 0:
                self.erase(self.y, self.x, self.rows - 1, self.cols)
            elif n[0] == 1:
                self.erase(0, 0, self.y, self.x + 1)
            else:
                self.erase(0, 0, self.rows - 1, self.cols)
        elif final == "K":
            self.erase(self.y, 0 if n[0] else self.x, self.y, self.x + 1 if n[0] == 1 else self.cols)
        elif final == "X":
            self.erase(self.y, self.x, self.y, min(self.cols, self.x + first))
        elif final == "b":
            self.put(self.last * first)
        elif final == "P":
            del line[self.x:self.x + first]
            line.extend([" "] * (self.cols - len(line)))
        elif final == "@":
            line[self.x:self.x] = [" "] * first
            del line[self.cols:]
        elif final == "L" and self.top <= self.y <= self.bottom:
            self.scroll(-first, self.y)
        elif final == "M" and self.top <= self.y <= self.bottom:
            self.scroll(first, self.y)
        elif final == "S":
            self.scroll(first)
        elif final == "T":
            self.scroll(-first)
        elif final == "r":
            self.top, self.bottom = first - 1, (n[1] or self.rows if len(n) > 1 else self.rows) - 1
            self.x = self.y = 0
        elif final == "n" and n[0] == 6:
            self.replies.append("\x1b[%d;%dR" % (self.y + 1, self.x + 1))
        elif final == "c":
            self.replies.append("\x1b[?62;c")


class Terminal:
    """A program on a pseudo-terminal of its own. began: when it was started."""

    def __init__(self, argv, cols=120, rows=40, **environment):
        self.screen = Screen(cols, rows)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.bytes = 0
        self.pieces = []
        self.came = 0  # when the last piece came that until() waited for
        self.began = now()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", **environment)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)

    def take(self, wait_s):
        """Everything that has come, each piece with the time when it was read: drawing it here must not count for the program."""
        while select.select([self.fd], [], [], wait_s)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                if self.pieces:
                    return
                raise RuntimeError("it ended: " + "\n".join(self.screen.lines()))
            self.pieces.append((now(), data))
            wait_s = 0

    def draw(self):
        """One piece onto the screen. Returns when it came."""
        came, data = self.pieces.pop(0)
        self.bytes += len(data)
        self.screen.feed(self.decoder.decode(data))
        while self.screen.replies:
            os.write(self.fd, self.screen.replies.pop(0).encode())
        return came

    def read(self, wait_s):
        self.take(wait_s)
        while self.pieces:
            self.draw()

    def has(self, pattern):
        return re.search(pattern, "\n".join(self.screen.lines()), re.M) is not None

    def until(self, pattern, limit_s=30, is_there=True):
        """Seconds until the screen has it (from the call); None: it had not."""
        began = came = now()
        while self.has(pattern) != is_there:
            left = began + limit_s - now()
            if left <= 0:
                return None
            if not self.pieces:
                self.take(min(left, 1))
            if self.pieces:
                came = self.draw()
        self.came = came
        return max(0, came - began)

    def idle(self, seconds):
        end = now() + seconds
        while now() < end:
            self.read(max(0, end - now()))

    def keys(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            for _ in range(100):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    break
                try:
                    self.read(0.02)
                except RuntimeError:
                    time.sleep(0.02)
            else:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)
