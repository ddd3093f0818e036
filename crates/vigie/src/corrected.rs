//! Corrections that come over HTTP: the same words, limits and audit as those of `vigie correct`.

use std::sync::PoisonError;

use model::{ItemId, Problem, QueryName, Timestamp, Tone};
use serde::Serialize;
use serde_json::Value;
use store::{CorrectError, Correction, Ledger, NewCorrection, Relevance, Word};
use web::{AccuracyQuestion, CorrectQuestion, Refused};

use crate::command::accuracy::Report;
use crate::command::correct::{LISTED_MAX, person};
use crate::command::when;
use crate::served::{Shared, ask, refused, written};

/// Of how long the accuracy is told where nobody says.
const SINCE: &str = "30d";

/// A correction as it is told.
#[derive(Serialize)]
struct Made<'a> {
    number: u64,
    at: Timestamp,
    by: &'a str,
    /// `relevance`, `tone` or `story`.
    what: &'a str,
    query: Option<&'a str>,
    item: u64,
    /// What stood there before.
    was: Option<&'a str>,
    said: &'a str,
}

pub(crate) fn correct(
    ledger: &Shared,
    question: &CorrectQuestion,
    now: Timestamp,
) -> Result<Value, Refused> {
    let invalid = |problem| Refused::Invalid(vec![problem]);
    let word = word(question).map_err(invalid)?;
    let person = person("by", &question.by).map_err(invalid)?;
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let query = question.query.as_deref().map(|name| saved(&ledger, name)).transpose()?;
    let item = ItemId(question.item);
    let new = NewCorrection { person, item, query: query.as_ref(), word };
    match ledger.correct(&new, now) {
        Ok(made) => written(&Made::of(&made)),
        Err(CorrectError::Ledger(error)) => Err(refused(error)),
        Err(error @ CorrectError::NoQuery) => {
            let hint = "name in \"query\" the saved query that found it";
            Err(invalid(Problem::new("query", error.to_string()).hint(hint)))
        }
        Err(error @ CorrectError::Itself(_)) => {
            let hint = "name in \"same_as\" the other item";
            Err(invalid(Problem::new("same_as", error.to_string()).hint(hint)))
        }
        Err(error @ (CorrectError::NoItem(_) | CorrectError::NoHit { .. })) => {
            let is_other = !matches!(error, CorrectError::NoItem(missing) if missing == item);
            let is_of_story = is_other && question.same_as.is_some();
            let place = if is_of_story { "same_as" } else { "item" };
            let hint = "`vigie mentions --query NAME` shows what was found, with its number";
            Err(Refused::Missing(Problem::new(place, error.to_string()).hint(hint)))
        }
    }
}

/// Tells the newest corrections, the newest first.
pub(crate) fn corrections(ledger: &Shared) -> Result<Value, Refused> {
    let made = ask(ledger, |ledger| ledger.corrections(LISTED_MAX))?;
    written(&made.iter().map(Made::of).collect::<Vec<_>>())
}

/// Tells what `vigie accuracy --json` does.
pub(crate) fn accuracy(
    ledger: &Shared,
    question: &AccuracyQuestion,
    now: Timestamp,
) -> Result<Value, Refused> {
    let since = question.since.as_deref().unwrap_or(SINCE);
    let since = when::told("since", since, now, when::Edge::Start)
        .map_err(|problem| Refused::Invalid(vec![problem]))?;
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let query = question.query.as_deref().map(|name| saved(&ledger, name)).transpose()?;
    let accuracy = ledger.accuracy(query.as_ref(), since).map_err(refused)?;
    written(&Report::of(&accuracy, query.as_ref(), since))
}

impl<'a> Made<'a> {
    fn of(made: &'a Correction) -> Self {
        Self {
            number: made.number,
            at: made.at,
            by: &made.person,
            what: &made.what,
            query: made.query.as_ref().map(QueryName::as_str),
            item: made.item.0,
            was: made.was.as_deref(),
            said: &made.said,
        }
    }
}

/// Returns the one word that a correction says.
fn word(question: &CorrectQuestion) -> Result<Word, Problem> {
    const HINT: &str = "say one of: \"relevance\", \"tone\", \"same_as\", \"own_story\"";
    let CorrectQuestion { relevance, tone, same_as, own_story, .. } = question;
    let relevance =
        relevance.as_deref().map(|said| match said {
            "relevant" => Ok(Word::Relevance(Relevance::Relevant)),
            "irrelevant" => Ok(Word::Relevance(Relevance::Irrelevant)),
            _ => Err(Problem::new("relevance", "is neither known word")
                .hint("say relevant or irrelevant")),
        });
    let tone = tone.as_deref().map(|said| match said {
        "negative" => Ok(Word::Tone(Some(Tone::Negative))),
        "neutral" => Ok(Word::Tone(Some(Tone::Neutral))),
        "positive" => Ok(Word::Tone(Some(Tone::Positive))),
        "unsure" => Ok(Word::Tone(None)),
        _ => {
            let hint = "say negative, neutral, positive or unsure";
            Err(Problem::new("tone", "is no known word").hint(hint))
        }
    });
    let same = same_as.map(|other| Ok(Word::SameStory(ItemId(other))));
    let own = own_story.map(|own| {
        let problem =
            || Problem::new("own_story", "says nothing").hint("say true, or leave it out");
        own.then_some(Word::OwnStory).ok_or_else(problem)
    });
    let mut words = [relevance, tone, same, own].into_iter().flatten();
    match (words.next(), words.next()) {
        (Some(word), None) => word,
        (None, _) => Err(Problem::new("body", "says nothing of the item").hint(HINT)),
        (Some(_), Some(_)) => Err(Problem::new("body", "says several things at once").hint(HINT)),
    }
}

fn saved(ledger: &Ledger, name: &str) -> Result<QueryName, Refused> {
    let queries = ledger.queries().map_err(refused)?.queries;
    let known = queries.into_iter().map(|(known, _)| known).find(|known| known.as_str() == name);
    known.ok_or_else(|| {
        let problem = Problem::new("query", "there is no saved query of this name");
        Refused::Missing(problem.hint("`vigie query list` shows the saved ones"))
    })
}
