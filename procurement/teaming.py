"""Words of teaming up: where a consortium and a seat in it stand, who is what in it, what is covered."""

from procurement.labelled import Labelled


class ConsortiumState(Labelled):
    """Where a consortium stands; every change is dated and signed."""

    OPEN = "open", "ouverte", "offen", "aperto", "open"
    FORMING = "forming", "en formation", "im Aufbau", "in formazione", "forming"
    COMPLETE = "complete", "au complet", "vollständig", "completo", "complete"
    SUBMITTED = "submitted", "offre remise", "Angebot eingereicht", "offerta presentata", "bid submitted"
    WON = "won", "adjugé", "Zuschlag erhalten", "aggiudicato", "won"
    LOST = "lost", "non retenu", "nicht berücksichtigt", "non aggiudicato", "lost"
    WITHDRAWN = "withdrawn", "retirée", "zurückgezogen", "ritirato", "withdrawn"
    NO_BID = "no_bid", "sans offre", "kein Angebot", "senza offerta", "no bid"

    @property
    def is_over(self) -> bool:
        """Whether nothing follows any more: its seats bind nobody."""
        return self in (ConsortiumState.LOST, ConsortiumState.WITHDRAWN, ConsortiumState.NO_BID)

    @property
    def is_building(self) -> bool:
        """Whether members may still join and leave."""
        return self in (ConsortiumState.OPEN, ConsortiumState.FORMING, ConsortiumState.COMPLETE)


class SeatRole(Labelled):
    """What a member is in a consortium (eForms OPT-170: lead of the group, member, subcontractor)."""

    LEAD = "lead", "chef de file", "federführend", "capofila", "lead"
    PARTNER = "partner", "associé", "Partner", "consorziato", "partner"
    SUBCONTRACTOR = "subcontractor", "sous-traitant", "Unterauftragnehmer", "subappaltatore", "subcontractor"

    @property
    def is_solidary(self) -> bool:
        """Whether it answers for the whole (CO art. 544 al. 3): a subcontractor does not."""
        return self is not SeatRole.SUBCONTRACTOR


class GroupForm(Labelled):
    """What the members of a group answer for in France (code de la commande publique art. R2142-20)."""

    JOINT = (
        "joint",
        "groupement conjoint : chacun répond de ses prestations",
        "Gruppe «conjoint»: jede Partei haftet für ihre Leistungen",
        "raggruppamento «conjoint»: ciascuno risponde delle proprie prestazioni",
        "group “conjoint”: each answers for its own work",
    )
    SOLIDARY = (
        "solidary",
        "groupement solidaire : chacun répond du tout",
        "Gruppe «solidaire»: jede Partei haftet für das Ganze",
        "raggruppamento «solidaire»: ciascuno risponde del tutto",
        "group “solidaire”: each answers for the whole",
    )


class SeatState(Labelled):
    """Where a seat stands, from the question to the yes that binds."""

    # The member is asked without being told by whom; the lead does not learn of a refusal.
    ASKED = "asked", "demandé", "angefragt", "richiesto", "asked"
    DECLINED = "declined", "décliné", "abgelehnt", "rifiutato", "declined"
    # Both have said yes: they know one another's names from here on.
    JOINED = "joined", "d’accord de se parler", "gesprächsbereit", "d’accordo di parlarne", "in talks"
    CONFIRMED = "confirmed", "engagé", "verbindlich", "impegnato", "committed"
    LEFT = "left", "retiré", "zurückgezogen", "ritirato", "left"

    @property
    def is_inside(self) -> bool:
        """Whether the member is in the room."""
        return self in (SeatState.JOINED, SeatState.CONFIRMED)


