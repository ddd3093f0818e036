//! Deliveries: one digest on its way to one recipient.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How a delivery leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Mail,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }
}

/// Where a delivery stands. `attempt` counts the tries that have begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum DeliveryState {
    Due {
        at: Timestamp,
        attempt: u32,
    },
    /// Being sent. A lease that runs out means that the sender died: the delivery is due again.
    Leased {
        until: Timestamp,
        attempt: u32,
    },
    Sent {
        at: Timestamp,
    },
    /// Given up, with the reason that a person reads.
    Dead {
        at: Timestamp,
        reason: String,
    },
}
