# The reconciler: generates and writes secrets, and gives each app its own policy and role. It reads no value.
path "${kv_mount}/data/apps/*" {
  capabilities = ["create", "update", "patch"]
}
path "${kv_mount}/metadata/apps/*" {
  capabilities = ["create", "update", "patch", "read", "list"]
}
path "${kv_mount}/metadata/apps" {
  capabilities = ["list"]
}
path "sys/policies/acl" {
  capabilities = ["list"]
}
path "sys/policies/acl/paillasse-app-*" {
  capabilities = ["create", "update", "read"]
}
path "auth/${jwt_mount}/role" {
  capabilities = ["list"]
}
path "auth/${jwt_mount}/role/paillasse-app-*" {
  capabilities = ["create", "update", "read"]
}
