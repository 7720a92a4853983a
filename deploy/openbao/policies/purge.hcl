# Deletion of an app for good. On one machine the worker holds this right too; a lab may give it to `purge` alone.
path "${kv_mount}/metadata/apps/*" {
  capabilities = ["read", "list", "delete"]
}
path "${kv_mount}/metadata/apps" {
  capabilities = ["list"]
}
path "sys/policies/acl" {
  capabilities = ["list"]
}
path "sys/policies/acl/paillasse-app-*" {
  capabilities = ["read", "delete"]
}
path "auth/${jwt_mount}/role" {
  capabilities = ["list"]
}
path "auth/${jwt_mount}/role/paillasse-app-*" {
  capabilities = ["read", "delete"]
}
