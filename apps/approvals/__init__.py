"""Requests and decisions."""
