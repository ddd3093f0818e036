//! Reads a TOML document key by key and keeps every problem it meets, each with file, line, key and
//! hint. Serde stops at the first mistake; who writes a configuration or a preset wants them all.
//! It knows no key: what each means is its reader's business.

mod syntax;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use model::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use syntax::decoded;

/// The largest number that is read, so that no arithmetic on thousandths can overflow.
const NUMBER_MAX: f64 = 1e12;

/// A text and what is wrong with it so far.
pub struct Document<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<Noted>>,
    warnings: RefCell<Vec<(usize, Problem)>>,
}

struct Noted {
    at: usize,
    problem: Problem,
    /// The keys, with their paths, from whose absence it follows.
    absent: Vec<String>,
}

impl<'t> Document<'t> {
    pub fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, problems: RefCell::default(), warnings: RefCell::default() }
    }

    /// Parses the text; every syntax error becomes a problem. `None` if there is one: what else
    /// seems wrong then may only follow from it.
    pub fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        let mut lines = BTreeSet::new();
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start).min(self.text.len());
            // A second error of a line follows from the first.
            if !lines.insert(self.line(at)) {
                continue;
            }
            let message = error.message().replace('\n', ", ");
            let column = column_after(&self.text[..at]);
            let hint = syntax::hint(&message).to_owned();
            self.report(at, None, format!("at character {column}: {message}"), Some(hint));
            // Of a list that is not closed, all that comes after seems a part.
            if syntax::spans_lines(&message) {
                break;
            }
        }
        errors.is_empty().then_some(table)
    }

    /// Returns all problems, and what only deserves a warning, in the order of the file.
    pub fn into_problems(self) -> (Vec<Problem>, Vec<Problem>) {
        let sorted = |mut list: Vec<(usize, Problem)>| {
            list.sort_by_key(|(at, _)| *at);
            list.into_iter().map(|(_, problem)| problem).collect()
        };
        let problems =
            self.problems.into_inner().into_iter().map(|noted| (noted.at, noted.problem));
        (sorted(problems.collect()), sorted(self.warnings.into_inner()))
    }

    fn report(&self, at: usize, path: Option<&str>, message: String, hint: Option<String>) {
        let problem = self.problem(at, path, message, hint);
        self.problems.borrow_mut().push(Noted { at, problem, absent: Vec::new() });
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at.min(self.text.len())].matches('\n').count() + 1
    }

    fn problem(
        &self,
        at: usize,
        path: Option<&str>,
        message: String,
        hint: Option<String>,
    ) -> Problem {
        let line = self.line(at);
        let place = match path {
            Some(path) if !path.is_empty() => format!("{}:{line}: {path}", self.file),
            _ => format!("{}:{line}", self.file),
        };
        Problem { place, message, hint }
    }

    /// Returns where a line of a text begins in the file, given where its quotation marks open. It is
    /// the first line of the text that follows the marks, or the line after them.
    fn line_within(&self, at: usize, line: usize) -> usize {
        let Some(rest) = self.text.get(at..) else { return at };
        let marks = ["\'\'\'\n", "\'\'\'\r\n", "\"\"\"\n", "\"\"\"\r\n"];
        let start = marks.iter().find(|marks| rest.starts_with(**marks)).map_or(0, |it| it.len());
        match line {
            0 => at + start,
            _ => rest[start..]
                .match_indices('\n')
                .nth(line - 1)
                .map_or(at, |(feed, _)| at + start + feed + 1),
        }
    }
}

/// One table of the document. Keys nobody asked for are reported by [`Section::finish`].
pub struct Section<'d, 't> {
    document: &'d Document<'t>,
    path: String,
    at: usize,
    table: &'d DeTable<'t>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A value and where it stands, so that a later check can still point at it.
#[derive(Clone)]
pub struct Field<T> {
    pub value: T,
    at: usize,
    path: String,
}

impl<T> Field<T> {
    /// Keeps the place and puts another value there.
    pub fn with<U>(&self, value: U) -> Field<U> {
        Field { value, at: self.at, path: self.path.clone() }
    }
}

/// A text, or a table that says more than a text can.
pub enum Entry<'d, 't> {
    Text(Field<String>),
    Table(Section<'d, 't>),
}

impl<'d, 't> Section<'d, 't> {
    pub fn root(document: &'d Document<'t>, table: &'d Spanned<DeTable<'t>>) -> Self {
        Self {
            document,
            path: String::new(),
            at: table.span().start,
            table: table.get_ref(),
            asked: RefCell::default(),
        }
    }

