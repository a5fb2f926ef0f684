"""An index of words by number of row: FTS5 on SQLite, tsvector and GIN on PostgreSQL, answering alike.

Words are ready made, of letters without accents, figures and underscores: neither database cuts or stems.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

# PostgreSQL keeps no position beyond this one.
MOST_WORDS = 16_000
LONGEST_WORD = 60
_SQLITE = (
    "CREATE VIRTUAL TABLE search_text USING fts5(words{contentless}, tokenize = \"ascii tokenchars '_'\")",
)
_POSTGRESQL = (
    "CREATE TABLE search_text (tender_id integer PRIMARY KEY REFERENCES tender (id) ON DELETE CASCADE, "
    "words tsvector NOT NULL)",
    "CREATE INDEX ix_search_text_words ON search_text USING gin (words)",
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; the last may be the beginning of one; or a code instead."""

    words: tuple[str, ...]
    is_start: bool = False
    or_code: str = ""


def create(connection: Connection) -> None:
    """Make the index of this database."""
    if connection.dialect.name == "sqlite":
        # Libraries that cannot take a row out of an index without its text keep the text.
        version = tuple(map(int, str(connection.scalar(text("SELECT sqlite_version()"))).split(".")))
        contentless = ", content='', contentless_delete=1" if version >= (3, 43) else ""
        statements = [each.format(contentless=contentless) for each in _SQLITE]
    else:
        statements = list(_POSTGRESQL)
    for statement in statements:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Remove the index."""
    connection.execute(text("DROP TABLE search_text"))


def is_part(name: str | None, kind: str) -> bool:
    """Whether a table of the database is a part of the index, which the models do not describe."""
    return kind == "table" and str(name).startswith("search_text")


def write(session: Session, rows: Mapping[int, Sequence[str]]) -> None:
    """Let each row have these words and no others."""
    if not rows:
        return
    remove(session, rows)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        values = [{"row": row, "words": " ".join(words[:MOST_WORDS])} for row, words in rows.items()]
        session.execute(text("INSERT INTO search_text (rowid, words) VALUES (:row, :words)"), values)
    else:
        values = [{"row": row, "words": _vector(words[:MOST_WORDS])} for row, words in rows.items()]
        session.execute(
            text("INSERT INTO search_text (tender_id, words) VALUES (:row, CAST(:words AS tsvector))"), values
        )


def remove(session: Session, rows: Iterable[int]) -> None:
    """Take rows out of the index; those that are not in it are no error."""
    values = [{"row": row} for row in rows]
    if values:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        of_sqlite = text("DELETE FROM search_text WHERE rowid = :row")
        of_postgresql = text("DELETE FROM search_text WHERE tender_id = :row")
        session.execute(of_sqlite if is_sqlite else of_postgresql, values)


def rows_with(session: Session, terms: Sequence[Term]) -> Sequence[int]:
    """The rows in which every term stands, in no order; no term at all finds nothing."""
    if not terms:
        return []
    if session.get_bind().dialect.name == "sqlite":
        asked, wanted = "SELECT rowid FROM search_text WHERE search_text MATCH :wanted", _match(terms)
    else:
        asked = "SELECT tender_id FROM search_text WHERE words @@ CAST(:wanted AS tsquery)"
        wanted = _query(terms)
    return session.scalars(text(asked), {"wanted": wanted}).all()


def _match(terms: Sequence[Term]) -> str:
    def said(term: Term) -> str:
        phrase = f'"{" ".join(term.words)}"{" *" if term.is_start else ""}'
        return f'({phrase} OR "{term.or_code}")' if term.or_code else phrase

    return " AND ".join(said(term) for term in terms)


def _query(terms: Sequence[Term]) -> str:
    def said(term: Term) -> str:
        *before, last = [f"'{word}'" for word in term.words]
        phrase = " <-> ".join([*before, f"{last}:*" if term.is_start else last])
        return f"({phrase} | '{term.or_code}')" if term.or_code else f"({phrase})"

    return " & ".join(said(term) for term in terms)


def _vector(words: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())
