storage "raft" {
  path                   = "${folder}"
  node_id                = "one"
  performance_multiplier = 1
}

listener "tcp" {
  address         = "127.0.0.1:${port}"
  cluster_address = "127.0.0.1:${cluster_port}"
  tls_disable     = true # loopback only; a lab's own server speaks TLS
}

api_addr     = "http://127.0.0.1:${port}"
cluster_addr = "http://127.0.0.1:${cluster_port}"
ui           = true
