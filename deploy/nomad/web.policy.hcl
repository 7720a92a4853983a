# The portal's pages and API: look, read logs, preview a plan. Nothing changes by this right.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job", "read-logs", "plan-job", "host-volume-read"]
}
node {
  policy = "read"
}
agent {
  policy = "read"
}