    /// Tells problems of other files, which this section names.
    pub fn tell(&self, problems: Vec<Problem>) {
        let noted = |problem| Noted { at: self.at, problem, absent: Vec::new() };
        self.document.problems.borrow_mut().extend(problems.into_iter().map(noted));
    }

    /// Reports a problem with the section itself.
    pub fn problem(&self, message: impl Display, hint: impl Display) {
        self.document.report(
            self.at,
            Some(&self.path),
            message.to_string(),
            Some(hint.to_string()),
        );
    }

    /// Reports that all of these keys are absent; nothing where one turns out to be there with a slip.
    pub fn absent(&self, keys: &[&str], message: impl Display, hint: impl Display) {
        self.problem(message, hint);
        self.because_absent(keys.iter().map(|key| join(&self.path, key)).collect());
    }

    /// Reports a problem with a value of this section that there is only because the keys at these paths of the
    /// document are absent; nothing where one turns out to be there with a slip.
    pub fn problem_unless_misspelt<T>(
        &self,
        absent: &[String],
        field: &Field<T>,
        message: impl Display,
        hint: impl Display,
    ) {
        self.problem_with(field, message, hint);
        self.because_absent(absent.to_vec());
    }

    fn because_absent(&self, paths: Vec<String>) {
        if let Some(noted) = self.document.problems.borrow_mut().last_mut() {
            noted.absent = paths;
        }
    }

    /// Returns the path of a key of this section in the document.
    pub fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// Reports a problem with a value of this section.
    pub fn problem_with<T>(&self, field: &Field<T>, message: impl Display, hint: impl Display) {
        let hint = hint.to_string();
        let hint = (!hint.is_empty()).then_some(hint);
        self.document.report(field.at, Some(&field.path), message.to_string(), hint);
    }

    /// Reports a problem at a byte of a text of this section.
    pub fn problem_within(
        &self,
        text: &Field<String>,
        byte: usize,
        message: impl Display,
        hint: impl Display,
    ) {
        let (field, column) = self.within(text, byte);
        self.problem_with(&field, format!("at character {column}: {message}"), hint);
    }

    /// Warns of what stands at a byte of a text of this section.
    pub fn warn_within(
        &self,
        text: &Field<String>,
        byte: usize,
        message: impl Display,
        hint: impl Display,
    ) {
        let (field, column) = self.within(text, byte);
        self.warn(&field, format!("at character {column}: {message}"), hint);
    }

    /// Returns the line and the column of a byte of a text.
    fn within(&self, text: &Field<String>, byte: usize) -> (Field<()>, usize) {
        let before = text.value.get(..byte).unwrap_or(&text.value);
        let line = before.matches('\n').count();
        let column = column_after(before);
        let at = self.document.line_within(text.at, line);
        (Field { value: (), at, path: text.path.clone() }, column)
    }

    /// Warns of a value of this section, which can be used all the same.
    pub fn warn<T>(&self, field: &Field<T>, message: impl Display, hint: impl Display) {
        let hint = Some(hint.to_string()).filter(|hint| !hint.is_empty());
        let problem = self.document.problem(field.at, Some(&field.path), message.to_string(), hint);
        self.document.warnings.borrow_mut().push((field.at, problem));
    }

    /// Whether a key is there, which is one of those known here.
    pub fn has(&self, key: &'static str) -> bool {
        self.asked.borrow_mut().insert(key);
        self.table.contains_key(key)
    }

    pub fn text(&self, key: &'static str) -> Option<Field<String>> {
        let field = self.get(key)?;
        self.as_text(&field)
    }

