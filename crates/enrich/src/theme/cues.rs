//! The cues of complaints, requests, questions and praise, by language. Words are folded, one space
//! apart. `a|b` is either, `a*` begins so, `.` is at most one word of any kind, `..` at most three, `^`
//! the beginning of the sentence, `$` its end. An apostrophe parts words: `can t`, `n arrive`.

use super::asks::{Ask, Guard};

/// Before a cue they deny it.
pub(super) const NEGATIONS: &[&str] = &[
    "no", "not", "never", "without", "zero", "t", "nor", "pas", "aucun", "aucune", "sans",
    "jamais", "ni", "zero", "eviter", "avoid", "plus",
];

/// After a cue they say that it is over, or that it is about something else.
pub(super) const SETTLED: &[&str] = &[
    "resolu",
    "resolue",
    "resolus",
    "regle",
    "reglee",
    "corrige",
    "corriges",
    "solved",
    "fixed",
    "resolved",
    "solving",
    "solver",
    "free",
    "gone",
    "museum",
    "musee",
    "math",
    "maths",
    "mathematique",
    "mathematiques",
    "colloque",
];

/// What it says, how it is undone, its language, and the cues, parted by `;`.
pub(super) const CUES: &[(Ask, Guard, &str, &str)] = &[
    (
        Ask::Complaint,
        Guard::Settled,
        "fr",
        "un|le|mon|ce|gros|meme|des|les|ces|encore|toujours|vrai probleme|problemes|souci|soucis
        ^ probleme|problemes|souci|soucis; probleme|problemes|souci|soucis avec|de|sur connexion|reseau|paiement|livraison|commande
        un|des|gros|encore|enorme|ce bug|bugs; bug|bugs depuis|sur|dans
        plein|beaucoup|trop|tas de problemes|soucis|bugs|pannes
        en panne; encore|nouvelle|enorme|une panne . ce|depuis|sur; panne|panne* depuis
        decu|decue|decus|decues; decevant|decevante|decevants; deception
        inadmissible|inacceptable|scandaleux|scandaleuse|honteux|honteuse|lamentable|catastrophique|insupportable|deplorable
        arnaque|arnaques|arnaqueurs|escroquerie; c est nul|nulle; trop lent|lente|lents|cher|chere
        gout|odeur|qualite horrible|infect|infecte|bizarre|mediocre|affreux|degueu*; horrible|infecte $
        injoignable|injoignables; mecontent|mecontente|mecontents|insatisfait*|furieux|furieuse|enerve|enervee|agace|agacee|degoute|degoutee; vraiment|trop|tellement|completement|totalement nul|nulle|nuls|rate|ratee|inutile; est|sont rate|ratee|nul|nulle|nuls|inutilisable|inutilisables|inexistant|inexistante; n importe quoi; quelle honte|deception|galere|blague; une honte; minutes|heures|heure|jours|semaines de retard; vraie|grosse|enorme galere; sale|sales|bruyante|bruyant et|on; desagreable|desagreables|impoli|impolis; s est|suis . fait avoir|arnaque*|entuber|escroquer; menti; pour rien $; traine|bloque|bloquee depuis; efface|supprime|perdu . tous|toutes|mes|mon|ma|nos; froid|froide|froides|froids et; jamais vu un|une|ca; mauvais|mauvaise|mauvaises experience|service|qualite|accueil|surprise|odeur|reception|gestion; je regrette; aux abonnes absents; defectueux|defectueuse|inutilisable|inutilisables; sans arret|cesse $; ras le bol; marre de|d
        arrive|arrivee|recu|recue|livre . casse|cassee|abime|abimee|ouvert|vide|endommage*
        pire service|experience|achat|entreprise|site; a fuir; ^ fuyez",
    ),
    (
        Ask::Complaint,
        Guard::None,
        "fr",
        "ne marche|marchent|fonctionne|fonctionnent|repond|repondent|charge|demarre|s plus|pas; marche|marchent|fonctionne|fonctionnent plus|pas
        ne s ouvre|allume|affiche plus|pas; ne . passe . plus|pas; rien ne se passe|marche|fonctionne
        impossible de|d; ^ impossible; n arrive|arrivons|arrivent plus|pas a; arrive|arrivent plus|pas a me|se|valider|payer
        ne peux|peut|pouvons plus|pas . acceder|telecharger|connecter|payer|valider|commander|ouvrir
        pourquoi . je|on n|ne; pourquoi . n|ne .. pas|plus; pourquoi . impossible; pourquoi toujours
        toujours pas|rien|aucun|aucune; jamais recu|arrive|arrivee|livre|livree|rembourse*; pas recu|rembourse|livre|livree
        attends|attend|attendons . toujours|encore|depuis; j attends .. depuis; sans reponse . depuis; depuis .. sans reponse
        aucune reponse $; et|mais aucune reponse|nouvelle|explication; personne ne repond|me|nous|m|prend
        plante|plantent a|au|des|tout|sans|depuis|quand; ca plante; bugge; buggue; bugue
        facture|facturee|debite|debitee|preleve|prelevee deux|2|trois|a tort; deux|2 fois la meme
        je|nous|on ne|n recois|recevons|vois|voit|trouve|capte|comprends|parviens|ai|avons|a plus|pas . acces|internet|reseau|connexion|les|mes|mon|le|la|de|l; plus . internet|reseau|connexion|wifi|son|image|acces|signal; n ai|avons|a plus internet|acces|de
        n est|sont|a|ont|m|nous . jamais passe|passee|venu|venue|recu|repondu|rappele|livre|arrive|fonctionne|marche|rembourse*; paiement|carte|compte|commande|achat|transaction|virement|acces . refuse|refusee|bloque|bloquee|annule|annulee|rejete|rejetee|supprime|suspendu; est|ete|etait bloque|bloquee|refuse|refusee|suspendu|suspendue|desactive|supprime|coupe|coupee . sans|depuis|alors|encore|pour; sans raison|prevenir|explication $
        a|ont lache|casse|cede|grille|explose; deja casse|cassee|morte|mort; ont|a disparu; ont|a ils|elles|t disparu; pourquoi mes|mon|ma|vos|votre; me deconnecte|demande|renvoie|facture . sans|encore|toujours; cesse de fonctionner; tombe|tombee|tombes en; debite|facture|preleve|prelevee|debitee . deux|2|trois fois; deux|trois|2|3 semaines|mois|jours|heures que|d attente; mauvais|mauvaise taille|article|produit|couleur|adresse|commande; refuse|refusent de . rembourser|repondre|echanger|reprendre; attente interminable
        n est plus aussi|comme; reste noir|bloque|bloquee|noire|fige|figee; ecran noir|bleu; se vide|decharge en|trop|tres
        mal|jamais livre|emballe|concu|concue|fini|finie; en retard de; encore en retard; annule|annulee sans|au dernier
        perdu mon|ma|mes|notre; service client .. inexistant|injoignable|nul|deplorable|absent",
    ),
    (
        Ask::Complaint,
        Guard::Settled,
        "en",
        "a|the|my|this|huge|same|another|big|major|serious|having|these|some problem|problems|issue|issues with|since|again|when|logging|connecting|after
        have|having|had|got|is|s|s . a|an|the|huge|big|serious|same|some|major problem|problems|issue|issues
        is|s|has|found|another|annoying|major|this|a bug|bugs in|on|when|that|with|again|since; bug report
        disappointed|disappointing|disappointment; awful|terrible|horrible|horrendous|disgusting|unacceptable|appalling|pathetic|ridiculous|useless
        letdown; let down; furious|livid|angry|annoyed|annoying|infuriating|upset; bad|poor|terrible|horrible|shocking experience|service|quality|communication|management|design; defective|unusable|unreliable; ruined; nightmare; dirty; ripped off; unfriendly; for nothing $; late again|this|by|today|tonight; pending since|for; wiped|erased|deleted . all|my; froze my|our; lied; hours|minutes late; regret buying|ordering|choosing|flying; nothing but trouble|problems|issues|grief; declined|rejected|refused . even|again|for|without|every|at; constantly $|crash*|fail*|drop*|disconnect*; misleading|deceptive; lied to
        worst; scam|scammers|rip off|ripoff|fraud stay|avoid|beware; a . scam; outage|outages since|again|this; huge|another|major outage
        arrived|came|delivered . broken|damaged|late|smashed|empty|open|defective; broken again|after|on; is|are|s broken|defective|faulty
        too|so slow|expensive|buggy|unreliable; overpriced; frustrating|frustrated; fed up; sick of; never again; stay away; waste of
        delayed again|for|by|another; flight|flights|train . was|is|got . delayed|cancelled|canceled; cancelled|canceled flight|flights
        another|third|second|yet delay|cancellation|failure; rude staff|service|agent|crew|people",
    ),
    (
        Ask::Complaint,
        Guard::None,
        "en",
        "doesn|don|didn|isn|won|not|never|does|do|did|wont|doesnt|dont t|not|.. work|working|load|open|respond|start|connect|sync|charge|arrive|arrived
        doesnt|dont|didnt|isnt|wont work|working|load|open|respond|start|connect|sync; not working|loading|responding; never works|worked|arrived|came|received
        stopped|stops working|loading|responding|charging; keeps|keep|kept . crashing|freezing|failing|disconnecting|asking|logging|buffering
        crashes|crashed|freezes . when|every|after|on|all|again; why can t|not|cant; why cant; why . can|does|is|do|are . t|not|nothing; why is it so
        i|we can|could t|not . log|login|access|download|connect|open|pay|reset|find|use|get|reach|check|book|change; i|we cant . log|login|access|download|connect|open|pay|reset|use|get|reach
        cannot . log|access|download|connect|open|pay|reset|use|get|reach; unable to
        still waiting|no|not|nothing|haven|havent|broken|down; been waiting|on hold|holding; waiting . for|over|on .. hours|weeks|days|months
        on hold for; no response|reply|answer|explanation|refund|help $; and|but . no|never response|reply|answer|explanation|help; nobody|one answers|answered|responds|replied|helps|cares|picks
        i|we|was|were|been|got charged . twice|double|again|wrong; charged me . twice|for|double; double charged; nothing happens; stays black|blank|frozen|stuck; black|blue screen
        lost my|our; you lost; my|our bag|bags|luggage|parcel|package . is|was|were|are|got|has . lost|missing|stolen; where is|s my
        why|where did|do|does|is|are|has|have my|your|our|i; for no reason; never showed|came|arrived|received|got|replied|answered|called|delivered|responded|turned|again; no|without internet|signal|power|wifi|heating|hot|connection|access . now|again|since|for|all|anymore; broke|died|failed|snapped|tore . after|within|in|on|the|again; logs|kicks|logged|kicked|throws me . out|off; wrong size|item|order|colour|color|product|address|one|bag|model; sent|gave|delivered . the|a wrong; refuse|refuses|refused|fails|failed|failing to; blocked|suspended|locked|closed|deleted my|our|me; is|are|was|were missing; has|have disappeared|vanished; makes no sense; hours|weeks|days|months late|waiting|later|without; missed my|our; still broken|down|missing|nothing
        drains in|so|too|fast|within; hung up on; what a joke|mess|disaster|nightmare; is a joke; such a joke; is|was|been down . again|since|for",
    ),
    (
        Ask::Request,
        Guard::None,
        "fr",
        "^ il manque|manquerait . un|une|des|le|la|l|de|d|juste|encore|simplement|seulement|vraiment; il|y manque|manquerait . un|une|des|juste|vraiment option|bouton|mode|fonction*|possibilite|choix|reglage
        il ne manque plus|que qu|que; il ne manque que|qu
        serait|serai . bien|utile|pratique|super|cool|top|genial|ideal|sympa|appreciable|parfait; ca serait; ce serait
        pourriez|pouvez|peux|pourrais vous|tu . ajouter|proposer|prevoir|rajouter|mettre|faire|ouvrir|envisager|corriger|creer|remettre|permettre|envoyer|rappeler
        j aimerais; nous aimerions; on aimerait; je souhaite|souhaiterais; je voudrais; il faudrait; faudrait que|un|une|pouvoir; il faut ajouter|rajouter|absolument
        merci d|de ajouter|rajouter|prevoir|proposer|remettre|corriger|faire|mettre|bien; veuillez; svp ajoutez|remettez|mettez|ajouter
        a quand; quand est ce que . vous|tu; pour quand; est il possible|serait il possible; possible d|de . avoir|ajouter|prevoir|rajouter
        dommage qu|que . on|l|il|vous|ce . n|ne; dommage qu on; devriez|devrait|devraient proposer|ajouter|prevoir|permettre|mettre|faire|avoir|ouvrir|pouvoir|envisager
        suggestion|suggestions . $; ^ suggestion|suggestions|idee|amelioration; vous|ils pourriez|pourraient|devriez|devraient . ajouter|proposer|prevoir|mettre|faire|permettre|ouvrir|baisser|ameliorer; serait il possible; s il vous|te plait $; svp $; j attends avec impatience une|un|le|la; vivement un|une|le|la|l|qu|que; besoin de . plus; on veut; on pourrait avoir; pensez a|y; j aurais aime|voulu|prefere; nous aurions aime; ^ ajoutez; a quand le|la|l|un|une|les; prevoyez vous; comptez vous; allez vous . ouvrir|proposer|ajouter|sortir; ajoutez|remettez|rajoutez
        manque juste|vraiment un|une; besoin d un|une mode|option|version",
    ),
    (
        Ask::Request,
        Guard::None,
        "en",
        "please|pls|plz . add|fix|bring|make|give|let|include|support|allow|consider|provide|open|ship|send|help|implement|change|stop|update|restore
        would be . . . perfect|nice|great|good|useful|helpful|cool|awesome|handy|lovely|amazing; could|can|would|will you . support|add|open|make|offer|bring|consider|include|provide|ship|implement|send|allow|launch|release|restore|follow|dm
        i|we . wish; would it be possible; is it possible to . get|have|add|order; there should|must be; should|must have . a|an|option; feature|enhancement request; feature suggestion
        could|can|may we . get|have; when|where are you . opening|releasing|adding|launching|bringing|coming; please $; want to see; consider adding|making|offering; would have liked; d be . handy|nice|great|useful|good|cool; all it needs; ^ add; should lower|reduce|improve|fix|bring|let|allow; can you . put|show|list|update; we need|want . a|an|more|some|the; looking forward to . having|getting; let us|me . choose|pick|sort|mute|export|disable|turn|pay; how about . adding|a|an|some
        any plans|chance|plan . for|to|of; are there . plans; needs|need a|an|more|some|better; you|they should . offer|add|open|make|bring|include|allow|let|provide|consider|support|sell
        d|would love|like . to . see|have|get|be; would like . to|a|an; it s|is missing|lacking . a|an|the|some; lacks|missing a|an|the option|feature|mode|button|support|way
        when will|are|do you|we . ship|open|release|add|support|bring|launch|get|have|sell|offer|be; bring|give . us . back; ^ bring back; ^ suggestion|suggestions|idea; ^ add a|an|the|support|option; hope you|they . add|bring|open",
    ),
    (
        Ask::Question,
        Guard::None,
        "fr",
        "comment faire|peut|puis|fait|on|activer|desactiver|changer|savoir|installer|supprimer $|pour|on|je|t|a|mon|ma|mes|le|la|les|l|un|une|si
        ^ comment|combien|quand|ou|quel|quelle|quels|quelles|qui|pourquoi .. faire|trouver|acheter|coute|est|sont|faut|choisir|puis|peut|fonctionne|marche|difference|utiliser
        quelqu un sait|saurait|connait|a; savez vous; est ce que|qu; qu est ce; je cherche comment|ou; une idee $; je me demande",
    ),
    (
        Ask::Question,
        Guard::None,
        "en",
        "how do|can|to|does|should i|you|we|one|it|change|get|use|set|install|turn|make|disable|enable; how much|many|long is|are|does|do|for|will; does|do|has|can anyone|anybody|someone know|tell|have|explain|recommend
        ^ where|what|which|who|when|how|is|are|does|do|can|will can|do|is|are|does|the|there|size|it|this|i|you|should|one .. $; i wonder|wondering if|whether|how; anyone know|knows|else",
    ),
    (
        Ask::Praise,
        Guard::Denied,
        "fr",
        "merci pour|beaucoup|a|infiniment|encore|mille; un|grand merci; j adore|adorons|adorent; je recommande|recommandons; a recommander; excellent|excellente|excellents|excellentes|genial|geniale|parfait|parfaite|delicieux|delicieuse|formidable|impeccable|magnifique|remarquable
        bravo; felicitations; chapeau a; tres|entierement|vraiment|super satisfait|satisfaite|content|contente|bon|bonne|bien; ravi|ravie|ravis|enchante|enchantee; au top; sans faute; rien a redire; super produit|service|accueil|equipe|experience|application|appli; je suis fan; coup de coeur; tres pro|professionnel*|efficace|rapide|reactif|agreable",
    ),
    (
        Ask::Praise,
        Guard::Denied,
        "en",
        "thank you|u for|so|very|to|all; thanks for|so|a|to; love|loved|loving|adore this|the|my|it|your|these|how; great|excellent|amazing|awesome|fantastic|wonderful|outstanding|superb|brilliant|perfect service|job|work|product|flight|crew|staff|team|experience|quality|support|customer|app|tea|phone|food|value; highly recommend|recommended|recommend*; would|definitely recommend; kudos; well done; congrat*; best purchase|service|airline|customer|product|phone|app|experience|decision|buy|tea|crew|flight; very|so|really|extremely happy|pleased|satisfied|impressed|good|helpful|friendly; works|worked|working perfectly|great|flawlessly|fine|like; five|5 stars|star; delicious|flawless; couldn t be happier|better; pleasantly surprised; hats off; shout out|shoutout",
    ),
];
