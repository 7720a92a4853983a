"""Signing in and out with Keycloak: the code flow with PKCE by mozilla-django-oidc, its gaps closed."""