    pub fn required_text(&self, key: &'static str, hint: &str) -> Option<Field<String>> {
        if !self.has(key) {
            self.absent(&[key], format!("`{key}` is missing"), hint);
            return None;
        }
        self.text(key)
    }

    /// Reads a text that has a form of its own, such as a URL.
    pub fn parsed<T: FromStr>(
        &self,
        key: &'static str,
        what: &str,
        hint: &str,
    ) -> Option<Field<T>> {
        let text = self.text(key)?;
        if let Ok(value) = text.value.parse() {
            return Some(text.with(value));
        }
        self.problem_with(&text, format!("\"{}\" is not {what}", text.value), hint);
        None
    }

    /// Reads one word of a closed list.
    pub fn one_of<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<Field<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(text.with(*value));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("\"{}\" is not one of the words known here", text.value);
        self.problem_with(&text, message, format!("write one of: {}", known.join(", ")));
        None
    }

    pub fn truth(&self, key: &'static str) -> Option<Field<bool>> {
        let field = self.get(key)?;
        if let Some(value) = field.value.as_bool() {
            return Some(field.with(value));
        }
        let message = format!("{} is neither true nor false", shown(field.value));
        self.problem_with(&field, message, "write true or false, without quotation marks");
        None
    }

    pub fn integer(&self, key: &'static str, allowed: RangeInclusive<u64>) -> Option<Field<u64>> {
        let field = self.get(key)?;
        let number = field.value.as_integer().and_then(|digits| {
            u64::from_str_radix(&digits.as_str().replace('_', ""), digits.radix()).ok()
        });
        if let Some(value) = number.filter(|number| allowed.contains(number)) {
            return Some(field.with(value));
        }
        let message = format!("{} is not a whole number allowed here", shown(field.value));
        let (low, high) = allowed.into_inner();
        self.problem_with(&field, message, format!("from {low} to {high}"));
        None
    }

    /// Reads a duration such as `"15 min"`.
    pub fn duration(
        &self,
        key: &'static str,
        allowed: RangeInclusive<Duration>,
    ) -> Option<Field<Duration>> {
        let text = self.text(key)?;
        let Ok(value) = humantime::parse_duration(&text.value) else {
            let message = format!("\"{}\" is not a duration", text.value);
            self.problem_with(&text, message, "write a number and a unit, as in \"15 min\"");
            return None;
        };
        if !allowed.contains(&value) {
            let (low, high) = allowed.into_inner();
            let side = if value < low { "shorter" } else { "longer" };
            let message = format!("\"{}\" is {side} than allowed", text.value);
            let [low, high] = [low, high].map(span);
            self.problem_with(&text, message, format!("from {low} to {high}"));
            return None;
        }
        Some(text.with(value))
    }

    /// Reads a number, whole or not, in thousandths.
    pub fn thousandths(&self, key: &'static str) -> Option<Field<i64>> {
        let field = self.get(key)?;
        let digits = field.value.as_float().map(toml::de::DeFloat::as_str);
        let digits = digits.or_else(|| field.value.as_integer().map(toml::de::DeInteger::as_str));
        let number: Option<f64> = digits.and_then(|digits| digits.replace('_', "").parse().ok());
        if let Some(number) = number.filter(|number| number.abs() <= NUMBER_MAX) {
            #[expect(clippy::cast_possible_truncation, reason = "it is far from the largest")]
            return Some(field.with((number * 1000.0).round() as i64));
        }
        let message = format!("{} is not a number allowed here", shown(field.value));
        self.problem_with(&field, message, "write it without quotation marks, as in 5 or 0.5");
        None
    }

    /// Reads a list of at most `max` texts; a single text counts as a list of one.
    pub fn texts(&self, key: &'static str, max: usize) -> Vec<Field<String>> {
        let values = self.values(key, max);
        values.into_iter().filter_map(|field| self.as_text(&field)).collect()
    }