class NextAct(Labelled):
    """What comes next in a room, as something to do."""

    FIND = (
        "find",
        "trouver des partenaires",
        "Partner finden",
        "trovare dei partner",
        "find partners",
    )
    COMMIT = (
        "commit",
        "s’engager ou se retirer",
        "sich verpflichten oder zurückziehen",
        "impegnarsi o ritirarsi",
        "commit or withdraw",
    )
    SHARE = (
        "share",
        "répartir les parts jusqu’à 100 %",
        "die Anteile auf 100 % verteilen",
        "ripartire le quote fino al 100 %",
        "share out the parts to 100 %",
    )
    COMPLETE = (
        "complete",
        "dire pourquoi ensemble et déclarer l’équipe au complet",
        "sagen, warum gemeinsam, und das Team für vollständig erklären",
        "dire perché insieme e dichiarare completo il gruppo",
        "say why together and declare the team complete",
    )
    SUBMIT = (
        "submit",
        "remettre l’offre, puis le noter ici",
        "das Angebot einreichen und es hier festhalten",
        "presentare l’offerta, poi annotarlo qui",
        "hand in the bid, then note it here",
    )
    CLOSE = (
        "close",
        "dire ce qu’il en est advenu : le délai est échu",
        "sagen, was daraus geworden ist: Die Frist ist abgelaufen",
        "dire che cosa ne è stato: il termine è scaduto",
        "say what became of it: the deadline has passed",
    )
    RESULT = (
        "result",
        "dire le résultat dès qu’il est connu",
        "das Ergebnis melden, sobald es bekannt ist",
        "comunicare il risultato appena noto",
        "say the result once it is known",
    )


class Coverage(Labelled):
    """How far a seat covers a requirement."""

    PARTLY = "partly", "en partie", "teilweise", "in parte", "partly"
    WHOLLY = "wholly", "entièrement", "ganz", "interamente", "wholly"


class RequirementOrigin(Labelled):
    """Where a requirement comes from."""

    LOT = "lot", "lot", "Los", "lotto", "lot"
    CPV = "cpv", "code CPV", "CPV-Code", "codice CPV", "CPV code"
    SELECTION = (
        "selection",
        "critère d’aptitude",
        "Eignungskriterium",
        "criterio d’idoneità",
        "selection criterion",
    )
    ESS = "ess", "critère ESS", "SSE-Kriterium", "criterio ESS", "ESS criterion"
    TEXT = "text", "texte de l’avis", "Text der Bekanntmachung", "testo del bando", "text of the notice"
    # Added by the lead, or put into its words.
    OWN = "own", "écrit par le chef de file", "vom Federführenden", "scritto dal capofila", "by the lead"


class Admission(Labelled):
    """What staff found in the documents that the notice does not say, or says otherwise (AIMP art. 31)."""

    CONSORTIUM = (
        "consortium",
        "communautés de soumissionnaires admises",
        "Bietergemeinschaften zugelassen",
        "consorzi ammessi",
        "consortia admitted",
    )
    SUBCONTRACTING = (
        "subcontracting",
        "sous-traitance admise",
        "Unteraufträge zugelassen",
        "subappalto ammesso",
        "subcontracting admitted",
    )
    MULTIPLE = (
        "multiple",
        "participation multiple expressément admise",
        "Mehrfachbeteiligung ausdrücklich zugelassen",
        "partecipazione multipla espressamente ammessa",
        "multiple participation expressly admitted",
    )


class PostKind(Labelled):
    """What is written in a room: a message, or a decision, which stays in the log of decisions."""

    MESSAGE = "message", "message", "Nachricht", "messaggio", "message"
    DECISION = "decision", "décision", "Beschluss", "decisione", "decision"


class LossReason(Labelled):
    """Why a bid was not taken, as the buyer says it or as the members see it."""

    PRICE = "price", "le prix", "der Preis", "il prezzo", "the price"
    QUALITY = (
        "quality",
        "la qualité ou la méthode",
        "Qualität oder Vorgehen",
        "la qualità o il metodo",
        "quality or method",
    )
    REFERENCES = (
        "references",
        "les références",
        "die Referenzen",
        "le referenze",
        "the references",
    )
    CAPACITY = (
        "capacity",
        "la taille ou les moyens",
        "Grösse oder Mittel",
        "le dimensioni o i mezzi",
        "size or means",
    )
    ESS = (
        "ess",
        "les critères sociaux ou environnementaux",
        "die sozialen oder ökologischen Kriterien",
        "i criteri sociali o ambientali",
        "the social or green criteria",
    )
    FORM = (
        "form",
        "une exclusion pour la forme ou une pièce manquante",
        "Ausschluss wegen Form oder fehlender Unterlage",
        "un’esclusione per la forma o un documento mancante",
        "excluded for form or a missing paper",
    )
    INTERRUPTED = (
        "interrupted",
        "la procédure interrompue",
        "das Verfahren abgebrochen",
        "la procedura interrotta",
        "the procedure was stopped",
    )
    UNKNOWN = "unknown", "on ne sait pas", "nicht bekannt", "non si sa", "not known"
