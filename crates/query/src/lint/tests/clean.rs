//! Good queries, of which there is nothing to say.

use super::parts;
use crate::lint;

fn clean(text: &str) {
    assert_eq!(lint(text, &parts()), [], "{text}");
}

#[test]
fn what_is_meant_as_it_is_written_is_clean() {
    for text in [
        "acme",
        "\"le acme\" OR \"the acme shop\"",
        "acme (shop OR store) -film",
        "(acme shop) OR (beta film)",
        "“acme shop” «\u{A0}acme film\u{A0}»",
        "l'oréal d'or",
        "near",
        "chat et souris lang:en",
        "prix or achat lang:fr",
        "18+ acme",
        "w*rd",
        "wom?n",
        "acme??",
        "organi?e*",
        "author:jo*",
        "{BT} OR acme",
        "{IT} shop",
        "title:le acme",
        "author:le acme",
        "die acme lang:en",
        "hp site:acme.com",
        "hp printer",
        "東 OR acme",
        "삼성",
        "🍵",
        "acme NEAR/20 beta",
        "\"acme beta\"~20",
        "contact@acme.com",
        "@acme_fr @acme.bsky.social",
        "@competitors acme",
        "in:title @competitors",
        "\"@competitors\"",
        "Москва ВКонтакте TNFα Ωmega",
        "'acme' beta's 'tis",
        "acme[.]com [beta]",
        "\"ACME AND BETA\"",
        "acme likes:[100 TO *]",
        "acme rating:[0 TO 2]",
        "acme rating:[0 TO 20]/20",
        "acme date:[2026-01-01 TO 2026-02-01]",
        "acme minute:[08:00 TO 19:59]",
        "site:acme.com",
        "site:https://www.acme.com/blog",
        "source:acme-reviews rating:[1 TO 2]",
        "tag:rappel lang:fr",
        "acme /[0-9]{3}/",
        "acme /a.c/",
        "acme /[a-z.com]+x/",
        "acme /\\w.com/",
        "https://www.acme.com/page?id=3",
        "url:acme.com/blog/*",
        "acme context:(fruit OR cider) anticontext:(iphone OR mac)",
        "~cheval -~jument",
        "stem:fr cheval poulain",
        "ATLEAST/3 acme",
        "acme <<< and or not >>> shop",
    ] {
        clean(text);
    }
}

#[test]
fn long_good_queries_are_clean() {
    for text in [
        "(ozalée OR \"eau zalée\" OR {OZL}) (boisson OR infusion* OR \"eau pétillante\" OR bouteille) \
         -(recette OR \"huile essentielle\") lang:fr",
        "(\"Crédit Mutuel\" OR \"Caisse d'Épargne\" OR {LCL} OR \"BNP Paribas\") AND (fraude OR arnaque \
         OR (compte NEAR/5 bloqué) OR \"service client\"~2) NOT (emploi OR recrutement OR stage)",
        "((Renault OR Dacia) NEAR/8 (rappel OR défaut OR panne NEAR/3f moteur)) -(occasion OR annonce) \
         country:fr date:[2026-01-01 TO 2026-12-31]",
        "apple (cidre OR verger OR pomme OR jus) context:(fruit OR récolte OR agriculteur) \
         anticontext:(iphone OR macbook OR \"app store\" OR ios)",
        "title:(grève OR débrayage OR mouvement NEAR/2 social) (SNCF OR RATP OR \"Île-de-France \
         Mobilités\") kind:news",
        "(site:trustpilot.com OR site:avis-verifies.com OR source:google-avis) rating:[1 TO 2] \
         (livraison OR remboursement OR \"jamais reçu\" OR \"colis perdu\")",
        "@competitors (prix OR tarif* OR promotion OR soldes) -title:(concours OR tirage) <<< les \
         concours font trop de bruit >>> likes:[10 TO *]",
        "stem:fr (licenciement OR \"plan social\" OR restructuration) (Michelin OR Valeo OR Forvia) \
         in:text has:link",
        "(\"Acme Robotics\" OR {ACME} OR @acmerobotics OR acmerobotics.com) AND (recall* OR lawsuit OR \
         \"class action\" OR investigat*) NOT (\"job opening\" OR hiring OR careers)",
        "((merger OR acquisition OR takeover) NEAR/10 (\"Acme Robotics\" OR \"Beta Dynamics\")) OR \
         (title:(merger OR acquisition) AND author:(\"Acme Robotics\" OR \"Beta Dynamics\"))",
        "ATLEAST/3 (nitrate* OR pesticide* OR glyphosate) (\"drinking water\" OR groundwater OR \"tap \
         water\"~3) country:gb reply:false views:[1000 TO *]",
        "delta (airline OR airport OR flight* OR {DAL}) -(variant OR covid OR \"delta force\" OR river) \
         tone:negative followers:[500 TO *]",
        "(~refund OR ~chargeback OR \"money back\") acme /order #?[0-9]{6,}/i (kind:review OR \
         kind:forum OR kind:social)",
        "(東京電力 OR \"tokyo electric\" OR {TEPCO}) (排水 OR discharge OR \"treated water\") \
         -site:example.com/archive minute:[06:00 TO 22:00]",
        "(ارامكو OR \"Saudi Aramco\") (أسهم OR ارباح OR shares) lang:ar",
        "in:quote (\"j'ai testé\" OR \"je déconseille\") (Ozalée OR #ozalee2026) thread:abc-12",
    ] {
        clean(text);
    }
}
