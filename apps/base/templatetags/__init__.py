"""Small words that every page's template uses."""
