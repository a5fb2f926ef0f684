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
    CONSORTIUM_EXCLUDED = (
        "consortium_excluded",
        "L’avis exclut les communautés de soumissionnaires : l’équipe peut consigner ce que dit le dossier.",
        "Die Bekanntmachung schliesst Bietergemeinschaften aus: Das Team kann die Unterlagen festhalten.",
        "Il bando esclude i consorzi: il team può annotare quanto dice la documentazione.",
        "The notice excludes consortia: staff can record what the documents say.",
    )
    SUBCONTRACTING_EXCLUDED = (
        "subcontracting_excluded",
        "L’avis exclut la sous-traitance : l’équipe peut consigner ce que dit le dossier.",
        "Die Bekanntmachung schliesst Unteraufträge aus: Das Team kann die Unterlagen festhalten.",
        "Il bando esclude il subappalto: il team può annotare quanto dice la documentazione.",
        "The notice excludes subcontracting: staff can record what the documents say.",
    )
    # The same words for every cause, so that nobody learns of another bid.
    NOT_AVAILABLE = (
        "not_available",
        "Ce membre n’est pas disponible pour ce marché.",
        "Dieses Mitglied ist für diesen Auftrag nicht verfügbar.",
        "Questo membro non è disponibile per questa commessa.",
        "This member is not available for this tender.",
    )
    ALREADY_COMMITTED = (
        "already_committed",
        "Vous êtes déjà engagé pour ce marché ou l’un de ces lots : retirez-vous d’abord.",
        "Sie sind für diesen Auftrag oder ein Los davon schon verpflichtet: Ziehen Sie sich zuerst zurück.",
        "Siete già impegnati per questa commessa o uno di questi lotti: prima ritiratevi.",
        "You are already committed for this tender or one of these lots: withdraw first.",
    )
    NO_PLACE_LEFT = (
        "no_place_left",
        "Il n’y a plus de place dans cette communauté.",
        "In dieser Gemeinschaft ist kein Platz mehr frei.",
        "Non c’è più posto in questo consorzio.",
        "There is no place left in this consortium.",
    )
    WRONG_MOMENT = (
        "wrong_moment",
        "Ce n’est plus possible au point où en est cette communauté.",
        "Das geht beim jetzigen Stand dieser Gemeinschaft nicht mehr.",
        "Non è più possibile allo stato attuale di questo consorzio.",
        "This is no longer possible at this stage of the consortium.",
    )
    SHARES_NOT_WHOLE = (
        "shares_not_whole",
        "Les parts font {sum} % : il en faut 100.",
        "Die Anteile ergeben {sum} %: Es müssen 100 sein.",
        "Le quote danno il {sum} %: devono fare 100.",
        "The shares add up to {sum} %: they must make 100.",
    )
    NOT_ALL_COMMITTED = (
        "not_all_committed",
        "Tous ne se sont pas encore engagés.",
        "Noch haben sich nicht alle verpflichtet.",
        "Non tutti si sono ancora impegnati.",
        "Not everybody has committed yet.",
    )
    SOLIDARITY_UNREAD = (
        "solidarity_unread",
        "Qui s’engage répond du tout envers l’adjudicateur (CO art. 544 al. 3) : confirmez que c’est lu.",
        "Wer sich verpflichtet, haftet gegenüber der Auftraggeberin für das Ganze (OR Art. 544 Abs. 3): "
        "Bestätigen Sie, dass Sie es gelesen haben.",
        "Chi si impegna risponde del tutto verso il committente (CO art. 544 cpv. 3): confermate la lettura.",
        "Whoever commits answers for the whole towards the buyer (CO art. 544 para. 3): please confirm.",
    )
    WORDS_NEEDED = (
        "words_needed",
        "Il manque le texte.",
        "Der Text fehlt.",
        "Manca il testo.",
        "The text is missing.",
    )
    TOO_MANY_SAVED = (
        "too_many_saved",
        "Vous gardez déjà {most} recherches : supprimez-en une d’abord.",
        "Sie haben schon {most} Suchen gespeichert: Löschen Sie zuerst eine.",
        "Avete già salvato {most} ricerche: prima eliminatene una.",
        "You keep {most} searches already: remove one first.",
    )
    WHY_TOGETHER_NEEDED = (
        "why_together_needed",
        "Dites pourquoi vous répondez ensemble : le droit des cartels demande cette note.",
        "Sagen Sie, warum Sie gemeinsam anbieten: Das Kartellrecht verlangt diese Notiz.",
        "Dite perché rispondete insieme: il diritto dei cartelli richiede questa nota.",
        "Say why you bid together: cartel law asks for this note.",
    )
    QUOTATION_NEEDED = (
        "quotation_needed",
        "Il faut les mots du dossier et la page où ils se trouvent.",
        "Es braucht die Worte der Unterlagen und die Seite, auf der sie stehen.",
        "Servono le parole della documentazione e la pagina in cui si trovano.",
        "The words of the documents and their page are needed.",
    )
    NAMES_ITS_AUTHOR = (
        "names_its_author",
        "Une demande part sans votre nom : retirez du message « {found} ».",
        "Eine Anfrage geht ohne Ihren Namen: Entfernen Sie «{found}» aus der Nachricht.",
        "Una richiesta parte senza il vostro nome: togliete «{found}» dal messaggio.",
        "A question goes out without your name: take “{found}” out of the message.",
    )
