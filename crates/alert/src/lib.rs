//! What to say to whom and when, how it looks, and how it leaves.
