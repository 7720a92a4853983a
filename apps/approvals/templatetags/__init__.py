"""How requests and questions are shown."""
