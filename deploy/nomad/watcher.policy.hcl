# The watcher: follows events, so that the reconciler looks at once.
namespace "${namespace}" {
  capabilities = ["list-jobs", "read-job"]
}
node {
  policy = "read"
}
agent {
  policy = "read"
}
