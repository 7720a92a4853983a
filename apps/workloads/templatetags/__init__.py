"""How states, steps and events are shown."""
