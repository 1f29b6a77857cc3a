"""What holds in every environment. Secrets and addresses come from the environment only."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

from cms import env, scale_out

from .bounces import *  # noqa: F403
from .databases import database

BASE_DIR = Path(__file__).resolve().parents[2]
# Everything the site writes on this machine: database, index, uploads, journals, caught mail.
VAR_DIR = Path(env.text("RESONANCES_VAR", str(BASE_DIR / "var")))

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = None

INSTALLED_APPS = [
    "cms",
    "search",
    "newsletters",
    "pages",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v3",
    "wagtail",
    "ninja",
    "modelcluster",
    "taggit",
    "anymail",
    "corsheaders",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "pages.domains.DomainRedirectMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cms.middleware.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cms.middleware.AdminTypographyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------

VAR_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": database(VAR_DIR / "resonances.sqlite3")}

# --- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("fr", "Français")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "cms" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Not under MEDIA_ROOT and without an address: a file attached to a draft is not public before
# its page, whoever guesses its name (pages.embargo).
DOCUMENT_STORAGE = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": VAR_DIR / "documents", "base_url": None},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# PDFs of published issues, by their content: bounded, and remade when lost.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "print": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "print",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
}

# --- Wagtail --------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Résonances"
WAGTAILADMIN_BASE_URL = env.text("SITE_URL", "http://localhost:8000")
WAGTAILIMAGES_IMAGE_MODEL = "pages.CreditedImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "pages.CentreDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = [
    "csv", "docx", "epub", "ics", "m4a", "mp3", "mp4", "odp", "ods", "odt", "ogg", "pdf", "pptx",
    "txt", "wav", "webm", "xlsx", "zip",
]  # fmt: skip
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
# Wagtail’s own, with our French for the pages that editors look for.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.admin_backend"}}
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
WAGTAILAPI_LIMIT_MAX = 100
# Neither the update check nor gravatar: the admin calls nobody outside.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Everybody reads the centre's hour; the list of Wagtail has zones that browsers refuse.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_PASSWORD_RESET_ENABLED = True

TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
        "QUEUES": ["default"],
    }
}

# --- Mail -----------------------------------------------------------------------------------

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.integer("EMAIL_PORT", 8025)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.boolean("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 30)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "resonances@example.org")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ANYMAIL: dict[str, Any] = {
    key.removeprefix("ANYMAIL_"): value
    for key, value in os.environ.items()
    if key.startswith("ANYMAIL_")
}

# How the letter leaves: "smtp" (our pipelined client), "provider" (EMAIL_BACKEND is one of
# Anymail's) or "django" (any other EMAIL_BACKEND).
NEWSLETTER_TRANSPORT = env.text("NEWSLETTER_TRANSPORT", "smtp")
# People written to in one call to a provider that answers for each (1: one call each).
NEWSLETTER_PROVIDER_BATCH = env.integer("NEWSLETTER_PROVIDER_BATCH", 1)
NEWSLETTER_JOURNAL_DIR = VAR_DIR / "journal"
# Uploaded lists of addresses, until they are taken in: no server may serve this folder.
NEWSLETTER_IMPORT_DIR = VAR_DIR / "imports"
# --- Before a sending: see newsletters.preflight and newsletters.lifecycle
# May the server open the links of a letter and look up its sender's domain?
NEWSLETTER_ASK_OUTSIDE = env.boolean("NEWSLETTER_ASK_OUTSIDE", True)
NEWSLETTER_DNS_RESOLVERS = env.names("NEWSLETTER_DNS_RESOLVERS")
NEWSLETTER_DKIM_SELECTOR = env.text("NEWSLETTER_DKIM_SELECTOR", "")
# Whoever prepared an envoi may not approve it.
NEWSLETTER_FOUR_EYES = env.boolean("NEWSLETTER_FOUR_EYES", False)
# Minutes during which « Envoyer » can still be taken back.
NEWSLETTER_UNDO_MINUTES = env.integer("NEWSLETTER_UNDO_MINUTES", 10)
# Lines open at once in each sending process, and messages before a line is opened anew (0: never).
NEWSLETTER_CONNECTIONS = env.integer("NEWSLETTER_CONNECTIONS", 1)
NEWSLETTER_PER_CONNECTION = env.integer("NEWSLETTER_PER_CONNECTION", 1000)
# Minutes during which the first readers' bounces are awaited; adjustable in the admin afterwards.
NEWSLETTER_CANARY_MINUTES = env.integer("NEWSLETTER_CANARY_MINUTES", 0)
# How long the ledger of a finished sending names people; then only its counts remain (RGPD art. 5).
NEWSLETTER_ANONYMISE_MONTHS = env.integer("NEWSLETTER_ANONYMISE_MONTHS", 12)
# What makes this installation itself and not a copy; empty, deduced (newsletters.delivery.place).
NEWSLETTER_ENVIRONMENT = env.text("NEWSLETTER_ENVIRONMENT", "")
# Woken through PostgreSQL by procrastinate: any number of sending processes, on any machines.
NEWSLETTER_SCALE_OUT = env.boolean("NEWSLETTER_SCALE_OUT", False)
INSTALLED_APPS += scale_out.apps(DATABASES) if NEWSLETTER_SCALE_OUT else []
PROCRASTINATE_WORKER_DEFAULTS = scale_out.WORKER
# Where the local catcher keeps what it received; read by the « Courriels reçus » pages.
MAIL_CATCHER_DIR = VAR_DIR / "mail"
SHOW_CAUGHT_MAIL = False
DEMO_PORT = env.integer("DEMO_PORT", 8000)

# --- Search ---------------------------------------------------------------------------------

SEARCH_INDEX_DIR = VAR_DIR / "index"
# "whoosh": on this machine's disk. "postgres": in the database, for several web servers.
SEARCH_ENGINE = env.text("SEARCH_ENGINE", "whoosh")

# --- Security -------------------------------------------------------------------------------

# The API may be called from the pages of the front ends named here, and without cookies: it gives
# them what it gives to anybody. The rest of the site stays closed to other origins' scripts.
CORS_ALLOWED_ORIGINS = env.names("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/v3/"
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

_NOWHERE_ELSE = {
    "default-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
CONTENT_SECURITY_POLICY = {
    # The admin has its own policy (cms.middleware): Wagtail's date pickers are inline scripts.
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/api/v3/docs"],
    "DIRECTIVES": {
        **_NOWHERE_ELSE,
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
    },
}
ADMIN_CONTENT_SECURITY_POLICY = {
    **_NOWHERE_ELSE,
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

_TALKATIVE = ("django_tasks", "mail.log", "procrastinate", "wagtail")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Neither prints an address (cms.logs).
    "formatters": {
        "plain": {
            "()": "cms.logs.Discreet",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "server": {
            "()": "cms.logs.DiscreetServer", "format": "[{server_time}] {message}", "style": "{",
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "server": {"class": "logging.StreamHandler", "formatter": "server"},
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # Two lines for each indexed object, three for each wake-up, a title for each page.
        **{name: {"level": "WARNING"} for name in _TALKATIVE},
        # Without Django's own handlers: its mail to ADMINS holds all that the visitor typed.
        "django": {"level": "INFO"},
        "django.server": {"handlers": ["server"], "level": "INFO", "propagate": False},
    },
}  # fmt: skip
