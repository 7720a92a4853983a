"""Templates and their pinned versions."""
