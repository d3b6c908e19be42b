"""A conversation with `astrolua --kernel`: requests and events, a line of JSON each."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys


class Failure(Exception):
    """What a script, or the program, complained about."""


def program():
    """The path of the program: $ASTROLUA, the one that belongs to this Python, or the first in PATH."""
    chosen = os.environ.get("ASTROLUA")
    if chosen:
        return chosen
    here = os.path.dirname(os.path.abspath(__file__))
    beside = [
        os.path.join(os.path.dirname(sys.executable), "astrolua"),
        os.path.join(here, "..", "..", "..", "..", "bin", "astrolua"),  # PREFIX/share/astrolua/python/astrolua
        os.path.join(here, "..", "..", "..", ".build", "release", "astrolua"),  # a checkout
    ]
    for path in beside:
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return os.path.normpath(path)
    found = shutil.which("astrolua")
    if not found:
        raise Failure("the program astrolua is not in PATH (set ASTROLUA to its path)")
    return found


def _end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Session:
    def __init__(self, options=(), directory=None):
        # gnuplot, which draws the pictures, may lie beside this Python
        path = os.environ.get("PATH", os.defpath) + os.pathsep + os.path.dirname(sys.executable)
        self.process = subprocess.Popen(
            [program(), "--kernel", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=directory,
            start_new_session=True, preexec_fn=_end_with_parent, env={**os.environ, "PATH": path})
        self.count = 0
        self.version = None

    def events(self, do, code, **fields):
        """Sends a request; yields its events, the last one included. Ends early where the program ends."""
        self.count += 1
        request = {"id": self.count, "do": do, "code": code, **fields}
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return
        last = "done" if do == "execute" else None
        while True:
            line = self.process.stdout.readline()
            if not line:
                return
            event = json.loads(line)
            if event["event"] == "ready":
                self.version = event["version"]
                continue
            if event.get("id") not in (self.count, None):
                continue
            yield event
            if last is None and event["event"] != "output" or event["event"] in (last, "refused"):
                return

    def ask(self, do, code, **fields):
        """The event that answers a question; {} where the program has ended."""
        answer = {}
        for event in self.events(do, code, **fields):
            answer = event
        return answer

    def interrupt(self, *_):
        """Ends what runs, and keeps the session."""
        self.process.send_signal(signal.SIGINT)

    @property
    def is_alive(self):
        return self.process.poll() is None

    def close(self):
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
