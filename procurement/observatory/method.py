"""How the figures come about, and their limits: said on the pages, in the tables and in the report alike."""

from procurement.i18n import translated_later

METHOD = (
    translated_later(
        "Un appel compte une fois, à la date de sa première publication, à la source qui vaut pour les "
        "autres ; un appel interrompu compte aussi, puisque l’adjudicateur a posé ses critères."
    ),
    translated_later(
        "Ne comptent pas : ce que l’équipe a saisi elle-même, les avis préalables, les gré à gré publiés "
        "sans appel, les appels dont tous les lots ont été retirés."
    ),
    translated_later(
        "Un critère ESS est une phrase de l’avis, trouvée par des règles et gardée avec ses mots ; ce que "
        "l’équipe a confirmé ou refusé l’emporte. Les conditions que tout soumissionnaire signe et les "
        "règles d’accès (lots, variantes, communautés) ne comptent pas."
    ),
    translated_later(
        "La part se calcule sur les appels dont les critères ont pu être lus. Ceux dont les critères sont "
        "dans le dossier forment une tranche à part : ils ne comptent ni pour ni contre. « Au moins » "
        "rapporte les mêmes appels à tous, comme si aucun dossier n’en demandait."
    ),
    translated_later(
        "Sous cinq appels lus, aucune part n’est donnée. L’intervalle est celui de Wilson à 95 % ; les "
        "adjudicateurs sont rangés par sa borne basse."
    ),
    translated_later(
        "Un appel qui touche deux secteurs ou deux divisions CPV compte dans chacun. Le canton est celui du "
        "siège de l’adjudicateur, à défaut celui du lieu d’exécution."
    ),
    translated_later(
        "Un marché est gagné par un membre quand le nom publié est exactement le sien ; le montant est celui "
        "de l’avis d’adjudication, celui de l’offre entière quand elle est commune."
    ),
    translated_later(
        "Les fiches d’un même adjudicateur à plusieurs sources sont réunies par leur nom ; deux services qui "
        "portent des noms différents restent deux adjudicateurs."
    ),
)
