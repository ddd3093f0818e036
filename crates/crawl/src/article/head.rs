//! What an article's page says of it beside its text: title, author, dates, address, language.

use std::collections::HashMap;

use scraper::ElementRef;
use url::Url;

use super::ld::Described;
use super::noise::Guess;
use super::outline::{Outline, line, line_of};
use super::wording::has_year;
use crate::dates;
use crate::extract::draft::Dated;
use crate::extract::text::from_html;
use crate::page::dom::Dom;
use crate::page::profile;

/// Entries of a page's head that are read.
const METAS_MAX: usize = 1000;
const VALUE_BYTES_MAX: usize = 4096;
/// A longer text is no name.
const NAME_CHARS_MAX: usize = 100;
/// A longer text is no title.
const TITLE_CHARS_MAX: usize = 400;
/// A longer text is no date.
const DATE_CHARS_MAX: usize = 60;
const TAGS_MAX: usize = 100;
/// Elements before a title that may tell of its article, and all that may.
const PARTS_BEFORE_TITLE: usize = 60;
const PARTS_TOLD_MAX: usize = 3000;

/// The entries of a page's head.
pub(super) struct Metas {
    values: HashMap<String, Vec<String>>,
    title: Option<String>,
    canonical: Option<String>,
    lang: Option<String>,
}

impl Metas {
    pub(super) fn read(dom: &Dom) -> Self {
        let mut metas = Self {
            values: HashMap::new(),
            title: None,
            canonical: None,
            lang: dom
                .root()
                .attr("lang")
                .or_else(|| dom.root().attr("xml:lang"))
                .map(str::to_owned),
        };
        let mut left = METAS_MAX;
        for element in dom.root().descendent_elements() {
            let tag = element.value();
            match tag.name() {
                "meta" if left > 0 => {
                    left -= 1;
                    metas.add(element);
                }
                "title" if metas.title.is_none() && !is_in_picture(element) => {
                    metas.title = line_of(element, TITLE_CHARS_MAX);
                }
                "link" if metas.canonical.is_none() && has_word(tag.attr("rel"), "canonical") => {
                    metas.canonical = tag.attr("href").map(str::to_owned);
                }
                _ => {}
            }
        }
        metas
    }

    fn add(&mut self, element: ElementRef) {
        let tag = element.value();
        let Some(value) = tag.attr("content").and_then(|value| line(value, VALUE_BYTES_MAX)) else {
            return;
        };
        for attribute in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = tag.attr(attribute) {
                let name = name.trim().to_ascii_lowercase();
                self.values.entry(name).or_default().push(value.clone());
            }
        }
    }

    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        let found = names.iter().find_map(|name| self.values.get(*name)?.first());
        found.map(String::as_str)
    }

    fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn lang(&self, described: Option<&Described>) -> Option<String> {
        let lang = self
            .lang
            .as_deref()
            .or_else(|| self.get(&["content-language", "language", "dc.language"]));
        let lang =
            lang.or_else(|| described?.lang.as_deref()).or_else(|| self.get(&["og:locale"]))?;
        let lang = lang.split(',').next()?.trim().replace('_', "-");
        (!lang.is_empty() && lang.len() <= 35).then_some(lang)
    }

    pub(super) fn tags(&self, described: Option<&Described>) -> Vec<String> {
        let mut tags: Vec<String> = self.all("article:tag").to_vec();
        if tags.is_empty() {
            tags = described.map(|described| described.tags.clone()).unwrap_or_default();
        }
        let mut seen = std::collections::HashSet::new();
        tags.retain(|tag| !tag.is_empty() && tag.len() <= 200 && seen.insert(tag.clone()));
        tags.truncate(TAGS_MAX);
        tags
    }

    /// Whether the page's window is called so.
    pub(super) fn is_title(&self, headline: &str) -> bool {
        let headline = letters(headline);
        !headline.is_empty()
            && self.title.as_deref().is_some_and(|title| letters(title).contains(&headline))
    }

    /// Returns the article's own address, where the page tells it.
    pub(super) fn url(&self, dom: &Dom, described: Option<&Described>) -> Option<Url> {
        let said = [
            self.canonical.as_deref(),
            self.get(&["og:url"]),
            described.and_then(|d| d.url.as_deref()),
        ];
        let is_own =
            |url: &Url| url.path() != "/" || url.query().is_some() || dom.base.path() == "/";
        said.into_iter().flatten().filter_map(|url| dom.join(url)).find(is_own)
    }

    fn site(&self, dom: &Dom, described: Option<&Described>) -> Vec<String> {
        let host = dom.base.host_str().unwrap_or_default().trim_start_matches("www.");
        let label = host.split('.').max_by_key(|label| label.len()).unwrap_or_default();
        let names = [
            self.get(&["og:site_name", "application-name"]),
            described.and_then(|described| described.publisher.as_deref()),
            Some(host),
            Some(label),
        ];
        names.into_iter().flatten().map(letters).filter(|name| !name.is_empty()).collect()
    }
}

