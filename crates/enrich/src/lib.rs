//! What one mention says about itself: language, tone, the story that it tells, who speaks, what about.
//! Pure: it reads no clock, opens no file and knows no ledger.

pub mod tone;
