//! Which words come with a query and seldom without: candidates for what to exclude, and for what to
//! require. They are told by the logarithm of their odds among what the query finds, over those among
//! other texts of the same languages.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use model::{Item, Lang};
use query::{Node, NodeKind, Query, Seen, Word, analysis};
use serde::Serialize;

const TERMS_MAX: usize = 12;
/// A word in fewer of the texts found is an accident.
const ITEMS_MIN: usize = 3;
const SHARE_MIN: f64 = 0.05;
/// Shorter words say little.
const CHARS_MIN: usize = 3;
/// Of the normal distribution: one word in forty seems to tell something by chance.
const SURE: f64 = 1.96;

/// The words, and how many texts they were looked for in.
#[derive(Debug, Default, Serialize)]
pub(super) struct Telling {
    pub(super) found_read: usize,
    pub(super) others_read: usize,
    pub(super) terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Term {
    /// As it is written most often.
    pub(super) word: String,
    /// In how many of the texts found.
    pub(super) found: usize,
    /// In how many of the others.
    pub(super) others: usize,
    pub(super) log_odds: f64,
}

/// Compares what a query finds with other texts, as far as they are in the same languages: else the words
/// of a language would be told.
pub(super) fn telling(query: &Query, found: &[Item], others: &[Item]) -> Telling {
    let langs: HashSet<Option<&Lang>> = found.iter().map(|item| item.lang.as_ref()).collect();
    let others: Vec<&Item> =
        others.iter().filter(|item| langs.contains(&item.lang.as_ref())).collect();
    let mut telling =
        Telling { found_read: found.len(), others_read: others.len(), terms: Vec::new() };
    if found.is_empty() || others.is_empty() {
        return telling;
    }
    let mut asked = Vec::new();
    each_word(query.root(), &mut asked);
    let frequencies = frequencies(found);
    let others_have = documents(&others);
    let mut candidates: Vec<(f64, Term)> = frequencies
        .into_iter()
        .filter(|(term, written)| {
            written.items >= ITEMS_MIN
                && share(written.items, found.len()) >= SHARE_MIN
                && !is_joining(term, written.usual())
                && !is_asked(&asked, term, written.usual())
        })
        .filter_map(|(term, written)| {
            let others_items = others_have.get(&term).copied().unwrap_or(0);
            let odds = Odds::new(written.items, found.len(), others_items, others.len());
            let term = Term {
                word: written.usual().to_owned(),
                found: written.items,
                others: others_items,
                log_odds: odds.log,
            };
            (odds.at_least > 0.0).then_some((odds.at_least, term))
        })
        .collect();
    candidates.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.word.cmp(&b.word)));
    candidates.truncate(TERMS_MAX);
    telling.terms = candidates.into_iter().map(|(_, term)| term).collect();
    telling
}

/// The logarithm of an odds ratio.
struct Odds {
    log: f64,
    /// The lower end of its interval of confidence: a rare word must not come first by luck.
    at_least: f64,
}

