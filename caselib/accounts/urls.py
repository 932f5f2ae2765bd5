"""URLs of the accounts app: sign in and out, password, notices."""

from django.contrib.auth import views as auth_views
from django.urls import path, reverse_lazy

from . import views

app_name = "accounts"
urlpatterns = [
    path("login/", auth_views.LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path(
        "password/",
        auth_views.PasswordChangeView.as_view(
            template_name="accounts/password.html", success_url=reverse_lazy("accounts:notices")
        ),
        name="password",
    ),
    path("notices/", views.notices, name="notices"),
    path("notices/<int:pk>/", views.open_notice, name="notice"),
]
