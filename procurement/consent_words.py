"""What somebody can agree to receive, and the words that they read when they do."""

from procurement.i18n import translated_later
from procurement.labelled import Labelled


class ConsentKind(Labelled):
    """The kinds of e-mail that each have a consent of their own."""

    ALERTS = "alerts", "marchés pour nous", "Aufträge für uns", "commesse per noi", "tenders for us"
    REMINDERS = (
        "reminders",
        "rappels des délais",
        "Erinnerungen an Fristen",
        "promemoria delle scadenze",
        "reminders of deadlines",
    )
    PARTNERS = (
        "partners",
        "demandes de partenaires",
        "Partneranfragen",
        "richieste di partner",
        "requests for partners",
    )
    NEWS = (
        "news",
        "nouvelles de la chambre",
        "Neuigkeiten der Kammer",
        "novità della camera",
        "news of the chamber",
    )

    @property
    def comes_with_membership(self) -> bool:
        """Whether the service that a member joined is this very mail; the others wait for a yes."""
        return self is not ConsentKind.NEWS


# Goes up with every change of a text below: what somebody agreed to stays known by its number.
TEXT_VERSION = 1

TEXTS = {
    ConsentKind.ALERTS: translated_later(
        "Les marchés que la chambre retient pour votre organisation : les nouveaux, les dernières chances, "
        "ce qui change et les adjudications publiées."
    ),
    ConsentKind.REMINDERS: translated_later(
        "Dix, cinq, deux et un jour avant le délai des questions et celui des offres, pour les marchés que "
        "votre organisation dit suivre. Ils viennent les jours ouvrables, même si le reste est plus rare."
    ),
    ConsentKind.PARTNERS: translated_later(
        "Quand un membre de la chambre cherche un partenaire comme vous : une demande sans son nom, rappelée "
        "une seule fois si elle reste sans réponse."
    ),
    ConsentKind.NEWS: translated_later(
        "De temps en temps, ce que fait la chambre : formations, rencontres, conseils. Rien n’en dépend."
    ),
}
