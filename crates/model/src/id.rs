//! Identities. A name given by a person is a string; what the ledger numbers is an integer.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $type {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
    };
}

macro_rules! number {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $type(pub u64);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

name!(
    /// What a person calls a source, as in `[sources.lemonde]`.
    SourceId
);
name!(
    /// What a person calls a saved query, as in `[queries.acme]`.
    QueryName
);
name!(
    /// What a person calls a subscription, as in `[subscriptions.press-office]`.
    SubscriptionId
);
name!(
    /// What a person calls an endpoint, as in `[webhooks.crm]` or `[chats.newsroom]`.
    EndpointId
);
impl SourceId {
    /// Returns what it is one of: `hn` of `hn.ozalee`, one search of the platform that is declared as `hn`.
    /// The sources of a family find the same items.
    pub fn family(&self) -> Option<&str> {
        self.0.split_once('.').map(|(family, _)| family)
    }
}

number!(
    /// The ledger's number for one item; versions of an item keep it.
    ItemId
);
number!(
    /// A position in the ledger's log. Positions start at 1 and leave no gap: a reader that holds
    /// every position up to N has everything.
    Seq
);
number!(
    /// The outbox's number for one delivery.
    DeliveryId
);
number!(
    /// The ledger's number for one dispatch: one event, or several in one message, on its way to one endpoint.
    DispatchId
);
number!(
    /// The ledger's number for one signal.
    SignalId
);
