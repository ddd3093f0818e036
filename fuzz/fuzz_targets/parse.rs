//! Any text is read as a query, or refused with places that lie within it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match query::parse(text) {
        Ok(query) => assert_eq!(query.text(), text),
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(text.get(problem.span.clone()).is_some());
                assert_eq!(problem.render(text).lines().count(), 2);
            }
        }
    }
});
