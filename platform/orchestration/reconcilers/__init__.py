"""One reconciler for each outside object, with the same verbs. The loop over them stands once, in engine."""
