"""The words of the trade: enumerations with their labels in the four languages of the service."""

from procurement.labelled import Labelled


class NoticeType(Labelled):
    """Kinds of publication (simap `PubType`; eForms BT-02)."""

    ADVANCE_NOTICE = "advance_notice", "avis préalable", "Vorankündigung", "preavviso", "advance notice"
    REQUEST_FOR_INFORMATION = (
        "request_for_information",
        "demande d’information",
        "Informationsanfrage",
        "richiesta d’informazioni",
        "request for information",
    )
    TENDER = "tender", "appel d’offres", "Ausschreibung", "bando", "call for tenders"
    COMPETITION = "competition", "concours", "Wettbewerb", "concorso", "design contest"
    STUDY_CONTRACT = (
        "study_contract",
        "mandat d’étude parallèle",
        "Studienauftrag",
        "mandato di studio parallelo",
        "parallel study contract",
    )
    PARTICIPANT_SELECTION = (
        "participant_selection",
        "sélection des participants",
        "Auswahl der Teilnehmenden",
        "selezione dei partecipanti",
        "selection of participants",
    )
    SELECTIVE_OFFERING_PHASE = (
        "selective_offering_phase",
        "phase d’offre",
        "Angebotsphase",
        "fase d’offerta",
        "offering phase",
    )
    AWARD = "award", "adjudication", "Zuschlag", "aggiudicazione", "award"
    DIRECT_AWARD = (
        "direct_award",
        "adjudication de gré à gré",
        "freihändiger Zuschlag",
        "aggiudicazione per incarico diretto",
        "direct award",
    )
    ABANDONMENT = "abandonment", "interruption", "Abbruch", "interruzione", "abandonment"
    REVOCATION = "revocation", "révocation", "Widerruf", "revoca", "revocation"

    @property
    def calls_for_bids(self) -> bool:
        """Whether this notice opens a procedure that one may bid in."""
        return self in (NoticeType.TENDER, NoticeType.COMPETITION, NoticeType.STUDY_CONTRACT)


class ProcurementMethod(Labelled):
    """Procedures (OCDS `procurementMethod`; eForms BT-105; AIMP art. 17 to 21)."""

    OPEN = "open", "procédure ouverte", "offenes Verfahren", "procedura libera", "open procedure"
    SELECTIVE = (
        "selective",
        "procédure sélective",
        "selektives Verfahren",
        "procedura selettiva",
        "selective procedure",
    )
    LIMITED = (
        "limited",
        "procédure sur invitation",
        "Einladungsverfahren",
        "procedura mediante invito",
        "procedure by invitation",
    )
    DIRECT = "direct", "gré à gré", "freihändiges Verfahren", "incarico diretto", "direct award"
    NONE = "none", "sans procédure", "ohne Verfahren", "senza procedura", "no procedure"


class EnteredKind(Labelled):
    """Why an opportunity is entered by hand: no source publishes it."""

    BELOW_THRESHOLD = (
        "below_threshold",
        "sous les seuils de publication",
        "unter den Schwellenwerten",
        "sotto le soglie di pubblicazione",
        "below the thresholds of publication",
    )
    EXEMPT = (
        "exempt",
        "hors du champ de la loi (art. 10)",
        "ausserhalb des Gesetzes (Art. 10)",
        "fuori dal campo della legge (art. 10)",
        "outside the law (art. 10)",
    )
    INVITATION = "invitation", "sur invitation", "Einladung", "su invito", "by invitation"
    PRIVATE = "private", "commande privée", "privater Auftrag", "mandato privato", "private order"
    GAZETTE = "gazette", "feuille officielle", "Amtsblatt", "foglio ufficiale", "official gazette"

    @property
    def method(self) -> ProcurementMethod:
        """The procedure that goes with it."""
        return {
            EnteredKind.INVITATION: ProcurementMethod.LIMITED,
            EnteredKind.GAZETTE: ProcurementMethod.OPEN,
            EnteredKind.PRIVATE: ProcurementMethod.NONE,
        }.get(self, ProcurementMethod.DIRECT)


class ContractNature(Labelled):
    """What is bought (OCDS `mainProcurementCategory`; eForms BT-23)."""

    WORKS = "works", "travaux", "Bauauftrag", "lavori", "works"
    GOODS = "goods", "fournitures", "Lieferauftrag", "forniture", "supplies"
    SERVICES = "services", "services", "Dienstleistung", "servizi", "services"
    DESIGN = "design", "concours ou étude", "Wettbewerb oder Studie", "concorso o studio", "design or study"
    INFORMATION = "information", "information", "Information", "informazione", "information"


