"""How the ledger's figures are shown."""