    /// Reads a list of at most `max` texts and tables; a single one counts as a list of one.
    pub fn entries(&self, key: &'static str, max: usize) -> Vec<Entry<'d, 't>> {
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
    pub fn section(&self, key: &'static str) -> Option<Section<'d, 't>> {
        let field = self.get(key)?;
        self.as_section(&field)
    }

    /// Returns the tables under `key`: one, as in `[thread]`, or at most `max`, as in `[[thread]]`.
    pub fn sections(&self, key: &'static str, max: usize) -> Vec<Section<'d, 't>> {
        let values = self.values(key, max);
        values.into_iter().filter_map(|field| self.as_section(&field)).collect()
    }

    /// Returns the tables of the table under `key`, such as `[sources.*]`, with their names.
    pub fn named_sections(&self, key: &'static str) -> Vec<(Field<String>, Section<'d, 't>)> {
        self.named(key)
            .into_iter()
            .filter_map(|(name, value)| {
                let field = Field { value: value.get_ref(), at: name.at, path: name.path.clone() };
                Some((name, self.as_section(&field)?))
            })
            .collect()
    }

    /// Returns the named texts of the table under `key`, such as `[queries]`.
    pub fn named_texts(&self, key: &'static str) -> Vec<(Field<String>, Field<String>)> {
        self.named(key)
            .into_iter()
            .filter_map(|(name, value)| {
                let at = value.span().start;
                let field = Field { value: value.get_ref(), at, path: name.path.clone() };
                Some((name, self.as_text(&field)?))
            })
            .collect()
    }

    /// Reports a name that could not be shown as it is: mails, logs and chat rooms tell names on one line.
    pub fn check_name(&self, name: &Field<String>) {
        if let Some(acts) = name.value.chars().find(|c| model::acts(*c)) {
            let message = format!("a name can't have the character U+{:04X}", u32::from(acts));
            let hint = "write it on one line, without control characters and invisible ones";
            self.problem_with(name, message, hint);
        }
    }

    /// Reports the keys that nobody asked for, and takes back what follows from a slip in one.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().copied().collect();
        for key in self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let hint = match nearest(name, &known) {
                Some(known) => {
                    if !self.table.contains_key(known) {
                        let meant = join(&self.path, known);
                        let follows = |noted: &Noted| noted.absent.contains(&meant);
                        self.document.problems.borrow_mut().retain(|noted| !follows(noted));
                    }
                    format!("did you mean `{known}`?")
                }
                None => format!("known here: {}", known.join(", ")),
            };
            let path = join(&self.path, name);
            self.document.report(key.span().start, Some(&path), "unknown key".into(), Some(hint));
        }
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

    fn named(&self, key: &'static str) -> Vec<(Field<String>, &'d Spanned<DeValue<'t>>)> {
        let Some(section) = self.section(key) else { return Vec::new() };
        section
            .table
            .iter()
            .map(|(name, value)| {
                let path = join(&section.path, name.get_ref());
                let named =
                    Field { value: name.get_ref().to_string(), at: name.span().start, path };
                self.check_name(&named);
                (named, value)
            })
            .collect()
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
        let are_several = values.len() > 1;
        let values = values.iter().take(max).enumerate();
        values
            .map(|(index, value)| Field {
                value: value.get_ref(),
                at: value.span().start,
                path: if are_several && value.get_ref().is_table() {
                    format!("{}[{}]", field.path, index + 1)
                } else {
                    field.path.clone()
                },
            })
            .collect()
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

/// Returns the column, in characters from 1, of what follows a text.
fn column_after(before: &str) -> usize {
    before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1
}

/// Writes a span in the largest unit of which it is a whole number.
fn span(span: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(3600, "h"), (60, "min"), (1, "s")];
    let seconds = span.as_secs();
    if seconds > 0 && seconds.is_multiple_of(86_400) {
        let days = seconds / 86_400;
        return format!("{days} {}", if days == 1 { "day" } else { "days" });
    }
    let fits = UNITS.iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    fits.map_or_else(|| "0 s".to_owned(), |(unit, name)| format!("{} {name}", seconds / unit))
}

/// Finds the candidate closest to a mistyped word, at most two slips away; capitals are none.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .iter()
        .map(|&candidate| {
            (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate)
        })
        .filter(|(slips, candidate)| *slips <= 2 && *slips < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}
