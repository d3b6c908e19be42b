"""Runs the notebooks and compares them with their scripts: Tests/notebooks.py NOTEBOOKS SHARE

Every notebook runs without an error and shows a picture; those of the course print what their scripts print. A notebook of its own
looks at what the others do not show: tables, errors with lines, completion, help, and that an interrupt keeps the network.
"""

import glob
import os
import subprocess
import sys
import threading
import time

import nbformat
from jupyter_client.manager import KernelManager, start_new_kernel
from nbclient import NotebookClient

failed = 0


def check(name, is_right, detail=""):
    global failed
    failed += not is_right
    print(f"{'passed' if is_right else 'FAILED'}  {name}{'' if is_right else ': ' + str(detail)[:2000]}", flush=True)


def printed(notebook):
    return "".join(
        output["text"] for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout")


def pictures(notebook):
    kinds = ("image/svg+xml", "image/png")
    return sum(
        any(kind in output.data for kind in kinds) for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs if output.output_type == "display_data")


# What depends on the machine's clock is printed by the script, too, and differs.
def lines(text):
    passing = ("threads", "building", "simulating", "real-time factor", "memory")
    return [line for line in text.splitlines() if line.strip() and not line.strip().startswith(passing)]


def run_notebook(path, share):
    name = os.path.relpath(path, os.path.join(share, "notebooks"))
    notebook = nbformat.read(path, as_version=4)
    start = time.time()
    try:
        NotebookClient(notebook, kernel_name="astrolua", timeout=600).execute()
    except Exception as problem:  # whatever it is, the test has failed
        return check(name, False, problem)
    check(f"{name} runs and shows {pictures(notebook)} pictures ({time.time() - start:.1f} s)", pictures(notebook) > 0)
    script = os.path.join(share, name.replace(".ipynb", ".lua"))
    if os.path.exists(script):
        program = os.path.join(os.path.dirname(sys.executable), "astrolua")
        run = subprocess.run([program, "--quiet", script], capture_output=True, text=True)
        check(f"{name} prints what its script prints", lines(run.stdout) == lines(printed(notebook)), run.stderr)


class Asked:
    """A kernel, asked cell by cell."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="astrolua")

    def run(self, code, after=None):
        outputs = []
        if after:
            threading.Timer(*after).start()
        reply = self.client.execute_interactive(code, timeout=120, output_hook=outputs.append)
        return reply["content"], [message["content"] for message in outputs if "data" in message["content"]
                                  or "text" in message["content"]]

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


def check_kernel():
    asked = Asked()
    _, shown = asked.run("{ { name = '<b>x</b>', rate = 4.5 }, { name = 'y' } }")
    check("a list of records is a table, and its text no HTML", "&lt;b&gt;x" in shown[0]["data"].get("text/html", ""), shown)
    content, _ = asked.run("local a = 1\nerror('bad')")
    check("an error has its line", content["status"] == "error" and any("2 |" in line for line in content["traceback"]), content)
    content, shown = asked.run("print '{\"event\": \"done\", \"id\": 1}'\nprint 'after'")
    check("what is printed is no event", content["status"] == "ok" and "after" in "".join(o["text"] for o in shown), shown)
    content, _ = asked.run("os.execute('true')")
    check("the sandbox holds", content["status"] == "error", content)
    asked.run("sim = astro.Simulation { seed = 1, threads = 1 }\ncells = sim:create('aeif_cond_alpha_astro', 100)")
    content, _ = asked.run("sim:simulate(1e8)", (1.5, asked.manager.interrupt_kernel))
    check("an interrupt ends the cell", content.get("ename") == "KeyboardInterrupt", content)
    content, shown = asked.run("sim:simulate(10)\nprint(#cells, sim.time > 10)")
    check("and keeps the network", shown and shown[-1]["text"] == "100\ttrue\n", (content, shown))
    check_questions(asked)
    content, _ = asked.run("os.exit(3)")
    check("a program that ends is an error", content["status"] == "error", content)
    _, shown = asked.run("6 * 7")
    check("and the next cell has another", shown and shown[0]["data"]["text/plain"] == "42", shown)
    asked.close()


def check_questions(asked):
    def ask(do, code):
        return getattr(asked.client, do)(code, reply=True, timeout=30)["content"]

    found = ask("complete", "sim:create('aeif_cond_alpha_astro', 1, { tau_s")
    units = [row["type"] for row in found["metadata"]["_jupyter_types_experimental"]]
    check("parameters complete with their units", "tau_syn_ex" in found["matches"] and units[0] == "ms", found)
    found = ask("complete", "sim:create('astrocyte_lr")
    check("models complete", found["matches"] == ["astrocyte_lr_1994'"], found)
    promised = asked.client.kernel_info(reply=True, timeout=30)["content"]["supported_features"]
    check("no debugger is promised", promised == [], promised)
    check("help comes within a call", "Makes n nodes" in ask("inspect", "sim:create(")["data"].get("text/plain", ""))


def check_module(share):
    import astrolua

    script = "local astro = require 'astro'\nlocal sim = astro.Simulation {}\n" \
        "local trace = sim:record(sim:create('astrocyte_lr_1994'), { 'Ca_astro' })\nsim:simulate(20)\nprint(sim.seed)\n"
    with open("from_python.lua", "w", encoding="utf-8") as file:
        file.write(script)
    result = astrolua.run("from_python.lua", seed=7)
    arrays = result["trace"]
    check("astrolua.run gives arrays", result.output == "7\n" and arrays["Ca_astro"].shape == arrays["times"].shape != (0,), result)


def start_of(name):
    """Seconds from launching a kernel until it has answered, and until it has run a cell."""
    manager = KernelManager(kernel_name=name)
    start = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.kernel_info()
    client.get_shell_msg(timeout=60)
    answered = time.perf_counter() - start
    client.execute("1")
    client.get_shell_msg(timeout=60)
    executed = time.perf_counter() - start
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return answered, executed


def check_start():
    """Python's own kernel imports the same modules, so it shows what is left to us."""
    times = {"astrolua": [], "python3": []}
    for _ in range(9):
        for name, rows in times.items():
            rows.append(start_of(name))
    fastest = {name: [min(column) for column in zip(*rows)] for name, rows in times.items()}
    for name, (answered, executed) in fastest.items():
        print(f"        {name}: answers after {answered:.2f} s, has run a cell after {executed:.2f} s")
    check("the kernel starts about as fast as Python's", fastest["astrolua"][1] < 1.25 * fastest["python3"][1], fastest)


def main(notebooks, share):
    check_kernel()
    check_module(share)
    check_start()
    for path in sorted(glob.glob(os.path.join(notebooks, "**", "*.ipynb"), recursive=True)):
        run_notebook(path, share)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
