"""Words for points of law: what is checked, how much it matters, and the sentences that staff read."""

from collections.abc import Mapping
from typing import Any

from config.law import Article, LegalText, law
from procurement.i18n import known_language
from procurement.labelled import Labelled
from procurement.wording import Wording, wording


class Check(Labelled):
    """What a notice is checked for."""

    COMPLEMENTARY = (
        "complementary",
        "critère complémentaire sous traité",
        "ergänzendes Kriterium im Staatsvertragsbereich",
        "criterio complementare sotto trattato",
        "complementary criterion under a treaty",
    )
    EARLIER_CONTRACTS = (
        "earlier_contracts",
        "marchés publics antérieurs exigés",
        "frühere öffentliche Aufträge verlangt",
        "commesse pubbliche precedenti richieste",
        "earlier public contracts demanded",
    )
    WEIGHTS = (
        "weights",
        "critères sans poids",
        "Kriterien ohne Gewicht",
        "criteri senza ponderazione",
        "criteria without weights",
    )
    CONSORTIA = (
        "consortia",
        "communautés exclues ou limitées",
        "Bietergemeinschaften ausgeschlossen oder beschränkt",
        "consorzi esclusi o limitati",
        "consortia excluded or limited",
    )
    SUBCONTRACTING = (
        "subcontracting",
        "sous-traitance exclue ou limitée",
        "Unteraufträge ausgeschlossen oder beschränkt",
        "subappalto escluso o limitato",
        "subcontracting excluded or limited",
    )
    DEADLINE = "deadline", "délai court", "kurze Frist", "termine breve", "short deadline"
    LOCAL_PREFERENCE = (
        "local_preference",
        "préférence locale",
        "Bevorzugung Ortsansässiger",
        "preferenza locale",
        "local preference",
    )
    PRICE_ALONE = "price_alone", "prix seul", "nur der Preis", "solo prezzo", "price alone"


class Severity(Labelled):
    """How much a point asks for: never a judgement."""

    EXAMINE = "examine", "à examiner", "zu prüfen", "da esaminare", "to be examined"
    NOTE = "note", "à noter", "zu beachten", "da notare", "to be noted"
    UNKNOWN = "unknown", "non précisé", "nicht angegeben", "non precisato", "not specified"


class Mark(Labelled):
    """How sure a row of law is (`mark` of config/law.toml), and that a person has confirmed it."""

    CONFIRMED = "confirmed", "confirmé", "bestätigt", "confermato", "confirmed"
    FOUND = "found", "lu dans la source", "in der Quelle gelesen", "letto nella fonte", "read in the source"
    RECALLED = (
        "recalled",
        "de mémoire, à vérifier",
        "aus dem Gedächtnis, zu prüfen",
        "a memoria, da verificare",
        "from memory, to be verified",
    )


_REFERENCE = {
    "fr": ("art. {}", " al. {}", " let. {}"),
    "de": ("Art. {}", " Abs. {}", " Bst. {}"),
    "it": ("art. {}", " cpv. {}", " lett. {}"),
    "en": ("art. {}", " para. {}", " let. {}"),
}


def say_reference(article: Article, text: LegalText, language: str) -> str:
    """Where a rule stands in a law: « AIMP 2019 art. 29 al. 2 »."""
    language = known_language(language)
    number, paragraph, letter = _REFERENCE[language]
    said = f"{law().names_of(text.law)[language]} {number.format(text.article or article.article)}"
    if text.article is not None:
        return said
    said += paragraph.format(article.paragraph) if article.paragraph else ""
    return said + (letter.format(article.letter) if article.letter else "")


def say_point(how: str, facts: Mapping[str, Any], language: str) -> str:
    """What was seen in a notice, as a sentence."""
    return SENTENCES[how].say(facts, language)


