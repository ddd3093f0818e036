//! Reads the TOML of a preset key by key and keeps every mistake it meets, each with file, line, key
//! and hint: who writes a preset wants them all at once, and serde stops at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;

use model::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A preset's text and what is wrong with it so far.
pub(crate) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

impl<'t> Document<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// Parses the text; every syntax error becomes a problem. `None` if there is one: what else
    /// seems wrong then may only follow from it.
    pub(crate) fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.report(at, "", error.message().replace('\n', ", "), "");
        }
        errors.is_empty().then_some(table)
    }

    /// Returns all problems in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        problems.into_iter().map(|(_, problem)| problem).collect()
    }

    fn report(&self, at: usize, path: &str, message: String, hint: &str) {
        let before = self.text.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        let place = match path {
            "" => format!("{}:{line}", self.file),
            path => format!("{}:{line}: {path}", self.file),
        };
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.problems.borrow_mut().push((at, Problem { place, message, hint }));
    }
}

/// One table of the document. Keys nobody asked for are reported by [`Section::finish`].
pub(crate) struct Section<'d, 't> {
    document: &'d Document<'t>,
    path: String,
    at: usize,
    table: &'d DeTable<'t>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A value and where it stands, so that a later check can still point at it.
#[derive(Clone)]
pub(crate) struct Field<T> {
    pub(crate) value: T,
    at: usize,
    path: String,
}

impl<T> Field<T> {
    /// Keeps the place and puts another value there.
    pub(crate) fn with<U>(&self, value: U) -> Field<U> {
        Field { value, at: self.at, path: self.path.clone() }
    }
}

/// A text, or a table that says more than a text can.
pub(crate) enum Entry<'d, 't> {
    Text(Field<String>),
    Table(Section<'d, 't>),
}

impl<'d, 't> Section<'d, 't> {
    pub(crate) fn root(document: &'d Document<'t>, table: &'d Spanned<DeTable<'t>>) -> Self {
        Self {
            document,
            path: String::new(),
            at: table.span().start,
            table: table.get_ref(),
            asked: RefCell::default(),
        }
    }

    /// Reports a problem with the section itself.
    pub(crate) fn problem(&self, message: impl Display, hint: impl Display) {
        self.document.report(self.at, &self.path, message.to_string(), &hint.to_string());
    }

    /// Reports a problem with a value of this section.
    pub(crate) fn problem_with<T>(
        &self,
        field: &Field<T>,
        message: impl Display,
        hint: impl Display,
    ) {
        self.document.report(field.at, &field.path, message.to_string(), &hint.to_string());
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<Field<String>> {
        let field = self.get(key)?;
        self.as_text(&field)
    }

    pub(crate) fn required_text(&self, key: &'static str, hint: &str) -> Option<Field<String>> {
        if !self.has(key) {
            self.asked.borrow_mut().insert(key);
            self.problem(format!("`{key}` is missing"), hint);
        }
        self.text(key)
    }

    /// Reads one word of a closed list.
    pub(crate) fn one_of<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<Field<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(text.with(*value));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("\"{}\" is not one of the words known here", text.value);
        self.problem_with(&text, message, format!("write one of: {}", known.join(", ")));
        None
    }

    pub(crate) fn truth(&self, key: &'static str) -> Option<bool> {
        let field = self.get(key)?;
        let truth = field.value.as_bool();
        if truth.is_none() {
            let message = format!("{} stands where true or false is expected", shown(field.value));
            self.problem_with(&field, message, "write true or false, without quotes");
        }
        truth
    }

