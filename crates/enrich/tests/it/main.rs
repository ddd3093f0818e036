//! Tests of what mentions say about themselves.

mod story;
