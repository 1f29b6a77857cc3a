"""Every address of the site; the only module that sees all apps."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import api

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v3/", api.urls),
    path("", include("newsletters.urls")),
    path("", include("search.urls")),
    path("", include("pages.urls")),
    *([path("courriels-recus/", include("cms.demo.mailbox"))] if settings.SHOW_CAUGHT_MAIL else []),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    path("", include(wagtail_urls)),
]
