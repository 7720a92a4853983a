"""Tries each part with each process's right, and says in the reader's language what to mend."""
