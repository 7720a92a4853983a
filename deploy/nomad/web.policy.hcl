# The portal's pages and API: look, read logs, preview a plan, restart an allocation. Nothing else changes by this right.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job", "read-logs", "plan-job", "alloc-lifecycle", "host-volume-read"]
}
node {
  policy = "read"
}
agent {
  policy = "read"
}
