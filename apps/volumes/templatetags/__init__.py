"""How what is kept is shown."""
