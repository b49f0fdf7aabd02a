"""The REST API behind the gateway: its requests, its answers, its failures."""
