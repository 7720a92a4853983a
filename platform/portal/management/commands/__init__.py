"""Commands of the composition root: they know everyone."""
