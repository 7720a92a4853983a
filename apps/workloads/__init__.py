"""Apps: desired, releases, observed, operations, reconcile."""
