"""The watcher's loops, one thread each. None of them holds anything that is lost with the process."""