/// What the page calls the article, and where it shows that.
pub(super) struct Title {
    pub(super) text: Option<String>,
    pub(super) part: Option<usize>,
}

impl Title {
    pub(super) fn find(
        outline: &Outline,
        metas: &Metas,
        dom: &Dom,
        described: Option<&Described>,
    ) -> Self {
        let site = metas.site(dom, described);
        let headline = described.and_then(|described| described.headline.as_deref()).map(from_html);
        let social = metas.get(&["og:title", "twitter:title", "dc.title", "parsely-title"]);
        let said: Vec<String> = [headline.as_deref(), social, metas.title.as_deref()]
            .into_iter()
            .flatten()
            .map(|title| without_site(title, &site))
            .collect();
        let forms: Vec<String> = said.iter().map(|title| letters(title)).collect();
        let full = metas.title.as_deref().map(letters).unwrap_or_default();
        let headings = (0..outline.parts.len())
            .filter(|part| matches!(outline.name(*part), "h1" | "h2" | "h3"))
            .take(500)
            .filter_map(|part| {
                let text = line_of(outline.parts[part].element, TITLE_CHARS_MAX)?;
                let text = text.trim_end_matches(['¶', '#', ' ']).to_owned();
                let form = letters(&text);
                let rank = outline.name(part) == "h1";
                let score = if form.chars().count() < 4 || site.contains(&form) {
                    0
                } else if forms.contains(&form) {
                    6
                } else if form.len() > 15 && full.starts_with(&form) {
                    5
                } else if forms.iter().any(|said| alike(said, &form))
                    || form.len() > 20 && full.contains(&form)
                {
                    4
                } else {
                    i32::from(rank)
                };
                let score = score + i32::from(rank && score > 0);
                (score > 0).then_some((score, part, text))
            });
        // The first of the best.
        let best = headings.fold(None, |best: Option<(i32, usize, String)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        });
        let (text, part) = match best {
            Some((score, part, text)) if score > 2 || said.is_empty() => (Some(text), Some(part)),
            Some((_, part, _)) => (said.into_iter().next(), Some(part)),
            None => (said.into_iter().next(), None),
        };
        Self { text: text.filter(|text| !text.is_empty()), part }
    }
}

/// Whether two titles in letters are one, with a few words more or fewer.
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() * 10 >= long.len() * 6 && (long.starts_with(short) || long.ends_with(short))
}

/// Takes the site's name from either end of a title.
fn without_site(title: &str, site: &[String]) -> String {
    const SEPARATORS: [&str; 12] =
        [" -- ", " | ", " - ", " – ", " — ", " « ", " » ", " :: ", " • ", " · ", " : ", " / "];
    let mut title = line(title, TITLE_CHARS_MAX).unwrap_or_default();
    for _ in 0..3 {
        let last = SEPARATORS
            .iter()
            .filter_map(|between| title.rfind(between).map(|at| (at, *between)))
            .max();
        let Some((at, between)) = last else { break };
        let end = &title[at + between.len()..];
        let is_bar = matches!(between, " | " | " « " | " :: " | " • ");
        let is_name = site.iter().any(|name| *name == letters(end));
        if is_name || is_bar && at > 15 && end.split_whitespace().count() <= 5 {
            title.truncate(at);
        } else {
            break;
        }
    }
    let first =
        SEPARATORS.iter().filter_map(|between| title.find(between).map(|at| (at, *between))).min();
    if let Some((at, between)) = first
        && site.iter().any(|name| *name == letters(&title[..at]))
    {
        title = title[at + between.len()..].to_owned();
    }
    title.trim().to_owned()
}

