"""How templates of the catalogue are shown."""
