//! Slips of the hand: what looks like an operator, a bracket or a quotation mark, and is none here.

use super::draft::{Draft, Mark, Place};
use super::{Fix, Lint, LintCode};
use crate::parse::field::{Directive, Field};
use crate::parse::lexer::Lexeme;

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    for (at, mark) in draft.marks.iter().enumerate() {
        let Place::Words(_) = mark.place else { continue };
        match mark.lexeme {
            Lexeme::Word(word) => {
                lints.extend(lowercase_operator(draft, at, word));
                lints.extend(foreign_operator(mark, word));
                lints.extend(long_dash(mark, word));
                lints.extend(single_quotes(draft, at, word));
                lints.extend(square_brackets(draft, at, word));
                lints.extend(field_in_value(mark, word));
            }
            Lexeme::Phrase(phrase) => lints.extend(operator_in_phrase(draft, at, phrase)),
            Lexeme::Open
            | Lexeme::Close
            | Lexeme::And
            | Lexeme::Or
            | Lexeme::Not
            | Lexeme::Minus
            | Lexeme::Near(_)
            | Lexeme::AtLeast(_)
            | Lexeme::Field(_)
            | Lexeme::Exact(_)
            | Lexeme::Regex(..)
            | Lexeme::Interval(..)
            | Lexeme::Forms
            | Lexeme::Distance(_)
            | Lexeme::Unread => {}
        }
    }
}

/// Words that people take for operators, the operator, and their language.
const OPERATORS: [(&str, &str, &str); 10] = [
    ("and", "AND", "en"),
    ("or", "OR", "en"),
    ("not", "NOT", "en"),
    ("near", "NEAR", "en"),
    ("et", "AND", "fr"),
    ("ou", "OR", "fr"),
    ("sauf", "NOT", "fr"),
    ("und", "AND", "de"),
    ("oder", "OR", "de"),
    ("ohne", "NOT", "de"),
];

fn lowercase_operator(draft: &Draft<'_>, at: usize, word: &str) -> Option<Lint> {
    let lower = word.to_lowercase();
    let (_, operator, lang) = OPERATORS.iter().find(|(known, ..)| *known == lower)?;
    let stands_between = at > 0
        && draft.marks[at - 1].ends_part()
        && draft.marks.get(at + 1).is_some_and(Mark::begins_part);
    // `or` is gold in French; a query for texts in one language is not written in a third.
    let langs = draft.langs();
    let is_other_word = match *lang {
        "en" => *operator == "OR" && langs.contains(&"fr") && !langs.contains(&"en"),
        lang => !langs.is_empty() && !langs.contains(&lang),
    };
    if !stands_between || is_other_word {
        return None;
    }
    let span = draft.marks[at].span.clone();
    let message = format!("“{word}” is a word to look for here, not an operator");
    let fix = Fix::write(span.clone(), *operator)
        .because(format!("write {operator}, or put the words between quotation marks"));
    Some(Lint::warning(LintCode::LowercaseOperator, span, message, fix))
}

fn foreign_operator(mark: &Mark<'_>, word: &str) -> Option<Lint> {
    let warning = |message: String, fix: Fix| {
        Some(Lint::warning(LintCode::ForeignOperator, mark.span.clone(), message, fix))
    };
    let write = |with: String| Fix::write(mark.span.clone(), with);
    if let Some(denied) = word.strip_prefix('!')
        && denied.starts_with(char::is_alphanumeric)
    {
        let message = format!("the ! means nothing here: {denied} must be there");
        return warning(message, write(format!("-{denied}")));
    }
    for (sign, name) in [('~', "a distance of letters"), ('^', "a weight")] {
        let Some((word, number)) = word.rsplit_once(sign) else { continue };
        let is_number = number.chars().all(|c| c.is_ascii_digit() || c == '.');
        if is_number && word.ends_with(char::is_alphanumeric) && !(number.is_empty() && sign == '^')
        {
            let message = format!("{sign}{number} is no operator: {name} cannot be asked for");
            return warning(message, write(word.to_owned()));
        }
    }
    for (sign, operator) in [("||", "OR"), ("|", "OR"), ("&&", "AND")] {
        let sides: Vec<&str> = word.split(sign).collect();
        let is_word = |side: &&str| {
            side.starts_with(char::is_alphanumeric) && side.ends_with(char::is_alphanumeric)
        };
        if sides.len() > 1 && sides.iter().all(is_word) {
            let message = format!("{sign} is no operator: {word} is read as a phrase");
            return warning(message, write(format!("({})", sides.join(&format!(" {operator} ")))));
        }
    }
    None
}

