"""What the garbage collector is spared."""

import subprocess
import sys


def test_what_is_built_before_serving_is_not_looked_through_again() -> None:
    """It is frozen, and collections come seldom; in a process of its own, because that is for the whole process."""
    script = """
import gc
from gateway.graph.schema import build_schema
from gateway.web.garbage import spare_what_stays
schema = build_schema()
spare_what_stays()
print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0] >= 10_000, gc.isenabled())
"""
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["True", "True", "True"]
