"""The rules that an act can break, each with the sentence a person reads; facts stand in braces."""

from procurement.labelled import Labelled


class Rule(Labelled):
    """Rules of the trade that an act can break, with the sentence a person reads; facts stand in braces."""

    DEADLINE_PASSED = (
        "deadline_passed",
        "Le délai de remise des offres est échu.",
        "Die Frist für die Angebote ist abgelaufen.",
        "Il termine per le offerte è scaduto.",
        "The deadline for bids has passed.",
    )
    REASON_NEEDED = (
        "reason_needed",
        "Dites en un mot pourquoi : c’est ce qui permet à l’outil d’apprendre.",
        "Sagen Sie kurz warum: So lernt das Werkzeug dazu.",
        "Dite in breve perché: così lo strumento impara.",
        "Say why in a word: this is how the tool learns.",
    )
    CONSENT_NEEDED = (
        "consent_needed",
        "Dites qui a donné son accord, quand et comment : sans lui, personne n’entre au catalogue.",
        "Sagen Sie, wer wann und wie zugestimmt hat: Ohne Zustimmung kommt niemand ins Verzeichnis.",
        "Dite chi ha dato il consenso, quando e come: senza, nessuno entra nel catalogo.",
        "Say who agreed, when and how: without that nobody enters the catalogue.",
    )
    ALREADY_DECIDED = (
        "already_decided",
        "{who} a déjà décidé de cette correspondance.",
        "{who} hat über diesen Treffer schon entschieden.",
        "{who} ha già deciso su questa corrispondenza.",
        "{who} has already decided on this match.",
    )
    BANDS_CROSSED = (
        "bands_crossed",
        "Le seuil « à relire » va de 0,1 à 100, et ne dépasse pas celui de « forte ».",
        "Die Schwelle «zu prüfen» liegt zwischen 0,1 und 100 und nicht über jener für «stark».",
        "La soglia «da rileggere» va da 0,1 a 100 e non supera quella di «forte».",
        "The threshold “to check” lies between 0.1 and 100, and not above the one for “strong”.",
    )
    OTHER_MODEL = (
        "other_model",
        "Un autre modèle sert depuis : regardez l’état actuel avant de décider.",
        "Inzwischen ist ein anderes Modell im Einsatz: Sehen Sie sich den Stand an, bevor Sie entscheiden.",
        "Nel frattempo è in uso un altro modello: guardate la situazione prima di decidere.",
        "Another model serves by now: look at what there is before you decide.",
    )
    WRONG_CREDENTIALS = (
        "wrong_credentials",
        "Adresse ou mot de passe incorrect.",
        "Adresse oder Passwort ist falsch.",
        "Indirizzo o password errati.",
        "Wrong address or password.",
    )
    WRONG_CODE = (
        "wrong_code",
        "Ce code n’est pas valable ou n’est plus valable : demandez-en un nouveau.",
        "Dieser Code ist nicht oder nicht mehr gültig: Fordern Sie einen neuen an.",
        "Questo codice non è valido o non è più valido: chiedetene uno nuovo.",
        "This code is not valid or no longer valid: ask for a new one.",
    )
    PASSWORD_TOO_SHORT = (
        "password_too_short",
        "Au moins {least} caractères.",
        "Mindestens {least} Zeichen.",
        "Almeno {least} caratteri.",
        "At least {least} characters.",
    )
