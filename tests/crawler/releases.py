"""Invented OCDS releases in the shape of the profile for eForms."""

from typing import Any


def a_release(**changes: Any) -> dict[str, Any]:
    """A call with two lots, as the profile for eForms writes it; persons and firms are invented."""
    return {
        "ocid": "ocds-abc123-7",
        "id": "7-1",
        "date": "2026-08-12T22:30:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "fr",
        "buyer": {"id": "CH-ONL", "name": "Commune d’Onlieu"},
        "parties": [
            {
                "id": "CH-ONL",
                "name": "Commune d’Onlieu",
                "roles": ["buyer"],
                "address": {
                    "locality": "Onlieu",
                    "postalCode": "1299",
                    "region": "CH013",
                    "countryName": "Suisse",
                },
                "contactPoint": {"name": "Ada Exemple", "email": "ada@onlieu.example"},
            }
        ],
        "tender": {
            "id": "T-7",
            "title": "Entretien des parcs",
            "title_de": "Unterhalt der Parks",
            "description": "<p>Deux lots.</p>",
            "status": "active",
            "procurementMethod": "open",
            "mainProcurementCategory": "services",
            "classification": {"scheme": "CPV", "id": "77310000-6", "description": "Espaces verts"},
            "items": [
                {
                    "id": "1",
                    "relatedLot": "LOT-1",
                    "classification": {"scheme": "CPV", "id": "77313000", "description": "Parcs"},
                    "additionalClassifications": [{"scheme": "UNSPSC", "id": "70111700"}],
                    "deliveryAddresses": [{"region": "CH013"}],
                },
                {"id": "2", "relatedLot": "LOT-2", "classification": {"scheme": "CPV", "id": "77340000"}},
            ],
            "value": {"amount": 250000.4, "currency": "CHF"},
            "tenderPeriod": {"endDate": "2026-09-03T12:00:00+02:00"},
            "enquiryPeriod": {"endDate": "2026-08-20T22:30:00Z"},
            "bidOpening": {"date": "2026-09-04T09:00:00+02:00"},
            "lotDetails": {"maximumLotsBidPerSupplier": 1},
            "documents": [
                {"id": "d", "documentType": "biddingDocuments", "url": "https://www.onlieu.example/d"}
            ],
            "submissionTerms": {"languages": ["fr", "de"], "variantPolicy": "notAllowed"},
            "lots": [
                {
                    "id": "LOT-1",
                    "title": "Rive gauche",
                    "value": {"amount": 150000.0, "currency": "CHF"},
                    "contractPeriod": {"startDate": "2027-01-01T00:00:00+01:00", "durationInDays": 730},
                    "hasRenewal": True,
                    "otherRequirements": {"reservedParticipation": ["shelteredWorkshop"]},
                    "contractTerms": {"reservedExecution": True, "tendererLegalForm": "Société simple"},
                    "sustainability": [
                        {
                            "goal": "social.disadvantagedEmploymentOpportunities",
                            "strategies": ["awardCriteria"],
                            "description": "Deux postes d’insertion",
                        },
                        {"goal": "environmental.circularEconomy"},
                        {"goal": "social.smeInclusion"},
                    ],
                    "awardCriteria": {
                        "criteria": [
                            {"type": "price", "name": "Prix"},
                            {
                                "type": "quality",
                                "name": "Insertion",
                                "numbers": [{"number": 20, "weight": "percentageExact"}],
                            },
                        ]
                    },
                    "selectionCriteria": {"criteria": [{"type": "technical", "description": "Références"}]},
                },
                {"id": "LOT-2", "title": "Rive droite", "submissionTerms": {"variantPolicy": "allowed"}},
            ],
        },
        **changes,
    }
