"""What is remembered of the upstream, for whom, and for how long."""
