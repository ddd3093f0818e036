//! Gets pages politely and reads items out of them.