class Stated(Labelled):
    """What a notice says of a rule: never guessed from silence (simap `yes`, `no`, `not_specified`)."""

    YES = (
        "yes",
        "admis selon l’avis",
        "gemäss Bekanntmachung zugelassen",
        "ammesso secondo il bando",
        "allowed",
    )
    NO = (
        "no",
        "non admis selon l’avis",
        "gemäss Bekanntmachung nicht zugelassen",
        "non ammesso secondo il bando",
        "not allowed according to the notice",
    )
    NOT_SPECIFIED = "not_specified", "non précisé", "nicht angegeben", "non precisato", "not specified"


class CriteriaSource(Labelled):
    """Where a lot's award criteria stand (simap `awardCriteriaSelection`)."""

    DEFINED = "defined", "dans l’avis", "in der Bekanntmachung", "nel bando", "in the notice"
    PRICE_ONLY = "price_only", "prix seul", "nur der Preis", "solo il prezzo", "price only"
    IN_DOCUMENTS = (
        "in_documents",
        "dans le dossier, non lus",
        "in den Unterlagen, nicht gelesen",
        "nella documentazione, non letti",
        "in the documents, not read",
    )
    NOT_SPECIFIED = "not_specified", "non précisés", "nicht angegeben", "non precisati", "not specified"


class CriterionKind(Labelled):
    """What a criterion decides (OCDS award and selection criteria; AIMP art. 27 to 29)."""

    AWARD = (
        "award",
        "critère d’adjudication",
        "Zuschlagskriterium",
        "criterio di aggiudicazione",
        "award criterion",
    )
    SELECTION = (
        "selection",
        "critère d’aptitude",
        "Eignungskriterium",
        "criterio d’idoneità",
        "selection criterion",
    )
    PARTICIPATION = (
        "participation",
        "condition de participation",
        "Teilnahmebedingung",
        "condizione di partecipazione",
        "condition of participation",
    )


class TenderState(Labelled):
    """Where a tender stands by what was last published; whether it is still open is a question of time."""

    ANNOUNCED = "announced", "annoncé", "angekündigt", "annunciato", "announced"
    CALLED = "called", "publié", "ausgeschrieben", "pubblicato", "published"
    AWARDED = "awarded", "adjugé", "vergeben", "aggiudicato", "awarded"
    CANCELLED = "cancelled", "interrompu", "abgebrochen", "interrotto", "cancelled"


class TenderField(Labelled):
    """What can change in a tender, as those who follow it read it."""

    STATE = "state", "état", "Stand", "stato", "state"
    TITLE = "title", "titre", "Titel", "titolo", "title"
    DESCRIPTION = "description", "description", "Beschrieb", "descrizione", "description"
    SUBMISSION_DEADLINE = (
        "submission_deadline",
        "délai de remise des offres",
        "Frist für die Angebote",
        "termine per le offerte",
        "deadline for bids",
    )
    ENQUIRY_DEADLINE = (
        "enquiry_deadline",
        "délai pour les questions",
        "Frist für Fragen",
        "termine per le domande",
        "deadline for questions",
    )
    OPENING = (
        "opening",
        "ouverture des offres",
        "Öffnung der Angebote",
        "apertura delle offerte",
        "opening of bids",
    )
    CONSORTIUM = (
        "consortium",
        "communautés de soumissionnaires",
        "Bietergemeinschaften",
        "consorzi di offerenti",
        "consortia",
    )
    SUBCONTRACTING = "subcontracting", "sous-traitance", "Unterauftrag", "subappalto", "subcontracting"
    DOCUMENTS = "documents", "documents", "Unterlagen", "documenti", "documents"
    CPV = "cpv", "codes CPV", "CPV-Codes", "codici CPV", "CPV codes"
    LOTS = "lots", "lots", "Lose", "lotti", "lots"
    AWARD_CRITERIA = (
        "award_criteria",
        "critères d’adjudication",
        "Zuschlagskriterien",
        "criteri di aggiudicazione",
        "award criteria",
    )
    PLACE = "place", "lieu d’exécution", "Ort der Ausführung", "luogo di esecuzione", "place of performance"
    PERIOD = "period", "durée", "Dauer", "durata", "period"


class LegalForm(Labelled):
    """Legal forms of members."""

    ASSOCIATION = "association", "association", "Verein", "associazione", "association"
    COOPERATIVE = "cooperative", "coopérative", "Genossenschaft", "cooperativa", "cooperative"
    FOUNDATION = "foundation", "fondation", "Stiftung", "fondazione", "foundation"
    LIMITED_COMPANY = "limited_company", "Sàrl", "GmbH", "Sagl", "limited company"
    JOINT_STOCK_COMPANY = "joint_stock_company", "SA", "AG", "SA", "joint-stock company"


class Role(Labelled):
    """What a person is to the service."""

    MEMBER = "member", "membre", "Mitglied", "membro", "member"
    STAFF = "staff", "équipe de la chambre", "Team der Kammer", "personale della camera", "chamber staff"


