"""How long apps may live: end dates, warnings, renewal, and the end."""
