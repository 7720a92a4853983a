"""Shared Django pieces: page or fragment, idempotency keys, problem errors, uploads."""
