//! What is said of a query lies within it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use query::Parts;

fuzz_target!(|text: &str| {
    for lint in query::lint(text, &Parts::default()) {
        assert!(text.get(lint.span.clone()).is_some());
    }
});
