"""Why a criterion is an advantage, neutral, a barrier or unknown to a member: in the reader’s language."""

from procurement.wording import Wording, wording

STANCES: dict[str, Wording] = {
    "can_show": wording(
        "Vous pouvez le montrer : {proofs}.",
        "Das können Sie belegen: {proofs}.",
        "Potete dimostrarlo: {proofs}.",
        "You can show it: {proofs}.",
    ),
    "by_status": wording(
        "Votre statut le montre : {status}.",
        "Ihr Status belegt es: {status}.",
        "Lo dimostra il vostro statuto: {status}.",
        "Your status shows it: {status}.",
    ),
    "by_legal_form": wording(
        "Votre forme juridique le montre : {legal_form}. Joignez vos statuts.",
        "Ihre Rechtsform belegt es: {legal_form}. Legen Sie die Statuten bei.",
        "Lo dimostra la vostra forma giuridica: {legal_form}. Allegate gli statuti.",
        "Your legal form shows it: {legal_form}. Enclose your statutes.",
        plain=(
            "Votre forme juridique le montre. Joignez vos statuts.",
            "Ihre Rechtsform belegt es. Legen Sie die Statuten bei.",
            "Lo dimostra la vostra forma giuridica. Allegate gli statuti.",
            "Your legal form shows it. Enclose your statutes.",
        ),
    ),
    "another_label": wording(
        "Demandé : {labels_named}. Vous avez indiqué {proofs} : demandez si un équivalent est admis.",
        "Verlangt: {labels_named}. Sie haben {proofs} angegeben: Fragen Sie, ob Gleichwertiges gilt.",
        "Richiesto: {labels_named}. Avete indicato {proofs}: chiedete se è ammesso un equivalente.",
        "Asked for: {labels_named}. You have given {proofs}: ask whether an equivalent is admitted.",
        plain=(
            "Un autre label est demandé : demandez si un équivalent est admis.",
            "Ein anderes Label wird verlangt: Fragen Sie, ob Gleichwertiges gilt.",
            "È richiesto un altro label: chiedete se è ammesso un equivalente.",
            "Another label is asked for: ask whether an equivalent is admitted.",
        ),
    ),
    "has_ended": wording(
        "Échu le {until} : {proofs}. À renouveler, ou à corriger dans vos preuves.",
        "Abgelaufen am {until}: {proofs}. Zu erneuern oder in Ihren Nachweisen zu berichtigen.",
        "Scaduto il {until}: {proofs}. Da rinnovare, o da correggere nelle vostre prove.",
        "Expired on {until}: {proofs}. To be renewed, or to be corrected among your proofs.",
        plain=(
            "Votre preuve est échue.",
            "Ihr Nachweis ist abgelaufen.",
            "La vostra prova è scaduta.",
            "Your proof has expired.",
        ),
    ),
    "ends_too_early": wording(
        "Échoit le {until}, avant le délai : {proofs}.",
        "Läuft am {until} ab, vor der Frist: {proofs}.",
        "Scade il {until}, prima del termine: {proofs}.",
        "Expires on {until}, before the deadline: {proofs}.",
        plain=(
            "Votre preuve échoit avant le délai.",
            "Ihr Nachweis läuft vor der Frist ab.",
            "La vostra prova scade prima del termine.",
            "Your proof expires before the deadline.",
        ),
    ),
    "has_none": wording(
        "C'est exigé, et vous avez indiqué que vous n'en avez pas.",
        "Das wird verlangt, und Sie haben angegeben, dass Sie nichts dergleichen haben.",
        "È richiesto, e avete indicato di non averne.",
        "It is required, and you have said that you have none.",
    ),
    "to_be_arranged": wording(
        "Vous n'en avez pas : à organiser pour la durée du contrat, seul ou avec un autre membre.",
        "Sie haben nichts dergleichen: für die Vertragsdauer zu regeln, allein oder mit einem Mitglied.",
        "Non ne avete: da organizzare per la durata del contratto, da soli o con un altro membro.",
        "You have none: to be arranged for the contract, alone or with another member.",
    ),
    "gains_nothing": wording(
        "Vous n'en avez pas : ces points seront à gagner sur d'autres critères.",
        "Sie haben nichts dergleichen: Diese Punkte sind bei anderen Kriterien zu holen.",
        "Non ne avete: questi punti vanno guadagnati su altri criteri.",
        "You have none: these points are to be won on other criteria.",
    ),
    "same_for_all": wording(
        "Clause générale, la même pour tous les soumissionnaires.",
        "Allgemeine Klausel, dieselbe für alle Anbietenden.",
        "Clausola generale, uguale per tutti gli offerenti.",
        "A general clause, the same for every tenderer.",
    ),
    "condition_to_declare": wording(
        "Condition à déclarer par tous les soumissionnaires ; elle ne distingue personne.",
        "Eine Bedingung, die alle Anbietenden erklären; sie unterscheidet niemanden.",
        "Condizione da dichiarare da tutti gli offerenti; non distingue nessuno.",
        "A condition that every tenderer declares; it sets nobody apart.",
    ),
    "is_the_subject": wording(
        "C'est l'objet même du marché : vos prestations décident, non une preuve.",
        "Es ist der Gegenstand selbst: Ihre Leistungen entscheiden, nicht ein Nachweis.",
        "È l'oggetto stesso della commessa: decidono le vostre prestazioni, non una prova.",
        "It is the very subject: your services decide, not a proof.",
    ),
    "nothing_said": wording(
        "Rien n'est indiqué dans vos preuves.",
        "In Ihren Nachweisen steht dazu nichts.",
        "Nelle vostre prove non c'è nulla al riguardo.",
        "Your proofs say nothing of it.",
    ),
    "reserved": wording(
        "Réservé à votre statut.",
        "Ihrem Status vorbehalten.",
        "Riservato al vostro statuto.",
        "Reserved to your status.",
    ),
    "reserved_to_others": wording(
        "Réservé à un statut que vous n'avez pas.",
        "Einem Status vorbehalten, den Sie nicht haben.",
        "Riservato a uno statuto che non avete.",
        "Reserved to a status that you do not have.",
    ),
    "reserved_to_check": wording(
        "Réservé : votre statut est à vérifier ou à indiquer à la chambre.",
        "Vorbehalten: Ihr Status ist zu prüfen oder der Kammer anzugeben.",
        "Riservato: il vostro statuto è da verificare o da indicare alla camera.",
        "Reserved: your status is to be checked, or to be given to the chamber.",
    ),
    "reserved_abroad": wording(
        "Réservé à l'étranger : votre statut suisse doit y être reconnu.",
        "Im Ausland vorbehalten: Ihr Schweizer Status muss dort anerkannt sein.",
        "Riservato all'estero: il vostro statuto svizzero deve esservi riconosciuto.",
        "Reserved abroad: your Swiss status must be recognised there.",
    ),
    "access_present": wording(
        "Règle d'accès, la même pour tous.",
        "Zugangsregel, dieselbe für alle.",
        "Regola d'accesso, uguale per tutti.",
        "A rule of access, the same for all.",
    ),
    "access_admitted": wording(
        "Admis, selon l'avis.",
        "Zugelassen, laut Bekanntmachung.",
        "Ammesso, secondo il bando.",
        "Admitted, by the notice.",
    ),
    "access_limited": wording(
        "Admis dans certaines limites, selon l'avis.",
        "In Grenzen zugelassen, laut Bekanntmachung.",
        "Ammesso entro certi limiti, secondo il bando.",
        "Admitted within limits, by the notice.",
    ),
    "access_excluded": wording(
        "Exclu, selon l'avis.",
        "Ausgeschlossen, laut Bekanntmachung.",
        "Escluso, secondo il bando.",
        "Excluded, by the notice.",
    ),
}
