//! Words that carry no theme, folded, of the languages that most texts are in. What else is common in a
//! source cancels out against its background.

use std::collections::HashSet;
use std::sync::LazyLock;

static STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    [FRENCH, ENGLISH, OTHERS].into_iter().flat_map(str::split_ascii_whitespace).collect()
});

pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.contains(folded)
}

const FRENCH: &str = "\
    a ai aie aient ainsi ait alors apres as assez au aucun aucune aujourd auquel aussi autre autres aux avaient avais avait \
    avant avec avez aviez avoir avons ayant beaucoup bien bon bonjour bonsoir c ca car ce ceci cela celle celles celui cependant \
    certain certaine certaines certains ces cet cette ceux chaque chez ci comme comment d dans de deja depuis des desormais \
    deux devant devrait doit doivent donc dont du elle elles en encore enfin ensuite entre es est et etaient etais etait etant \
    ete etes etre eu eux faire fait faites faut fois font furent fut hier hui ici il ils j jamais je juste l la le les lesquels \
    leur leurs lors lorsque lui m ma mais malgre me meme memes merci mes mieux moi moins mon n ne ni non nos notre nous on ont \
    ou oui par parce parfois pas pendant peu peut peuvent peux plus plusieurs plutot pour pourquoi pourrait pourtant puis \
    puisque qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi rien s sa salut sans se selon sera serait \
    seront ses seulement si sinon soit son sont souvent sous sur t ta tant te tel telle telles tels tes toi ton toujours tous \
    tout toute toutes tres trop tu un une va vais vers veut veux via vers voici voila vont vos votre vous vraiment y";

const ENGLISH: &str = "\
    about above after again all almost already also although always am an and another any anyone anything are aren around as \
    ask at away back be became because been before being below between both but by came can cannot could couldn did didn do does \
    doesn doing don done down during each either else ever every everyone everything few first for from further gave get gets \
    getting give go goes going gone gonna got had hadn has hasn have haven having he hello her here hers herself hey hi him \
    himself his how however i if in into is isn it its itself just know last less let like ll look made make makes many may maybe \
    me might more most much must my myself need never new next no nor not nothing now of off ok okay on once one only or other \
    others our ours out over own please put re really right s said same saw say says see seen shall she should shouldn since so \
    some someone something still such sure take than thank thanks that the their theirs them themselves then there these they \
    thing things think this those though through thus to today together told tomorrow too took try two u under until up upon \
    ur us use used using ve very via wanna want wants was wasn way we well went were weren what whatever when where whether \
    which while who whole whom whose why will with within without won would wouldn yeah yes yesterday yet you your yours yourself";

const OTHERS: &str = "\
    aber als am auch auf aus bei bin bis da das dass dem den der die doch durch ein eine einem einen einer es fur hat ich ihr im \
    ist kann mein mich mir mit nach nicht noch nur oder sehr sich sie sind uber um und uns von vor war was wenn wie wir wird zu \
    zum zur al con como cuando del desde donde el ella ellos era esta este esto fue ha hasta hay las lo los mas mi muy nada o \
    para pero por porque que se ser si sin sobre su sus tambien te tiene todo una uno y ya che chi come cosa cui da dei del \
    della delle di e gli ha ho il io la lo mia molto nel nella non o per piu quando questa questo sono su tra un una aan als \
    bij dan dat de deze die dit door een en er geen haar had heb heeft het hij hun ik in is je kan maar me meer met mijn naar \
    niet nog of om onder ons ook op over te tot uit van veel voor was wat we wel wij zich zijn zo ao aos as com da das do dos e \
    em essa esse eu foi isso ja mais mas meu minha muito na nao nas no nos num os ou pela pelo por que sao sem seu sua tem uma \
    voce http https www com amp rt html";
