"""The lab's settings as the platform's dataclasses."""

from django.conf import settings

from drivers.wiring import Settings
from orchestration.policy import PolicyRules
from orchestration.specs import Edge, Placement


def placement(driver: str = "docker") -> Placement:
    """Where the lab lets jobs run, with the driver chosen for one release."""
    return Placement(
        namespace=settings.NOMAD_NAMESPACE,
        region=settings.NOMAD_REGION,
        datacenters=tuple(settings.NOMAD_DATACENTERS),
        node_pool=settings.NOMAD_NODE_POOL,
        driver=driver,
        runtimes_dir=settings.RUNTIMES_DIR,
    )


def edge() -> Edge:
    """The lab's names in Traefik and Vault."""
    return Edge(
        entrypoint_http=settings.APPS_ENTRYPOINT_HTTP,
        entrypoint_https=settings.APPS_ENTRYPOINT_HTTPS,
        http_middlewares=tuple(settings.APPS_HTTP_MIDDLEWARES),
        tls_options=settings.APPS_TLS_OPTIONS,
        kv_mount=settings.VAULT_KV_MOUNT,
        jwt_mount=settings.VAULT_JWT_MOUNT,
        database_mount=settings.VAULT_DATABASE_MOUNT,
        database_roles=tuple(settings.VAULT_DATABASE_ROLES),
    )


def rules() -> PolicyRules:
    """What may be sent to Nomad at all."""
    return PolicyRules(
        placement=placement(),
        edge=edge(),
        drivers=tuple(settings.ALLOWED_DRIVERS),
        image_prefixes=tuple(settings.ALLOWED_IMAGES),
        apps_domain=settings.APPS_DOMAIN,
        files_url=settings.FILES_URL,
        keeper_image=settings.KEEPER_IMAGE,
    )


def wiring() -> Settings:
    """Where the servers stand, and which files hold this process's tokens."""
    return Settings(
        nomad_address=settings.NOMAD_ADDR,
        nomad_namespace=settings.NOMAD_NAMESPACE,
        nomad_region=settings.NOMAD_REGION,
        nomad_ca=settings.NOMAD_CACERT,
        nomad_token_file=settings.NOMAD_TOKEN_FILE,
        csi_plugin=settings.CSI_PLUGIN_ID,
        csi_parameters=tuple(settings.CSI_PARAMETERS.items()),
        consul_address=settings.CONSUL_HTTP_ADDR,
        consul_ca=settings.CONSUL_CACERT,
        consul_token_file=settings.CONSUL_TOKEN_FILE,
        vault_address=settings.VAULT_ADDR,
        vault_ca=settings.VAULT_CACERT,
        vault_token_file=settings.VAULT_TOKEN_FILE,
        vault_role_id_file=settings.VAULT_ROLE_ID_FILE,
        vault_secret_id_file=settings.VAULT_SECRET_ID_FILE,
        vault_kv_mount=settings.VAULT_KV_MOUNT,
        vault_jwt_mount=settings.VAULT_JWT_MOUNT,
        traefik_address=settings.TRAEFIK_API_URL,
        apps_scheme=settings.APPS_SCHEME,
        apps_port=settings.APPS_PORT,
        apps_connect_to=settings.APPS_CONNECT_TO,
        apps_ca=settings.APPS_CA,
        keycloak_address=settings.KEYCLOAK_URL if settings.OIDC_CLIENT_SECRET_FILE else "",
        keycloak_realm=settings.KEYCLOAK_REALM,
        keycloak_client_id=settings.OIDC_RP_CLIENT_ID,
        keycloak_client_secret_file=settings.OIDC_CLIENT_SECRET_FILE,
    )
