"""The few fixed names of a stack on one machine."""

APPS_DOMAIN = "apps.localhost"
PORTAL_HOST = "paillasse.localhost"
KV_MOUNT = "paillasse"
JWT_MOUNT = "jwt-nomad"
REALM = "lab"
OIDC_CLIENT = "paillasse"
NAMESPACE = "paillasse"
