//! Writes a site's front as RSS 2.0, Atom or JSON Feed. By hand: the demonstration must be free to
//! write what a careful library would refuse, such as a broken entry or a zone by name.

use std::fmt::Write;

use chrono::{FixedOffset, SecondsFormat};
use model::Timestamp;
use serde_json::json;

use super::script::{Dialect, Front, ShownItem, Site, Zone};

pub(super) fn render(site: &Site, front: &Front<'_>) -> String {
    match site.dialect {
        Dialect::Atom => atom(site, front),
        Dialect::Json => json_feed(site, front),
        Dialect::Rss => rss(site, front),
    }
}

fn rss(site: &Site, front: &Front<'_>) -> String {
    let mut out = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"",
        " xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n",
    ));
    element(&mut out, "title", &site.name);
    element(&mut out, "link", &site.home);
    element(&mut out, "description", &site.name);
    element(&mut out, "language", &site.lang);
    element(&mut out, "lastBuildDate", &rfc822(front.changed, site.zone));
    if let Some(ttl) = site.ttl_minutes {
        element(&mut out, "ttl", &ttl.to_string());
    }
    for (place, item) in front.items.iter().enumerate() {
        // Second, so that it has a neighbour on either side.
        if place == 1 {
            out.push_str(front.broken_entry.unwrap_or_default());
        }
        rss_item(&mut out, item, site.zone);
    }
    out.push_str("</channel>\n</rss>\n");
    out
}

fn rss_item(out: &mut String, item: &ShownItem<'_>, zone: Zone) {
    out.push_str("<item>\n");
    element(out, "title", item.title);
    element(out, "link", &item.link);
    let is_address = item.guid == item.link;
    push(out, format_args!("<guid isPermaLink=\"{is_address}\">{}</guid>\n", escape(&item.guid)));
    element(out, "pubDate", &rfc822(item.published, zone));
    if let Some(author) = item.author {
        element(out, "dc:creator", author);
    }
    if let Some(lang) = item.lang {
        element(out, "dc:language", lang);
    }
    element(out, "description", item.text);
    if let Some(html) = item.html {
        push(out, format_args!("<content:encoded>{}</content:encoded>\n", cdata(html)));
    }
    out.push_str("</item>\n");
}

fn atom(site: &Site, front: &Front<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    push(
        &mut out,
        format_args!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n",
            escape(&site.lang)
        ),
    );
    element(&mut out, "id", &format!("{}/", site.home));
    element(&mut out, "title", &site.name);
    push(&mut out, format_args!("<link href=\"{}/\"/>\n", escape(&site.home)));
    element(&mut out, "updated", &rfc3339(front.changed, site.zone));
    for item in &front.items {
        let lang = item.lang.unwrap_or(&site.lang);
        push(&mut out, format_args!("<entry xml:lang=\"{}\">\n", escape(lang)));
        element(&mut out, "id", &item.guid);
        element(&mut out, "title", item.title);
        push(&mut out, format_args!("<link rel=\"alternate\" href=\"{}\"/>\n", escape(&item.link)));
        element(&mut out, "published", &rfc3339(item.published, site.zone));
        element(&mut out, "updated", &rfc3339(item.updated, site.zone));
        if let Some(author) = item.author {
            push(&mut out, format_args!("<author><name>{}</name></author>\n", escape(author)));
        }
        element(&mut out, "summary", item.text);
        if let Some(html) = item.html {
            push(&mut out, format_args!("<content type=\"html\">{}</content>\n", escape(html)));
        }
        out.push_str("</entry>\n");
    }
    out.push_str("</feed>\n");
    out
}

fn json_feed(site: &Site, front: &Front<'_>) -> String {
    let items: Vec<_> = front.items.iter().map(|item| json_item(site, item)).collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": site.home,
        "language": site.lang,
        "items": items,
    })
    .to_string()
}

fn json_item(site: &Site, item: &ShownItem<'_>) -> serde_json::Value {
    let mut value = json!({
        "id": item.guid,
        "url": item.link,
        "title": item.title,
        "date_published": rfc3339(item.published, site.zone),
        "date_modified": rfc3339(item.updated, site.zone),
        "language": item.lang.unwrap_or(&site.lang),
    });
    if let Some(author) = item.author {
        value["authors"] = json!([{ "name": author }]);
    }
    match item.html {
        Some(html) => value["content_html"] = html.into(),
        None => value["content_text"] = item.text.into(),
    }
    value
}

fn element(out: &mut String, name: &str, text: &str) {
    push(out, format_args!("<{name}>{}</{name}>\n", escape(text)));
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

fn cdata(text: &str) -> String {
    // The end mark cannot stand inside a section: it is split over two.
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

fn rfc822(at: Timestamp, zone: Zone) -> String {
    let (offset, name) = offset_and_name(zone);
    format!("{} {name}", at.with_timezone(&offset).format("%a, %d %b %Y %H:%M:%S"))
}

fn rfc3339(at: Timestamp, zone: Zone) -> String {
    at.with_timezone(&offset_and_name(zone).0).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a zone's offset from UTC, without daylight saving, and the name that feeds give it.
fn offset_and_name(zone: Zone) -> (FixedOffset, &'static str) {
    let (hours, name) = match zone {
        Zone::Cet => (1, "CET"),
        Zone::Est => (-5, "EST"),
        Zone::Gmt => (0, "GMT"),
    };
    (FixedOffset::east_opt(hours * 3600).expect("within a day of UTC"), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_end_marks_are_escaped() {
        assert_eq!(escape(r#"Halles & Cie <b> "à""#), "Halles &amp; Cie &lt;b&gt; &quot;à&quot;");
        assert_eq!(cdata("a]]>b"), "<![CDATA[a]]]]><![CDATA[>b]]>");
    }

    #[test]
    fn each_zone_writes_the_same_instant_its_own_way() {
        let check = |zone, expect_822, expect_3339| {
            let at = "2026-03-01T23:30:00Z".parse().unwrap();
            assert_eq!(rfc822(at, zone), expect_822);
            assert_eq!(rfc3339(at, zone), expect_3339);
        };
        check(Zone::Cet, "Mon, 02 Mar 2026 00:30:00 CET", "2026-03-02T00:30:00+01:00");
        check(Zone::Est, "Sun, 01 Mar 2026 18:30:00 EST", "2026-03-01T18:30:00-05:00");
        check(Zone::Gmt, "Sun, 01 Mar 2026 23:30:00 GMT", "2026-03-01T23:30:00Z");
    }
}
