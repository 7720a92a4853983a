"""A lab's projects, members and quotas as one file, in and out (docs/import.md)."""
