use proptest::prelude::*;

use super::*;

fn feed(url: &str, title: Option<&str>, folder: Option<&str>) -> OpmlFeed {
    OpmlFeed {
        url: url.parse().unwrap(),
        title: title.map(str::to_owned),
        home: None,
        folder: folder.map(str::to_owned),
    }
}

fn check(body: &str, expect: &[OpmlFeed]) {
    let list = format!("<opml version='1.1'><head/><body>{body}</body></opml>");
    let (feeds, problems) = read(list.as_bytes());
    assert_eq!(feeds, expect, "{body}");
    assert_eq!(problems, [], "{body}");
}

#[test]
fn feeds_are_read_whatever_the_dialect() {
    let url = "https://ozalee.example/rss";
    check(
        &format!("<outline type='rss' text='Oz' xmlUrl='{url}'/>"),
        &[feed(url, Some("Oz"), None)],
    );
    check(&format!("<outline xmlurl='{url}'></outline>"), &[feed(url, None, None)]);
    check(
        &format!("<OUTLINE XMLURL=' {url} ' TITLE='T' TEXT='x'/>"),
        &[feed(url, Some("T"), None)],
    );
    check(&format!("<outline type='atom' url='{url}'/>"), &[feed(url, None, None)]);
    check("<outline type='link' url='https://ozalee.example/'/>", &[]);
    check(
        "<outline text='A &amp; &#233; & B' xmlUrl='https://ozalee.example/?a=1&b=2&amp;c=3'/>",
        &[feed("https://ozalee.example/?a=1&b=2&c=3", Some("A & é & B"), None)],
    );
    check(
        "<outline xmlUrl='feed://ozalee.example/f'/>",
        &[feed("http://ozalee.example/f", None, None)],
    );
}

#[test]
fn folders_are_joined_and_a_category_stands_in() {
    let url = "https://ozalee.example/rss";
    check(
        &format!(
            "<outline text='News'><outline title='FR'><outline xmlUrl='{url}'/></outline></outline>"
        ),
        &[feed(url, None, Some("News/FR"))],
    );
    check(
        &format!(
            "<outline text='A'><outline xmlUrl='{url}'><outline xmlUrl='{url}'/></outline></outline>"
        ),
        &[feed(url, None, Some("A")), feed(url, None, Some("A"))],
    );
    check(
        &format!("<outline category='/Tea/Green,/News' xmlUrl='{url}'/>"),
        &[feed(url, None, Some("Tea/Green"))],
    );
    check(
        &format!("<outline text='A'></outline><outline xmlUrl='{url}'/>"),
        &[feed(url, None, None)],
    );
}

#[test]
fn encodings_and_marks_are_understood() {
    let list = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><opml><body><outline text=\"Thé\" \
                 xmlUrl=\"https://ozalee.example/\"/></body></opml>"
        )
    };
    let check = |bytes: &[u8]| {
        let (feeds, problems) = read(bytes);
        assert_eq!(feeds, [feed("https://ozalee.example/", Some("Thé"), None)]);
        assert_eq!(problems, []);
    };
    check(list("UTF-8").as_bytes());
    check(format!("\u{feff}{}", list("UTF-8")).as_bytes());
    check(
        &list("ISO-8859-1")
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect::<Vec<_>>(),
    );
    let wide: Vec<u8> =
        format!("\u{feff}{}", list("UTF-16")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide);
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_kept() {
    let list = b"<opml><body>\n<outline text='No' type='rss'/>\n<outline text='Odd' xmlUrl='ftp://a/b'/>\n\
        <outline text='Good' xmlUrl='https://ozalee.example/rss'/>\n<outline text=\n";
    let (feeds, problems) = read(list);
    assert_eq!(feeds, [feed("https://ozalee.example/rss", Some("Good"), None)]);
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said[0], "outline 1 (No): has no xmlUrl, so there is nothing to read");
    assert_eq!(said[1], "outline 2 (Odd): has no address of a web feed: \"ftp://a/b\"");
    assert!(said[2].starts_with("line 5: "), "{}", said[2]);
    assert_eq!(said.len(), 3);
}

#[test]
fn what_is_no_list_is_said() {
    for text in ["", "<html><body>", "{}", "\u{0}\u{1}"] {
        let (feeds, problems) = read(text.as_bytes());
        assert_eq!(feeds, []);
        assert!(problems.iter().any(|problem| problem.message.contains("no outline")), "{text:?}");
    }
}

#[test]
fn a_list_nested_without_end_is_read_without_recursion() {
    let deep = "<outline text='d'>".repeat(100_000) + "<outline xmlUrl='https://ozalee.example/'/>";
    let (feeds, _) = read(deep.as_bytes());
    assert_eq!(feeds[0].folder.as_deref(), Some(["d"; DEPTH_MAX].join("/").as_str()));
}

#[test]
fn a_written_list_is_what_other_readers_expect() {
    let mut home = feed(
        "https://ozalee.example/rss?a=1&b=2",
        Some("Ozalée \"bulles\" <fr>"),
        Some("Thé & Co"),
    );
    home.home = Some("https://ozalee.example/".parse().unwrap());
    let feeds = [
        home,
        feed("https://b.example/", None, None),
        feed("https://c.example/", None, Some("Thé & Co")),
    ];
    assert_eq!(
        write("Vigie", &feeds),
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<opml version=\"2.0\">
  <head><title>Vigie</title></head>
  <body>
    <outline type=\"rss\" text=\"https://b.example/\" title=\"https://b.example/\" xmlUrl=\"https://b.example/\"/>
    <outline text=\"Thé &amp; Co\">
      <outline type=\"rss\" text=\"Ozalée &quot;bulles&quot; &lt;fr&gt;\" title=\"Ozalée &quot;bulles&quot; &lt;fr&gt;\" xmlUrl=\"https://ozalee.example/rss?a=1&amp;b=2\" htmlUrl=\"https://ozalee.example/\"/>
      <outline type=\"rss\" text=\"https://c.example/\" title=\"https://c.example/\" xmlUrl=\"https://c.example/\"/>
    </outline>
  </body>
</opml>
"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        title in "[\u{20}-\u{2000}]{0,30}", folder in "[\u{20}-\u{2000}]{0,30}", path in "[ -~é]{0,20}",
    ) {
        let mut url: Url = "https://ozalee.example/".parse().unwrap();
        url.set_path(&path);
        let title = Some(one_line(&title).unwrap_or_else(|| url.to_string()));
        let feeds = [OpmlFeed { home: Some(url.clone()), url, title, folder: one_line(&folder) }];
        let (read, problems) = read(write("t", &feeds).as_bytes());
        prop_assert_eq!(read, feeds);
        prop_assert_eq!(problems, []);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, text in "[<>/&;='\"a-z ]{0,60}") {
        read(&bytes);
        read(format!("<outline {text}").as_bytes());
    }
}
