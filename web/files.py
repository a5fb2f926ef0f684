"""Files that a page gives to be saved."""

import io
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from procurement.exports.sheets import Sheet, write_book, write_csv_sheet


def file_of(content: str | bytes, name: str, kind: str) -> Response:
    """A file to be saved under a name; `kind` is its MIME type."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)


def csv_of(sheet: Sheet, name: str) -> Response:
    """A table as CSV to be saved under a name."""
    out = io.StringIO(newline="")
    write_csv_sheet(sheet, out)
    return file_of(out.getvalue(), name, "text/csv; charset=utf-8")


def shared_file(content: bytes, name: str, kind: str) -> Response:
    """A file that somebody else put here: to be saved, never shown or run as a page of ours, kept nowhere."""
    response = Response(content, content_type=kind)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    response.headers.set(
        "Content-Disposition", "attachment", filename=plain, **{"filename*": f"UTF-8''{quote(name, safe='')}"}
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


def xlsx_of(sheets: Iterable[Sheet], name: str) -> Response:
    """Tables as one XLSX book to be saved under a name."""
    out = io.BytesIO()
    write_book(sheets, out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return file_of(out.getvalue(), name, kind)
