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
        "L’avis dit « non » aux communautés : demandez à l’équipe de vérifier dans le dossier.",
        "Die Bekanntmachung sagt «nein» zu Gemeinschaften: Bitten Sie das Team, die Unterlagen zu prüfen.",
        "Il bando dice «no» ai consorzi: chiedete al team di verificare nella documentazione.",
        "The notice says “no” to consortia: ask staff to check the documents.",
    )
    SUBCONTRACTING_EXCLUDED = (
        "subcontracting_excluded",
        "L’avis dit « non » à la sous-traitance : demandez à l’équipe de vérifier dans le dossier.",
        "Die Bekanntmachung sagt «nein» zu Unteraufträgen: Bitten Sie das Team, die Unterlagen zu prüfen.",
        "Il bando dice «no» al subappalto: chiedete al team di verificare nella documentazione.",
        "The notice says “no” to subcontracting: ask staff to check the documents.",
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
    DAYS_CROSSED = (
        "days_crossed",
        "Une attestation est établie au plus tard aujourd’hui, et n’échoit pas avant ce jour.",
        "Eine Bescheinigung ist spätestens heute ausgestellt und läuft nicht vor diesem Tag ab.",
        "Un’attestazione è rilasciata al più tardi oggi e non scade prima di quel giorno.",
        "An attestation was issued today at the latest, and does not expire before that day.",
    )
    DAY_NEEDED = (
        "day_needed",
        "Il manque le jour.",
        "Der Tag fehlt.",
        "Manca il giorno.",
        "The day is missing.",
    )
    TOO_MANY_TASKS = (
        "too_many_tasks",
        "Une communauté a {most} tâches au plus : retirez-en d’abord.",
        "Eine Gemeinschaft hat höchstens {most} Aufgaben: Entfernen Sie zuerst einige.",
        "Un consorzio ha al massimo {most} compiti: prima toglietene.",
        "A consortium has {most} tasks at most: take some away first.",
    )
    # Said to staff only: a member must not learn that there is another room.
    ADVISES_COMPETITOR = (
        "advises_competitor",
        "{who} conseille déjà une autre offre sur ce marché : qu’une autre personne de l’équipe la suive.",
        "{who} berät schon ein anderes Angebot für diesen Auftrag: Jemand anderes soll dies übernehmen.",
        "{who} consiglia già un’altra offerta per questa commessa: se ne occupi un’altra persona del team.",
        "{who} already advises another bid on this tender: let somebody else of the staff follow this one.",
    )
    TAKEN_BY_ANOTHER = (
        "taken_by_another",
        "{who} s’en occupe déjà.",
        "{who} kümmert sich schon darum.",
        "{who} se ne occupa già.",
        "{who} already takes care of it.",
    )
    ADVICE_CLOSED = (
        "advice_closed",
        "Cette demande est terminée.",
        "Diese Anfrage ist abgeschlossen.",
        "Questa richiesta è conclusa.",
        "This request is closed.",
    )
    MINUTES_NEEDED = (
        "minutes_needed",
        "Un nombre de minutes, de 1 à {most}.",
        "Eine Zahl von Minuten, von 1 bis {most}.",
        "Un numero di minuti, da 1 a {most}.",
        "A number of minutes, from 1 to {most}.",
    )
    TOO_MANY_ROWS = (
        "too_many_rows",
        "Au plus {most} exigences : retirez-en une d’abord.",
        "Höchstens {most} Anforderungen: Entfernen Sie zuerst eine.",
        "Al massimo {most} requisiti: prima toglietene uno.",
        "At most {most} requirements: take one away first.",
    )
    WORDS_TOO_MANY = (
        "words_too_many",
        "Le texte dépasse {most} caractères.",
        "Der Text ist länger als {most} Zeichen.",
        "Il testo supera {most} caratteri.",
        "The text is longer than {most} characters.",
    )
    LOOKS_LIKE_PRICE = (
        "looks_like_price",
        "« {found} » ressemble à un prix. Les prix de l’offre se conviennent hors de cet outil (LCart art. 5 "
        "al. 3) : retirez-le, ou confirmez que ce n’est pas le prix de l’offre.",
        "«{found}» sieht wie ein Preis aus. Preise des Angebots werden ausserhalb dieses Werkzeugs "
        "vereinbart "
        "(KG Art. 5 Abs. 3): Entfernen Sie ihn oder bestätigen Sie, dass es nicht der Angebotspreis ist.",
        "«{found}» sembra un prezzo. I prezzi dell’offerta si concordano fuori da questo strumento "
        "(LCart art. 5 "
        "cpv. 3): toglietelo, o confermate che non è il prezzo dell’offerta.",
        "“{found}” looks like a price. Prices of the bid are agreed outside this tool (CartA art. 5 "
        "para. 3): "
        "take it out, or confirm that it is not the price of the bid.",
    )
    ROOM_OVER = (
        "room_over",
        "Cette communauté est close : elle se lit encore, on n’y écrit plus.",
        "Diese Gemeinschaft ist abgeschlossen: Man kann sie noch lesen, aber nichts mehr schreiben.",
        "Questo consorzio è chiuso: si può ancora leggere, non più scrivere.",
        "This consortium is closed: it can still be read, no longer written in.",
    )
    NOT_ITS_AUTHOR = (
        "not_its_author",
        "Seule la personne qui l’a écrit peut le retirer.",
        "Nur wer es geschrieben hat, kann es zurücknehmen.",
        "Solo chi l’ha scritto può ritirarlo.",
        "Only whoever wrote it can take it back.",
    )
    DECISION_STAYS = (
        "decision_stays",
        "Une décision ne se retire pas : notez-en une nouvelle, qui la remplace.",
        "Ein Beschluss wird nicht zurückgenommen: Halten Sie einen neuen fest, der ihn ersetzt.",
        "Una decisione non si ritira: annotatene una nuova, che la sostituisce.",
        "A decision is not taken back: note a new one, which replaces it.",
    )
    NOT_ITS_OWNER = (
        "not_its_owner",
        "Seuls la personne qui l’a déposé et le chef de file peuvent retirer un fichier.",
        "Nur wer eine Datei abgelegt hat und die federführende Stelle können sie entfernen.",
        "Solo chi l’ha depositato e il capofila possono togliere un file.",
        "Only whoever added a file and the lead can remove it.",
    )
    FILE_EMPTY = (
        "file_empty",
        "Ce fichier est vide.",
        "Diese Datei ist leer.",
        "Questo file è vuoto.",
        "This file is empty.",
    )
    FILE_TOO_LARGE = (
        "file_too_large",
        "Ce fichier dépasse {most} Mo.",
        "Diese Datei ist grösser als {most} MB.",
        "Questo file supera {most} MB.",
        "This file is larger than {most} MB.",
    )
    FILE_UNKNOWN = (
        "file_unknown",
        "Ce contenu n’est pas d’un type admis : PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, texte ou CSV. Un "
        "ancien fichier (doc, xls) ou protégé par un mot de passe s’enregistre d’abord autrement.",
        "Dieser Inhalt ist von keiner zugelassenen Art: PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, "
        "Text oder "
        "CSV. Eine alte (doc, xls) oder mit Passwort geschützte Datei wird zuerst anders gespeichert.",
        "Questo contenuto non è di un tipo ammesso: PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, testo o "
        "CSV. Un "
        "vecchio file (doc, xls) o protetto da password va prima salvato diversamente.",
        "This content is of no kind that is accepted: PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, text "
        "or CSV. An "
        "old file (doc, xls) or one with a password is to be saved otherwise first.",
    )
    FILE_BROKEN = (
        "file_broken",
        "Ce fichier est abîmé, ou construit autrement que ceux de son type : enregistrez-le à nouveau.",
        "Diese Datei ist beschädigt oder anders gebaut als ihresgleichen: Speichern Sie sie neu.",
        "Questo file è danneggiato o costruito diversamente da quelli del suo tipo: salvatelo di nuovo.",
        "This file is damaged, or built unlike others of its kind: save it anew.",
    )
    FILE_LOCKED = (
        "file_locked",
        "Ce fichier est chiffré ou protégé par un mot de passe : enregistrez-le sans protection.",
        "Diese Datei ist verschlüsselt oder mit Passwort geschützt: Speichern Sie sie ohne Schutz.",
        "Questo file è cifrato o protetto da password: salvatelo senza protezione.",
        "This file is encrypted or has a password: save it without protection.",
    )
    FILE_ACTIVE = (
        "file_active",
        "Ce fichier contient des macros, un programme ou un objet inséré : enregistrez-le sans eux, ou "
        "en PDF.",
        "Diese Datei enthält Makros, ein Programm oder ein eingefügtes Objekt: Speichern Sie sie ohne "
        "oder als PDF.",
        "Questo file contiene macro, un programma o un oggetto inserito: salvatelo senza, o in PDF.",
        "This file holds macros, a program or an embedded object: save it without them, or as PDF.",
    )
    FILE_IS_THERE = (
        "file_is_there",
        "Ce contenu est déjà dans la communauté, sous le nom {name}.",
        "Dieser Inhalt ist schon in der Gemeinschaft, unter dem Namen {name}.",
        "Questo contenuto è già nel consorzio, con il nome {name}.",
        "This content is in the room already, under the name {name}.",
    )
    ROOM_FULL = (
        "room_full",
        "Une communauté garde {files} fichiers et {most} Mo au plus : retirez ce qui ne sert plus.",
        "Eine Gemeinschaft fasst höchstens {files} Dateien und {most} MB: Entfernen Sie, was nicht mehr "
        "dient.",
        "Un consorzio tiene al massimo {files} file e {most} MB: togliete ciò che non serve più.",
        "A room keeps {files} files and {most} MB at most: remove what is no longer of use.",
    )
