"""Files for tests of rooms: whole ones of each kind, and archives with whatever parts."""

import zipfile
from io import BytesIO

import openpyxl
from docx import Document

TYPES = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def archive(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive with these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def office(kind: str, **parts: str) -> bytes:
    """The least that an Office file has, with further parts; `kind` as in the type of its main part."""
    types = f'<Types><Override ContentType="{TYPES}{kind}.main+xml"/></Types>'
    return archive({"[Content_Types].xml": types, "_rels/.rels": "<r/>", **parts})


def open_document(kind: str, manifest: str = "<m/>") -> bytes:
    """The least that an OpenDocument file has."""
    return archive({"mimetype": f"{OPEN}{kind}", "META-INF/manifest.xml": manifest, "content.xml": "<c/>"})


def docx() -> bytes:
    """A document as Word keeps it."""
    out = BytesIO()
    document = Document()
    document.add_paragraph("Plan du mémoire.")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    """A table as Excel keeps it."""
    out = BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()
