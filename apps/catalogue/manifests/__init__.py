"""A template's manifest: what template.yaml says, checked, as frozen dataclasses. No table, no request."""
