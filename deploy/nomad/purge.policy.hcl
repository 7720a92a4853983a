# Deletion for good. On one machine the worker holds this right too; a lab may give it to `purge` alone.
# Nomad deletes a CSI volume only for who may also read plugins; ending a claim on one is csi-mount-volume.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job", "deregister-job", "purge-job", "host-volume-read", "host-volume-delete",
    "csi-read-volume", "csi-write-volume", "csi-mount-volume"]
}
# A host volume goes with its machine: whether that one is away, or gone for good (ADR 0063).
node {
  policy = "read"
}
agent {
  policy = "read"
}
plugin {
  policy = "read"
}
