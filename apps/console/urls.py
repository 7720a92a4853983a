"""Addresses of the shell's own pages."""

from django.urls import path

from apps.console import views

app_name = "console"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("language/", views.preferences, name="preferences"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
