"""The Redis or Valkey that replicas share: one way there, for all who use it."""
