#!/usr/bin/env python3
"""Runs a command on a terminal of its own: terminal.py [EXPECT SEND]... -- COMMAND...
Waits until EXPECT was shown, then types SEND (\\n is Enter, \\x03 is Ctrl-C). An empty EXPECT types at once, before the
command has asked anything. Prints what the terminal showed; the exit status is the command's (124 after 60 s)."""
import os
import pty
import select
import signal
import sys
import time

split = sys.argv.index("--")
script = [text.encode().decode("unicode_escape") for text in sys.argv[1:split]]
command = sys.argv[split + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, seen, end = b"", 0, time.monotonic() + 60
while time.monotonic() < end:
    if script and (script[0] == "" or script[0].encode() in shown[seen:]):
        seen = len(shown)
        os.write(fd, script[1].encode())
        script = script[2:]
        continue
    if not select.select([fd], [], [], 0.2)[0]:
        continue
    try:
        data = os.read(fd, 65536)
    except OSError:
        data = b""
    if not data:
        break
    shown += data
else:
    os.kill(pid, signal.SIGKILL)
sys.stdout.write(shown.decode("utf-8", "replace").replace("\r\n", "\n"))
_, status = os.waitpid(pid, 0)
sys.exit(124 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else os.waitstatus_to_exitcode(status))
