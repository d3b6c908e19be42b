"""A script as a function of Python."""

import os
import tempfile

from .session import Failure, Session

_SAVE = "if getmetatable({name}) == 'Recorder' then {name}:save({path}) end"


class Result(dict):
    """Recordings by the names of the script's outermost variables: for each a dict of numpy arrays."""

    output = ""


def _execute(session, code):
    text, problem = [], "the program has ended"
    for event in session.events("execute", code):
        if event["event"] == "output":
            text.append(event["text"])
        elif event["event"] in ("error", "interrupted"):
            raise Failure(event["text"])
        elif event["event"] == "done":
            problem = None
    if problem:
        raise Failure(problem)
    return "".join(text)


def _names(session):
    return {c["name"] for c in session.ask("complete", "").get("candidates", [])}


def run(script, seed=None, threads=None, trust=False):
    """Runs a script and returns its recordings as numpy arrays.

    A recording is what one of the script's outermost variables holds. The script runs in the sandbox unless `trust` is set.
    """
    import numpy

    with open(script, encoding="utf-8") as file:
        code = file.read()
    if code.startswith("#"):
        code = "--" + code
    result = Result()
    with tempfile.TemporaryDirectory() as directory:
        options = ["--allow-write", directory, "--allow-read", os.path.dirname(os.path.abspath(script))]
        options += ["--seed", str(seed)] if seed is not None else []
        options += ["--threads", str(threads)] if threads is not None else []
        options += ["--trust"] if trust else []
        session = Session(options)
        try:
            before = _names(session)
            result.output = _execute(session, code)
            for name in sorted(_names(session) - before):
                path = os.path.join(directory, name + ".npz")
                _execute(session, _SAVE.format(name=name, path='"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'))
                if os.path.exists(path):
                    with numpy.load(path) as arrays:
                        result[name] = {key: arrays[key] for key in arrays.files}
        finally:
            session.close()
    return result
