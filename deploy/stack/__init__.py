"""Brings up, tests and takes down Paillasse and every part under it, on one machine."""
