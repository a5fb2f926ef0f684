"""Invented notices and official words of a few divisions, in the shape of the real ones."""

from datetime import date, timedelta
from itertools import product

from matcher.cpv.examples import Example
from procurement.models import Translations

LABELS: dict[str, Translations] = {
    "03000000": {
        "fr": "Produits agricoles et légumes",
        "de": "Landwirtschaftliche Erzeugnisse und Gemüse",
        "it": "Prodotti agricoli e ortaggi",
        "en": "Agricultural products and vegetables",
    },
    "03410000": {"fr": "Bois", "de": "Holz", "it": "Legno", "en": "Wood"},
    "72000000": {
        "fr": "Services informatiques et programmation",
        "de": "Informatikdienste und Programmierung",
        "it": "Servizi informatici e programmazione",
        "en": "Computer services and programming",
    },
    "72262000": {
        "fr": "Développement de logiciels",
        "de": "Software-Entwicklung",
        "it": "Sviluppo di software",
        "en": "Software development",
    },
    "90910000": {
        "fr": "Services de nettoyage",
        "de": "Reinigungsdienste",
        "it": "Servizi di pulizia",
        "en": "Cleaning services",
    },
    "90911300": {
        "fr": "Nettoyage de vitres",
        "de": "Fensterreinigung",
        "it": "Pulizia di vetri",
        "en": "Window cleaning",
    },
}

_SUBJECTS = {
    ("03000000", "fr"): ("Livraison de carottes et de salades", "Fourniture de pommes de terre"),
    ("03000000", "de"): ("Lieferung von Karotten und Salat", "Beschaffung von Kartoffeln"),
    ("72262000", "fr"): ("Refonte d’un portail web", "Maintenance d’une application métier"),
    ("72262000", "de"): ("Neugestaltung eines Webportals", "Wartung einer Fachanwendung"),
    ("90910000", "fr"): ("Entretien ménager des locaux", "Récurage des sols et des sanitaires"),
    ("90910000", "de"): ("Unterhaltsreinigung der Räume", "Feuchtwischen der Böden"),
}
_PLACES = ("école du Lac", "musée des Tilleuls", "mairie de Bellecombe", "crèche des Noisetiers", "piscine")


def notices(days: int = 5, *, first: date = date(2025, 1, 6)) -> list[Example]:
    """On each day, every subject in both languages at one of five places: 12 a day, oldest first."""
    return [
        Example(f"{subject}, {_PLACES[day % 5]}", code, language, first + timedelta(day), f"{day}-{code}")
        for day, ((code, language), subjects) in product(range(days), _SUBJECTS.items())
        for subject in subjects
    ]
