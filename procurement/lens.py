"""Words of the ESS lens: what a criterion that was found does in its notice, and which way it points."""

from procurement.labelled import Labelled


class FindingKind(Labelled):
    """What an ESS criterion that was found does in its notice, by the section that it stands in."""

    AWARD = (
        "award",
        "critère d’adjudication",
        "Zuschlagskriterium",
        "criterio di aggiudicazione",
        "award criterion",
    )
    EXECUTION_CONDITION = (
        "execution_condition",
        "condition d’exécution",
        "Ausführungsbedingung",
        "condizione d’esecuzione",
        "condition of performance",
    )
    PARTICIPATION_CONDITION = (
        "participation_condition",
        "condition de participation",
        "Teilnahmebedingung",
        "condizione di partecipazione",
        "condition of participation",
    )
    QUALIFICATION = (
        "qualification",
        "critère d’aptitude",
        "Eignungskriterium",
        "criterio d’idoneità",
        "selection criterion",
    )
    TECHNICAL_SPEC = (
        "technical_spec",
        "spécification technique",
        "technische Spezifikation",
        "specifica tecnica",
        "technical specification",
    )
    SUBJECT = "subject", "objet du marché", "Auftragsgegenstand", "oggetto della commessa", "subject"
    RESERVED = "reserved", "marché réservé", "vorbehaltener Auftrag", "appalto riservato", "reserved contract"
    ACCESS = "access", "règle d’accès", "Zugangsregel", "regola d’accesso", "rule of access"
    BOILERPLATE = (
        "boilerplate",
        "clause générale",
        "allgemeine Klausel",
        "clausola generale",
        "general clause",
    )


class Polarity(Labelled):
    """Which way a finding points: asked for, or, for rules of access, admitted, limited or excluded."""

    PRESENT = "present", "demandé", "verlangt", "richiesto", "asked for"
    ADMITTED = "admitted", "admis", "zugelassen", "ammesso", "admitted"
    LIMITED = "limited", "limité", "beschränkt", "limitato", "limited"
    EXCLUDED = "excluded", "exclu", "ausgeschlossen", "escluso", "excluded"
