"""Snapshots of the cluster's jobs, nodes and storage."""
