//! The configurations of scenarios: each source is visited every second, and mails leave as it
//! happens.

use crate::site::Site;

/// Mails into a folder.
pub(crate) const FOLDER: &str = "directory = \"mails\"";

/// Mails to a server on this machine, in the clear.
pub(crate) fn server(port: u16) -> String {
    format!("smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}")
}

/// Watches the feeds of sites, with one query and one subscription.
pub(crate) fn watching(sites: &[(&str, &Site)], mail: &str) -> String {
    let mut text = format!(
        "data = \"data\"\n\
         [crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nhost_pause = \"0 s\"\n\
         allow_addresses = [\"127.0.0.1\"]\n\
         [queries]\nozalee = 'Ozalée'\n\
         [subscriptions.press]\nqueries = [\"ozalee\"]\nto = [\"press@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\ngroup_wait = \"0 s\"\ngroup_interval = \"0 s\"\n\
         [mail]\nfrom = \"Vigie <vigie@ozalee.example>\"\n{mail}\n"
    );
    for (id, site) in sites {
        text += &source(id, &site.url("/feed"));
    }
    text
}

pub(crate) fn source(id: &str, url: &str) -> String {
    format!("[sources.{id}]\nurl = {url:?}\nevery = \"1 s\"\n")
}
