"""Addresses of signing in and out; the first three names are mozilla-django-oidc's."""

from django.urls import path

from portal.login.backchannel import backchannel_logout
from portal.login.views import ask, callback, sign_out

urlpatterns = [
    path("authenticate/", ask, name="oidc_authentication_init"),
    path("callback/", callback, name="oidc_authentication_callback"),
    path("logout/", sign_out, name="oidc_logout"),
    path("backchannel-logout/", backchannel_logout, name="oidc_backchannel_logout"),
]
