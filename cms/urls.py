"""Every address of the site; the only module that sees all apps."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import api
from cms.sitemaps import robots, sitemap

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v3/", api.urls),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", robots, name="robots"),
    # Without a secret anybody could unsubscribe anybody: the webhooks do not exist.
    *(
        [path("anymail/", include("anymail.urls"))]
        if settings.ANYMAIL.get("WEBHOOK_SECRET")
        else []
    ),
    path("", include("newsletters.urls")),
    path("", include("search.urls")),
    *([path("courriels-recus/", include("cms.demo.mailbox"))] if settings.SHOW_CAUGHT_MAIL else []),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    path("", include("pages.urls")),
    path("", include(wagtail_urls)),
]
