# Show a member a value that they have the right to see; the portal writes each reveal to its audit.
path "${kv_mount}/data/apps/*" {
  capabilities = ["read"]
}
