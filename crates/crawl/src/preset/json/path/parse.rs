//! Paths as they are written.

use super::{Comparison, Operand, Path, Start, Step, Test};

/// The longest path, in bytes.
const PATH_BYTES_MAX: usize = 500;

impl Path {
    /// Reads a path; one that is none is refused with the byte where it stops being one.
    pub(in super::super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        if text.len() > PATH_BYTES_MAX {
            return Err((0, format!("a path is no longer than {PATH_BYTES_MAX} bytes")));
        }
        let mut reader = Reader { rest: text.trim_start() };
        let path = reader.path(Nesting::Outer);
        let place = text.len() - reader.rest.len();
        let path = path.map_err(|message| (place, message))?;
        match reader.rest.trim_start().chars().next() {
            None => Ok(path),
            Some(c) => Err((place, format!("`{c}` is not expected in a path"))),
        }
    }
}

/// Whether a path stands within a test. Tests are not nested.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Outer,
    InTest,
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn path(&mut self, nesting: Nesting) -> Result<Path, String> {
        let from = if self.takes("$") {
            Start::Root
        } else if self.takes("@") {
            Start::Tested
        } else if self.takes("&") {
            Start::Address
        } else {
            Start::Record
        };
        let mut steps = Vec::new();
        // A path that starts from the record begins with a name, any other with a full stop.
        if from == Start::Record && !self.rest.starts_with('[') {
            steps.push(self.name()?);
        }
        loop {
            if self.takes(".") {
                steps.push(self.name()?);
            } else if self.takes("[") {
                steps.push(self.bracket(nesting)?);
            } else {
                return Ok(Path { from, steps });
            }
        }
    }

    fn name(&mut self) -> Result<Step, String> {
        let ends = |c: char| c.is_whitespace() || ".[](){}|=!&,'\"$@".contains(c);
        let name = self.until(ends);
        match name {
            "" => Err("the name of a value is missing".to_owned()),
            "*" => Ok(Step::Any),
            name => Ok(Step::Key(name.to_owned())),
        }
    }

    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn bracket(&mut self, nesting: Nesting) -> Result<Step, String> {
        let step = if self.takes("*") {
            Step::Each
        } else if self.takes("?(") {
            if nesting == Nesting::InTest {
                return Err("a test within a test cannot be read".to_owned());
            }
            let tests = self.tests()?;
            if !self.takes(")") {
                return Err("a test ends with `)]`".to_owned());
            }
            Step::Where(tests)
        } else if let Some(name) = self.quoted()? {
            Step::Key(name)
        } else {
            let digits = self.until(|c| !c.is_ascii_digit() && c != '-');
            let index = digits.parse();
            Step::At(index.map_err(|_| {
                "within `[]` stands a number, `*`, a name in quotes or `?(a test)`".to_owned()
            })?)
        };
        if self.takes("]") { Ok(step) } else { Err("a `[` is never closed by `]`".to_owned()) }
    }

    /// Reads a text in single or double quotes, if one begins here.
    fn quoted(&mut self) -> Result<Option<String>, String> {
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            return Ok(None);
        };
        self.rest = &self.rest[1..];
        let text = self.until(|c| c == quote).to_owned();
        if !self.takes(&quote.to_string()) {
            return Err("a quotation mark is never closed".to_owned());
        }
        Ok(Some(text))
    }

    fn tests(&mut self) -> Result<Vec<Test>, String> {
        let mut tests = Vec::new();
        loop {
            self.space();
            let is_denied = self.takes("!");
            let left = self.path(Nesting::InTest)?;
            self.space();
            let right = if is_denied {
                Comparison::Unsaid
            } else if self.takes("==") {
                Comparison::Is(self.operand()?)
            } else if self.takes("!=") {
                Comparison::IsNot(self.operand()?)
            } else {
                Comparison::Said
            };
            tests.push(Test { left, right });
            self.space();
            if !self.takes("&&") {
                return Ok(tests);
            }
        }
    }

    fn operand(&mut self) -> Result<Operand, String> {
        self.space();
        if let Some(word) = self.quoted()? {
            return Ok(Operand::Word(word));
        }
        let before = self.rest;
        let bare = self.until(|c| c.is_whitespace() || c == ')' || c == '&');
        let is_number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if is_number || matches!(bare, "true" | "false") {
            return Ok(Operand::Word(bare.to_owned()));
        }
        self.rest = before;
        Ok(Operand::Path(self.path(Nesting::InTest)?))
    }
}
