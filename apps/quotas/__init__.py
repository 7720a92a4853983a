"""The ledger of counters."""
