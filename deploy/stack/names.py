"""The few fixed names of a stack on one machine."""

APPS_DOMAIN = "apps.localhost"
PORTAL_HOST = "paillasse.localhost"
KV_MOUNT = "paillasse"
#: what the stand-in for Nomad calls its directories that stand in for a CSI plugin
CSI_PLUGIN = "solo-directory"
#: the image of the work on volumes in the tests' stack, which builds it of this machine's Python
KEEPER_IMAGE = "paillasse/keeper:1"
JWT_MOUNT = "jwt-nomad"
#: OpenBao's database engine, and the role of it that apps have
DATABASE_MOUNT = "database"
DATABASE_ROLE = "reader"
REALM = "lab"
OIDC_CLIENT = "paillasse"
NAMESPACE = "paillasse"
