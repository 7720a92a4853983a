"""Projects, members, roles."""