const AUTHOR: [&str; 9] = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "og:article:author",
    "article:author_name",
    "byl",
];

/// Names who wrote the article; where it is one, with where they are shown.
pub(super) fn author(
    outline: &Outline,
    metas: &Metas,
    dom: &Dom,
    described: Option<&Described>,
    near: Option<usize>,
    lines: &[String],
) -> (Option<String>, Option<Url>) {
    let site = metas.site(dom, described);
    let clean = |name: &str| name_of(name).filter(|name| !site.contains(&letters(name)));
    let mut names: Vec<String> = Vec::new();
    for name in described.map(|described| described.authors.as_slice()).unwrap_or_default() {
        if let Some(name) = clean(name).filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    let shown = shown_author(outline, near)
        .and_then(|(line, element)| clean(&line).map(|name| (name, element)));
    // The name that is told leads where the same name leads that is shown.
    let leads = |name: &str| {
        let (_, element) = shown.as_ref().filter(|(shown, _)| profile::is_same(shown, name))?;
        profile::of_name(*element, name, dom)
    };
    if !names.is_empty() {
        let told = described.and_then(|described| described.author_url.as_deref());
        let told = told.and_then(|told| profile::profile(told, &dom.base));
        let only = (names.len() == 1).then(|| told.or_else(|| leads(&names[0]))).flatten();
        return (Some(names.join(", ")), only);
    }
    let name = AUTHOR
        .iter()
        .find_map(|name| metas.get(&[name]).and_then(clean))
        .or_else(|| shown.as_ref().map(|(name, _)| name.clone()))
        .or_else(|| {
            let line = lines.iter().find(|line| starts_with_by(line))?;
            clean(line.split([',', '|', '·', '•']).next()?)
        });
    let url = name.as_deref().and_then(leads);
    (name, url)
}

/// Whether a line says that somebody wrote something.
fn starts_with_by(line: &str) -> bool {
    let line = line.to_lowercase();
    ["by ", "par ", "von ", "por ", "door "].iter().any(|by| line.starts_with(by))
}

/// Reads a date out of a line such as `by Zoé Lannic, 3 March 2025`.
fn date_in_line(line: &str) -> Option<Dated> {
    let parts = line.split([',', '|', '·', '•']).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| part.chars().any(|c| c.is_ascii_digit())).collect();
    let text = parts.join(", ");
    let is_date = !text.is_empty() && text.chars().nth(DATE_CHARS_MAX).is_none();
    is_date.then(|| dates::parse(&text).map_or(Dated::Written(text), Dated::At))
}

/// Returns the parts where the page tells of the article whose title is there: the article around the
/// title, or else what is near it. What belongs to something else is not among them.
fn told<'o, 'a>(
    outline: &'o Outline<'a>,
    near: Option<usize>,
) -> impl Iterator<Item = (usize, ElementRef<'a>)> + 'o {
    let article =
        near.and_then(|near| outline.upward(near).find(|part| outline.name(*part) == "article"));
    let range = match (article, near) {
        (Some(article), _) => article..outline.parts[article].end,
        (None, Some(near)) => near.saturating_sub(PARTS_BEFORE_TITLE)..outline.parts.len(),
        (None, None) => 0..outline.parts.len(),
    };
    let is_elsewhere = move |place: usize| {
        outline.upward(place).take_while(|up| Some(*up) != article).any(|up| {
            let is_own_footer = article.is_some() && outline.name(up) == "footer";
            let is_name = matches!(outline.name(up), "html" | "body" | "time" | "address");
            outline.parts[up].noise == Guess::Other && !is_own_footer && !is_name
        })
    };
    range
        .take(PARTS_TOLD_MAX)
        .filter(move |place| !is_elsewhere(*place))
        .map(|place| (place, outline.parts[place].element))
}

/// Finds the author's name as the page shows it.
fn shown_author<'a>(
    outline: &Outline<'a>,
    near: Option<usize>,
) -> Option<(String, ElementRef<'a>)> {
    let mut best: Option<(usize, String, ElementRef)> = None;
    for (_, element) in told(outline, near) {
        let rank = rank_as_author(element);
        if rank > best.as_ref().map_or(0, |best| best.0)
            && let Some(name) = line_of(element, 200).filter(|name| name_of(name).is_some())
        {
            best = Some((rank, name, element));
        }
    }
    best.map(|(_, name, element)| (name, element))
}

