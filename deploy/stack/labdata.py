"""The database that a stack offers to its apps: in PostgreSQL, and in OpenBao's database engine.

OpenBao's own account may make logins and give them the reader's rights, no more: it owns nothing and is no
superuser. A login reads the tables of `labdata`; the portal's database is closed to it.
"""

from collections.abc import Callable, Collection

import psycopg

from stack.names import DATABASE_MOUNT, DATABASE_ROLE

DATABASE = "labdata"
ACCOUNT = "paillasse_openbao"
READER = "labdata_reader"
#: Short, because it is how long a login outlives its app: nobody revokes, OpenBao ends what nobody renews.
LEASE_S = 60
LONGEST_S = 24 * 3600
#: `{{...}}` is OpenBao's. An open session of a login ends with it.
CREATION = (
    "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE " + READER
)
RENEWAL = "ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}'"
REVOCATION = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'",
    'DROP ROLE IF EXISTS "{{name}}"',
)
_ROLES = (
    f"CREATE ROLE {READER} NOLOGIN",
    f"CREATE ROLE {ACCOUNT} LOGIN CREATEROLE",
    f"GRANT {READER} TO {ACCOUNT} WITH ADMIN OPTION",
    f"GRANT pg_signal_backend TO {ACCOUNT}",
)
_TABLES = (
    f"GRANT USAGE ON SCHEMA public TO {READER}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {READER}",
    "CREATE TABLE specimen (id integer PRIMARY KEY, name text NOT NULL)",
    "INSERT INTO specimen VALUES (1, 'Arabidopsis thaliana')",
)
Call = Callable[[str, str, object], object]


def make(admin_url: str, password: str) -> None:
    """Make the database, the reader and OpenBao's account; `admin_url` ends in a database of the server."""
    with psycopg.connect(admin_url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ACCOUNT]).fetchone():
            for statement in _ROLES:
                server.execute(statement)
        server.execute(f"ALTER ROLE {ACCOUNT} PASSWORD '{password}'")
        server.execute("REVOKE CONNECT ON DATABASE paillasse FROM PUBLIC")
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        server.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(f"{admin_url.rpartition('/')[0]}/{DATABASE}") as database:
        for statement in _TABLES:
            database.execute(statement)


def offer(call: Call, mounts: Collection[str], port: int, password: str) -> None:
    """Let OpenBao make logins there: `call(method, path, body)`; `mounts` are those that it has."""
    if f"{DATABASE_MOUNT}/" not in mounts:
        call("POST", f"sys/mounts/{DATABASE_MOUNT}", {"type": "database"})
    connection = {
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": [DATABASE_ROLE],
        "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/{DATABASE}",
        "username": ACCOUNT,
        "password": password,
        "password_authentication": "scram-sha-256",
    }
    call("POST", f"{DATABASE_MOUNT}/config/{DATABASE}", connection)
    role = {
        "db_name": DATABASE,
        "creation_statements": [CREATION],
        "renew_statements": [RENEWAL],
        "revocation_statements": REVOCATION,
        "default_ttl": LEASE_S,
        "max_ttl": LONGEST_S,
    }
    call("POST", f"{DATABASE_MOUNT}/roles/{DATABASE_ROLE}", role)
