//! Who has taken what on, by the names that people are known by.

use std::collections::BTreeMap;

use alert::Mailbox;
use anyhow::Result;
use model::ItemId;
use store::Ledger;

use crate::config::Config;

/// Returns who has which of these stories: the name that stands beside the address in the configuration, else
/// the address.
pub(crate) fn names(
    ledger: &Ledger,
    config: &Config,
    stories: impl IntoIterator<Item = ItemId>,
) -> Result<BTreeMap<ItemId, String>> {
    let assigned = ledger.assigned(stories)?;
    let name = |story, person: &str| (story, name_of(config, person));
    Ok(assigned.iter().map(|(story, it)| name(*story, &it.person)).collect())
}

/// Returns what somebody is called, by their address.
pub(crate) fn name_of(config: &Config, address: &str) -> String {
    let everybody = config.subscriptions.iter().flat_map(|one| &one.subscription.to);
    let known = everybody.filter_map(|to| to.parse::<Mailbox>().ok()).find_map(|mailbox| {
        let is_this = mailbox.address().eq_ignore_ascii_case(address);
        mailbox.name().filter(|_| is_this).map(str::to_owned)
    });
    known.unwrap_or_else(|| address.to_owned())
}
