"""What the gateway costs and what it saves, measured."""
