//! Whom the mutes that are in force concern.

use anyhow::Result;
use model::{EndpointId, QueryName, SubscriptionId, Timestamp};
use store::{Ledger, Mute};

/// The mutes that are in force.
pub(crate) struct Mutes(Vec<Mute>);

impl Mutes {
    pub(crate) fn of(ledger: &Ledger, now: Timestamp) -> Result<Self> {
        Ok(Self(ledger.mutes(now)?))
    }

    /// Returns the longest mute of what a subscription is told of a query: of the query, of the subscription,
    /// or of the query for the subscription alone.
    pub(crate) fn of_query(
        &self,
        subscription: &SubscriptionId,
        query: &QueryName,
    ) -> Option<&Mute> {
        self.longest(|mute| {
            let what = &mute.what;
            what.endpoint.is_none()
                && what.query.as_ref().is_none_or(|muted| muted == query)
                && what.subscription.as_ref().is_none_or(|muted| muted == subscription)
        })
    }

    /// Returns the longest mute of all that a subscription is told.
    pub(crate) fn of_subscription(&self, subscription: &SubscriptionId) -> Option<&Mute> {
        self.longest(|mute| {
            mute.what.query.is_none() && mute.what.subscription.as_ref() == Some(subscription)
        })
    }

    /// Returns the longest mute of what an endpoint is told of a query.
    pub(crate) fn of_endpoint_query(
        &self,
        endpoint: &EndpointId,
        query: &QueryName,
    ) -> Option<&Mute> {
        self.longest(|mute| {
            let what = &mute.what;
            what.subscription.is_none()
                && what.query.as_ref() == Some(query)
                && what.endpoint.as_ref().is_none_or(|muted| muted == endpoint)
        })
    }

    /// Returns the longest mute of all that an endpoint is told.
    pub(crate) fn of_endpoint(&self, endpoint: &EndpointId) -> Option<&Mute> {
        self.longest(|mute| {
            mute.what.query.is_none() && mute.what.endpoint.as_ref() == Some(endpoint)
        })
    }

    fn longest(&self, concerns: impl Fn(&Mute) -> bool) -> Option<&Mute> {
        self.0.iter().filter(|mute| concerns(mute)).max_by_key(|mute| mute.until)
    }
}

#[cfg(test)]
mod tests {
    use store::Muted;

    use super::*;

    #[test]
    fn a_mute_concerns_what_is_of_all_that_it_names() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mute =
            |number, query: Option<&str>, subscription: Option<&str>, endpoint: Option<&str>| {
                let what = Muted {
                    query: query.map(QueryName::new),
                    subscription: subscription.map(SubscriptionId::new),
                    endpoint: endpoint.map(EndpointId::new),
                };
                let (since, until) = (at("2026-03-06T12:00:00Z"), at("2026-03-06T15:00:00Z"));
                Mute { number, what, since, until, person: "zoe".to_owned(), why: String::new() }
            };
        let mutes = Mutes(vec![
            mute(1, Some("everywhere"), None, None),
            mute(2, Some("brand"), Some("press"), None),
            mute(3, None, Some("calm"), None),
            mute(4, Some("brand"), None, Some("room")),
            mute(5, None, None, Some("crm")),
        ]);
        let number = |mute: Option<&Mute>| mute.map(|mute| mute.number);
        let query = |subscription: &str, query: &str| {
            number(mutes.of_query(&subscription.into(), &query.into()))
        };
        assert_eq!(query("press", "everywhere"), Some(1));
        assert_eq!(query("press", "brand"), Some(2));
        assert_eq!(query("other", "brand"), None);
        assert_eq!(query("calm", "brand"), Some(3));
        let of = |subscription: &str| number(mutes.of_subscription(&subscription.into()));
        assert_eq!((of("calm"), of("press")), (Some(3), None));
        let of = |endpoint: &str, query: &str| {
            number(mutes.of_endpoint_query(&endpoint.into(), &query.into()))
        };
        assert_eq!(of("room", "brand"), Some(4));
        assert_eq!(of("room", "everywhere"), Some(1));
        assert_eq!(of("crm", "brand"), None);
        let of = |endpoint: &str| number(mutes.of_endpoint(&endpoint.into()));
        assert_eq!((of("crm"), of("room")), (Some(5), None));
    }
}