    /// Reads a number, whole or not, in thousandths.
    pub(crate) fn milli(&self, key: &'static str) -> Option<Field<i64>> {
        let field = self.get(key)?;
        let digits = match field.value {
            DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str().to_owned(),
            DeValue::Float(digits) => digits.as_str().to_owned(),
            DeValue::Integer(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => String::new(),
        };
        if let Some(milli) = super::number::milli(&digits) {
            return Some(field.with(milli));
        }
        let message = format!("{} stands where a number is expected", shown(field.value));
        self.problem_with(&field, message, "write it without quotes, as in 5 or 0.5");
        None
    }

    /// Reads a list of at most `max` texts; a single text counts as a list of one.
    pub(crate) fn texts(&self, key: &'static str, max: usize) -> Vec<Field<String>> {
        let values = self.values(key, max);
        values.into_iter().filter_map(|field| self.as_text(&field)).collect()
    }

    /// Reads a list of at most `max` texts and tables; a single one counts as a list of one.
    pub(crate) fn entries(&self, key: &'static str, max: usize) -> Vec<Entry<'d, 't>> {
        let values = self.values(key, max);
        let mut entries = Vec::with_capacity(values.len());
        for field in values {
            if field.value.is_table() {
                entries.extend(self.as_section(&field).map(Entry::Table));
            } else {
                entries.extend(self.as_text(&field).map(Entry::Text));
            }
        }
        entries
    }

    /// Returns the table under `key`.
    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'d, 't>> {
        let field = self.get(key)?;
        self.as_section(&field)
    }

    /// Returns the tables under `key`: one, as in `[thread]`, or several, as in `[[thread]]`.
    pub(crate) fn sections(&self, key: &'static str, max: usize) -> Vec<Section<'d, 't>> {
        let values = self.values(key, max);
        values.into_iter().filter_map(|field| self.as_section(&field)).collect()
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let name = key.get_ref();
            let near = nearest(name, &asked).map(|known| format!("did you mean `{known}`?"));
            let hint = near.unwrap_or_else(|| {
                let known: Vec<&str> = asked.iter().copied().collect();
                format!("known here: {}", known.join(", "))
            });
            let path = join(&self.path, name);
            self.document.report(key.span().start, &path, "unknown key".into(), &hint);
        }
    }

    fn get(&self, key: &'static str) -> Option<Field<&'d DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        let value = self.table.get(key)?;
        let at = value.span().start;
        Some(Field { value: value.get_ref(), at, path: join(&self.path, key) })
    }

    fn values(&self, key: &'static str, max: usize) -> Vec<Field<&'d DeValue<'t>>> {
        let Some(field) = self.get(key) else { return Vec::new() };
        let Some(values) = field.value.as_array() else { return vec![field] };
        if values.len() > max {
            let message = format!("{} of them are more than are read", values.len());
            self.problem_with(&field, message, format!("at most {max}"));
        }
        let values = values.iter().take(max).enumerate();
        let is_several = field.value.as_array().is_some_and(|values| values.len() > 1);
        values
            .map(|(index, value)| Field {
                value: value.get_ref(),
                at: value.span().start,
                path: if is_several && value.get_ref().is_table() {
                    format!("{}[{}]", field.path, index + 1)
                } else {
                    field.path.clone()
                },
            })
            .collect()
    }

    fn as_section(&self, field: &Field<&'d DeValue<'t>>) -> Option<Section<'d, 't>> {
        let Some(table) = field.value.as_table() else {
            let message = format!("{} stands where a table is expected", shown(field.value));
            self.problem_with(field, message, format!("write [{}]", field.path));
            return None;
        };
        let (document, path) = (self.document, field.path.clone());
        Some(Section { document, path, at: field.at, table, asked: RefCell::default() })
    }

    fn as_text(&self, field: &Field<&'d DeValue<'t>>) -> Option<Field<String>> {
        let Some(text) = field.value.as_str() else {
            let message = format!("{} stands where a text is expected", shown(field.value));
            self.problem_with(field, message, "put it between quotes");
            return None;
        };
        Some(field.with(text.to_owned()))
    }
}

fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let key = if bare { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(digits) => digits.to_string(),
        DeValue::Float(digits) => digits.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            format!("a {}", value.type_str())
        }
    }
}

/// Finds the known key closest to a mistyped one, at most two slips away.
fn nearest<'a>(word: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    known
        .iter()
        .map(|&known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(slips, known)| *slips <= 2 && *slips < known.len())
        .min()
        .map(|(_, known)| known)
}
