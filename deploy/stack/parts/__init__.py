"""The parts of a stack, one small module each, all of one shape (see `base`)."""
