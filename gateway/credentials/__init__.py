"""Who asks: the caller's headers as one object, which knows what may be shared under it."""
