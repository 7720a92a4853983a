"""What a token must hold to call these endpoints."""

READ, WRITE, REVEAL = "apps:read", "apps:write", "secrets:reveal"
