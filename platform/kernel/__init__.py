"""What every other package may lean on: names, errors, units, redaction. Standard library only."""
