"""The Jupyter kernel: what notebooks ask goes to `astrolua --kernel`, and what it answers to notebooks."""

import html
import signal
import sys
import threading

from .session import Failure, Session

# Jupyter's own options stay; ours are for the program.
OPTIONS = [word for word in sys.argv[1:] if word == "--trust"]
sys.argv[1:] = [word for word in sys.argv[1:] if word not in OPTIONS]

# Started before the modules of Jupyter are loaded, which takes longer.
try:
    _first = Session(OPTIONS)
except (Failure, OSError) as problem:
    sys.exit(f"astrolua: {problem}")

# Python's debugger cannot debug Lua. ipykernel would import it to answer the first request, which takes as long as IPython.
sys.modules["debugpy"] = None

from ipykernel.kernelbase import Kernel  # noqa: E402


def table_html(rows):
    """Rows of text, the first one the head; nothing in them is HTML."""
    cells = [[html.escape(cell) for cell in row] for row in rows]
    width = max(len(row) for row in cells)

    def line(row, tag):
        style = ' style="text-align: left"' if tag == "th" else ' style="text-align: left; white-space: pre"'
        return "<tr>" + "".join(f"<{tag}{style}>{cell}</{tag}>" for cell in row + [""] * (width - len(row))) + "</tr>"

    head, body = line(cells[0], "th"), "".join(line(row, "td") for row in cells[1:])
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def bar_html(fraction, text):
    percent = max(0.0, min(1.0, fraction)) * 100
    return (
        f'<progress value="{percent:.1f}" max="100" style="width: 20em; vertical-align: middle"></progress> '
        f"{html.escape(text)}")


def kind_of(note):
    """A word that fits beside a candidate: a unit, or what it is. The whole note is in the help."""
    unit, mark, _ = (note or "").partition(": ")
    if mark and len(unit) <= 12 and " " not in unit:
        return unit
    return "function" if note and "(" in note.split(" ")[0] else ""


