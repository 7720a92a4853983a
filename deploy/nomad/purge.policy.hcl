# Deletion for good. On one machine the worker holds this right too; a lab may give it to `purge` alone.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job", "deregister-job", "purge-job", "host-volume-read", "host-volume-delete",
    "csi-read-volume", "csi-write-volume"]
}
agent {
  policy = "read"
}
