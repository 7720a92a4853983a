"""People (OIDC subject) and their API tokens."""
