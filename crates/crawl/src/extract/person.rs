//! Names of people, as feeds write them.

use url::Url;

/// The longest line of authors that is kept.
const NAME_CHARS_MAX: usize = 200;
/// People who are named as authors of one thing.
const PEOPLE_MAX: usize = 200;

/// Reads the name from `Name`, `name@host (Name)`, `Name <name@host>` or `Name (name@host)`; the
/// address where there is no name.
pub(crate) fn name(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("mailto:");
    let outside = |open: char, close: char| {
        let (before, rest) = text.split_once(open)?;
        let (inside, after) = rest.split_once(close)?;
        after.trim().is_empty().then(|| (before.trim(), inside.trim()))
    };
    let name = match outside('(', ')').or_else(|| outside('<', '>')) {
        Some((address, name)) if is_address(address) && !name.is_empty() => name,
        Some((name, address)) if is_address(address) && !name.is_empty() => name,
        Some(("", name)) => name,
        _ => text,
    };
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '"');
    (!name.is_empty()).then(|| name.chars().take(NAME_CHARS_MAX).collect())
}

fn is_address(text: &str) -> bool {
    // HyperKitty writes the wide sign, against those who gather addresses.
    text.contains(['@', '＠']) && !text.contains(char::is_whitespace)
}

/// Who wrote something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// Where they are shown.
    pub(crate) url: Option<Url>,
}

/// Joins the names of several people; where it is one, with the address.
pub(crate) fn joined(people: impl IntoIterator<Item = Person>) -> (Option<String>, Option<Url>) {
    let people: Vec<Person> = people.into_iter().take(PEOPLE_MAX).collect();
    let is_one = people.windows(2).all(|pair| pair[0].name == pair[1].name);
    let url = people.iter().filter(|_| is_one).find_map(|person| person.url.clone());
    (join(people.into_iter().map(|person| person.name)), url)
}

/// Joins the names of several authors, each once.
pub(crate) fn join(names: impl IntoIterator<Item = String>) -> Option<String> {
    let mut joined = String::new();
    let mut known: Vec<String> = Vec::new();
    for name in names {
        if joined.chars().count() + name.chars().count() > NAME_CHARS_MAX {
            break;
        }
        if !known.contains(&name) {
            if !joined.is_empty() {
                joined.push_str(", ");
            }
            joined.push_str(&name);
            known.push(name);
        }
    }
    (!joined.is_empty()).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_beside_an_address() {
        let check =
            |text: &str, expect: Option<&str>| assert_eq!(name(text).as_deref(), expect, "{text}");
        check("Zoé Lannic", Some("Zoé Lannic"));
        check("zoe@ozalee.example (Zoé Lannic)", Some("Zoé Lannic"));
        check("zoe＠ozalee.example (Zoé Lannic)", Some("Zoé Lannic"));
        check("Zoé Lannic (zoe@ozalee.example)", Some("Zoé Lannic"));
        check("\"Zoé Lannic\" <zoe@ozalee.example>", Some("Zoé Lannic"));
        check("zoe@ozalee.example", Some("zoe@ozalee.example"));
        check("Zoé Lannic (Rennes)", Some("Zoé Lannic (Rennes)"));
        check("  ", None);
    }

    #[test]
    fn several_authors_are_each_named_once() {
        let names = ["Zoé", "Ahmed", "Zoé"].map(str::to_owned);
        assert_eq!(join(names).as_deref(), Some("Zoé, Ahmed"));
        assert_eq!(join([]), None);
    }

    #[test]
    fn only_one_author_has_an_address() {
        let url = Url::parse("https://ozalee.example/u/zoe").unwrap();
        let person =
            |name: &str, url: Option<&Url>| Person { name: name.to_owned(), url: url.cloned() };
        let found = joined([person("Zoé", None), person("Zoé", Some(&url))]);
        assert_eq!(found, (Some("Zoé".to_owned()), Some(url.clone())));
        let found = joined([person("Zoé", Some(&url)), person("Ahmed", None)]);
        assert_eq!(found, (Some("Zoé, Ahmed".to_owned()), None));
        assert_eq!(joined([]), (None, None));
    }
}
