"""What a kernel needs of Jupyter's protocol (5.3), over ZeroMQ: https://jupyter-client.readthedocs.io/en/stable/messaging.html

ipykernel does the same and more, but importing it takes longer than starting everything else.
"""

import datetime
import hashlib
import hmac
import json
import os
import signal
import threading
import uuid

import zmq

DELIMITER = b"<IDS|MSG>"
VERSION = "5.3"
LINGER = 1000  # ms for what has been sent
CLIENT_CHECKED_EVERY = 1000  # ms


class Message:
    """A request: its parts, and who waits for the answer."""

    def __init__(self, identities, header, content):
        self.identities, self.header, self.content = identities, header, content

    @property
    def kind(self):
        return self.header["msg_type"]


class Wire:
    """Messages to frames and back, signed with the key of the connection."""

    def __init__(self, key):
        self.key = key.encode()
        self.session = uuid.uuid4().hex

    def signature(self, parts):
        if not self.key:
            return b""
        digest = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            digest.update(part)
        return digest.hexdigest().encode()

    def read(self, frames):
        """The request in these frames; None if somebody without the key has sent them, or they are none."""
        try:
            start = frames.index(DELIMITER)
            parts = frames[start + 2:start + 6]
            if len(parts) != 4 or not hmac.compare_digest(frames[start + 1], self.signature(parts)):
                return None
            header, content = json.loads(parts[0]), json.loads(parts[3])
            header["msg_type"]
        except (ValueError, KeyError, TypeError):
            return None
        return Message(frames[:start], header, content)

    def frames(self, kind, content, parent, identities):
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session, "username": "astrolua", "version": VERSION,
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }
        parts = [json.dumps(part).encode() for part in (header, parent, {}, content)]
        return [*identities, DELIMITER, self.signature(parts), *parts]


class Kernel:
    """Answers a client. Who inherits from it has `info`, and do_execute, do_complete, do_inspect, do_is_complete, do_shutdown."""

    info = {}

    def __init__(self, connection):
        with open(connection, encoding="utf-8") as file:
            self.connection = json.load(file)
        self.wire = Wire(self.connection["key"])
        self.ident = uuid.uuid4().hex
        self.execution_count = 0
        self.parent = {}
        self.context = zmq.Context()
        self.shell, self.control = self.bound(zmq.ROUTER, "shell"), self.bound(zmq.ROUTER, "control")
        self.heart, self.iopub = self.bound(zmq.REP, "hb"), self.bound(zmq.PUB, "iopub")
        self.stdin = self.bound(zmq.ROUTER, "stdin")  # cells ask nobody; clients connect to it all the same
        self.publishing = threading.Lock()

    def bound(self, kind, name):
        socket = self.context.socket(kind)
        socket.linger = LINGER
        place, port = self.connection["ip"], self.connection[name + "_port"]
        transport = self.connection["transport"]
        socket.bind(f"{transport}://{place}{':' if transport == 'tcp' else '-'}{port}")
        return socket

    # Sending

    def publish(self, kind, content, parent=None):
        """To all clients, as part of what `parent` has asked for (what runs, if not given)."""
        frames = self.wire.frames(kind, content, self.parent if parent is None else parent, [kind.encode()])
        with self.publishing:
            self.iopub.send_multipart(frames)

    def answer(self, socket, message, content):
        kind = message.kind.replace("_request", "_reply")
        socket.send_multipart(self.wire.frames(kind, content, message.header, message.identities))

    # The threads

    def run(self):
        """Until a client or a signal ends it. Cells run in this thread, which alone gets signals."""
        signal.signal(signal.SIGTERM, self.leave)
        signal.signal(signal.SIGINT, lambda *_: None)  # nothing runs that could be interrupted
        for name in ("beat", "listen"):
            threading.Thread(target=getattr(self, name), daemon=True).start()
        self.publish("status", {"execution_state": "starting"})
        try:
            while True:
                self.take(self.shell)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.do_shutdown()
            self.shell.close()
            self.stdin.close()
            with self.publishing:
                self.iopub.close()
            self.context.term()  # waits until the other threads have closed theirs

    def leave(self, *_):
        raise SystemExit(0)

    def beat(self):
        """Gives back what comes; and ends the kernel where the client's process is gone, if that has started it."""
        parent = os.getppid() if "JPY_PARENT_PID" in os.environ else None
        try:
            while True:
                if self.heart.poll(CLIENT_CHECKED_EVERY):
                    self.heart.send_multipart(self.heart.recv_multipart())
                elif parent not in (None, os.getppid()):
                    os.kill(os.getpid(), signal.SIGTERM)
                    break
        except zmq.ContextTerminated:
            pass
        self.heart.close()

    def listen(self):
        """Requests that do not wait for the cell that runs."""
        try:
            while self.take(self.control) != "shutdown_request":
                pass
            os.kill(os.getpid(), signal.SIGTERM)
        except zmq.ContextTerminated:
            pass
        self.control.close()

    # Requests

    def take(self, socket, aborts=False):
        """Answers the next request; its kind."""
        message = self.wire.read(socket.recv_multipart())
        if message is None:
            return None
        if socket is self.shell:
            self.parent = message.header
        self.publish("status", {"execution_state": "busy"}, message.header)
        content = self.content(message, aborts)
        if content is not None:
            self.answer(socket, message, content)
        self.publish("status", {"execution_state": "idle"}, message.header)
        is_cell = message.kind == "execute_request"
        if is_cell and content["status"] == "error" and message.content.get("stop_on_error", True):
            self.abort()
        return message.kind

    def content(self, message, aborts):
        """Of the reply; None if there is none to such a message."""
        if aborts and message.kind == "execute_request":
            return {"status": "aborted"}
        if message.kind == "comm_open":  # nobody here to talk to
            self.publish("comm_close", {"comm_id": message.content.get("comm_id"), "data": {}}, message.header)
        answer = getattr(self, message.kind, None) if message.kind.endswith("_request") else None
        return answer(message.content) if answer else None

    def abort(self):
        """Cells that came along with one that has failed do not run."""
        while self.shell.poll(0):
            self.take(self.shell, aborts=True)

    def kernel_info_request(self, _):
        return {"status": "ok", "protocol_version": VERSION, "help_links": [], "debugger": False, **self.info}

    def execute_request(self, content):
        code, silent = content["code"], content.get("silent", False)
        if not silent:
            self.execution_count += 1
            self.publish("execute_input", {"code": code, "execution_count": self.execution_count})
        return self.do_execute(code, silent)

    def complete_request(self, content):
        return self.do_complete(content["code"], content["cursor_pos"])

    def inspect_request(self, content):
        return self.do_inspect(content["code"], content["cursor_pos"])

    def is_complete_request(self, content):
        return self.do_is_complete(content["code"])

    def history_request(self, _):
        return {"status": "ok", "history": []}

    def comm_info_request(self, _):
        return {"status": "ok", "comms": {}}

    def interrupt_request(self, _):
        os.kill(os.getpid(), signal.SIGINT)
        return {"status": "ok"}

    def shutdown_request(self, content):
        return {"status": "ok", "restart": content.get("restart", False)}
