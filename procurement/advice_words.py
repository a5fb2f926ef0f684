"""Words of the advice desk: what help is asked for, and where a request stands."""

from procurement.labelled import Labelled


class AdviceSubject(Labelled):
    """What a member asks help for."""

    BID = "bid", "répondre à un marché", "ein Angebot einreichen", "rispondere a una gara", "bidding"
    CONSORTIUM = (
        "consortium",
        "former ou mener une communauté",
        "eine Gemeinschaft bilden oder führen",
        "formare o guidare un consorzio",
        "forming or leading a consortium",
    )
    RULES = (
        "rules",
        "comprendre une règle ou une exigence",
        "eine Regel oder Anforderung verstehen",
        "capire una regola o un requisito",
        "understanding a rule or a requirement",
    )
    LOST_BID = (
        "lost_bid",
        "comprendre un refus",
        "eine Absage verstehen",
        "capire un’esclusione o un rifiuto",
        "understanding a lost bid",
    )
    OTHER = "other", "autre chose", "etwas anderes", "altro", "something else"


class AdviceState(Labelled):
    """Where a request for advice stands."""

    OPEN = "open", "à prendre", "zu übernehmen", "da prendere", "waiting"
    TAKEN = "taken", "en cours", "in Arbeit", "in corso", "under way"
    CLOSED = "closed", "terminée", "abgeschlossen", "conclusa", "closed"
