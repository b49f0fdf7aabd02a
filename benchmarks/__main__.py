"""`python -m benchmarks`: what docs/performance.md tells, in its short form; a few minutes.

`python -m benchmarks --full` takes half an hour and writes the committed reports; each module can be run by itself,
as its first line says. `python -m benchmarks --all` runs the others too: what the documents say of memory, overload,
outages, paging and so on.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

SPEED = ("lanes", "growth", "questions", "garbage", "profiles")
PARTS = {"cell", "in_process", "load", "plain", "plot", "process", "report", "scene", "servers", "tables", "upstream"}
PARTS |= {"soak_callers", "soak_load", "soak_upstream", "workloads"}


def run(module: str, *arguments: str) -> bool:
    """Runs one in a process of its own, since some measure their own memory; whether it went well."""
    print(f"== {module}\n", flush=True)
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *arguments], check=False)
    print(f"\n{module}: {time.perf_counter() - began:.0f} s\n", flush=True)
    return done.returncode == 0


def others() -> Sequence[str]:
    """Every other measurement of this directory."""
    modules = (path.stem for path in sorted(Path(__file__).parent.glob("[a-z]*.py")))
    return [module for module in modules if module not in {*SPEED, *PARTS}]


def main() -> None:
    """Runs what the command line asks for; ends with 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--full", action="store_true", help="the long form")
    parser.add_argument("--all", action="store_true", help="the other measurements too, which have one form only")
    given = parser.parse_args()
    went = [run(module, *([] if given.full else ["--short"])) for module in SPEED]
    if given.all:
        went += [run(module) for module in others()]
    sys.exit(0 if all(went) else 1)


if __name__ == "__main__":
    main()
