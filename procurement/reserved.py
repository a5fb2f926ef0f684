"""Reserved contracts: whom participation is reserved to, and what a member must be to take part."""

from collections.abc import Collection

from procurement.labelled import Labelled
from procurement.vocabulary import Stated


class Reservation(Labelled):
    """Whom participation is reserved to (eForms BT-71; directive 2014/24/EU art. 20 and 77)."""

    INTEGRATION = (
        "res-ws",
        "ateliers protégés et opérateurs d’insertion",
        "geschützte Werkstätten und Betriebe der Arbeitsintegration",
        "laboratori protetti e imprese d’inserimento",
        "sheltered workshops and work-integration providers",
    )
    PUBLIC_SERVICE = (
        "res-pub-ser",
        "organisations de mission de service public",
        "Organisationen mit öffentlichem Auftrag",
        "organizzazioni con una missione di servizio pubblico",
        "organisations with a public service mission",
    )


class Status(Labelled):
    """What a member is where contracts are reserved; two of them open the same reservation."""

    # Art. 20; in France CCP L2113-12 (entreprises adaptées, ESAT).
    SHELTERED_WORKSHOP = (
        "sheltered_workshop",
        "atelier protégé ou entreprise adaptée",
        "geschützte Werkstätte",
        "laboratorio protetto",
        "sheltered workshop",
    )
    # Art. 20, 30 % of disadvantaged workers; in France CCP L2113-13 (structures d’insertion).
    WORK_INTEGRATION = (
        "work_integration",
        "entreprise d’insertion",
        "Betrieb der Arbeitsintegration",
        "impresa d’inserimento",
        "work-integration provider",
    )
    # Art. 77, for services of health, social work and culture; in France CCP L2113-15 (ESS).
    PUBLIC_SERVICE_MISSION = (
        "public_service_mission",
        "organisation de mission de service public",
        "Organisation mit öffentlichem Auftrag",
        "organizzazione con una missione di servizio pubblico",
        "organisation with a public service mission",
    )

    @property
    def opens(self) -> Reservation:
        """The reservation that this status meets."""
        return (
            Reservation.PUBLIC_SERVICE if self is Status.PUBLIC_SERVICE_MISSION else Reservation.INTEGRATION
        )


def may_take_part(statuses: Collection[str] | None, reserved_to: Collection[str]) -> Stated:
    """Whether one of a member's statuses opens one of a lot's reservations: never a no on what is unknown.

    `statuses` is None when nobody has said what the member is. A code or status of another list is unknown.
    """
    if not reserved_to:
        return Stated.YES
    known = [Status.of(each) for each in statuses or ()]
    if any(status is not None and status.opens in reserved_to for status in known):
        return Stated.YES
    is_known = statuses is not None and None not in known and all(map(Reservation.of, reserved_to))
    return Stated.NO if is_known else Stated.NOT_SPECIFIED
