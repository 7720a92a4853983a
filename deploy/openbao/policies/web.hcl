# The portal's pages and API: write what a member provides. This right cannot read a value back (see reveal.hcl).
path "${kv_mount}/data/apps/*" {
  capabilities = ["create", "update", "patch"]
}
path "${kv_mount}/metadata/apps/*" {
  capabilities = ["create", "update", "patch", "read"]
}
