"""The shape of a BOAMP record, strictly: a wrong type is an error with its path, an unknown field is let be.

Source: dataset `boamp` of Opendatasoft's Explore API v2.1 (records); persons and telephones are not read.
"""

import datetime

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """One notice: indexed fields, and `donnees`, the notice itself as JSON inside the JSON."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)

    idweb: str = Field(pattern=r"^[0-9A-Za-z_-]{3,40}$")
    objet: str | None = None
    dateparution: datetime.date
    datelimitereponse: str | None = None
    nomacheteur: str | None = None
    titulaire: list[str] | str | None = None
    code_departement: list[str] | str | None = None
    code_departement_prestation: list[str] | str | None = None
    famille: str | None = None
    type_procedure: str | None = None
    procedure_libelle: str | None = None
    nature: str
    sousnature: str | None = None
    etat: str | None = None
    type_marche: list[str] | str | None = None
    descripteur_libelle: list[str] | str | None = None
    criteres: list[str] | str | None = None
    annonce_lie: list[str] | str | None = None
    annonces_anterieures: list[str] | str | None = None
    donnees: str | None = None
    url_avis: str | None = None
    contractfolderid: str | None = None


def listed(value: list[str] | str | None) -> list[str]:
    """The filled values of a field that is a list when it has several."""
    values = [value] if isinstance(value, str) else value or []
    return [each.strip() for each in values if each.strip()]
