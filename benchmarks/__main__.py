"""`python -m benchmarks`: every measurement, one after the other."""

import runpy
from pathlib import Path

for module in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    print(f"== {module.stem}\n")
    runpy.run_module(f"benchmarks.{module.stem}", run_name="__main__")
