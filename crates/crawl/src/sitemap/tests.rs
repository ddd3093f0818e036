use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/style.xsl"?>
<!-- made for the news -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc>https://courrier.example/a-lyon</loc>
    <lastmod>2026-03-01T11:00:00+01:00</lastmod>
    <news:news>
      <news:publication><news:name>Le Courrier</news:name><news:language>fr</news:language></news:publication>
      <news:publication_date>2026-03-01T10:00:00+01:00</news:publication_date>
      <news:title>Ozalée ouvre à Lyon &amp; à Metz</news:title>
      <news:keywords>thé, boisson, </news:keywords>
    </news:news>
    <image:image><image:loc>https://courrier.example/a.jpg</image:loc></image:image>
  </url>
  <url><loc>https://courrier.example/contact</loc></url>
  <url><loc>/breve</loc><news:news>
      <news:publication_date>demain</news:publication_date><news:title>Brève</news:title>
  </news:news></url>
</urlset>"#;

fn url() -> Url {
    "https://courrier.example/news.xml".parse().unwrap()
}

#[test]
fn a_news_sitemap_announces_articles() {
    let sitemap = parse(NEWS, &url()).unwrap();
    assert_eq!(sitemap.problems, []);
    let news = sitemap.news.unwrap();
    assert_eq!(news.title.as_deref(), Some("Le Courrier"));
    assert_eq!(news.entries.len(), 2, "what is no news is no article");
    let [first, second] = news.entries.as_slice() else { panic!() };
    assert_eq!(first.title.as_deref(), Some("Ozalée ouvre à Lyon & à Metz"));
    assert_eq!(first.link.as_ref().unwrap().as_str(), "https://courrier.example/a-lyon");
    assert_eq!(first.lang.as_deref(), Some("fr"));
    let at = |dated: &Dated| match dated {
        Dated::At(at) => at.to_rfc3339(),
        Dated::Unsaid | Dated::Written(_) | Dated::Unreadable(_) => format!("{dated:?}"),
    };
    assert_eq!(at(&first.published), "2026-03-01T09:00:00+00:00");
    assert_eq!(at(&first.updated), "2026-03-01T10:00:00+00:00");
    assert_eq!(first.details.tags, ["thé", "boisson"]);
    assert!(first.details.image && !second.details.image);
    assert_eq!(second.link.as_ref().unwrap().as_str(), "https://courrier.example/breve");
    assert_eq!(at(&second.published), "Unreadable(\"demain\")");
}

#[test]
fn vocabularies_are_known_by_their_usual_prefix_too() {
    let bare = "<urlset><url><loc>https://c.example/a</loc><news:news><news:title>Thé</news:title>\
                </news:news></url></urlset>";
    assert_eq!(contents(bare.as_bytes(), &url()).unwrap().news, 1);
    let renamed = "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>\
                   <loc>https://c.example/a</loc><n:news><n:title>Thé</n:title></n:news></url></urlset>";
    assert_eq!(contents(renamed.as_bytes(), &url()).unwrap().news, 1);
}

#[test]
fn an_index_names_sitemaps_those_of_news_first_and_then_the_newest() {
    let index = "<sitemapindex><sitemap><loc>/pages.xml</loc><lastmod>2026-01-01</lastmod></sitemap>\
                 <sitemap><loc>/2026.xml</loc><lastmod>2026-02-01</lastmod></sitemap>\
                 <sitemap><loc>/Actualites.xml.gz</loc></sitemap><sitemap/></sitemapindex>";
    let found = contents(index.as_bytes(), &url()).unwrap();
    let names: Vec<_> = found.maps.iter().map(Url::path).collect();
    assert_eq!(names, ["/Actualites.xml.gz", "/2026.xml", "/pages.xml"]);
    assert_eq!(found.news, 0);
}

#[test]
fn a_robots_txt_names_sitemaps() {
    let robots = "User-agent: *\nDisallow: /x\nSITEMAP : https://cdn.example/all.xml # all\n\
                  Sitemap:/news.xml\nSitemap:\nsitemap: ftp://x/y\n";
    let found = in_robots(robots.as_bytes(), &url());
    let found: Vec<_> = found.iter().map(Url::as_str).collect();
    assert_eq!(
        found[..2],
        ["https://courrier.example/news.xml", "https://cdn.example/all.xml"],
        "those of news first"
    );
}

#[test]
fn a_packed_sitemap_is_unpacked_within_limits() {
    let pack = |text: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    assert_eq!(contents(&pack(NEWS.as_bytes()), &url()).unwrap().news, 2);
    let mut cut = pack(NEWS.as_bytes());
    cut.truncate(100);
    assert!(unpacked(&cut).unwrap_err().message.contains("damaged"));
    let bomb = pack(&vec![b' '; BYTES_MAX + 1]);
    assert!(bomb.len() < 1 << 20);
    assert!(unpacked(&bomb).unwrap_err().message.contains("more than 20 MiB"));
}

#[test]
fn what_is_cut_off_or_too_much_is_left_out_and_told() {
    let cut = &NEWS[..NEWS.find("<news:keywords>").unwrap()];
    let sitemap = parse(cut, &url()).unwrap();
    assert!(sitemap.news.is_none(), "the only article lacks its end");
    assert!(sitemap.problems[0].message.contains("is cut off"));
    let one = "<url><loc>/a</loc><news:news><news:title>t</news:title></news:news></url>";
    let many = format!("<urlset>{}</urlset>", one.repeat(NEWS_MAX + 1));
    let sitemap = parse(&many, &url()).unwrap();
    assert_eq!(sitemap.news.unwrap().entries.len(), NEWS_MAX);
    assert!(sitemap.problems[0].message.contains("more than 10000 articles"));
}

#[test]
fn what_is_no_sitemap_is_none() {
    for text in ["", "<rss><channel/></rss>", "<html><body>urlset</body></html>", "{}"] {
        assert!(parse(text, &url()).is_none(), "{text}");
    }
}
