"""What apps keep: volumes, their measure, snapshots, restores."""
