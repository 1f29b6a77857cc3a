"""Tests: fast hashing, files in memory, the same database engines as in production."""

from tempfile import TemporaryDirectory

from cms import scale_out

from .base import *  # noqa: F403
from .base import (
    INSTALLED_APPS,
    MIDDLEWARE,
    NEWSLETTER_SCALE_OUT,
    STATIC_ROOT,
    VAR_DIR,
)
from .databases import SQLITE_OPTIONS, database

DEBUG = False
SECRET_KEY = "test-only-key"  # noqa: S105
ALLOWED_HOSTS = ["*"]
# A file, not memory: browser and crash tests reach it from several threads and processes.
DATABASES = {"default": database(VAR_DIR / "unused.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
# Its tables, for the processes that the crash tests start with it switched on.
if not NEWSLETTER_SCALE_OUT:
    INSTALLED_APPS += scale_out.apps(DATABASES)
# The point of hashing slowly is lost on fixtures.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DOCUMENTS = TemporaryDirectory(prefix="documents-")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    # On the disk: Wagtail's serving view looks for the path, which memory pretends to have.
    "documents": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DOCUMENTS.name, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing one
# Tests look for the words of a screen as they are written; its own tests put it back.
ADMIN_TYPOGRAPHY = "cms.middleware.AdminTypographyMiddleware"
MIDDLEWARE = [name for name in MIDDLEWARE if name != ADMIN_TYPOGRAPHY]
WAGTAILADMIN_BASE_URL = "http://testserver"
LOGGING["root"]["level"] = "WARNING"  # noqa: F405
# A test that publishes must not start a rebuild in a thread of its own.
SEARCH_FOLLOW = "off"
# No test asks the network, and most send at once.
NEWSLETTER_ASK_OUTSIDE = False
NEWSLETTER_UNDO_MINUTES = 0
ANYMAIL = {"WEBHOOK_SECRET": "lettre:secret"}
