//! The one address of a page, out of the many that lead to it.
//!
//! What says how somebody came to a page is removed, and what says which page it is is kept: where
//! a parameter may be either, it stays. The order of parameters and the scheme stay as they are
//! given; the ledger compares addresses without their scheme.

use url::{Host, Url};

/// The longest address that is kept, in bytes.
const URL_BYTES_MAX: usize = 4096;
/// Wrappers around one address that are removed, one in another.
const WRAPPERS_MAX: usize = 4;

/// Parameters whose names begin so tell where a reader came from, never what he reads.
const TRACKING_PREFIXES: &[&str] = &[
    "utm_", // Urchin, which became Google Analytics
    "at_",  // AT Internet, Piano: most French media
    "mtm_", // Matomo
    "matomo_", "pk_", // Piwik, before it was Matomo
    "piwik_", "hsa_",   // HubSpot: advertisements
    "_hs",    // HubSpot: mails (_hsenc, _hsmi)
    "__hs",   // HubSpot: visits (__hstc, __hssc, __hsfp)
    "fb_",    // Facebook: fb_action_ids, fb_source, fb_comment_id
    "wt.",    // Webtrends
    "vero_",  // Vero: mails
    "oly_",   // Omeda: mails
    "pd_rd_", // Amazon: recommendations
    "gaa_",   // Google: showcase
    "itm_",   // campaigns within a site
];

/// Parameters with exactly these names tell the same. `ref`, `source`, `from`, `via` are not among
/// them: on many sites they choose the page.
const TRACKING: &[&str] = &[
    // The click that led here, as the sellers of advertisements number it.
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "igshid",
    "igsh",
    "epik",
    "srsltid",
    "wickedid",
    "rb_clickid",
    "irclickid",
    // The mail that led here: Mailchimp, Marketo, MailerLite, EveryAction.
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "emci",
    "emdi",
    "ceid",
    // The campaign: AT Internet, comScore, Médiamétrie, Adobe, Alibaba, press groups.
    "xtor",
    "xtref",
    "xtcr",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "ns_linkname",
    "ns_fee",
    "estat_svc_s",
    "estat_svc_m",
    "sc_cid",
    "s_cid",
    "s_kwcid",
    "spm",
    "scm",
    "cmpid",
    "ncid",
    "ocid",
    "mbid",
    "smid",
    "ftag",
    "ito",
    "tsrc",
    "soc_src",
    "soc_trk",
    "echobox",
    "traffic_source",
    // The page before this one.
    "ref_src",
    "ref_url",
    "referrer",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    // The visitor, and the feed itself.
    "_ga",
    "_gl",
    "_openstat",
    "rss_id",
    "from_rss",
    "wprss",
];

type Fits = fn(&str) -> bool;

/// Sessions: a new one for each visit, so that every visit would find a new page. The value must
/// look like one, since `sid` and `s` elsewhere number stories and searches.
const SESSIONS: &[(&str, Fits)] = &[
    ("phpsessid", |_| true),
    ("jsessionid", |_| true),
    ("aspsessionid", |_| true),
    ("cfid", is_number),
    ("cftoken", |_| true),
    ("sessionid", |_| true),
    ("session_id", |_| true),
    ("zenid", is_digest),  // Zen Cart
    ("oscsid", is_digest), // osCommerce
    ("sid", is_digest),    // phpBB
    ("s", is_digest),      // vBulletin
];

/// Redirects that carry the address of the page in a parameter: host, path, parameters.
const WRAPPERS: &[(&str, &str, &[&str])] = &[
    ("google.", "/url", &["url", "q"]), // Google Alerts, search
    ("bing.com", "/news/apiclick.aspx", &["url"]),
    ("facebook.com", "/l.php", &["u"]),
    ("facebook.com", "/flx/warn/", &["u"]),
    ("instagram.com", "/", &["u"]),
    ("youtube.com", "/redirect", &["q"]),
    ("linkedin.com", "/redir/redirect", &["url"]),
    ("vk.com", "/away.php", &["to"]),
    ("steamcommunity.com", "/linkfilter/", &["url", "u"]),
    ("duckduckgo.com", "/l/", &["uddg"]),
    ("reddit.com", "/", &["url"]), // out.reddit.com
    ("slack-redir.net", "/link", &["url"]),
    ("safelinks.protection.outlook.com", "/", &["url"]),
];

