"""Runs astrolua's scripts from Python and takes their recordings as numpy arrays.

    import astrolua
    result = astrolua.run("script.lua", seed=2)
    result["trace"]["times"]        # what the script's variable `trace` has recorded
    result.output                   # what it has printed

Simulations are written in Lua; see Docs/notebooks.md.
"""

from .recordings import Result, run
from .session import Failure, Session, program

__all__ = ["Failure", "Result", "Session", "program", "run"]
