"""Pure computation from specs: what should stand outside, whether it does, the next step.

No Django, no network, no clock.
"""