/// Resolves `address` against `base` and returns the canonical form, or `None` for what is no
/// address of a page on the web.
pub fn canonical_url(address: &str, base: Option<&Url>) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.len() > URL_BYTES_MAX {
        return None;
    }
    let mut url = match base {
        Some(base) => base.join(address),
        None => Url::parse(address),
    }
    .ok()
    .filter(is_web)?;
    for _ in 0..WRAPPERS_MAX {
        let Some(inner) = unwrap(&url).or_else(|| without_amp(&url)) else { break };
        url = inner;
    }
    clean(&mut url);
    Some(url)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && matches!(url.host(), Some(Host::Domain(d)) if !d.is_empty())
        || matches!(
            (url.scheme(), url.host()),
            ("http" | "https", Some(Host::Ipv4(_) | Host::Ipv6(_)))
        )
}

/// Returns the address inside a redirect.
fn unwrap(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let (_, _, names) = WRAPPERS.iter().find(|(wrapper, path, _)| {
        let path_fits = url.path() == *path;
        path_fits
            && if wrapper.ends_with('.') {
                is_brand(host, wrapper)
            } else {
                is_within(host, wrapper)
            }
    })?;
    // The home pages of these sites are no wrappers, their hosts for leaving them are.
    let leaving =
        ["l.", "lm.", "out.", "nam", "eur", "apc"].iter().any(|start| host.starts_with(start));
    if url.path() == "/" && !leaving {
        return None;
    }
    names.iter().find_map(|name| {
        let (_, value) = url.query_pairs().find(|(key, _)| key == name)?;
        Url::parse(&value).ok().filter(is_web)
    })
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether `host` is `www.google.fr` or `google.co.uk` for `google.`.
fn is_brand(host: &str, brand: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.strip_prefix(brand).is_some_and(|top| top.len() <= 6)
}

/// Returns the page of which `url` is the AMP copy.
fn without_amp(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let cached = if is_brand(host, "google.") {
        url.path().strip_prefix("/amp/")
    } else if is_within(host, "cdn.ampproject.org") {
        ["/c/", "/v/", "/a/"].iter().find_map(|start| url.path().strip_prefix(start))
    } else {
        None
    };
    if let Some(cached) = cached {
        let (scheme, rest) =
            cached.strip_prefix("s/").map_or(("http", cached), |rest| ("https", rest));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Url::parse(&format!("{scheme}://{rest}{query}")).ok().filter(is_web);
    }
    let mut page = url.clone();
    if let Some(rest) = host.strip_prefix("amp.").filter(|rest| rest.contains('.')) {
        page.set_host(Some(rest)).ok()?;
    }
    let path = url.path();
    let plain = path.strip_suffix("/amp/").or_else(|| path.strip_suffix("/amp"));
    let plain = plain.filter(|plain| !plain.is_empty());
    if let Some(plain) = plain {
        // WordPress adds `amp` to addresses that end in a stroke.
        let plain = if path.ends_with('/') { format!("{plain}/") } else { plain.to_owned() };
        page.set_path(&plain);
    } else if let Some(stem) = path.strip_suffix(".amp.html").or_else(|| path.strip_suffix(".amp"))
    {
        let end = if path.ends_with("html") { ".html" } else { "" };
        page.set_path(&format!("{stem}{end}"));
    }
    (page != *url).then_some(page)
}

/// Removes the fragment, the credentials, the sessions and what tracks readers.
fn clean(url: &mut Url) {
    // `#!` is the old way to address a page that a script builds.
    if !url.fragment().is_some_and(|fragment| fragment.starts_with('!')) {
        url.set_fragment(None);
    }
    // They belong to whoever reads the feed, not to the page. Cannot fail: the address has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
        // A host with its root dot is the same; one that is only dots stays as it is.
        let _ = url.set_host(Some(&host));
    }
    let lower = url.path().to_ascii_lowercase();
    if let Some(at) = lower.find(";jsessionid=") {
        let end = lower[at..].find(['/', '?']).map_or(lower.len(), |n| at + n);
        let path = format!("{}{}", &url.path()[..at], &url.path()[end..]);
        url.set_path(&path);
    }
    let Some(query) = url.query() else { return };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !pair.is_empty() && !says_how_one_came(&name.to_ascii_lowercase(), value)
        })
        .collect();
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(&kept));
}

fn says_how_one_came(name: &str, value: &str) -> bool {
    let name = name.strip_prefix("amp;").unwrap_or(name);
    TRACKING.contains(&name)
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name == "amp" || name == "outputtype" && value == "amp")
            && matches!(value, "" | "1" | "true" | "amp")
        || SESSIONS.iter().any(|(session, fits)| *session == name && fits(value))
}

