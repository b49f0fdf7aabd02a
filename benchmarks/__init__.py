"""What the gateway costs and what it saves, measured; each module is one: `python -m benchmarks.NAME`."""
