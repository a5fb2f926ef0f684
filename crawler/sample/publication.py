"""One publication to be written out: its facts, and what the base of every answer repeats."""

from dataclasses import dataclass
from datetime import date

from crawler.sample import days
from crawler.sample.words import PUBLISHER, JsonObject, identifier, paragraphs, texts


@dataclass(frozen=True)
class Publication:
    """One publication that asks for something, with all it needs to be written out."""

    today: date
    book: JsonObject
    facts: JsonObject
    sequence: int
    earlier: JsonObject | None

    @property
    def number(self) -> int:
        """Say the number of the project."""
        return int(self.facts["number"])

    @property
    def publication_id(self) -> str:
        """Say the identifier of this publication."""
        return identifier("publication", self.number, self.sequence)

    @property
    def language(self) -> str:
        """Say the language in which the notice was written."""
        return str(self.facts.get("language", "fr"))

    @property
    def kind(self) -> str:
        """Say whether services, supplies or works are asked for."""
        return str(self.facts.get("kind", "service"))

    @property
    def process(self) -> str:
        """Say by which procedure."""
        return str(self.facts.get("process", "open"))

    @property
    def office(self) -> JsonObject:
        """Give the buying office."""
        office: JsonObject = self.book["offices"][self.facts["office"]]
        return office

    @property
    def published(self) -> str:
        """Say the day of publication."""
        return days.weekday(self.today, self.facts["published"]).isoformat()

    def text(self, written: str | None) -> JsonObject:
        """Give a text in the language of the notice only."""
        return texts(**{self.language: written})

    def phrase(self, key: str) -> JsonObject:
        """Give a sentence that all offices use, in the language of the notice."""
        return self.text(self.book["phrases"][key][self.language])

    def titles(self) -> JsonObject:
        """Give the title, with its translation where there is a summary."""
        summary = self.facts.get("summary") or {}
        translated = summary.get("title")
        return texts(**{summary.get("language", "en"): translated, self.language: self.facts["title"]})

    def descriptions(self) -> JsonObject:
        """Give the description as HTML, with its translation where there is a summary."""
        summary = self.facts.get("summary") or {}
        translated = paragraphs(summary["description"]) if summary else None
        own = paragraphs(self.facts["description"])
        return texts(**{summary.get("language", "en"): translated, self.language: own})

    def lots(self) -> list[JsonObject]:
        """Give the short form of the lots, as several answers repeat it."""
        return [
            {
                "id": identifier("lot", self.number, place),
                "lotNumber": place,
                "title": texts(**{"fr": lot.get("french"), self.language: lot["title"]}),
                "projectSubType": lot.get("kind", self.kind),
            }
            for place, lot in enumerate(self.facts.get("lots", []), start=1)
        ]

    def remedies(self) -> JsonObject:
        """Give the notice of the legal remedies of the buyer's authority."""
        root = self.office.get("root")
        key = f"{root}_{self.language}" if root else self.office["canton"]
        return self.text(self.book["remedies"][key])


def identity(publication: Publication, kind_of_notice: str) -> JsonObject:
    """Give what the base of every publication holds."""
    facts, summary = publication.facts, publication.facts.get("summary")
    is_request = facts.get("type") == "request_for_information"
    return {
        "id": publication.publication_id,
        "title": publication.titles(),
        "type": kind_of_notice,
        "projectType": "request_for_information" if is_request else "tender",
        "projectId": identifier("project", publication.number),
        "projectNumber": str(publication.number),
        "publicationNumber": f"{publication.number}-{publication.sequence:02}",
        "publicationDate": publication.published,
        "processType": publication.process,
        "lotsType": "with" if facts.get("lots") else "without",
        "stateContractArea": facts.get("treaty", False),
        "creationLanguage": publication.language,
        "translationLanguages": [{"language": summary["language"], "type": "summary"}] if summary else [],
        "procOfficeId": identifier("office", facts["office"]),
        "publishers": [PUBLISHER["id"]],
    }


def kinds(publication: Publication) -> JsonObject:
    """Repeat kind and procedure, as each block does for its readers."""
    return {"orderType": publication.kind, "processType": publication.process}


def reference(detail: JsonObject) -> JsonObject:
    """Point to an earlier publication of the same project."""
    base = detail["base"]
    return {
        "publicationId": detail["id"],
        "pubType": detail["type"],
        "projectType": detail["projectType"],
        "processType": base["processType"],
        "corrected": base.get("corrected", False),
        "publicationNumber": base["publicationNumber"],
        "publicationDate": base["publicationDate"],
        "publishers": [PUBLISHER],
    }
