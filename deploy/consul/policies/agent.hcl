# A Consul agent: keeps its own node in the catalogue.
node_prefix "" {
  policy = "write"
}
service_prefix "" {
  policy = "read"
}
