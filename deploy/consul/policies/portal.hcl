# The portal: sees whether an app's service is there and healthy. It registers nothing.
service_prefix "" {
  policy = "read"
}
node_prefix "" {
  policy = "read"
}
agent_prefix "" {
  policy = "read"
}
