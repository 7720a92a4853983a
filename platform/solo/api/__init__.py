"""The HTTP side: one module a resource, each with its `routes`."""
