use super::*;

fn files(named: &[(&str, &str)]) -> BTreeMap<String, String> {
    named.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn built_in(name: &str) -> &'static str {
    BUILT_IN.iter().find(|(known, _)| *known == name).unwrap().1
}

/// Each problem as "place: message".
fn told(named: &[(&str, &str)]) -> Vec<String> {
    let (_, problems) = Templates::new(&files(named));
    assert!(problems.iter().all(|problem| !problem.hint.is_empty()), "{problems:?}");
    problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect()
}

#[track_caller]
fn check(name: &str, text: &str, expect: &[&str]) {
    assert_eq!(told(&[(name, text)]), expect, "{text}");
}

#[test]
fn the_built_in_templates_pass_as_the_owner_s() {
    for (name, text) in BUILT_IN {
        check(name, text, &[]);
    }
    assert_eq!(told(&BUILT_IN), [""; 0]);
}

#[test]
fn what_a_mail_must_hold_is_asked_of_the_template_that_lacks_it() {
    let places = |named: &[(&str, &str)]| -> Vec<String> {
        let told = told(named);
        let places =
            told.iter().map(|told| told.split_once(": does not hold").unwrap().0.to_owned());
        let places: std::collections::BTreeSet<String> = places.collect();
        places.into_iter().collect()
    };
    let bye = "<tr><td>Bye</td></tr>";
    assert_eq!(places(&[("closing.html", bye)]), ["closing.html"]);
    let included = [("closing.html", bye), ("digest.html", built_in("digest.html"))];
    assert_eq!(places(&included), ["closing.html"]);
    assert_eq!(places(&[("closing.txt", "Bye"), ("notice.txt", "x")]), ["closing.txt"]);
    let lacks = "{% extends \"layout.html\" %}{% block rows %}{% endblock %}";
    assert_eq!(places(&[("signal.html", lacks)]), ["signal.html"]);
    let both = [("closing.html", built_in("closing.html")), ("signal.html", lacks)];
    assert_eq!(places(&both), ["signal.html"]);
}