fn is_digest(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: &str) {
        let base = Url::parse("https://ozalee.example/blog/").unwrap();
        let url = canonical_url(address, Some(&base));
        assert_eq!(url.as_ref().map(Url::as_str), Some(expect), "{address}");
    }

    #[test]
    fn an_address_is_resolved_and_spelt_one_way() {
        check("the-menthe", "https://ozalee.example/blog/the-menthe");
        check("HTTP://Ozalee.EXAMPLE:80/A?b=2&a=1#c", "http://ozalee.example/A?b=2&a=1");
        check("https://ozalee.example", "https://ozalee.example/");
        check("https://thé.example/é", "https://xn--th-cja.example/%C3%A9");
        check("https://app.example/#!/page", "https://app.example/#!/page");
        check("https://moi:secret@ozalee.example./a", "https://ozalee.example/a");
        check("//cdn.example/a", "https://cdn.example/a");
    }

    #[test]
    fn what_tells_how_one_came_is_removed() {
        check("/a?utm_source=rss&id=7&UTM_Medium=x", "https://ozalee.example/a?id=7");
        check("/a?utm_source=rss", "https://ozalee.example/a");
        check("/a?fbclid=x&gclid=y&mc_cid=z&at_medium=rss&xtor=RSS-1", "https://ozalee.example/a");
        check("/a?ref=12&source=x&p=3", "https://ozalee.example/a?ref=12&source=x&p=3");
        check("/a?id=1&amp;utm_source=rss", "https://ozalee.example/a?id=1");
    }

    #[test]
    fn a_session_is_removed_only_where_it_is_one() {
        let digest = "0123456789abcdef0123456789abcdef";
        check(&format!("/t?s={digest}&t=4"), "https://ozalee.example/t?t=4");
        check(&format!("/t?t=4&sid={digest}"), "https://ozalee.example/t?t=4");
        check("/?s=limonade&sid=42", "https://ozalee.example/?s=limonade&sid=42");
        check("/a;jsessionid=AB12?x=1", "https://ozalee.example/a?x=1");
        check("/a?PHPSESSID=q1w2", "https://ozalee.example/a");
    }

    #[test]
    fn an_amp_copy_is_its_page() {
        check("https://www.journal.example/a/amp/", "https://www.journal.example/a/");
        check("https://www.journal.example/a/amp", "https://www.journal.example/a");
        check("https://www.journal.example/a?amp=1", "https://www.journal.example/a");
        check("https://amp.journal.example/a.amp.html", "https://journal.example/a.html");
        check("https://www.google.fr/amp/s/journal.example/a", "https://journal.example/a");
        check(
            "https://journal-example.cdn.ampproject.org/c/s/journal.example/a?x=1",
            "https://journal.example/a?x=1",
        );
        check("https://www.journal.example/amp", "https://www.journal.example/amp");
    }

    #[test]
    fn a_redirect_is_where_it_leads() {
        let page = "https://journal.example/a?id=1";
        let escaped = "https%3A%2F%2Fjournal.example%2Fa%3Fid%3D1%26utm_source%3Dx";
        check(&format!("https://www.google.com/url?rct=j&sa=t&url={escaped}&ct=ga"), page);
        check(&format!("https://www.google.co.uk/url?q={escaped}"), page);
        check(&format!("http://www.bing.com/news/apiclick.aspx?ref=x&url={escaped}"), page);
        check(&format!("https://l.facebook.com/l.php?u={escaped}"), page);
        check(
            "https://www.google.com/url?q=javascript:x",
            "https://www.google.com/url?q=javascript:x",
        );
        check(
            "https://www.reddit.com/?url=https://a.example/",
            "https://www.reddit.com/?url=https://a.example/",
        );
        check(
            "https://news.google.com/rss/articles/CBMi",
            "https://news.google.com/rss/articles/CBMi",
        );
    }

    #[test]
    fn what_is_no_page_has_no_address() {
        for address in [
            "",
            "mailto:a@ozalee.example",
            "javascript:void(0)",
            "tag:ozalee.example,2024:1",
            "http://",
        ] {
            assert_eq!(canonical_url(address, None), None, "{address}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_canonical_address_is_its_own(path in "[a-z/.;?=&#!%0-9]{0,30}", query in "[a-z_=&0-9;]{0,30}") {
            let address = format!("http://amp.a.example/{path}?{query}");
            if let Some(url) = canonical_url(&address, None) {
                proptest::prop_assert_eq!(canonical_url(url.as_str(), None), Some(url));
            }
        }
    }
}