class Frequency(Labelled):
    """How often a person wants to hear of new tenders."""

    INSTANT = (
        "instant",
        "tout de suite, aux heures de bureau",
        "sofort, zu Bürozeiten",
        "subito, in orario d’ufficio",
        "at once, in office hours",
    )
    INSTANT_ANY_HOUR = (
        "instant_any_hour",
        "tout de suite, à toute heure",
        "sofort, rund um die Uhr",
        "subito, a qualsiasi ora",
        "at once, any hour",
    )
    DAILY = (
        "daily",
        "une fois par jour",
        "einmal pro Tag",
        "una volta al giorno",
        "once a day",
    )
    WEEKLY = (
        "weekly",
        "une fois par semaine",
        "einmal pro Woche",
        "una volta alla settimana",
        "once a week",
    )
    OFF = "off", "jamais", "nie", "mai", "never"


class Strength(Labelled):
    """How well a lot fits a member, in three words."""

    STRONG = "strong", "forte", "stark", "forte", "strong"
    GOOD = "good", "bonne", "gut", "buona", "good"
    TO_CHECK = "to_check", "à vérifier", "zu prüfen", "da verificare", "to be checked"


class MatchState(Labelled):
    """Where a match stands, read from its dates."""

    PROPOSED = "proposed", "en attente de l’équipe", "wartet auf das Team", "in attesa", "waiting for staff"
    RELEASED = "released", "transmise", "freigegeben", "trasmessa", "released"
    DROPPED = "dropped", "écartée", "verworfen", "scartata", "dropped"


class DropReason(Labelled):
    """Why staff keep a proposed match from a member."""

    NOT_THEIR_TRADE = (
        "not_their_trade",
        "pas leur métier",
        "nicht ihr Gebiet",
        "non è il loro mestiere",
        "not their trade",
    )
    TOO_BIG = "too_big", "trop grand", "zu gross", "troppo grande", "too big"
    TOO_FAR = "too_far", "trop loin", "zu weit", "troppo lontano", "too far"
    TOO_LATE = "too_late", "trop tard", "zu spät", "troppo tardi", "too late"
    REQUIREMENTS = (
        "requirements",
        "exigences hors de portée",
        "Anforderungen",
        "requisiti",
        "requirements out of reach",
    )
    OTHER = "other", "autre raison", "anderer Grund", "altro motivo", "another reason"


class AnswerChoice(Labelled):
    """What a member says of a tender."""

    INTERESTED = "interested", "intéresse", "interessiert uns", "ci interessa", "interested"
    NOT_FOR_US = "not_for_us", "pas pour nous", "nichts für uns", "non fa per noi", "not for us"
    SEEKING_PARTNERS = (
        "seeking_partners",
        "cherche partenaires",
        "sucht Partner",
        "cerca partner",
        "seeking partners",
    )


class RefusalReason(Labelled):
    """Why a tender is not for a member, in the member's own mouth."""

    NOT_OUR_TRADE = (
        "not_our_trade",
        "pas notre métier",
        "nicht unser Gebiet",
        "non è il nostro mestiere",
        "not our trade",
    )
    TOO_BIG = "too_big", "trop grand pour nous", "zu gross für uns", "troppo grande per noi", "too big for us"
    TOO_FAR = "too_far", "trop loin", "zu weit", "troppo lontano", "too far"
    TOO_LATE = (
        "too_late",
        "trop tard pour préparer une offre",
        "zu spät für ein Angebot",
        "troppo tardi per un’offerta",
        "too late to prepare a bid",
    )
    REQUIREMENTS = (
        "requirements",
        "exigences hors de portée",
        "Anforderungen nicht erfüllbar",
        "requisiti fuori portata",
        "requirements out of reach",
    )
    NO_CAPACITY = (
        "no_capacity",
        "pas de disponibilité",
        "keine Kapazität",
        "nessuna disponibilità",
        "no capacity",
    )
    OTHER = "other", "autre raison", "anderer Grund", "altro motivo", "another reason"


class MessageState(Labelled):
    """Where an e-mail of the outbox stands."""

    QUEUED = "queued", "en attente", "wartend", "in attesa", "queued"
    SENDING = "sending", "en cours d’envoi", "wird gesendet", "in invio", "being sent"
    SENT = "sent", "envoyé", "gesendet", "inviato", "sent"
    FAILED = "failed", "échoué", "gescheitert", "fallito", "failed"
    SUPPRESSED = "suppressed", "retenu", "zurückgehalten", "trattenuto", "withheld"


class Verdict(Labelled):
    """How a run of collection ended."""

    OK = "ok", "complet", "vollständig", "completo", "complete"
    PARTIAL = "partial", "incomplet", "unvollständig", "incompleto", "incomplete"
    FAILED = "failed", "échoué", "gescheitert", "fallito", "failed"
