"""What is told of the gateway at work: logs, metrics. It knows nothing of the rest, which tells it."""
