"""What a lead is judged by, in words: its gates as what they ask, its signals as what they look at."""

from procurement.labelled import Labelled


class GateName(Labelled):
    """A condition that a lead meets or not, as the words for one that is met."""

    OPEN = (
        "open",
        "on peut encore déposer une offre",
        "ein Angebot ist noch möglich",
        "si può ancora presentare un’offerta",
        "a bid can still be made",
    )
    PLACE = (
        "place",
        "dans le rayon d’action",
        "im Einzugsgebiet",
        "nel raggio d’azione",
        "within reach",
    )
    EXCLUDED_WORDS = (
        "excluded_words",
        "aucun mot exclu par le profil",
        "kein vom Profil ausgeschlossenes Wort",
        "nessuna parola esclusa dal profilo",
        "no word that the profile excludes",
    )
    LANGUAGE_OF_OFFERS = (
        "language_of_offers",
        "une langue d’offre commune",
        "eine gemeinsame Sprache für das Angebot",
        "una lingua comune per l’offerta",
        "a language in common for the bid",
    )
    WORTHWHILE = (
        "worthwhile",
        "assez grand pour valoir une offre",
        "gross genug für ein Angebot",
        "abbastanza grande per un’offerta",
        "large enough to be worth a bid",
    )
    SIZE = (
        "size",
        "à la taille du membre, seul ou à plusieurs",
        "in der Grösse des Mitglieds, allein oder zu mehreren",
        "a misura del membro, da solo o con altri",
        "of a size for the member, alone or with others",
    )
    RESERVED = (
        "reserved",
        "ouvert au statut du membre",
        "offen für den Status des Mitglieds",
        "aperto allo statuto del membro",
        "open to the member’s status",
    )


class SignalName(Labelled):
    """What may speak for a lead."""

    CPV_BRANCH = (
        "cpv_branch",
        "branche CPV commune",
        "gemeinsamer CPV-Zweig",
        "ramo CPV comune",
        "CPV branch in common",
    )
    CPV_SUGGESTED = (
        "cpv_suggested",
        "branche CPV d’après le texte",
        "CPV-Zweig gemäss Text",
        "ramo CPV secondo il testo",
        "CPV branch by the text",
    )
    SECTOR_BRANCH = (
        "sector_branch",
        "domaine d’activité du membre",
        "Tätigkeitsgebiet des Mitglieds",
        "settore di attività del membro",
        "the member’s field of activity",
    )
    SECTOR_WORDS = (
        "sector_words",
        "mots du domaine dans l’avis",
        "Wörter des Gebiets in der Bekanntmachung",
        "parole del settore nel bando",
        "words of the field in the notice",
    )
    TEXT_LIKENESS = ("text_likeness", "textes proches", "ähnliche Texte", "testi simili", "texts alike")
    REFERENCE_LIKENESS = (
        "reference_likeness",
        "référence proche",
        "ähnliche Referenz",
        "referenza simile",
        "a reference alike",
    )
    BM25_LIKENESS = (
        "bm25_likeness",
        "mots de la présentation dans l’avis",
        "Wörter des Profils in der Bekanntmachung",
        "parole della presentazione nel bando",
        "words of the profile in the notice",
    )
    MEANING = (
        "meaning",
        "sens proche, dans une autre langue",
        "ähnlicher Sinn, in einer anderen Sprache",
        "senso simile, in un’altra lingua",
        "alike in meaning, in another language",
    )
    WITHIN_REACH = (
        "within_reach",
        "lieu dans le rayon d’action",
        "Ort im Einzugsgebiet",
        "luogo nel raggio d’azione",
        "place within reach",
    )
    LANGUAGE_FITS = (
        "language_fits",
        "langue de l’offre",
        "Sprache des Angebots",
        "lingua dell’offerta",
        "language of the bid",
    )
    DAYS_LEFT = (
        "days_left",
        "temps pour répondre",
        "Zeit zum Antworten",
        "tempo per rispondere",
        "time to answer",
    )
    BUYER_KNOWN = (
        "buyer_known",
        "adjudicateur déjà connu",
        "bekannte Vergabestelle",
        "committente già noto",
        "a buyer known before",
    )
    SIZE_FITS = (
        "size_fits",
        "taille à votre portée",
        "Grösse in Reichweite",
        "dimensione alla portata",
        "a size within reach",
    )
    ESS_ANSWERABLE = (
        "ess_answerable",
        "critères ESS auxquels répondre",
        "ESS-Kriterien, die erfüllt sind",
        "criteri ESS a cui rispondere",
        "ESS criteria that can be answered",
    )
    FEEDBACK_LIKENESS = (
        "feedback_likeness",
        "ce qui a été retenu et écarté",
        "was behalten und verworfen wurde",
        "quanto ritenuto e scartato",
        "what was kept and dropped",
    )
