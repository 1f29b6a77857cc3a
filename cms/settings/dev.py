"""Development and demonstration: works on an empty environment."""

from cms import env

from .base import *  # noqa: F403
from .base import DOCUMENT_STORAGE

DEBUG = env.boolean("DEBUG", True)
SECRET_KEY = env.text("SECRET_KEY", "development-only-key-never-used-in-production")
ALLOWED_HOSTS = ["*"]
SHOW_CAUGHT_MAIL = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": DOCUMENT_STORAGE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The demonstration works without a network, and its letters link to example.org.
NEWSLETTER_ASK_OUTSIDE = env.boolean("NEWSLETTER_ASK_OUTSIDE", False)