impl Odds {
    /// Half an item is added everywhere, so that nothing is infinite (Haldane and Anscombe).
    fn new(found: usize, found_all: usize, others: usize, others_all: usize) -> Self {
        let with = count(found) + 0.5;
        let without = count(found_all - found) + 0.5;
        let others_with = count(others) + 0.5;
        let others_without = count(others_all - others) + 0.5;
        let log = (with / without).ln() - (others_with / others_without).ln();
        let variance = 1.0 / with + 1.0 / without + 1.0 / others_with + 1.0 / others_without;
        Self { log, at_least: log - SURE * variance.sqrt() }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    count(part) / count(whole)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand items")]
fn count(items: usize) -> f64 {
    items as f64
}

/// In how many items a word is, and how it is written there.
#[derive(Debug, Default)]
struct Written {
    items: usize,
    forms: BTreeMap<String, usize>,
}

impl Written {
    fn usual(&self) -> &str {
        self.forms.iter().max_by_key(|(_, times)| **times).map_or("", |(form, _)| form)
    }
}

fn frequencies(items: &[Item]) -> HashMap<String, Written> {
    let mut frequencies: HashMap<String, Written> = HashMap::new();
    for item in items {
        for (term, form) in terms(item) {
            let written = frequencies.entry(term).or_default();
            written.items += 1;
            *written.forms.entry(form).or_default() += 1;
        }
    }
    frequencies
}

fn documents(items: &[&Item]) -> HashMap<String, usize> {
    let mut documents = HashMap::new();
    for item in items {
        for term in terms(item).into_keys() {
            *documents.entry(term).or_default() += 1;
        }
    }
    documents
}

/// Returns the words of an item, each once, with how it is written first.
fn terms(item: &Item) -> HashMap<String, String> {
    let mut terms = HashMap::new();
    for text in [&item.title, &item.text] {
        for token in analysis::words(text) {
            let is_number = token.text.chars().all(char::is_numeric);
            if !is_number && token.text.chars().count() >= CHARS_MIN {
                let written = &text[token.start..token.end];
                terms.entry(token.text).or_insert_with(|| written.to_lowercase());
            }
        }
    }
    terms
}

/// Tells whether the query names a word.
fn is_asked(asked: &[&Word], folded: &str, written: &str) -> bool {
    let surface = analysis::surface(written);
    asked.iter().any(|word| match word {
        Word::Exact { folded: exact, .. } => exact == folded,
        Word::Sign { text, .. } => text.trim_start_matches(['#', '@', '$']) == folded,
        Word::Plain(_) | Word::Glob(_) | Word::Forms(_) => {
            word.accepts(Seen { folded, surface: &surface, lang: None })
        }
    })
}

fn each_word<'q>(node: &'q Node, words: &mut Vec<&'q Word>) {
    match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => {
            for part in parts {
                each_word(part, words);
            }
        }
        NodeKind::Not(part) => each_word(part, words),
        NodeKind::Context { wanted, unwanted } => {
            for part in wanted.iter().chain(unwanted) {
                each_word(part, words);
            }
        }
        NodeKind::Occurs { what, .. } => what.each_word(&mut |word| words.push(word)),
        NodeKind::Regex { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {}
    }
}

/// Words that join others, in the languages whose forms are known. Where most of what is found is in
/// one of them, they would lead the list.
const JOINING: [&str; 7] = [
    "alors après aucun aussi autre avant avec avoir car ceci cela celle celui ces cet cette ceux chaque \
     chez comme comment dans depuis des deux dire dit donc dont elle elles encore entre est été être eux \
     faire fait fois font ici ils jamais jour jours juste les leur leurs lors mais même mes moins mon non \
     nos notre nous ont par parce pas peu peut plus pour pourquoi puis quand que quel quelle qui quoi \
     sans ses seulement ses son sont sous sur tandis tant tel tous tout toute toutes très trop une vers \
     via voici voir vos votre vous était ainsi selon",
    "about above after again all also and any are because been before being between both but can could \
     did does doing down during each few for from further had has have having her here hers him his how \
     into its itself just may more most much must new not now off once one only other our out over own \
     per said same say says she should since some such than that the their them then there these they \
     this those through too two under until upon very was were what when where which while who whom \
     why will with would you your",
    "aber alle allem allen aller alles als also andere auch auf aus bei beim bin bis bist damit dann \
     das dass dein dem den der des dessen die dies diese diesem diesen dieser dieses doch dort durch \
     ein eine einem einen einer eines für gegen haben hat hatte hier ich ihr ihre ihrem ihren immer ins \
     ist jede jeder jedes jetzt kann kein keine können mehr mein mit muss nach nicht noch nun nur oder \
     ohne schon sehr sein seine sich sie sind sowie über und uns unter vom von vor war waren was wenn \
     werden wie wieder wird wurde zum zur zwischen",
    "algo alguno ante antes aquel aquí así aunque cada como con contra cual cuando del desde donde dos \
     ella ellas ellos entre era eran esa ese eso esta estaba estas este esto estos está están fue fueron \
     había han hasta hay las los más mientras mis mismo muy nada nos nosotros otra otro para pero poco \
     por porque puede que quien ser sido sin sobre son sus también tan tanto tiene todo todos tras una \
     uno unos usted",
    "alla alle allo anche ancora avere aveva che chi come con così cui dal dalla dalle degli dei del \
     della delle dello dopo dove due ecco era erano essere fino fra gli hanno nei nel nella nelle noi \
     non ogni oltre ora per perché più poi può prima qual quale quando quella quelle quello questa \
     queste questi questo quindi sarà senza sia solo sono sotto sua sue sugli sul sulla suo suoi tra \
     tutti tutto una uno",
    "ainda antes após aquele até cada com como contra das dela dele deles depois desde desta deste dois \
     dos ela elas ele eles enquanto entre era essa esse esta estava este está foi foram fora isso isto \
     mais mas menos mesmo muito nas nem nos nossa nosso não onde outra outro para pela pelas pelo pelos \
     por porque pouco qual quando que quem sem ser seu seus sob sobre sua suas são também tem todo todos \
     tudo uma você",
    "aan al alle als andere bij daar dan dat deze die dit doch doen door dus een eens elk ene geen haar \
     had heb hebben heeft hem het hier hij hoe hun iets ik is ja je kan kon kunnen maar me meer men met \
     mijn moet na naar niet niets nog nu of om omdat ons onze ook op over te tegen toch toen tot uit uw \
     van veel voor want waren was wat werd wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder \
     zou",
];

/// As written, and folded for those who write without accents.
static AS_WRITTEN: LazyLock<HashSet<&str>> =
    LazyLock::new(|| JOINING.iter().flat_map(|words| words.split_whitespace()).collect());
static FOLDED: LazyLock<HashSet<String>> = LazyLock::new(|| {
    JOINING.iter().flat_map(|words| analysis::words(words)).map(|token| token.text).collect()
});

/// Tells whether a word joins others: not `thé`, though it is folded to `the`.
fn is_joining(folded: &str, written: &str) -> bool {
    AS_WRITTEN.contains(written) || (folded == written && FOLDED.contains(folded))
}

#[cfg(test)]
mod tests {
    use model::{Details, Kind};

