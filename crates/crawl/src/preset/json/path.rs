//! Paths: where in a JSON document something stands. A small part of RFC 9535, with
//! comparisons to the record that is being read, so that what a document keeps apart can be joined.

mod parse;

use std::cell::Cell;

use serde_json::Value;

/// Values that are visited on one page: to join two long lists takes time by the product of both.
const STEPS_MAX: u32 = 2_000_000;

/// Where in a document something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    from: Start,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The record that is being read, or the document where none is.
    Record,
    /// `$`: the document.
    Root,
    /// `@`: within a test what is tested, elsewhere the record.
    Tested,
    /// `&`: the parameters of the page's address, and `/` for its path.
    Address,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `.name`, `['name']`
    Key(String),
    /// `[0]`, `[-1]`
    At(i64),
    /// `[*]`: what a list has. What is no list is a list of one: many an API writes a lone record so.
    Each,
    /// `.*`: what a list or an object has.
    Any,
    /// `[?(@.type=='post')]`: of a list only what passes all the tests.
    Where(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    left: Path,
    right: Comparison,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Comparison {
    /// `@.x`: there, and neither null, false, 0 nor empty.
    Said,
    /// `!@.x`: not so.
    Unsaid,
    /// `@.x=='word'`
    Is(Operand),
    /// `@.x!='word'`
    IsNot(Operand),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Word(String),
    Path(Path),
}

/// What paths start from, and how many steps all of them together may still take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'v, 's> {
    pub(super) root: &'v Value,
    pub(super) record: &'v Value,
    address: &'v Value,
    steps_left: &'s Cell<u32>,
}

/// The steps that the paths of one page may take.
pub(super) fn steps() -> Cell<u32> {
    Cell::new(STEPS_MAX)
}

impl<'v, 's> Place<'v, 's> {
    pub(super) fn root(root: &'v Value, steps_left: &'s Cell<u32>) -> Self {
        Self { root, record: root, address: &Value::Null, steps_left }
    }

    /// Gives paths the parameters of the page's address.
    pub(super) fn with_address(self, address: &'v Value) -> Self {
        Self { address, ..self }
    }

    pub(super) fn at(self, record: &'v Value) -> Self {
        Self { record, ..self }
    }

    /// Whether no steps are left.
    pub(super) fn is_spent(&self) -> bool {
        self.steps_left.get() == 0
    }

    /// Counts a step; false where none is left.
    fn step(&self) -> bool {
        let left = self.steps_left.get();
        self.steps_left.set(left.saturating_sub(1));
        left > 0
    }
}

impl Path {
    /// Returns the values that stand there, in the order of the document; none where it is not.
    pub(super) fn all<'v>(&self, place: Place<'v, '_>) -> Vec<&'v Value> {
        self.follow(place, place.record)
    }

    /// Whether `null` stands there.
    pub(super) fn is_null(&self, place: Place<'_, '_>) -> bool {
        self.reach(place, place.record).first().is_some_and(|value| value.is_null())
    }

    fn follow<'v>(&self, place: Place<'v, '_>, tested: &'v Value) -> Vec<&'v Value> {
        let mut values = self.reach(place, tested);
        values.retain(|value| !value.is_null());
        values
    }

    fn reach<'v>(&self, place: Place<'v, '_>, tested: &'v Value) -> Vec<&'v Value> {
        let start = match self.from {
            Start::Record => place.record,
            Start::Root => place.root,
            Start::Tested => tested,
            Start::Address => place.address,
        };
        let mut values = vec![start];
        for step in &self.steps {
            let mut next = Vec::new();
            for value in values {
                step.take(value, place, &mut next);
            }
            values = next;
        }
        values
    }
}

impl Step {
    fn take<'v>(&self, value: &'v Value, place: Place<'v, '_>, next: &mut Vec<&'v Value>) {
        if !place.step() {
            return;
        }
        match self {
            Self::Key(name) => next.extend(value.get(name)),
            Self::At(index) => next.extend(at(value, *index)),
            Self::Each => next.extend(list(value).iter().take_while(|_| place.step())),
            Self::Any => match value {
                Value::Object(object) => next.extend(object.values().take_while(|_| place.step())),
                Value::Array(list) => next.extend(list.iter().take_while(|_| place.step())),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            },
            Self::Where(tests) => {
                let tests: Vec<_> = tests.iter().map(|test| (test, test.words(place))).collect();
                let passes = |value: &&'v Value| {
                    tests.iter().all(|(test, words)| test.holds(value, words.as_deref(), place))
                };
                next.extend(list(value).iter().take_while(|_| place.step()).filter(passes));
            }
        }
    }
}

/// Returns what a list has; what is none is a list of one, and null of nothing.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    }
}

fn at(value: &Value, index: i64) -> Option<&Value> {
    let list = list(value);
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => list.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    list.get(index)
}

impl Test {
    /// Returns the words that a comparison is with, if they are the same for all that is tested.
    fn words(&self, place: Place) -> Option<Vec<String>> {
        match &self.right {
            Comparison::Is(Operand::Path(path)) | Comparison::IsNot(Operand::Path(path))
                if path.from != Start::Tested =>
            {
                Some(path.all(place).into_iter().filter_map(word).collect())
            }
            Comparison::Is(_) | Comparison::IsNot(_) | Comparison::Said | Comparison::Unsaid => {
                None
            }
        }
    }

