"""Pure computation from specs: what should stand outside, whether it does, and the next step. No Django, network, clock."""
