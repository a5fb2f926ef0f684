"""Addresses of other sites: what may become a link, and what is said of where it leads."""

from urllib.parse import urlsplit


def web_host(url: str | None) -> str:
    """The host of a web address, shown beside the link; nothing when it is no web address."""
    address = url or ""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_whole = not any(character.isspace() for character in address)
    return host if is_whole and parts.scheme in ("http", "https") else ""
