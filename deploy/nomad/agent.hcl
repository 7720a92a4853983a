# One Nomad agent, server and client: for trying a real Nomad on one machine.
region     = "global"
datacenter = "lab"
data_dir   = "${folder}"
bind_addr  = "127.0.0.1"

# Nothing here asks the world.
disable_update_check = true

# A trial agent takes its tasks along when it is told to stop.
leave_on_terminate = true

ports {
  http = ${http_port}
  rpc  = ${rpc_port}
  serf = ${serf_port}
}

advertise {
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}

server {
  enabled          = true
  bootstrap_expect = 1
}

client {
  enabled           = true
  network_interface = "lo"
  cni_path          = "/usr/lib/cni"
  min_dynamic_port  = ${port_low}
  max_dynamic_port  = ${port_high}

  drain_on_shutdown {
    deadline = "10s"
    force    = true
  }

  # Where cloud variables stand in the environment the agent would otherwise stop.
  options {
    "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean"
  }

  # Jobs of exec runtimes ask for a node that says it has them (docs/decisions/0012).
  meta {
    paillasse_runtimes = "${runtime_names}"
  }

  # Exec runtimes see only what the chroot brings: Python, its libraries, a shell, and the runtimes. Nomad links
  # every file of it for each allocation, so the whole of /usr would cost seconds.
  chroot_env {
${chroot}
  }
}

acl {
  enabled = true
}

# Without it a client measures no task at all, and the portal draws no CPU and memory.
telemetry {
  publish_allocation_metrics = true
}

consul {
  address = "${consul_address}"
  token   = "${consul_token}"
}

vault {
  enabled               = true
  address               = "${vault_addr}"
  jwt_auth_backend_path = "${jwt_mount}"

  default_identity {
    aud = ["vault.io"]
    ttl = "1h"
  }
}

plugin "docker" {
  config {
    endpoint         = "${docker_endpoint}"
    allow_privileged = false

    # Images are built here and cannot be pulled again.
    gc {
      image = false
    }

    volumes {
      enabled = false
    }
  }
}

# For the tests' own jobs; the portal's namespace refuses this driver (deploy/nomad/namespace.json).
plugin "raw_exec" {
  config {
    enabled = ${raw_exec}
  }
}
