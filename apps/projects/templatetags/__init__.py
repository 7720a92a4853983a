"""How members and roles are shown."""
