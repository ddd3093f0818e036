//! The meaning of a query written down a second time, in the dumbest way: every choice of places is
//! tried, and whatever can be looked at is looked at. Of the crate that it judges it takes only how
//! texts are cut into tokens.

use std::collections::BTreeSet;

use model::{Item, Rating};
use query::analysis::{self, TokenKind};
use query::{Expression, Filter, Has, Node, NodeKind, Order, Quantity, Query, Scope, Word};
use snowball_stemmers_rs::{Algorithm, Stemmer};
use url::Url;

/// From a position up to another.
type Stretch = (usize, usize);

/// The words of a part of the query, in order: folded, and as written.
type Asked = std::vec::IntoIter<(String, String)>;

/// A token of a text.
struct Token {
    is_sign: bool,
    folded: String,
    written: String,
    start: usize,
    end: usize,
}

/// One text of an item, and the item's language.
struct Text<'a> {
    tokens: Vec<Token>,
    lang: Option<&'a str>,
}

pub(crate) fn finds(query: &Query, item: &Item) -> bool {
    holds(query.text(), query.root(), item)
}

/// Tells whether a part of the query of this text holds for the item.
pub(crate) fn holds(query: &str, node: &Node, item: &Item) -> bool {
    let hold = |parts: &[Node]| parts.iter().filter(|part| holds(query, part, item)).count();
    match &node.kind {
        NodeKind::All(parts) => hold(parts) == parts.len(),
        NodeKind::Any(parts) => hold(parts) > 0,
        NodeKind::Not(part) => !holds(query, part, item),
        NodeKind::Occurs { scope, what, at_least } => {
            let part = &query[node.span.clone()];
            let texts = texts(*scope, item);
            let times = texts.iter().map(|text| occurrences(part, what, item, text));
            times.sum::<usize>() >= *at_least
        }
        NodeKind::Regex { scope, pattern } => {
            texts(*scope, item).iter().any(|text| pattern.is_match(text))
        }
        NodeKind::Filter(filter) => satisfies(filter, item),
        NodeKind::Interval(interval) => match number(interval.quantity, item) {
            None => false,
            Some(number) => {
                number >= interval.min.unwrap_or(i64::MIN)
                    && number <= interval.max.unwrap_or(i64::MAX)
            }
        },
        NodeKind::Context { wanted, unwanted } => {
            let (wanted_count, unwanted_count) = (hold(wanted), hold(unwanted));
            if wanted.is_empty() { unwanted_count == 0 } else { wanted_count > unwanted_count }
        }
    }
}

/// Returns the texts that are looked into, each by itself.
fn texts(scope: Scope, item: &Item) -> Vec<String> {
    match scope {
        Scope::TitleOrText => vec![item.title.clone(), item.text.clone()],
        Scope::Title => vec![item.title.clone()],
        Scope::Text => vec![item.text.clone()],
        Scope::Author => item.author.iter().cloned().collect(),
        Scope::Quote => vec![item.details.quote.clone()],
        Scope::Url => item.url.iter().map(ToString::to_string).collect(),
        Scope::Links => {
            let links: Vec<&str> = item.details.links.iter().map(Url::as_str).collect();
            vec![links.join(&analysis::VALUE_END.to_string())]
        }
    }
}

fn occurrences(part: &str, what: &Expression, item: &Item, text: &str) -> usize {
    let tokens = analysis::tokens(text)
        .map(|token| Token {
            is_sign: token.kind == TokenKind::Sign,
            written: analysis::surface(&text[token.start..token.end]).into_owned(),
            folded: token.text,
            start: token.position,
            end: token.position + token.width,
        })
        .collect();
    let text = Text { tokens, lang: item.lang.as_ref().map(model::Lang::as_str) };
    let mut asked = analysis::words(part)
        .map(|token| (token.text, part[token.start..token.end].to_owned()))
        .collect::<Vec<_>>()
        .into_iter();
    let starts: BTreeSet<usize> =
        stretches(what, &text, &mut asked).into_iter().map(|(start, _)| start).collect();
    starts.len()
}