/// Says how surely an element holds the author's name; 0 for most.
fn rank_as_author(element: ElementRef) -> usize {
    let tag = element.value();
    if has_word(tag.attr("rel"), "author") || has_word(tag.attr("itemprop"), "author") {
        return 3;
    }
    let classes = tag.attr("class").unwrap_or_default().to_ascii_lowercase();
    if ["author-name", "authorname", "author__name", "author_name"]
        .iter()
        .any(|name| classes.contains(name))
    {
        return 2;
    }
    let mut words = classes.split(['-', '_', ' ']);
    usize::from(classes.contains("byline") || words.any(|word| matches!(word, "author" | "auteur")))
}

/// Reads a name out of a line such as `By Zoé Lannic | 3 March 2025`.
fn name_of(text: &str) -> Option<String> {
    const BEFORE: [&str; 27] = [
        "by ",
        "analysis by ",
        "story by ",
        "texte : ",
        "text: ",
        "текст: ",
        "by: ",
        "by:",
        "par ",
        "par : ",
        "par: ",
        "von ",
        "por ",
        "di ",
        "door ",
        "de ",
        "posted by ",
        "written by ",
        "published by ",
        "author: ",
        "author : ",
        "auteur : ",
        "auteur: ",
        "écrit par ",
        "publié par ",
        "rédigé par ",
        "propos recueillis par ",
    ];
    let text = line(&from_html(text), 300)?;
    let mut name = text.as_str();
    for _ in 0..2 {
        let lower = name.to_lowercase();
        let before = BEFORE
            .iter()
            .filter(|before| lower.starts_with(**before))
            .max_by_key(|before| before.len());
        // Lower case may be longer than what it is of.
        if let Some(before) = before {
            name = name.get(before.len()..).unwrap_or(name).trim();
        }
    }
    for between in
        [" | ", " • ", " · ", " – ", " — ", " - ", " / ", " (", " @", " le ", " on ", "\t"]
    {
        if let Some((first, _)) = name.split_once(between) {
            name = first;
        }
    }
    let name = name.trim().trim_end_matches([',', '.', ':', ';']);
    let cut = [
        ", journalist",
        ", associated press",
        ", reuters",
        ", updated",
        ", published",
        ", publié",
        ", special to",
    ];
    let lower = name.to_lowercase();
    let name = cut.iter().find_map(|cut| name.get(..lower.find(cut)?)).unwrap_or(name).trim();
    let is_name = name.chars().any(char::is_alphabetic)
        && !name.contains("://")
        && !name.contains('@')
        && name.chars().filter(char::is_ascii_digit).count() <= 2
        && name.chars().count() <= NAME_CHARS_MAX
        && name.split_whitespace().count() <= 12
        && !matches!(
            lower.as_str(),
            "admin"
                | "author"
                | "auteur"
                | "anonymous"
                | "staff"
                | "editor"
                | "unknown"
                | "null"
                | "undefined"
        );
    is_name.then(|| name.to_owned())
}

