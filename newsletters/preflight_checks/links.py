"""Links: those of the site are looked up, those outside are asked for, within bounds."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote, urldefrag, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve

from wagtail.models import Page

from bs4 import BeautifulSoup

from newsletters import outside
from newsletters.outside import Failure, Unreachable
from newsletters.preflight_checks.draft import Draft, Finding, Level, Place

MAX_LINKS = 150
TOGETHER = 8
SECONDS_EACH = 6.0
# With the sender's DNS, under the 30 s after which a web server gives up on who waits.
SECONDS_IN_ALL = 15.0
REMEMBERED = 600
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    place: Place


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` of the last answer or 0; `failure` when none came; `url` where it ended."""

    status: int
    url: str
    moved: bool = False
    failure: str = ""


def duplicates(draft: Draft) -> Iterator[Finding]:
    seen: dict[str, Place] = {}
    for entry in draft.entries:
        url = entry.item.url
        if url and url in seen:
            yield Finding(
                "link-duplicate",
                Level.WARN,
                f"Le lien {url} sert déjà ailleurs ({seen[url].label})",
                entry.place,
                "Un même lien pour deux contenus vient souvent d'un copier-coller inachevé.",
                "Vérifiez que chaque contenu mène bien où il le dit.",
            )
        elif url:
            seen[url] = entry.place


def internal(draft: Draft) -> Iterator[Finding]:
    """Links to this site, followed in the database: no request to ourselves."""
    site = draft.issue.get_site()
    # The address of a page somebody chose is the page's own: `contents.unpublished` looks at it.
    chosen = {entry.item.url for entry in draft.entries if entry.value.get("page")}
    for link in _links(draft):
        if link.url in chosen:
            continue
        path = unquote(urlsplit(link.url).path) or "/"
        if site and _is_ours(draft, link.url) and not _exists(site.root_page, path):
            yield _finding(link, Level.BLOCK, "link-internal", "La page n'existe pas sur le site")


def external(draft: Draft) -> Iterator[Finding]:
    links = [link for link in _links(draft) if not _is_ours(draft, link.url)]
    if not links:
        return
    if not settings.NEWSLETTER_ASK_OUTSIDE:
        yield _unchecked(draft, len(links))
        return
    verdicts = look({link.url for link in links})
    left_out = [link for link in links if link.url not in verdicts]
    offline = [link for link in links if _failure(verdicts, link) == Failure.OFFLINE]
    if left_out or offline:
        yield _unchecked(draft, len(left_out) + len(offline))
    for link in links:
        if link.url in verdicts:
            yield from _judge(link, verdicts[link.url])


def look(urls: set[str]) -> dict[str, Verdict]:
    """What each address answers; those left out when time or number ran out are not in it."""
    keys = {f"link:{sha256(url.encode()).hexdigest()}": url for url in sorted(urls)[:MAX_LINKS]}
    known = cache.get_many(keys)
    verdicts = {keys[key]: verdict for key, verdict in known.items()}
    pool = ThreadPoolExecutor(TOGETHER, thread_name_prefix="link")
    asked: dict[Future[Verdict], str] = {
        pool.submit(_look, url): key for key, url in keys.items() if key not in known
    }
    done, _late = wait(asked, timeout=SECONDS_IN_ALL)
    pool.shutdown(wait=False, cancel_futures=True)
    for future in done:
        key, verdict = asked[future], future.result()
        verdicts[keys[key]] = verdict
        # Preparing, then approving a moment later, must not ask everybody twice.
        if verdict.failure != Failure.OFFLINE:
            cache.set(key, verdict, REMEMBERED)
    return verdicts


def _look(url: str) -> Verdict:
    try:
        answer = outside.fetch(url, timeout=SECONDS_EACH)
    except Unreachable as error:
        return Verdict(0, url, failure=error.failure.value)
    return Verdict(answer.status, answer.url, answer.moved)


def _judge(link: Link, verdict: Verdict) -> Iterator[Finding]:
    match verdict.failure:
        case Failure.UNKNOWN_HOST:
            yield _finding(link, Level.BLOCK, "link-unknown-host", "Le site n'existe pas")
        case Failure.PRIVATE:
            yield _finding(link, Level.BLOCK, "link-private", "Adresse d'un réseau privé")
        case Failure.MALFORMED:
            yield _finding(link, Level.BLOCK, "link-malformed", "L'adresse est mal formée")
        case Failure.TIMEOUT:
            yield _finding(link, Level.WARN, "link-timeout", "Le site n'a pas répondu à temps")
        case Failure.TLS | Failure.BROKEN | Failure.REDIRECTS:
            yield _finding(link, Level.WARN, "link-broken", "Le site ne répond pas correctement")
    if verdict.status in _GONE:
        yield _finding(link, Level.BLOCK, "link-gone", f"Page introuvable ({verdict.status})")
    elif verdict.status >= 400:
        what = f"Le site refuse le contrôle ({verdict.status})"
        yield _finding(link, Level.WARN, "link-refused", what)
    elif verdict.moved and _differs(link.url, verdict.url):
        what = f"La page a déménagé vers {verdict.url}"
        yield _finding(link, Level.WARN, "link-moved", what)


def _differs(asked: str, final: str) -> bool:
    """False for http → https and for a final slash: nothing the editor gains by changing."""
    a, b = urlsplit(urldefrag(asked).url), urlsplit(final)
    return (a.netloc, a.path.rstrip("/")) != (b.netloc, b.path.rstrip("/"))


def _finding(link: Link, level: Level, code: str, what: str) -> Finding:
    return Finding(
        code,
        level,
        f"{what} : {link.url}",
        link.place,
        "Un lien mort devant des milliers de personnes ne se rattrape plus.",
        "Ouvrez le lien, corrigez l'adresse ou retirez-la.",
    )


def _unchecked(draft: Draft, count: int) -> Finding:
    return Finding(
        "links-unchecked",
        Level.WARN,
        f"{count} lien(s) vers d'autres sites non vérifié(s)",
        draft.at("body", "Rubriques"),
        "Cette machine n'a pas pu les ouvrir à temps, ou n'en a pas le droit.",
        "Ouvrez-les vous-même depuis le courriel de test, ou vérifiez à nouveau.",
    )


def _failure(verdicts: dict[str, Verdict], link: Link) -> str:
    return verdicts[link.url].failure if link.url in verdicts else ""


def _links(draft: Draft) -> list[Link]:
    """Every address of the mail, once, at the first place that holds it."""
    found: dict[str, Link] = {}
    rich = [(draft.at("editorial", "Éditorial"), draft.letter.editorial)]
    for entry in draft.entries:
        if entry.item.url:
            found.setdefault(entry.item.url, Link(entry.item.url, entry.place))
        rich.append((entry.place, entry.item.html))
    for place, html in rich:
        for anchor in BeautifulSoup(html, "html.parser").find_all("a", href=True):
            url = str(anchor["href"])
            found.setdefault(url, Link(url, place))
    return [link for url, link in found.items() if url.startswith("http")]


def _is_ours(draft: Draft, url: str) -> bool:
    return urlsplit(url).netloc == urlsplit(draft.letter.web_url).netloc


def _exists(root: Page, path: str) -> bool:
    try:
        if resolve(path).url_name != "wagtail_serve":
            return True  # a search, a document, a file: not a page
        request = HttpRequest()
        request.path = request.path_info = path
        root.specific.route(request, [part for part in path.split("/") if part])
    except (Http404, Resolver404):
        return False
    return True
