"""`astrolua jupyter install`: tells Jupyter about the kernel."""

import argparse
import json
import os
import sys

from .session import program

LOGO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logo-svg.svg")


def spec(trust, argv0, environment):
    options = ["--trust"] if trust else []
    return {
        "argv": [argv0, "-m", "astrolua.kernel", "-f", "{connection_file}", *options],
        "display_name": "astrolua (trusted)" if trust else "astrolua",
        "language": "lua",
        "interrupt_mode": "signal",
        "env": environment,
        "metadata": {"debugger": False},
    }


def _parser():
    parser = argparse.ArgumentParser(
        prog="astrolua jupyter install", description="Tells Jupyter about the kernel of astrolua.")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user (as without any option)")
    place.add_argument("--sys-prefix", action="store_true", help="into the environment of this Python")
    place.add_argument("--prefix", metavar="DIR", help="below DIR/share/jupyter")
    parser.add_argument("--trust", action="store_true", help="a second kernel, whose notebooks run outside the sandbox")
    return parser


def _place(choice):
    if choice.prefix:
        return os.path.join(choice.prefix, "share", "jupyter", "kernels")
    if choice.sys_prefix:
        return os.path.join(sys.prefix, "share", "jupyter", "kernels")
    from jupyter_core.paths import jupyter_data_dir

    return os.path.join(jupyter_data_dir(), "kernels")


def main(arguments=None):
    choice = _parser().parse_args(arguments)
    try:
        import ipykernel  # noqa: F401
    except ImportError:
        sys.exit(
            f"astrolua jupyter: {sys.executable} has no ipykernel, which the kernel needs (pip install ipykernel; "
            "ASTROLUA_PYTHON names another Python)")
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = {"ASTROLUA": os.path.abspath(program())}
    if "site-packages" not in package:
        environment["PYTHONPATH"] = package
    directory = os.path.join(_place(choice), "astrolua-trusted" if choice.trust else "astrolua")
    try:
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, "kernel.json"), "w", encoding="utf-8") as file:
            json.dump(spec(choice.trust, sys.executable, environment), file, indent=1)
            file.write("\n")
        with open(LOGO, "rb") as source, open(os.path.join(directory, "logo-svg.svg"), "wb") as target:
            target.write(source.read())
    except OSError as problem:
        sys.exit(f"astrolua jupyter: cannot write the kernel: {problem}")
    print(f"{directory} is written")


if __name__ == "__main__":
    main()
