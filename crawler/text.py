"""HTML fragments of notices into clean text."""

from bs4 import BeautifulSoup

from procurement.cleaning import clean_text
from procurement.errors import UnreadableNotice

_BLOCKS = ("p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6")


def html_to_text(fragment: str, *, path: str = "") -> str:
    """The words of an HTML fragment: paragraphs on lines of their own, list items after a bullet."""
    text = clean_text(fragment)
    if "<" not in text and "&" not in text:
        return text
    try:
        # Within a tag of its own, a bare web address is not taken for the name of a page to fetch.
        soup = BeautifulSoup(f"<body>{text}</body>", "lxml")
        for tag in soup(["script", "style", "template"]):
            tag.decompose()
        for tag in soup.find_all("br"):
            tag.replace_with("\n")
        for tag in soup.find_all("li"):
            tag.insert_before("\n• ")
        for tag in soup.find_all(_BLOCKS):
            tag.insert_before("\n")
            tag.insert_after("\n")
        words = soup.get_text()
    except RecursionError as problem:
        raise UnreadableNotice(path, "nested too deeply") from problem
    # Entities may stand for characters that the first cleaning would have taken out.
    return clean_text(words.replace("\u00a0", " "))
