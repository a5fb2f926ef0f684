"""Addresses as keys: the same page has one, whatever was hung on it to count visitors."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from procurement.notices import digest_of

_COUNTERS = re.compile(
    r"^(?:utm_.*|mtm_.*|pk_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_ga|phpsessid|jsessionid|sid)$",
    re.I,
)
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.I)
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|odt|ods|zip|rtf)$", re.I)
_LONGEST_KEY = 120


def canonical(address: str, *, base: str) -> str:
    """The absolute address without fragment, session and counters; empty when it is no web address."""
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    kept = [(name, value) for name, value in query if not _COUNTERS.match(name)]
    # An address without counters stays as it was written, letter for letter.
    asked = parts.query if kept == query else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.lower(), _SESSION.sub("", parts.path) or "/", asked, ""))


def is_document(address: str) -> bool:
    """Whether an address is that of a file to read, not of a page."""
    return bool(_DOCUMENT.search(urlsplit(address).path))


def key_of(name: str) -> str:
    """A name as a key that fits its column: itself, or its digest when it is too long."""
    return name if len(name) <= _LONGEST_KEY else f"sha256:{digest_of(name.encode())}"


def number_of(key: str) -> str:
    """A short number for a notice that bears none."""
    return digest_of(key.encode())[:12]