    use super::*;

    fn item(text: &str) -> Item {
        Item {
            source: "s".into(),
            kind: Kind::News,
            guid: None,
            url: None,
            title: String::new(),
            text: text.to_owned(),
            author: None,
            lang: None,
            published: None,
            updated: None,
            details: Details::default(),
        }
    }

    /// Returns the terms of as many items of each text.
    fn told(query: &str, found: &[(usize, &str)], others: &[(usize, &str)]) -> Vec<String> {
        let items = |texts: &[(usize, &str)]| -> Vec<Item> {
            texts.iter().flat_map(|(times, text)| vec![item(text); *times]).collect()
        };
        let query = query::parse(query).unwrap();
        let telling = telling(&query, &items(found), &items(others));
        let told = telling.terms.iter();
        told.map(|it| format!("{} {}/{}", it.word, it.found, it.others)).collect()
    }

    #[test]
    fn a_word_that_comes_with_the_query_and_seldom_without_is_told() {
        let found = [(12, "Ozalée, un Yacht à Nice"), (28, "Ozalée vend du thé")];
        let others = [(300, "On vend du pain"), (1, "Un yacht coule")];
        let expect = ["thé 28/0", "yacht 12/1", "nice 12/0"];
        assert_eq!(told("ozalée", &found, &others), expect);
    }

    #[test]
    fn neither_the_query_s_words_nor_those_that_join_nor_numbers_are_told() {
        let found =
            [(20, "Les ouvertures d'Ozalée chez nous : BT, #soldes2026, brutes, 2026 ; vendu")];
        let others = [(300, "rien")];
        let query = "~ouverture {bt} OR ozal* OR (#soldes2026 -brutes)";
        assert_eq!(told(query, &found, &others), ["vendu 20/0"]);
        let query = "~ouverture {BT} OR ozal* OR (#soldes2026 -brute)";
        assert_eq!(told(query, &found, &others), ["brutes 20/0", "vendu 20/0"]);
    }

    #[test]
    fn what_is_as_common_elsewhere_or_too_rare_is_not_told() {
        assert_eq!(told("ozalée", &[(2, "ozalée yacht"), (30, "ozalée")], &[(300, "x")]), [""; 0]);
        assert_eq!(told("ozalée", &[(3, "ozalée yacht"), (90, "ozalée")], &[(300, "x")]), [""; 0]);
        let others = [(200, "le prix monte"), (100, "rien")];
        assert_eq!(told("ozalée", &[(30, "ozalée prix"), (10, "ozalée")], &others), [""; 0]);
        assert_eq!(told("ozalée", &[(30, "ozalée prix")], &[]), [""; 0]);
    }

    #[test]
    fn texts_in_other_languages_are_not_compared_with() {
        let query = query::parse("ozalée").unwrap();
        let in_french = |text: &str| Item { lang: Lang::from_tag("fr"), ..item(text) };
        let found = vec![in_french("ozalée, encore une fois le prix"); 20];
        let mut others = vec![in_french("le prix monte, encore"); 30];
        others.extend(vec![item("the price again"); 300]);
        let telling = telling(&query, &found, &others);
        assert_eq!((telling.found_read, telling.others_read), (20, 30));
        assert_eq!(telling.terms, []);
    }

    #[test]
    fn odds_are_those_of_the_four_numbers() {
        let odds = Odds::new(9, 19, 4, 104);
        assert!((odds.log - (9.5_f64 / 10.5).ln() + (4.5_f64 / 100.5).ln()).abs() < 1e-12);
        assert!(odds.at_least < odds.log && odds.at_least > 0.0);
        assert!(Odds::new(1, 19, 1, 19).at_least < 0.0);
    }
}
