"""HTTP: what comes in, what goes out, and how the house is put together."""
