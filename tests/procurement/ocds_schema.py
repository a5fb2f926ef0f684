"""Checks OCDS packages against the schema of the standard and its extensions, when they are at hand.

The schema lets any field pass that it does not know, so that a misspelt one would never be noticed: here
every field must be known, every code on its list, every date with a zone, every address one.
"""

import csv
import io
import json
import re
import tarfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker

_FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "ted" / "ocds_samples" / "reference"
_ARCHIVE = _FOLDER / "ocds_1.1_schema+extensions+eforms-profile.tar.xz"
_PACKAGE = _FOLDER / "ocds_1.1_release-package-schema.json"
# The eForms profile is the standard with its extensions, those of the archive among them, put together.
_RELEASE = "eforms/schema/patched/release-schema.json"
_CODELISTS = "eforms/schema/patched/codelists/"
_EXTENSIONS = (
    "contractTerms",
    "lots",
    "otherRequirements",
    "submissionTerms",
    "suitability",
    "sustainability",
)

is_here = _ARCHIVE.exists() and _PACKAGE.exists()
_formats = FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_formats.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is None or bool(parts.scheme and parts.netloc and value == str(value).strip())


@lru_cache(maxsize=1)
def _archive() -> dict[str, bytes]:
    with tarfile.open(_ARCHIVE) as archive:
        return {
            member.name: file.read()
            for member in archive
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }


@lru_cache(maxsize=1)
def _release_schemas() -> tuple[dict[str, Any], ...]:
    """The profile's release schema, and that of the standard with the archive's extensions laid over it."""
    core = json.loads(_archive()["schema/release-schema.json"])
    for name in _EXTENSIONS:
        _lay_over(core, json.loads(_archive()[f"ext/{name}/release-schema.json"]))
    return json.loads(_archive()[_RELEASE]), core


def _lay_over(schema: dict[str, Any], patch: dict[str, Any]) -> None:
    """RFC 7396, by which extensions of OCDS change its schema."""
    for name, value in patch.items():
        if value is None:
            schema.pop(name, None)
        elif isinstance(value, dict) and isinstance(schema.get(name), dict):
            _lay_over(schema[name], value)
        else:
            schema[name] = value


@lru_cache(maxsize=64)
def _codes(name: str) -> frozenset[str]:
    text = _archive()[_CODELISTS + name].decode("utf-8")
    return frozenset(row["Code"] for row in csv.DictReader(io.StringIO(text)))


def problems_of(package: dict[str, Any]) -> list[str]:
    """What the schemas, the lists of codes and the rule against unknown fields find wrong in a package."""
    envelope = json.loads(_PACKAGE.read_text(encoding="utf-8"))
    envelope["properties"]["releases"]["items"] = {"type": "object"}
    found = [_said(each, "package") for each in _validator(envelope).iter_errors(package)]
    found += [f"package: unknown field {name}" for name in package if name not in envelope["properties"]]
    for release in package["releases"]:
        for schema in _release_schemas():
            found += [_said(each, release["id"]) for each in _validator(schema).iter_errors(release)]
        profile = _release_schemas()[0]
        found += [f"{release['id']}: {each}" for each in _unknown(release, profile, profile, "")]
    return found


def _validator(schema: dict[str, Any]) -> Draft4Validator:
    return Draft4Validator(schema, format_checker=_formats)


def _said(error: Any, where: str) -> str:
    return f"{where}: {'/'.join(str(part) for part in error.absolute_path)}: {error.message}"


def _unknown(found: Any, part: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in part:
        part = {**part, **whole["definitions"][part["$ref"].removeprefix("#/definitions/")]}
    if isinstance(found, list):
        for entry in found:
            yield from _unknown(entry, {**part.get("items", {}), **_list_of(part)}, whole, path)
    elif isinstance(found, dict):
        known, patterns = part.get("properties", {}), part.get("patternProperties", {})
        for name, value in found.items():
            if name in known:
                yield from _unknown(value, known[name], whole, f"{path}/{name}")
            elif not any(re.search(pattern, name) for pattern in patterns):
                yield f"unknown field {path}/{name}"
    elif "codelist" in part and found not in _codes(part["codelist"]):
        yield f"{path}: {found!r} is not in {part['codelist']}"


def _list_of(part: dict[str, Any]) -> dict[str, Any]:
    return {"codelist": part["codelist"]} if "codelist" in part else {}