class AstroluaKernel(Kernel):
    implementation = "astrolua"
    implementation_version = "1"
    language_info = {
        "name": "lua", "version": "5.4", "mimetype": "text/x-lua", "file_extension": ".lua", "codemirror_mode": "lua",
        "pygments_lexer": "lua",
    }
    banner = "astrolua: networks of neurons and astrocytes, scripted in Lua. ?NAME is help, Tab completes."
    help_links = []

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.session_of_program = _first

    @property
    def kernel_info(self):
        """As in the base, which would promise a debugger, and cells that run side by side."""
        return {**super().kernel_info, "supported_features": []}

    def program(self):
        """The running program; another one where it has ended."""
        if not self.session_of_program.is_alive:
            self.session_of_program.close()
            self.session_of_program = Session(OPTIONS)
        return self.session_of_program

    # Running

    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
        if not code.strip():
            return self.reply("ok")
        cell = Cell(self, code, silent)
        program = self.program()
        is_main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, program.interrupt) if is_main else None
        try:
            for event in program.events("execute", code, cell=self.execution_count):
                cell.take(event)
        finally:
            if is_main:
                signal.signal(signal.SIGINT, before)
        if not cell.is_done:
            cell.lose(program)
        elif cell.leaves:
            cell.stream("stdout", "(the session is over; the next cell begins an empty one)\n")
        if cell.problem is None:
            return self.reply("ok")
        return {
            "status": "error", "execution_count": self.execution_count, "ename": cell.kind, "evalue": cell.problem,
            "traceback": cell.traceback,
        }

    def reply(self, status):
        return {"status": status, "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    # Asking

    def do_complete(self, code, cursor_pos):
        answer = self.program().ask("complete", code, cursor=cursor_pos)
        start, end = answer.get("start", cursor_pos), answer.get("end", cursor_pos)
        candidates = answer.get("candidates", [])
        typed = [
            {"start": start, "end": end, "text": c["text"], "type": kind_of(c.get("note")), "signature": ""}
            for c in candidates
        ]
        return {
            "status": "ok", "matches": [c["text"] for c in candidates], "cursor_start": start, "cursor_end": end,
            "metadata": {"_jupyter_types_experimental": typed},
        }

    def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
        text = self.program().ask("inspect", code, cursor=cursor_pos).get("text")
        data = {"text/plain": text} if text else {}
        return {"status": "ok", "found": bool(text), "data": data, "metadata": {}}

    def do_is_complete(self, code):
        answer = self.program().ask("is_complete", code)
        return {"status": answer.get("status", "unknown"), "indent": answer.get("indent", "")}

    def do_shutdown(self, restart):
        self.session_of_program.close()
        return {"status": "ok", "restart": restart}


class Cell:
    """What comes of one cell."""

    def __init__(self, kernel, code, silent):
        self.kernel, self.code, self.silent = kernel, code, silent
        self.kind, self.problem, self.traceback = None, None, []
        self.is_done = self.leaves = False
        self.bars = 0
        self.bar = None

    def take(self, event):
        getattr(self, "take_" + event["event"], self.take_other)(event)

    def send(self, message, content):
        if not self.silent:
            self.kernel.send_response(self.kernel.iopub_socket, message, content)

    def stream(self, name, text):
        self.send("stream", {"name": name, "text": text})

    def display(self, data, metadata=None):
        self.send("display_data", {"data": data, "metadata": metadata or {}})

    def take_output(self, event):
        self.stream(event["stream"], event["text"])

    def take_value(self, event):
        data = {"text/plain": event["text"]}
        if event.get("table"):
            data["text/html"] = table_html(event["table"])
        content = {"execution_count": self.kernel.execution_count, "data": data, "metadata": {}}
        self.send("execute_result", content)

    def take_page(self, event):
        self.display({"text/plain": event["text"]})

    def take_note(self, event):
        self.stream("stdout", event["text"] + "\n")

    def take_picture(self, event):
        data = {"text/plain": event["summary"]}
        if "svg" in event:
            data["image/svg+xml"] = event["svg"]
            return self.display(data)
        data["image/png"] = event["png"]
        self.display(data, {"image/png": {"width": event["width"]}})

    def take_progress(self, event):
        content = {
            "data": {"text/html": bar_html(event["fraction"], event["text"]), "text/plain": event["text"]},
            "metadata": {},
        }
        message = "update_display_data"
        if self.bar is None:
            message, self.bars = "display_data", self.bars + 1
            self.bar = f"astrolua-{self.kernel.ident}-{self.kernel.execution_count}-{self.bars}"
        self.send(message, {**content, "transient": {"display_id": self.bar}})
        if event.get("over"):
            self.bar = None

    def take_error(self, event):
        lines = [f"\x1b[31m{event['text']}\x1b[0m"]
        number = event.get("line")
        source = self.code.split("\n")
        if number and number <= len(source) and len(source) > 1:
            lines.append(f"\x1b[2m{number:5} |\x1b[0m {source[number - 1]}")
        if len(event.get("traceback") or []) > 1:
            lines += ["called from:"] + ["  " + line.strip() for line in event["traceback"]]
        self.fail("Error", event["text"], lines)

    def take_interrupted(self, event):
        self.fail("KeyboardInterrupt", event["text"], [f"\x1b[31m{event['text']}\x1b[0m"])

    def take_refused(self, event):
        self.is_done = True
        self.fail("Error", event["text"], [event["text"]])

    def take_done(self, event):
        self.is_done, self.leaves = True, event.get("leaves", False)

    def take_other(self, event):
        pass

    def fail(self, kind, problem, lines):
        self.kind, self.problem, self.traceback = kind, problem, lines
        self.send("error", {"ename": kind, "evalue": problem, "traceback": lines})

    def lose(self, program):
        """The program has ended in the middle of the cell."""
        status = program.process.wait()
        text = f"the program has ended (status {status}); the next cell begins an empty session"
        self.fail("Ended", text, [f"\x1b[31m{text}\x1b[0m"])


def main():
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(kernel_class=AstroluaKernel)


if __name__ == "__main__":
    main()
