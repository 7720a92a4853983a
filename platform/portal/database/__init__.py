"""Django's PostgreSQL as the web process uses it: `ENGINE` of the settings."""