/// Finds an expression. `asked` is there since the tree does not say how a word was written whose
/// forms are asked for.
fn stretches(what: &Expression, text: &Text<'_>, asked: &mut Asked) -> BTreeSet<Stretch> {
    match what {
        Expression::Phrase(words) => {
            let mut found = BTreeSet::new();
            for (at, word) in words.iter().enumerate() {
                let places = places(word, text, asked);
                found = if at == 0 { places } else { joined(&found, &places) };
            }
            found
        }
        Expression::Within { words, distance } => {
            let places: Vec<_> = words.iter().map(|word| places(word, text, asked)).collect();
            let mut found = BTreeSet::new();
            every_choice(&places, &mut Vec::new(), *distance, &mut found);
            shortest(&found)
        }
        Expression::Near { left, right, distance, order } => {
            let left = stretches(left, text, asked);
            let right = stretches(right, text, asked);
            let mut found = BTreeSet::new();
            for l in &left {
                for r in &right {
                    if l.1 <= r.0 && r.0 - l.1 <= *distance {
                        found.insert((l.0, r.1));
                    }
                    if *order == Order::Either && r.1 <= l.0 && l.0 - r.1 <= *distance {
                        found.insert((r.0, l.1));
                    }
                }
            }
            shortest(&found)
        }
        Expression::Any(parts) => {
            parts.iter().flat_map(|part| stretches(part, text, asked)).collect()
        }
    }
}

fn joined(first: &BTreeSet<Stretch>, second: &BTreeSet<Stretch>) -> BTreeSet<Stretch> {
    let mut found = BTreeSet::new();
    for one in first {
        for other in second {
            if one.1 == other.0 {
                found.insert((one.0, other.1));
            }
        }
    }
    found
}

fn every_choice(
    words: &[BTreeSet<Stretch>],
    chosen: &mut Vec<Stretch>,
    distance: usize,
    found: &mut BTreeSet<Stretch>,
) {
    if let [places, rest @ ..] = words {
        for place in places {
            if !chosen.contains(place) {
                chosen.push(*place);
                every_choice(rest, chosen, distance, found);
                chosen.pop();
            }
        }
        return;
    }
    let start = chosen.iter().map(|place| place.0).min().unwrap();
    let end = chosen.iter().map(|place| place.1).max().unwrap();
    let taken: usize = chosen.iter().map(|place| place.1 - place.0).sum();
    if end - start <= taken + distance {
        found.insert((start, end));
    }
}

fn shortest(found: &BTreeSet<Stretch>) -> BTreeSet<Stretch> {
    let contains = |one: &Stretch, other: &Stretch| one.0 <= other.0 && other.1 <= one.1;
    let is_shortest =
        |one: &&Stretch| !found.iter().any(|other| other != *one && contains(one, other));
    found.iter().filter(is_shortest).copied().collect()
}

fn places(word: &Word, text: &Text<'_>, asked: &mut Asked) -> BTreeSet<Stretch> {
    let is_meant: Box<dyn Fn(&Token) -> bool> = match word {
        Word::Plain(folded) => Box::new(move |token| !token.is_sign && token.folded == *folded),
        Word::Exact { folded, surface } => Box::new(move |token| {
            !token.is_sign && token.folded == *folded && token.written == *surface
        }),
        Word::Sign { text, .. } => Box::new(move |token| token.is_sign && token.folded == *text),
        Word::Glob(glob) => {
            let shape = glob.to_string();
            Box::new(move |token| !token.is_sign && has_shape(&token.folded, &shape))
        }
        Word::Forms(forms) => {
            let asked = asked.find(|(folded, _)| folded == forms.folded()).unwrap();
            let languages = format!("{:?}", forms.languages());
            let is_asked = |code: &str| languages.contains(&format!("{code:?}"));
            let readings: Vec<(&str, Algorithm)> = stemmers()
                .into_iter()
                .filter(|(code, _)| is_asked(code) && text.lang.is_none_or(|lang| lang == *code))
                .collect();
            Box::new(move |token| !token.is_sign && is_form(token, &asked, &readings))
        }
    };
    text.tokens
        .iter()
        .filter(|token| is_meant(token))
        .map(|token| (token.start, token.end))
        .collect()
}

