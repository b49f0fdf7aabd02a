"""What things cost; each module is a measurement: `python -m benchmarks.NAME`."""