/// When the article was published, and when it was last changed.
pub(super) fn dates(
    outline: &Outline,
    metas: &Metas,
    dom: &Dom,
    described: Option<&Described>,
    near: Option<usize>,
    lines: &[String],
) -> (Dated, Dated) {
    const PUBLISHED: [&str; 19] = [
        "article:published_time",
        "og:article:published_time",
        "og:published_time",
        "datepublished",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dcterms.created",
        "dc.date.created",
        "publish-date",
        "publish_date",
        "published-date",
        "pubdate",
        "article.published",
        "article:published",
        "cxenseparse:recs:publishtime",
        "dc.date",
        "dcterms.date",
        "date",
    ];
    const MODIFIED: [&str; 5] = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "dcterms.modified",
        "last-modified",
    ];
    let read = |text: &str| dates::parse(text).map(Dated::At);
    let published = described
        .and_then(|described| described.published.as_deref())
        .and_then(read)
        .or_else(|| PUBLISHED.iter().find_map(|name| metas.get(&[name]).and_then(read)))
        .or_else(|| shown_date(outline, near))
        .or_else(|| lines.iter().filter(|line| has_year(line)).find_map(|line| date_in_line(line)))
        .or_else(|| date_of_path(&dom.base));
    let updated = described
        .and_then(|described| described.modified.as_deref())
        .and_then(read)
        .or_else(|| MODIFIED.iter().find_map(|name| metas.get(&[name]).and_then(read)))
        .or_else(|| shown_change(outline, near));
    (published.unwrap_or_default(), updated.unwrap_or_default())
}

/// Finds the date that the page shows near the title: written for machines, or else for people.
fn shown_date(outline: &Outline, near: Option<usize>) -> Option<Dated> {
    let mut written = None;
    for (_, element) in told(outline, near) {
        let tag = element.value();
        let is_time = tag.name() == "time" || has_word(tag.attr("itemprop"), "datePublished");
        if !is_time && !is_called_date(tag.attr("class").unwrap_or_default()) || is_change(element)
        {
            continue;
        }
        let machine = tag.attr("datetime").or_else(|| tag.attr("content"));
        if let Some(at) = machine.and_then(dates::parse) {
            return Some(Dated::At(at));
        }
        if written.is_none()
            && let Some(text) = line_of(element, DATE_CHARS_MAX)
            && text.chars().any(|c| c.is_ascii_digit())
        {
            written = Some(Dated::Written(text));
        }
    }
    written
}

/// Finds the date, written for machines, of what the page says was changed.
fn shown_change(outline: &Outline, near: Option<usize>) -> Option<Dated> {
    told(outline, near).filter(|(_, element)| is_change(*element)).find_map(|(_, element)| {
        let machine = element.attr("datetime").or_else(|| element.attr("content"));
        machine.and_then(dates::parse).map(Dated::At)
    })
}

/// Whether a date is that of a change, and of nothing else.
fn is_change(element: ElementRef) -> bool {
    let classes = element.attr("class").unwrap_or_default();
    has_word(element.attr("itemprop"), "dateModified")
        || (has_word(Some(classes), "updated") || has_word(Some(classes), "modified"))
            && !has_word(Some(classes), "published")
}

fn is_called_date(classes: &str) -> bool {
    const NAMES: [&str; 8] = [
        "date",
        "published",
        "dateline",
        "timestamp",
        "pubdate",
        "postdate",
        "datetime",
        "postedon",
    ];
    let mut words = classes.split(|c: char| !c.is_alphanumeric());
    words.any(|word| NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)))
}

/// Reads the day out of an address such as `/2025/03/02/an-article`.
fn date_of_path(url: &Url) -> Option<Dated> {
    let parts: Vec<&str> = url.path_segments()?.take(20).collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    parts.windows(3).find_map(|parts| {
        let [year, month, day] = [parts[0], parts[1], parts[2]];
        let is_day = parts.iter().all(|part| is_number(part))
            && year.len() == 4
            && (year.starts_with("19") || year.starts_with("20"))
            && month.len() <= 2
            && day.len() <= 2;
        let date = is_day.then(|| format!("{year}-{month:0>2}-{day:0>2}"))?;
        dates::parse(&date).map(Dated::At)
    })
}

fn is_in_picture(element: ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| around.value().name() == "svg")
}

fn has_word(words: Option<&str>, word: &str) -> bool {
    words.is_some_and(|words| {
        words.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
    })
}

/// Returns what tells two titles apart: their letters and digits.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
