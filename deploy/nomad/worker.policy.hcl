# The reconciler: register, stop and repair jobs of the portal's own namespace. It cannot purge.
# register-job and its like exist since Nomad 1.11.2; before, submit-job is the only (and coarser) right.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job", "read-logs", "plan-job", "register-job", "deregister-job", "evaluate-job",
    "scale-job", "promote-deployment", "fail-deployment",
    "host-volume-create", "host-volume-read", "csi-list-volume", "csi-read-volume", "csi-write-volume",
    "csi-mount-volume"]
}
host_volume "*" {
  policy = "write"
}
node {
  policy = "read"
}
agent {
  policy = "read"
}
plugin {
  policy = "read"
}
