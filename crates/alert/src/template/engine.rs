//! The template engine, held on a short lead: what a template prints is escaped whatever it says, a name
//! that is unknown is a mistake, and neither time, memory nor output are without a limit. It can read no
//! file, and knows only the filters and tests that are listed here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use super::BUILT_IN;
use crate::clean::one_line;
use crate::render::{escaped, wrapped};

/// What one part of a mail may cost: so many steps, or 64 bytes of text for each. The dearest digest of ours
/// takes a tenth of it.
const FUEL: u64 = 500_000;
/// How much one part of a mail may be at most, before digests are cut to what mail programs show.
const OUTPUT_BYTES_MAX: usize = 2_000_000;
const BLAMED_CHARS_MAX: usize = 80;

/// Templates that belong together.
#[derive(Debug)]
pub(crate) struct Set {
    html: Environment<'static>,
    text: Environment<'static>,
}

/// Why a template can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) template: String,
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
    pub(crate) hint: Cow<'static, str>,
}

impl Set {
    /// Compiles the built-in templates and these in their stead. What can't be compiled is left out.
    pub(crate) fn new(files: &BTreeMap<String, String>) -> (Self, Vec<Fault>) {
        let mut set = Self { html: environment(html), text: environment(plain) };
        set.text.add_filter("wrap", |text: String| wrapped(&text));
        let mut faults = Vec::new();
        for (name, source) in BUILT_IN {
            if !files.contains_key(name) {
                set.add(name, source, &mut faults);
            }
        }
        for (name, source) in files {
            set.add(name, source, &mut faults);
        }
        (set, faults)
    }

    fn add(&mut self, name: &str, source: &str, faults: &mut Vec<Fault>) {
        let environment = if is_html(name) { &mut self.html } else { &mut self.text };
        let added = environment.add_template_owned(name.to_owned(), source.to_owned());
        faults.extend(added.err().map(|error| Fault::of(&error, name)));
    }

    /// Writes one part of a mail.
    pub(crate) fn written(&self, name: &str, context: &Value) -> Result<String, Fault> {
        let environment = if is_html(name) { &self.html } else { &self.text };
        let mut output = Bounded(Vec::new());
        let template = environment.get_template(name).map_err(|error| Fault::of(&error, name))?;
        template.render_captured_to(context.clone(), &mut output).map_err(|error| {
            let mut fault = Fault::of(&error, name);
            if let Some(said) = blamed_words(environment, &fault, innermost(&error))
                && !fault.message.contains(&said)
            {
                fault.message = format!("`{said}`: {}", fault.message);
            }
            fault
        })?;
        // The engine writes whole strings.
        Ok(String::from_utf8_lossy(&output.0).into_owned())
    }
}

pub(super) fn is_html(name: &str) -> bool {
    name.strip_suffix(".html").is_some()
}

type Print = fn(&mut Output<'_>, &mut State<'_, '_>, &Value) -> Result<(), Error>;

fn environment(print: Print) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_debug(false);
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What blocks are set to is markup already. What is printed is escaped by `print`, whatever holds here.
    environment.set_auto_escape_callback(|name| {
        if is_html(name) { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.set_formatter(print);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("join", join);
    environment
        .add_filter("length", |list: Value| list.len().ok_or_else(|| misused("has no length")));
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_test("defined", |value: Value| !value.is_undefined());
    environment.add_test("none", |value: Value| value.is_none());
    environment
}

fn html(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(markup) if value.is_safe() => Ok(out.write_str(markup)?),
        _ => Ok(out.write_str(&escaped(&printed(value)?))?),
    }
}

fn plain(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    Ok(out.write_str(&printed(value)?)?)
}

/// A list or an absent thing in a mail is a mistake, not a text.
#[expect(clippy::wildcard_enum_match_arm, reason = "the engine may learn of other values")]
fn printed(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::Undefined => Ok(String::new()),
        ValueKind::Number if f64::try_from(value.clone()).is_ok_and(|it| !it.is_finite()) => {
            Err(misused("is too large a number to be printed"))
        }
        ValueKind::None => Err(misused("is absent in some mails; ask `{% if … %}` first")),
        ValueKind::String | ValueKind::Number | ValueKind::Bool => Ok(value.to_string()),
        kind => Err(misused(&format!("a {kind} can't be printed; name what in it"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands values over")]
fn join(list: Value, between: Option<String>) -> Result<String, Error> {
    if list.is_undefined() || list.is_none() {
        return Err(misused("there is nothing to join"));
    }
    let parts = list.try_iter()?.map(|part| printed(&part)).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.join(&between.unwrap_or_default()))
}

fn misused(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.to_owned())
}

struct Bounded(Vec<u8>);

impl io::Write for &mut Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_BYTES_MAX {
            return Err(io::Error::other("writes more than 2 MB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Fault {
    /// Finds the template that is to blame among those that include each other.
    fn of(error: &Error, name: &str) -> Self {
        let blamed = innermost(error);
        let said = blamed.detail().map_or_else(String::new, |detail| format!(": {detail}"));
        Self {
            template: blamed.name().unwrap_or(name).to_owned(),
            line: blamed.line(),
            message: format!("{}{said}", blamed.kind()),
            hint: hint(blamed.kind(), &said).into(),
        }
    }

    /// What is wrong with a template at no line of its own.
    pub(super) fn of_whole(
        template: &str,
        message: impl Into<String>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self { template: template.to_owned(), line: None, message, hint }
    }

    pub(super) fn missing_link(template: &str, link: &str) -> Self {
        let hint = "whoever gets a mail must be able to leave: keep {% include \"closing.html\" %} (or \
                    closing.txt), or print each of closing.ways, else closing.ask; and url in a confirmation";
        Self::of_whole(template, format!("does not hold {link}"), hint)
    }

    pub(crate) fn too_large(template: &str, bytes: usize) -> Self {
        let hint = "mail programs show 100 kB: make what stands around the entries shorter";
        Self::of_whole(template, format!("is {bytes} bytes long without any entry"), hint)
    }

    pub(crate) fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.template),
            None => self.template.clone(),
        }
    }
}

/// The error that all others only pass on.
fn innermost(error: &Error) -> &Error {
    let inner = error.source().and_then(|inner| inner.downcast_ref::<Error>());
    inner.map_or(error, innermost)
}

/// The words of the template at which it failed.
fn blamed_words(environment: &Environment<'_>, fault: &Fault, error: &Error) -> Option<String> {
    let template = environment.get_template(&fault.template).ok()?;
    let words = template.source().get(error.range()?)?;
    Some(one_line(words, BLAMED_CHARS_MAX))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the engine may learn of other mistakes")]
fn hint(kind: ErrorKind, said: &str) -> &'static str {
    match kind {
        _ if ["too large", "unable to calculate"].iter().any(|words| said.contains(words)) => {
            "numbers have at most 38 digits, and can't be divided by 0; a mail brings its own, ready to be \
             printed"
        }
        ErrorKind::SyntaxError => "the syntax is that of Jinja: docs/templates.md",
        ErrorKind::UndefinedError => "docs/templates.md lists what there is in this mail",
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            "the filters are join, length, lower, upper and, in .txt, wrap; the tests defined and none; \
             there are no functions"
        }
        ErrorKind::TemplateNotFound => {
            "a template can include those of its own kind (.html or .txt): the built-in ones and those \
             of your folder"
        }
        ErrorKind::OutOfFuel => {
            "a mail takes a bounded number of steps: is there a loop without end?"
        }
        _ => "docs/templates.md says what there is",
    }
}
