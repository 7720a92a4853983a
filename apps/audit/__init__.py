"""Append-only events: who did what, on what, from where."""