fn long_dash(mark: &Mark<'_>, word: &str) -> Option<Lint> {
    let excluded = word.strip_prefix(['\u{2010}', '\u{2011}', '\u{2012}', '–', '—', '−'])?;
    if !excluded.starts_with(char::is_alphanumeric) {
        return None;
    }
    let dash = &word[..word.len() - excluded.len()];
    let message = format!("the long {dash} excludes nothing: {excluded} must be there");
    let fix = Fix::write(mark.span.start..mark.span.start + dash.len(), "-")
        .because(format!("write -{excluded} with the plain sign to exclude it"));
    Some(Lint::warning(LintCode::LongDash, mark.span.clone(), message, fix))
}

fn single_quotes(draft: &Draft<'_>, at: usize, word: &str) -> Option<Lint> {
    let inside = word.strip_prefix(['\'', '‘', '’', '‚'])?;
    let words = draft.marks[at..]
        .iter()
        .map_while(|mark| if let Lexeme::Word(word) = mark.lexeme { Some(word) } else { None });
    // One word alone is the same with and without them.
    let end = words.skip(1).position(|word| word.ends_with(['\'', '’', '‘']))? + 1;
    let range = draft.marks[at].span.start..draft.marks[at + end].span.end;
    let first = word.len() - inside.len();
    let last = draft.written(&range).chars().next_back().map_or(0, char::len_utf8);
    let inside = draft.written(&(range.start + first..range.end - last));
    let message = "single quotation marks make no phrase: each word is looked for by itself";
    let fix = Fix::write(range.clone(), format!("\"{inside}\""));
    Some(Lint::warning(LintCode::SingleQuotes, range, message, fix))
}

fn square_brackets(draft: &Draft<'_>, at: usize, word: &str) -> Option<Lint> {
    word.strip_prefix('[')?;
    let is_inside = |mark: &&Mark<'_>| !matches!(mark.lexeme, Lexeme::Open | Lexeme::Close);
    let closes = |mark: &Mark<'_>| matches!(mark.lexeme, Lexeme::Word(word) if word.ends_with(']'));
    let end = draft.marks[at..].iter().take_while(is_inside).skip(1).position(closes)? + 1;
    let range = draft.marks[at].span.start..draft.marks[at + end].span.end;
    let inside = draft.written(&(range.start + 1..range.end - 1));
    let fix = Fix::write(range.clone(), format!("({inside})"));
    let message = "square brackets make no group";
    Some(Lint::warning(LintCode::SquareBrackets, range, message, fix))
}

fn field_in_value(mark: &Mark<'_>, word: &str) -> Option<Lint> {
    let (name, value) = word.split_once(':')?;
    let is_field = Field::named(name).is_ok() || Directive::named(name).is_some();
    if !is_field || value.is_empty() || value.starts_with("//") {
        return None;
    }
    let message = format!("{name}: is a word here, since it stands in the value of another field");
    let fix =
        Fix::advice("write the two fields beside each other, or the words between quotation marks");
    Some(Lint::warning(LintCode::FieldInValue, mark.span.clone(), message, fix))
}

fn operator_in_phrase(draft: &Draft<'_>, at: usize, phrase: &str) -> Option<Lint> {
    let is_operator = |word: &str| {
        matches!(word, "AND" | "OR" | "NOT")
            || word.starts_with("NEAR/")
            || word.starts_with("ONEAR/")
    };
    // A name in capitals is no query.
    if !phrase.chars().any(char::is_lowercase) {
        return None;
    }
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let sides: Vec<&[&str]> = words.split(|word| is_operator(word)).collect();
    if sides.len() < 2 || sides.iter().any(|side| side.is_empty()) {
        return None;
    }
    let operator = words.iter().find(|word| is_operator(word))?;
    let span = draft.marks[at].span.clone();
    let message =
        format!("{operator} is looked for between quotation marks: it is no operator there");
    let mut operators = words.iter().filter(|word| is_operator(word));
    let mut with = Vec::new();
    for side in sides {
        with.push(format!("\"{}\"", side.join(" ")));
        with.extend(operators.next().map(|operator| (*operator).to_owned()));
    }
    let with = with.join(" ");
    let has_distance =
        draft.marks.get(at + 1).is_some_and(|next| matches!(next.lexeme, Lexeme::Distance(_)));
    let fix = if has_distance
        || matches!(at.checked_sub(1).map(|at| draft.marks[at].lexeme), Some(Lexeme::Forms))
    {
        Fix::advice("leave the operator out of the quotation marks")
    } else {
        Fix::write(span.clone(), format!("({with})"))
    };
    Some(Lint::warning(LintCode::OperatorInPhrase, span, message, fix))
}
