"""Django's settings, all from the environment (the table is in README.md)."""

from portal import logs
from portal.env import BASE_DIR, amounts, choice, env, flag, mail, words

PROCESS = env.str("PROCESS", default="command")
DEBUG = flag("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LAB_NAME = env.str("LAB_NAME", default="Laboratoire")

# -- addresses ---------------------------------------------------------------------------------------------
PORTAL_URL = env.str("PORTAL_URL", default="https://paillasse.localhost:18443")
PORTAL_BIND = env.str("PORTAL_BIND", default="127.0.0.1:18000")
FILES_URL = env.str("FILES_URL", default=f"http://{PORTAL_BIND}")
APPS_DOMAIN = env.str("APPS_DOMAIN", default="apps.localhost")
APPS_SCHEME = env.str("APPS_SCHEME", default="https")
APPS_PORT = env.int("APPS_PORT", default=443)
APPS_CONNECT_TO = env.str("APPS_CONNECT_TO", default="")
APPS_CA = env.str("APPS_CA", default="")
APPS_ENTRYPOINT_HTTP = env.str("APPS_ENTRYPOINT_HTTP", default="web")
APPS_ENTRYPOINT_HTTPS = env.str("APPS_ENTRYPOINT_HTTPS", default="websecure")
APPS_HTTP_MIDDLEWARES = words("APPS_HTTP_MIDDLEWARES", "http-to-https@file")
APPS_TLS_OPTIONS = env.str("APPS_TLS_OPTIONS", default="intermediate@file")
PORTAL_HOST = PORTAL_URL.split("://", 1)[1].split(":")[0].rstrip("/").lower()
EXPLAIN_VIEW = "apps.console.views.explain"
# The catch-all explaining page is served under the apps' hosts, on no other URL (portal.middleware).
ALLOWED_HOSTS = [
    PORTAL_HOST,
    PORTAL_BIND.rsplit(":", 1)[0],
    "localhost",
    f".{APPS_DOMAIN}",
    *words("EXTRA_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [PORTAL_URL.rstrip("/")]
USE_X_FORWARDED_PORT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- the cluster (drivers.wiring reads these) --------------------------------------------------------------
NOMAD_ADDR = env.str("NOMAD_ADDR", default="http://127.0.0.1:4646")
NOMAD_NAMESPACE = env.str("NOMAD_NAMESPACE", default="default")
NOMAD_REGION = env.str("NOMAD_REGION", default="")
NOMAD_CACERT = env.str("NOMAD_CACERT", default="")
NOMAD_DATACENTERS = words("NOMAD_DATACENTERS", "*")
NOMAD_NODE_POOL = env.str("NOMAD_NODE_POOL", default="default")
CONSUL_HTTP_ADDR = env.str("CONSUL_HTTP_ADDR", default="127.0.0.1:8500")
CONSUL_CACERT = env.str("CONSUL_CACERT", default="")
VAULT_ADDR = env.str("VAULT_ADDR", default="http://127.0.0.1:8200")
VAULT_CACERT = env.str("VAULT_CACERT", default="")
VAULT_KV_MOUNT = env.str("VAULT_KV_MOUNT", default="paillasse")
VAULT_JWT_MOUNT = env.str("VAULT_JWT_MOUNT", default="jwt-nomad")
#: OpenBao's database engine and those of its roles that apps may have; empty: no database is offered to apps
VAULT_DATABASE_MOUNT = env.str("VAULT_DATABASE_MOUNT", default="").strip("/")
VAULT_DATABASE_ROLES = words("VAULT_DATABASE_ROLES")
# Where that database stands, as apps are told; DATABASE_URL is the portal's own.
DATABASE_HOST = env.str("DATABASE_HOST", default="")
DATABASE_PORT = env.int("DATABASE_PORT", default=5432)
DATABASE_NAME = env.str("DATABASE_NAME", default="")
TRAEFIK_API_URL = env.str("TRAEFIK_API_URL", default="http://127.0.0.1:8080")
# Paths, not contents: these tokens are read, and read again when they change, by the drivers alone.
NOMAD_TOKEN_FILE = env.str("NOMAD_TOKEN_FILE", default="")
CONSUL_TOKEN_FILE = env.str("CONSUL_HTTP_TOKEN_FILE", default="")
VAULT_TOKEN_FILE = env.str("VAULT_TOKEN_FILE", default="")
VAULT_ROLE_ID_FILE = env.str("VAULT_ROLE_ID_FILE", default="")
VAULT_SECRET_ID_FILE = env.str("VAULT_SECRET_ID_FILE", default="")
ALLOWED_DRIVERS = words("ALLOWED_DRIVERS", "docker")
ALLOWED_IMAGES = words("ALLOWED_IMAGES", "docker.io/,ghcr.io/,quay.io/,paillasse/")
RUNTIMES_DIR = env.str("RUNTIMES_DIR", default="/opt/paillasse/runtimes")
#: any image with Python 3.11 or later: the program that works on volumes comes with each job (ADR 0049)
KEEPER_IMAGE = env.str("KEEPER_IMAGE", default="docker.io/library/python:3.12-alpine")
FILES_CA = env.str("FILES_CA", default="")  # file of the certificates by which FILES_URL is known, PEM
CSI_PLUGIN_ID = env.str("CSI_PLUGIN_ID", default="")  # the lab's plugin, e.g. "nfs"; empty: none
#: what it is told of each volume, as key=value
CSI_PARAMETERS = dict(word.partition("=")[::2] for word in words("CSI_PARAMETERS"))
MEASURE_HOURS = env.int("MEASURE_HOURS", default=6)  # how old the measure of a volume may get
CATALOGUE_DIR = env.str("CATALOGUE_DIR", default=str(BASE_DIR / "templates" / "catalogue"))

# -- people ------------------------------------------------------------------------------------------------
KEYCLOAK_URL = env.str("KEYCLOAK_URL", default="http://localhost:8080")
KEYCLOAK_REALM = env.str("KEYCLOAK_REALM", default="lab")
OIDC_ISSUER = f"{KEYCLOAK_URL.rstrip('/')}/realms/{KEYCLOAK_REALM}"
_oidc = f"{OIDC_ISSUER}/protocol/openid-connect"
OIDC_RP_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="paillasse")
OIDC_RP_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_CLIENT_SECRET_FILE = env.str("OIDC_CLIENT_SECRET_FILE", default="")  # its path, for the driver
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{_oidc}/auth"
OIDC_OP_TOKEN_ENDPOINT = f"{_oidc}/token"
OIDC_OP_USER_ENDPOINT = f"{_oidc}/userinfo"
OIDC_OP_JWKS_ENDPOINT = f"{_oidc}/certs"
OIDC_OP_LOGOUT_ENDPOINT = f"{_oidc}/logout"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_PKCE_CODE_CHALLENGE_METHOD = "S256"
OIDC_RP_SCOPES = "openid email profile"
OIDC_TIMEOUT = 5  # seconds
OIDC_MAX_STATES = 10  # sign-ins begun in one browser and not finished
ADMIN_GROUPS = words("ADMIN_GROUPS", "/lab/paillasse-admins")
AUDITOR_GROUPS = words("AUDITOR_GROUPS", "/lab/paillasse-auditors")
DEFAULT_QUOTA = amounts(
    "DEFAULT_QUOTA", "apps=5,cpu_mhz=4000,memory_mib=4096,storage_mib=10240,gpus=0,always_on=0"
)
LAB_CEILING = amounts("LAB_CEILING", "")  # of all projects together, until an admin sets another
PERSONAL_CEILING = amounts("PERSONAL_CEILING", "")  # of each member's personal projects, the same
DECISION_REMIND_DAYS = env.int("DECISION_REMIND_DAYS", default=2)  # then whoever has it is reminded
DECISION_ESCALATE_DAYS = env.int("DECISION_ESCALATE_DAYS", default=5)  # then all admins are told
REQUEST_EXPIRES_DAYS = env.int("REQUEST_EXPIRES_DAYS", default=90)  # in one state, undecided
RETENTION_DAYS = env.int("RETENTION_DAYS", default=7)  # how long a deletion can be undone; 0: not at all
LEASE_DAYS = env.int("LEASE_DAYS", default=365)  # of an app whose end nobody says
LEASE_MAX_DAYS = env.int("LEASE_MAX_DAYS", default=730)  # that a member may choose; more is asked for
LEASE_GRACE_DAYS = env.int("LEASE_GRACE_DAYS", default=7)  # after the end, still running; then asleep
LEASE_ASLEEP_DAYS = env.int("LEASE_ASLEEP_DAYS", default=30)  # then archived
LEASE_ARCHIVE_DAYS = env.int("LEASE_ARCHIVE_DAYS", default=60)  # then removed for good
CANARY_HOURS = env.int("CANARY_HOURS", default=24)  # undecided so long, a trial copy is given up
ADDRESS_REDIRECT_DAYS = env.int("ADDRESS_REDIRECT_DAYS", default=90)  # an app's old address leads on
PROJECT_CREATION = choice("PROJECT_CREATION", "admins", "members")  # who makes shared projects alone
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["portal.login.backend.KeycloakBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# -- Django ------------------------------------------------------------------------------------------------
ROOMS = [
    *("base", "audit", "notices", "accounts", "projects", "catalogue", "quotas", "cluster", "workloads"),
    *("fleet", "leases", "telemetry", "volumes"),
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
    "portal.apps.PortalConfig",
    *(f"apps.{room}.apps.RoomConfig" for room in [*ROOMS, "approvals", "console"]),
]
MIDDLEWARE = [
    "portal.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.AppsHosts",
    "portal.middleware.Api",
    "portal.middleware.BodySize",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.RequestLog",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.Errors",
]
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "web"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.console.views.shell",
            ],
        },
    },
]
_POOL = {"min_size": 1, "max_size": 8, "timeout": 2.5, "reconnect_timeout": 2}
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///paillasse"),
        **({"ENGINE": "portal.database"} if PROCESS == "web" else {}),
        # Under ASGI the pool keeps connections; the other processes keep their own from task to task.
        "CONN_MAX_AGE": 0 if PROCESS == "web" else None,
        "CONN_HEALTH_CHECKS": PROCESS != "web",
        "OPTIONS": {
            # Seconds: of one wait (portal.database waits on where all are in use), of one try to connect.
            "pool": _POOL if PROCESS == "web" else False,
            "connect_timeout": 3,
            # A lock or a statement that hangs must not hang the portal (milliseconds).
            "options": "-c lock_timeout=2000 -c statement_timeout=10000 "
            "-c idle_in_transaction_session_timeout=10000",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- sessions and headers ----------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the way back from Keycloak is a cross-site GET
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a working day
CSRF_FAILURE_VIEW = "apps.console.views.csrf_failure"
SECURE_HSTS_SECONDS = 0 if PORTAL_HOST.endswith("localhost") else 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Signing in redirects a form's answer to Keycloak; browsers hold redirects against form-action too.
        "form-action": ["'self'", KEYCLOAK_URL.rstrip("/")],
    },
}

