//! What an item has where a query asks for something besides words.

use model::{Item, Rating};

use super::{place, written};
use crate::reading::Reading;
use crate::{Filter, Quantity};

/// A note is cut where it is longer than that, in characters.
const NOTE_CHARS_MAX: usize = 200;

/// Returns what the item has of what a filter asks about.
pub(super) fn of_filter(filter: &Filter, reading: &Reading<'_>) -> Vec<String> {
    if matches!(filter, Filter::Site { .. }) {
        // Every domain and folder above the address would be a value too.
        return reading.item().url.iter().map(ToString::to_string).collect();
    }
    let of_kind = reading.filters().iter().filter(|other| other.name() == filter.name());
    of_kind.map(Filter::term).collect()
}

/// Says what the item has instead of what a filter asks for.
pub(super) fn filter_note(filter: &Filter, actual: &[String]) -> String {
    let has = actual.join(", ");
    let is = |name: &str| match actual {
        [] => format!("the item's {name} is not known"),
        _ => format!("the item's {name} is {has}"),
    };
    let note = match filter {
        Filter::Site { .. } => is("address"),
        Filter::Lang(_) => is("language"),
        Filter::Country(_) => is("country"),
        Filter::Source(_) => is("source"),
        Filter::Kind(_) => is("kind"),
        Filter::Tone(_) => is("tone"),
        Filter::Thread(_) => is("thread"),
        Filter::Tag(_) if actual.is_empty() => "the item has no tags".to_owned(),
        Filter::Tag(_) => format!("the item's tags are {has}"),
        Filter::Has(asked) => format!("the item has no {}", asked.as_str()),
        Filter::Reply(_) if actual.is_empty() => {
            "whether the item is a reply is not known".to_owned()
        }
        Filter::Reply(true) => "the item is no reply".to_owned(),
        Filter::Reply(false) => "the item is a reply".to_owned(),
    };
    place::one_line(&note, NOTE_CHARS_MAX)
}

/// Returns the number that a range asks about, as it is typed in a query; a rating with its scale
/// where the query names one.
pub(super) fn of_quantity(quantity: Quantity, item: &Item) -> Option<String> {
    match quantity {
        Quantity::RatingOutOf { .. } => item.details.rating.map(|rating| on_scale(rating, "/")),
        Quantity::Stars
        | Quantity::Date
        | Quantity::Minute
        | Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => quantity.of(item).map(|number| written::amount(quantity, number)),
    }
}

/// Says what number the item has.
pub(super) fn quantity_note(quantity: Quantity, item: &Item) -> String {
    let name = written::quantity_name(quantity);
    let number = quantity.of(item);
    let text = number.map(|number| written::amount(quantity, number)).unwrap_or_default();
    match quantity {
        Quantity::Stars => match item.details.rating {
            None => "the item has no rating".to_owned(),
            Some(rating) => {
                let native = (rating.worst_milli(), rating.best_milli()) != (1000, 5000);
                let scale =
                    if native { format!(": {}", on_scale(rating, " of ")) } else { String::new() };
                let stars = if text == "1" { "star" } else { "stars" };
                format!("the item has {text} {stars}{scale}")
            }
        },
        Quantity::RatingOutOf { best_milli } => match item.details.rating {
            None => "the item has no rating".to_owned(),
            Some(rating) if number.is_some() => {
                format!("the item is rated {}", on_scale(rating, " of "))
            }
            Some(rating) => {
                let asked = written::milli(best_milli);
                format!("the item is rated {}, not of {asked}", on_scale(rating, " of "))
            }
        },
        Quantity::Date | Quantity::Minute if number.is_none() => {
            "the item states no date".to_owned()
        }
        Quantity::Date => format!("the item is dated {text}"),
        Quantity::Minute => format!("the item is dated {text} UTC"),
        Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => match number {
            None => format!("the number of {name} is not known"),
            Some(1) => format!("the item has 1 {}", name.trim_end_matches('s')),
            Some(_) => format!("the item has {text} {name}"),
        },
    }
}

fn on_scale(rating: Rating, of: &str) -> String {
    format!("{}{of}{}", written::milli(rating.value_milli()), written::milli(rating.best_milli()))
}
