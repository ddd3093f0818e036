//! Vocabularies: which elements mean what, by the address or the prefix of their namespace.

/// The vocabularies that say something of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ns {
    /// RSS of any version, Atom of any version, and whatever has no prefix.
    Feed,
    /// Apple's, for the reviews of its shop.
    AppStore,
    Content,
    Dc,
    DcTerms,
    FeedBurner,
    Itunes,
    Media,
    /// Google's, for the articles of a sitemap.
    News,
    Rdf,
    Slash,
    Syndication,
    Thread,
    Xhtml,
    Xml,
    YouTube,
    Other,
}

impl Ns {
    /// Addresses are compared without case, scheme, `www.` and the last `/` or `#`.
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        let uri = uri.trim().to_ascii_lowercase();
        let uri = uri.strip_prefix("http://").or(uri.strip_prefix("https://")).unwrap_or(&uri);
        let uri = uri.strip_prefix("www.").unwrap_or(uri).trim_end_matches(['/', '#']);
        Some(match uri {
            "w3.org/2005/atom"
            | "purl.org/atom/ns"
            | "purl.org/rss/1.0"
            | "my.netscape.com/rdf/simple/0.9"
            | "channel.netscape.com/rdf/simple/0.9"
            | "backend.userland.com/rss2"
            | "backend.userland.com/rss"
            | "blogs.law.harvard.edu/tech/rss"
            | "purl.org/net/rss1.1"
            | "purl.org/rss/1.0/modules/rss091" => Self::Feed,
            "itunes.apple.com/rss" => Self::AppStore,
            "purl.org/rss/1.0/modules/content" => Self::Content,
            "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" => Self::Dc,
            "purl.org/dc/terms" => Self::DcTerms,
            "rssnamespace.org/feedburner/ext/1.0" | "pheedo.com/namespace/pheedo" => {
                Self::FeedBurner
            }
            "itunes.com/dtds/podcast-1.0.dtd" | "google.com/schemas/play-podcasts/1.0" => {
                Self::Itunes
            }
            "search.yahoo.com/mrss" | "tools.search.yahoo.com/mrss" => Self::Media,
            "google.com/schemas/sitemap-news/0.9" => Self::News,
            "w3.org/1999/02/22-rdf-syntax-ns" => Self::Rdf,
            "purl.org/rss/1.0/modules/slash" => Self::Slash,
            "purl.org/rss/1.0/modules/syndication" => Self::Syndication,
            "purl.org/syndication/thread/1.0" => Self::Thread,
            "w3.org/1999/xhtml" => Self::Xhtml,
            "w3.org/xml/1998/namespace" => Self::Xml,
            "youtube.com/xml/schemas/2015" => Self::YouTube,
            _ => return None,
        })
    }

    /// What a prefix usually means, where the document forgot to declare it.
    pub(crate) fn from_prefix(prefix: &str) -> Self {
        match prefix {
            "atom" | "atom10" | "atom03" | "a10" | "rss" => Self::Feed,
            "content" => Self::Content,
            "dc" => Self::Dc,
            "dcterms" | "dct" => Self::DcTerms,
            "feedburner" | "pheedo" => Self::FeedBurner,
            "itunes" | "googleplay" => Self::Itunes,
            "media" => Self::Media,
            "news" => Self::News,
            "rdf" => Self::Rdf,
            "slash" => Self::Slash,
            "sy" => Self::Syndication,
            "thr" => Self::Thread,
            "xhtml" | "html" => Self::Xhtml,
            "xml" => Self::Xml,
            "yt" => Self::YouTube,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_vocabulary_however_it_is_spelt() {
        let check = |uri, expect| assert_eq!(Ns::from_uri(uri), expect, "{uri}");
        check("http://www.w3.org/2005/Atom", Some(Ns::Feed));
        check(" https://WWW.itunes.com/DTDs/PodCast-1.0.dtd", Some(Ns::Itunes));
        check("http://purl.org/dc/elements/1.1", Some(Ns::Dc));
        check("http://search.yahoo.com/mrss/", Some(Ns::Media));
        check("http://ozalee.example/ns", None);
    }
}