fn has_shape(word: &str, shape: &str) -> bool {
    let Some(first) = shape.chars().next() else { return word.is_empty() };
    let rest = &shape[first.len_utf8()..];
    let mut letters = word.chars();
    match (first, letters.next()) {
        ('*', None) => has_shape(word, rest),
        ('*', Some(_)) => has_shape(word, rest) || has_shape(letters.as_str(), shape),
        ('?', Some(_)) => has_shape(letters.as_str(), rest),
        (wanted, Some(letter)) => wanted == letter && has_shape(letters.as_str(), rest),
        (_, None) => false,
    }
}

fn is_form(seen: &Token, asked: &(String, String), readings: &[(&str, Algorithm)]) -> bool {
    let (folded, written) = asked;
    let first_letters: String = folded.chars().take(3).collect();
    seen.folded == *folded
        || seen.folded.starts_with(&first_letters)
            && readings.iter().any(|(_, algorithm)| {
                let stem = |word: &str| fold(&Stemmer::create(*algorithm).stem(word));
                let seen = stem(&seen.written.to_lowercase());
                seen == stem(&written.to_lowercase()) || seen == stem(folded)
            })
}

fn stemmers() -> [(&'static str, Algorithm); 7] {
    [
        ("fr", Algorithm::French),
        ("en", Algorithm::English),
        ("de", Algorithm::German),
        ("es", Algorithm::Spanish),
        ("it", Algorithm::Italian),
        ("pt", Algorithm::Portuguese),
        ("nl", Algorithm::Dutch),
    ]
}

/// Folds a text of one word.
fn fold(word: &str) -> String {
    analysis::words(word).map(|token| token.text).collect()
}

fn satisfies(filter: &Filter, item: &Item) -> bool {
    let details = &item.details;
    match filter {
        Filter::Site { host, path } => item.url.as_ref().is_some_and(|url| {
            let own = url.host_str().unwrap_or_default();
            let own = own.strip_prefix("www.").unwrap_or(own);
            let segments: Vec<&str> =
                url.path().split('/').filter(|name| !name.is_empty()).collect();
            let own_path = format!("/{}/", segments.join("/"));
            (own == host || own.ends_with(&format!(".{host}")))
                && path.as_ref().is_none_or(|path| own_path.starts_with(&format!("{path}/")))
        }),
        Filter::Lang(lang) => item.lang.as_ref() == Some(lang),
        Filter::Country(country) => details.country.as_ref() == Some(country),
        Filter::Source(source) => {
            let own = item.source.as_str().to_lowercase();
            own == *source || own.split('.').next() == Some(source.as_str())
        }
        Filter::Kind(kind) => item.kind == *kind,
        Filter::Tag(wanted) => details.tags.iter().any(|tag| {
            let tag = tag.replace('#', "").to_lowercase().replace(['é', 'è'], "e");
            tag == *wanted
        }),
        Filter::Thread(thread) => details.thread.as_ref() == Some(thread),
        Filter::Tone(tone) => details.tone == Some(*tone),
        Filter::Has(Has::Rating) => details.rating.is_some(),
        Filter::Has(Has::Image) => details.image,
        Filter::Has(Has::Link) => !details.links.is_empty(),
        Filter::Reply(reply) => details.reply == Some(*reply),
    }
}

fn number(quantity: Quantity, item: &Item) -> Option<i64> {
    let engagement = &item.details.engagement;
    let count = |count: Option<u64>| count.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    match quantity {
        Quantity::Stars => item.details.rating.map(Rating::stars_milli),
        Quantity::RatingOutOf { best_milli } => match item.details.rating {
            Some(rating) if rating.best_milli() == best_milli => Some(rating.value_milli()),
            _ => None,
        },
        Quantity::Date => item.published.map(|at| at.timestamp()),
        Quantity::Minute => item.published.map(|at| {
            let time = at.format("%H:%M").to_string();
            let (hours, minutes) = time.split_once(':').unwrap();
            hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
        }),
        Quantity::Likes => count(engagement.likes),
        Quantity::Shares => count(engagement.shares),
        Quantity::Comments => count(engagement.comments),
        Quantity::Views => count(engagement.views),
        Quantity::Followers => count(engagement.followers),
    }
}