#[test]
fn a_number_that_is_too_large_is_told_with_what_there_is() {
    for number in ["1e400", "2 ** 200", "99999999999999999999999999999999999999999999"] {
        let text = format!("{{{{ {number} }}}}{}", built_in("digest.txt"));
        let (_, problems) = Templates::new(&files(&[("digest.txt", &text)]));
        assert_eq!(problems[0].place, "digest.txt:1", "{problems:?}");
        assert!(problems[0].hint.starts_with("numbers have at most 38 digits"), "{problems:?}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let closing = "{% include \"closing.html\" %}";
    check(
        "digest.html",
        "a\n{% if x %}\n",
        &["digest.html:2: syntax error: unexpected end of input, expected end of block"],
    );
    check(
        "digest.html",
        &format!("\n{{{{ titel }}}}{closing}"),
        &["digest.html:2: `titel`: undefined value"],
    );
    check(
        "digest.html",
        &format!("{{{{ volume.nam }}}}{closing}"),
        &["digest.html:1: `volume.nam`: undefined value"],
    );
    check("entry.html", "\n\n{{ entry.titel }}", &["entry.html:3: `entry.titel`: undefined value"]);
    check(
        "entry.html",
        "{{ entry.url }}",
        &[
            "entry.html:1: `entry.url`: invalid operation: is absent in some mails; ask `{% if … %}` first",
        ],
    );
    check(
        "entry.txt",
        "{{ entry.title }}",
        &["entry.txt:1: `entry.title`: invalid operation: a map can't be printed; name what in it"],
    );
    check(
        "digest.html",
        &format!("{{{{ names|tojson }}}}{closing}"),
        &["digest.html:1: unknown filter: filter tojson is unknown"],
    );
    check("digets.html", "x", &["digets.html: is used by nothing"]);
    check(
        "digest.html",
        "{% include \"../../etc/passwd\" %}",
        &[
            "digest.html:1: `include \"../../etc/passwd\"`: template not found: tried to include non-existing template '../../etc/passwd'",
        ],
    );
    check(
        "digest.html",
        &"x".repeat(TEMPLATE_BYTES_MAX + 1),
        &["digest.html: is 64001 bytes long"],
    );
}

#[test]
fn nobody_is_kept_from_leaving() {
    let without = built_in("digest.html").replace("{% include \"closing.html\" %}", "");
    let hidden = built_in("digest.html")
        .replace("{% include \"closing.html\" %}", "<!-- {% include \"closing.html\" %} -->");
    for text in [without, hidden] {
        let told = told(&[("digest.html", &text)]);
        assert_eq!(told.len(), 2, "with links and without: {told:?}");
        assert!(told[0].starts_with("digest.html: does not hold https://vigie.example/l/"));
        assert_eq!(told[1], "digest.html: does not hold vigie@brand.example");
    }
    assert!(
        told(&[("confirmation.txt", "Hello")])[0].starts_with("confirmation.txt: does not hold")
    );
    let told = told(&[("closing.html", "{{ closing.ask }}")]);
    assert_eq!(told.len(), 1, "of digests and signals, once: {told:?}");
    // In the owner's own words is fine.
    check("closing.txt", "{{ closing.ways[2].url if closing.ways else closing.ask }}", &[]);
}

#[test]
fn no_template_runs_for_ever_or_takes_all_memory() {
    let check = |name: &str, text: &str| {
        let told = told(&[(name, text)]);
        assert!(!told.is_empty(), "{text}");
    };
    let nested =
        "{% for a in sections * 9000 %}{% for b in sections * 9000 %}x{% endfor %}{% endfor %}";
    check("digest.html", nested);
    check("digest.html", "{% include \"digest.html\" %}");
    check(
        "digest.html",
        &format!("{{% set x = names * 99 %}}{}{{{{ x }}}}", "{% set x = x ~ x %}".repeat(60)),
    );
    check("digest.txt", "{{ names * 90000000 }}");
}

#[test]
fn a_template_of_the_owner_s_can_include_its_own_parts() {
    let logo = ("logo.html", "<p>{{ names }} &amp; us</p>");
    let brand = ("brand.html", "{% include \"logo.html\" %}");
    assert_eq!(told(&[logo, brand]).len(), 1, "only a digest has names");
    let logo = ("logo.html", "<p>{{ subject }} &amp; us</p>");
    assert_eq!(told(&[logo, brand]), [""; 0]);
}

#[test]
fn whatever_a_template_says_what_it_prints_is_escaped() {
    let (set, faults) = Set::new(&files(&[(
        "digest.html",
        "{{ x }}{% autoescape false %}{{ x }}{% set y %}{{ x }}{% endset %}{{ y }}{% endautoescape %}\
         {% set z %}<i>{{ x }}</i>{% endset %}{{ z }}{{ x ~ z }}{{ x|upper }}{{ [x, x]|join(\"<br>\") }}",
    )]));
    assert_eq!(faults, []);
    let html = set.written("digest.html", &minijinja::context! { x => "<b>" }).unwrap();
    assert!(!html.contains("<b>") && !html.contains("<B>") && !html.contains("<br>"), "{html}");
    assert!(html.contains("<i>&lt;b&gt;</i>"), "what is set is markup already: {html}");
}

#[test]
fn a_template_that_fails_later_loses_no_mail() {
    let (set, faults) = Set::new(&files(&[("notice.html", "{{ nothing.of.this }}")]));
    assert_eq!(faults, []);
    let templates = Templates { owners: Some(Arc::new(set)), faults: None };
    let sender = crate::Sender {
        locale: model::Locale::English,
        from: "vigie@ozalee.example".parse().unwrap(),
        owner: Some("web@ozalee.example".parse().unwrap()),
        templates,
    };
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let off = model::EndpointHealth::Off { at: now, reason: "410".into() };
    let letter = crate::endpoint_notice(&"crm".into(), &off, &sender, now).unwrap();
    assert!(letter.html.contains("crm was switched off"), "{}", letter.html);
}

#[test]
fn comments_show_nothing() {
    let check = |html, expect| assert_eq!(without_comments(html), expect);
    check("a<!-- b -->c<!--d-->", "ac");
    check("a<!-- b", "a");
    check("a", "a");
}

#[test]
fn every_field_of_the_templates_is_explained() {
    let page = include_str!("../../../../docs/templates.md");
    let code = include_str!("../render/context.rs");
    let fields = code.lines().filter_map(|line| {
        let field = line.trim().strip_prefix("pub(crate) ").unwrap_or(line.trim());
        let (name, kind) = field.split_once(": ")?;
        (kind.ends_with(',') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .then_some(name)
    });
    let fields: Vec<&str> = fields.filter(|name| *name != "common").collect();
    assert!(fields.len() > 60, "{fields:?}");
    for name in fields {
        let forms = [format!("`{name}`"), format!(".{name}`"), format!("`{name}.")];
        let told = forms.iter().any(|form| page.contains(form));
        assert!(told, "docs/templates.md does not explain `{name}`");
    }
    for (name, _) in BUILT_IN {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
