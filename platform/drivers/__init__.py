"""The only code that opens sockets to the cluster: one folder a server, and `wiring` that opens them all."""