    fn holds<'v>(&self, tested: &'v Value, words: Option<&[String]>, place: Place<'v, '_>) -> bool {
        let left = self.left.follow(place, tested);
        let has = |word: &String| left.iter().any(|value| is_word(value, word));
        let equals = |operand: &Operand| match (operand, words) {
            (Operand::Word(word), _) => has(word),
            (Operand::Path(_), Some(words)) => words.iter().any(has),
            (Operand::Path(path), None) => {
                path.follow(place, tested).into_iter().filter_map(word).any(|word| has(&word))
            }
        };
        let is_said = || left.iter().any(|value| is_said(value));
        match &self.right {
            Comparison::Said => is_said(),
            Comparison::Unsaid => !is_said(),
            Comparison::Is(operand) => equals(operand),
            Comparison::IsNot(operand) => !equals(operand),
        }
    }
}

fn is_word(value: &Value, expect: &str) -> bool {
    match value {
        Value::String(text) => text == expect,
        Value::Bool(truth) => (if *truth { "true" } else { "false" }) == expect,
        Value::Number(number) => match number.as_i64() {
            Some(number) => expect.parse() == Ok(number),
            None => number.to_string() == expect,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Returns a value as a word, such as one is compared with and put in an address.
pub(super) fn word(value: &Value) -> Option<String> {
    let word = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!word.is_empty()).then_some(word)
}

/// Whether a value says yes: neither null, false, 0 nor empty.
pub(super) fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.trim(), "" | "0" | "false"),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(path: &str, expect: &Value) {
        let root = json!({
            "a": {"b": [{"c": 1, "d": "x"}, {"c": 2, "d": "y"}], "e.f": true, "none": null},
            "lone": {"c": 3},
            "people": [{"id": 7, "name": "Zoé"}, {"id": "8", "name": "Léo"}],
            "map": {"x": {"c": 4}, "y": {"c": 5}},
        });
        let record = json!({"by": 8, "n": "r"});
        let steps = steps();
        let address = json!({"which": "y"});
        let place = Place::root(&root, &steps).at(&record).with_address(&address);
        let found: Vec<Value> =
            Path::parse(path).unwrap().all(place).into_iter().cloned().collect();
        assert_eq!(Value::Array(found), *expect, "{path}");
    }

    #[test]
    fn a_path_leads_to_all_that_stands_there() {
        check("$.a.b[*].c", &json!([1, 2]));
        check("$.a.b[0].d", &json!(["x"]));
        check("$.a.b[-1].d", &json!(["y"]));
        check("$.a.b[2].d", &json!([]));
        check("$.a.b[-3].d", &json!([]));
        check("$.a['e.f']", &json!([true]));
        check("$.a.none", &json!([]));
        check("$.a.none[*]", &json!([]));
        check("$.map.*.c", &json!([4, 5]));
        check("$.a.b.*.c", &json!([1, 2]));
        check("n", &json!(["r"]));
        check("@.n", &json!(["r"]));
        check("nothing.at[*].all", &json!([]));
    }

    #[test]
    fn what_is_no_list_is_a_list_of_one() {
        check("$.lone[*].c", &json!([3]));
        check("$.lone[0].c", &json!([3]));
        check("@[?(@.n=='r')].by", &json!([8]));
        check("@[?(@.n=='s')].by", &json!([]));
    }

    #[test]
    fn a_test_compares_with_words_and_with_the_record() {
        check("$.a.b[?(@.d=='y')].c", &json!([2]));
        check("$.a.b[?(@.d!='y')].c", &json!([1]));
        check("$.a.b[?(@.c==2)].d", &json!(["y"]));
        check("$.a.b[?(@.c && @.d == \"x\")].c", &json!([1]));
        check("$.a.b[?(@.e)].c", &json!([]));
        check("$.a.b[?(!@.e)].c", &json!([1, 2]));
        check("$.a.b[?(!@.d)].c", &json!([]));
        check("$.a.b[?(@.d==&.which)].c", &json!([2]));
        check("&.which", &json!(["y"]));
        check("$.people[?(@.id==by)].name", &json!(["Léo"]));
        check("$.people[?(@.id==$.a.b[0].c)].name", &json!([]));
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_reason() {
        let check = |path: &str, expect: &str| {
            let (_, message) = Path::parse(path).unwrap_err();
            assert!(message.contains(expect), "{path}: {message}");
        };
        check("", "name of a value is missing");
        check("a..b", "name of a value is missing");
        check("a.b[", "within `[]` stands");
        check("a[*", "never closed by `]`");
        check("a['b]", "quotation mark is never closed");
        check("a b", "`b` is not expected");
        assert_eq!(Path::parse("a[0].b[").unwrap_err().0, 7);
        check("a[?(@.b==1]", "ends with `)]`");
        check("a[?(@.b[?(@.c)])]", "test within a test");
        check(&"a.".repeat(1000), "no longer than");
    }

    #[test]
    fn the_work_on_one_page_has_an_end() {
        let many: Vec<Value> = (0..3000).map(|n| json!({"id": n})).collect();
        let root = Value::Array(many);
        let path = Path::parse("$[?(@.id==nobody)]").unwrap();
        let steps = steps();
        for record in root.as_array().unwrap() {
            path.all(Place::root(&root, &steps).at(record));
        }
        assert_eq!(steps.get(), 0);
    }
}
