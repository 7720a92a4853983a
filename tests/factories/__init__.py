"""Rows for tests, each made by one typed function with telling defaults."""
