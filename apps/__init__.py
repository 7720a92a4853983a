"""The Django rooms: each owns its tables, rules, pages and endpoints."""
