//! What holds for every series, on series that the tests make themselves.

#![expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "counts are small, and states are equal or not"
)]

mod properties;
mod real;
mod series;
mod states;