SENTENCES: dict[str, Wording] = {
    "complementary": wording(
        "Un critère d’apprentissage, d’emploi de personnes âgées ou de réinsertion compte dans "
        "l’adjudication ({weight}), et le marché est soumis aux accords internationaux.",
        "Ein Kriterium zu Lernenden, älteren Arbeitnehmenden oder Wiedereingliederung zählt beim "
        "Zuschlag ({weight}), und der Auftrag untersteht den Staatsverträgen.",
        "Un criterio su tirocini, lavoratori anziani o reinserimento conta nell’aggiudicazione "
        "({weight}), e la commessa è sottoposta agli accordi internazionali.",
        "A criterion on apprentices, older workers or reintegration counts in the award "
        "({weight}), and the contract is under international agreements.",
    ),
    "complementary_unknown": wording(
        "Un critère d’apprentissage, d’emploi de personnes âgées ou de réinsertion compte dans "
        "l’adjudication ; l’avis ne dit pas si le marché est soumis aux accords internationaux.",
        "Ein Kriterium zu Lernenden, älteren Arbeitnehmenden oder Wiedereingliederung zählt beim "
        "Zuschlag; die Bekanntmachung sagt nicht, ob der Auftrag den Staatsverträgen untersteht.",
        "Un criterio su tirocini, lavoratori anziani o reinserimento conta nell’aggiudicazione; "
        "il bando non dice se la commessa è sottoposta agli accordi internazionali.",
        "A criterion on apprentices, older workers or reintegration counts in the award; the "
        "notice does not say whether the contract is under international agreements.",
    ),
    "earlier_contracts": wording(
        "Une condition semble demander d’avoir déjà exécuté un marché public.",
        "Eine Bedingung scheint frühere öffentliche Aufträge zu verlangen.",
        "Una condizione sembra richiedere di avere già eseguito una commessa pubblica.",
        "A condition seems to demand earlier public contracts.",
    ),
    "weights_missing": wording(
        "{count} critères d’adjudication sont énoncés sans poids ; le dossier peut les donner.",
        "{count} Zuschlagskriterien stehen ohne Gewicht da; die Unterlagen können es nennen.",
        "{count} criteri di aggiudicazione sono enunciati senza ponderazione; la documentazione può darla.",
        "{count} award criteria are stated without weights; the documents may give them.",
    ),
    "weights_unread": wording(
        "Les critères d’adjudication et leurs poids sont dans le dossier, qui n’est pas lu ici.",
        "Die Zuschlagskriterien und ihre Gewichte stehen in den Unterlagen, die hier nicht gelesen werden.",
        "I criteri di aggiudicazione e le ponderazioni sono nella documentazione, che qui non è letta.",
        "Award criteria and weights stand in the documents, which are not read here.",
    ),
    "price_alone": wording(
        "Seul le prix décide, selon l’avis ; à voir si la prestation est standardisée et ce que "
        "demandent les spécifications.",
        "Laut Bekanntmachung entscheidet allein der Preis; zu sehen ist, ob die Leistung "
        "standardisiert ist und was die Spezifikationen verlangen.",
        "Secondo il bando decide solo il prezzo; da vedere se la prestazione è standardizzata e "
        "che cosa chiedono le specifiche.",
        "Price alone decides, according to the notice; to be seen whether the purchase is "
        "standardised and what the specifications demand.",
    ),
    "consortia_excluded": wording(
        "L’avis n’admet pas les communautés de soumissionnaires.",
        "Die Bekanntmachung lässt keine Bietergemeinschaften zu.",
        "Il bando non ammette i consorzi.",
        "The notice does not admit consortia.",
    ),
    "consortia_limited": wording(
        "L’avis limite les communautés de soumissionnaires.",
        "Die Bekanntmachung beschränkt Bietergemeinschaften.",
        "Il bando limita i consorzi.",
        "The notice limits consortia.",
    ),
    "consortia_default": wording(
        "L’avis coche « non » pour les communautés, sans un mot de plus : sur simap c’est souvent "
        "la valeur par défaut ; le dossier décide.",
        "Die Bekanntmachung sagt «nein» zu Bietergemeinschaften, ohne weiteres Wort: auf simap "
        "ist das oft der Standardwert; die Unterlagen entscheiden.",
        "Il bando dice «no» ai consorzi, senza una parola in più: su simap è spesso il valore "
        "predefinito; decide la documentazione.",
        "The notice says “no” to consortia without another word: on simap that is often the "
        "default; the documents decide.",
    ),
    "subcontracting_excluded": wording(
        "L’avis n’admet pas la sous-traitance.",
        "Die Bekanntmachung lässt keine Unteraufträge zu.",
        "Il bando non ammette il subappalto.",
        "The notice does not admit subcontracting.",
    ),
    "subcontracting_limited": wording(
        "L’avis limite la sous-traitance.",
        "Die Bekanntmachung beschränkt Unteraufträge.",
        "Il bando limita il subappalto.",
        "The notice limits subcontracting.",
    ),
    "subcontracting_default": wording(
        "L’avis coche « non » pour la sous-traitance, sans un mot de plus : sur simap c’est "
        "souvent la valeur par défaut ; le dossier décide.",
        "Die Bekanntmachung sagt «nein» zu Unteraufträgen, ohne weiteres Wort: auf simap ist das "
        "oft der Standardwert; die Unterlagen entscheiden.",
        "Il bando dice «no» al subappalto, senza una parola in più: su simap è spesso il valore "
        "predefinito; decide la documentazione.",
        "The notice says “no” to subcontracting without another word: on simap that is often the "
        "default; the documents decide.",
    ),
    "association_excluded": wording(
        "Le texte de l’avis semble exclure de s’associer ou de sous-traiter.",
        "Der Text scheint Zusammenschlüsse oder Unteraufträge auszuschliessen.",
        "Il testo del bando sembra escludere consorzi o subappalto.",
        "The text of the notice seems to exclude bidding together or subcontracting.",
    ),
    "association_limited": wording(
        "Le texte de l’avis semble limiter la possibilité de s’associer ou de sous-traiter.",
        "Der Text scheint Zusammenschlüsse oder Unteraufträge zu beschränken.",
        "Il testo del bando sembra limitare consorzi o subappalto.",
        "The text of the notice seems to limit bidding together or subcontracting.",
    ),
    "short_deadline": wording(
        "{days} jours de la publication au délai ; {minimum} en règle générale, {least} au moins "
        "quand la loi permet de réduire.",
        "{days} Tage von der Veröffentlichung bis zur Frist; {minimum} in der Regel, mindestens "
        "{least}, wo das Gesetz verkürzen lässt.",
        "{days} giorni dalla pubblicazione al termine; {minimum} di regola, almeno {least} dove "
        "la legge permette di ridurre.",
        "{days} days from publication to the deadline; {minimum} as a rule, at least {least} "
        "where the law allows less.",
    ),
    "short_deadline_reduced": wording(
        "{days} jours de la publication au délai ; {minimum} en règle générale, {usual} avec les "
        "réductions ordinaires, {least} au moins.",
        "{days} Tage von der Veröffentlichung bis zur Frist; {minimum} in der Regel, {usual} mit "
        "den üblichen Verkürzungen, mindestens {least}.",
        "{days} giorni dalla pubblicazione al termine; {minimum} di regola, {usual} con le "
        "riduzioni usuali, almeno {least}.",
        "{days} days from publication to the deadline; {minimum} as a rule, {usual} with the "
        "usual reductions, {least} at least.",
    ),
    "local_preference": wording(
        "Un critère semble avantager une entreprise parce qu’elle est établie ici.",
        "Ein Kriterium scheint ein Unternehmen zu bevorzugen, weil es hier ansässig ist.",
        "Un criterio sembra favorire un’impresa perché ha sede qui.",
        "A criterion seems to favour a firm because it is established here.",
    ),
    "local_sourcing": wording(
        "La proximité ou le circuit court compte dans l’adjudication ({weight}) : à lire comme "
        "distance ou fraîcheur, non comme origine.",
        "Nähe oder kurze Wege zählen beim Zuschlag ({weight}): zu lesen als Distanz oder Frische, "
        "nicht als Herkunft.",
        "La prossimità o la filiera corta conta nell’aggiudicazione ({weight}): da leggere come "
        "distanza o freschezza, non come origine.",
        "Proximity or short supply counts in the award ({weight}): to be read as distance or "
        "freshness, not as origin.",
    ),
}