# -- language ----------------------------------------------------------------------------------------------
LANGUAGES = [("fr", "Français"), ("en", "English")]
_language = env.str("LANGUAGE", default="fr")
# A shell's own LANGUAGE (`en_US:en`, for gettext) is no setting of ours.
LANGUAGE_CODE = _language if _language in dict(LANGUAGES) else "fr"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Paris")

# -- files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "templates" / "web" / "static"]
FILES_DIR = env.str("FILES_DIR", default=str(BASE_DIR / "var" / "files"))
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", default="")
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
UPLOAD_DAY_COUNT = env.int("UPLOAD_DAY_COUNT", default=200)  # files that one person may send in a day
UPLOAD_DAY_MIB = env.int("UPLOAD_DAY_MIB", default=1024)  # and their size
UPLOAD_UNUSED_HOURS = env.int("UPLOAD_UNUSED_HOURS", default=48)  # then what nothing names is deleted
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a form or of JSON
BODY_MAX_BYTES = UPLOAD_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE
STORAGES = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": FILES_S3_BUCKET}}
    if FILES_S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- messages, mail, cache ---------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
_redis_timeouts = {"socket_timeout": 2, "socket_connect_timeout": 2}  # seconds: a paused Redis hangs nothing
CACHES = {
    "default": {
        "BACKEND": "portal.cache.Cache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {**_redis_timeouts, "serializer": "portal.cache.JsonSerializer"},
    }
}
CELERY_BROKER_URL = REDIS_URL
vars().update(mail("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds: a server that hangs delays mails, and nothing else
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"paillasse@{PORTAL_HOST}")
DIGEST_HOUR = env.int("DIGEST_HOUR", default=8)  # of the day, in TIME_ZONE

# -- logs --------------------------------------------------------------------------------------------------
LOGGING = logs.configuration(LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = PROCESS != "web"  # which sends no message
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # portal.middleware has made a plain word of it
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # portal.middleware binds the connection's address

# -- API ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.base.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.base.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "portal.openapi.Schema",
    "DEFAULT_FILTER_BACKENDS": [
        "apps.base.filtering.Filtering",
        "rest_framework.filters.SearchFilter",
        "apps.base.filtering.Ordering",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["apps.base.throttling.PerToken"],
    "EXCEPTION_HANDLER": "portal.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "portal.problems.Handler",
    "EXCEPTION_FORMATTER_CLASS": "portal.problems.Formatter",
}
#: calls a minute that one token, or one signed-in person, may make
API_RATES = {"read": 6000, "write": 1200, "reveal": 60}
SPECTACULAR_SETTINGS = {
    "TITLE": "Paillasse",
    "DESCRIPTION": "Web apps on the lab's own cluster: ask, watch, change, delete. Conventions: docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_COERCE_PATH_PK_SUFFIX": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "DesiredEnum": "apps.workloads.enums.Desired.choices",
        "StrategyEnum": "apps.workloads.enums.Strategy.choices",
        "FleetUpgradeStateEnum": "apps.fleet.enums.UpgradeState.choices",
        "FleetItemStateEnum": "apps.fleet.enums.ItemState.choices",
        "LeaseStateEnum": "apps.workloads.enums.LeaseState.choices",
    },
}
