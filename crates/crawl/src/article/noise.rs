//! What the makers of a page call its elements, as far as it tells text from what surrounds it.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::node::Element;

/// Names of one element that are looked at, and their length in bytes.
const NAMES_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 64;
/// Words of a name that is looked at.
const NAME_WORDS_MAX: usize = 6;
const ID_WORDS_MAX: usize = 4;

/// What an element's name, role and classes make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    Unsaid,
    /// It is called the text of an article.
    Body,
    /// It stands beside the text: a caption, the author's name, buttons.
    Beside,
    /// It is another text than the article: comments, other articles, the site's own words.
    Other,
}

impl Guess {
    pub(super) fn of(tag: &Element) -> Self {
        if let Some(guess) = by_element(tag) {
            return guess;
        }
        if matches!(tag.name(), "html" | "body" | "main") {
            return Self::Unsaid;
        }
        let mut guess = Self::Unsaid;
        let mut last = String::new();
        let mut words = 0;
        let attributes = ["id", "class", "data-testid", "data-component", "data-type"];
        for (attribute, names) in
            attributes.iter().filter_map(|name| Some((*name, tag.attr(name)?)))
        {
            for name in names.split_whitespace().filter(|name| is_name(name)) {
                // A sentence made an identifier names what a section is about, not what it is.
                let words_max = if attribute == "id" { ID_WORDS_MAX } else { NAME_WORDS_MAX };
                if Words(name).count() > words_max {
                    continue;
                }
                last.clear();
                for word in Words(name) {
                    words += 1;
                    if words > NAMES_MAX {
                        return guess;
                    }
                    guess = guess.or(by_words(&last, &word));
                    last = word;
                }
            }
        }
        guess
    }

    /// What is beside or other is so whatever else it is called.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Beside, _) | (_, Self::Beside) => Self::Beside,
            (Self::Body, _) | (_, Self::Body) => Self::Body,
            (Self::Unsaid, Self::Unsaid) => Self::Unsaid,
        }
    }
}

fn by_element(tag: &Element) -> Option<Guess> {
    let is_hidden = tag.attr("hidden").is_some()
        || tag.attr("aria-hidden") == Some("true")
        || tag.attr("style").is_some_and(hides);
    if is_hidden {
        return Some(Guess::Other);
    }
    match tag.name() {
        "nav" | "aside" | "footer" | "dialog" | "menu" | "form" | "amp-sidebar" => {
            return Some(Guess::Other);
        }
        "button" | "figcaption" | "label" | "fieldset" | "audio" | "video" | "figure"
        | "address" | "time" => {
            return Some(Guess::Beside);
        }
        _ => {}
    }
    let properties = tag.attr("itemprop").unwrap_or_default().split_ascii_whitespace();
    for property in properties {
        match property {
            "articleBody" | "reviewBody" => return Some(Guess::Body),
            "author" | "datePublished" | "dateModified" | "publisher" | "keywords" | "image"
            | "caption" | "headline" | "name" | "aggregateRating" => return Some(Guess::Beside),
            "comment" | "commentText" => return Some(Guess::Other),
            _ => {}
        }
    }
    match tag.attr("role").unwrap_or_default() {
        "navigation" | "complementary" | "banner" | "contentinfo" | "search" | "dialog"
        | "alertdialog" | "menu" | "menubar" | "toolbar" => Some(Guess::Other),
        "button" | "tooltip" | "alert" | "status" => Some(Guess::Beside),
        _ => None,
    }
}

/// Whether a class is a name, not a sentence nor an utility such as `print:block`.
fn is_name(class: &str) -> bool {
    class.len() <= NAME_BYTES_MAX && !class.contains(':')
}

/// Whether an element quotes what somebody said elsewhere on the web.
pub(super) fn is_embedded_quote(tag: &Element) -> bool {
    const CLASSES: [&str; 6] = [
        "twitter-tweet",
        "twitter-video",
        "instagram-media",
        "tiktok-embed",
        "bluesky-embed",
        "mastodon-embed",
    ];
    tag.name() == "blockquote" && tag.classes().any(|class| CLASSES.contains(&class))
}

fn hides(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).take(500).collect();
    let style = style.to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// What names mean: words, two words that follow one another, words that start so. A name that starts
/// with `-` is a whole class by itself.
const NAMES: [(Guess, &str); 4] = [
    (
        Guess::Body,
        "article-body article-content article-text article-copy article-texte story-body \
         story-content story-text story-copy post-body post-content post-text post-copy entry-body \
         entry-content entry-text entry-copy news-body news-content news-text rich-text body-text \
         body-copy articlebody storybody postcontent entrycontent articlecontent articletext \
         storycontent postbody storytext bodytext bodycopy",
    ),
    (
        Guess::Other,
        "comment comments commentlist respond nav navigation menu footer foot ad ads adslot dfp -pub \
         banner widget widgets popup modal overlay lightbox consent gdpr rgpd pager pagination \
         subscribe subscription signup login register masthead rail infolinks crosslinks teaser \
         teasers upsell donate donation poll quiz toc related* recirc* recommend* newsletter* \
         sidebar* breadcrumb* cookie* outbrain* taboola* disqus* livefyre* sponsor* advert* promo* \
         trending* mostread* mostpopular* readnext* readmore* readalso* seealso* similar* popular* \
         navbar* newslist* zergnet* revcontent* commentaire* kommentar* comentario* read-more \
         read-next read-also see-more see-also view-more more-from more-stories more-articles \
         also-from most-read most-popular most-viewed most-recent most-shared most-commented you-may \
         up-next sign-up email-capture latest-news latest-posts latest-stories latest-articles \
         lire-aussi lire-plus lire-suite a-lire post-nav article-nav post-footer article-footer \
         paywall-notice paywall-banner paywall-message paywall-prompt paywall-cta paywall-offer \
         paywall-box call-action to-action to-tweet",
    ),
    (
        Guess::Beside,
        "tooltip popover rollover dropdown meta metadata postmeta dateline credit credits copyright \
         gallery slideshow carousel player video tags taglist tools toolbar actions skip bio \
         authorbox follow rating ratings stars disclaimer legal terms kicker eyebrow topics \
         attribution noprint infobox pubdate icons buttons mailto partager share* sharing* social* \
         caption* byline* addthis* timestamp* tagcloud* author-box author-bio author-info \
         author-name author-card author-details author-image author-block author-profile \
         about-author post-date post-info post-tags post-header post-title post-author post-byline \
         article-date article-info article-tags article-header article-title article-author \
         article-byline entry-date entry-info entry-tags entry-header entry-title entry-author \
         story-date story-info story-tags story-header story-title story-author visually-hidden \
         screen-hidden is-hidden u-hidden -hidden -invisible -hide screen-reader sr-only -print \
         image-credit image-source image-text image-info image-desc image-description photo-credit \
         photo-source photo-text photo-info photo-by img-credit img-source media-info media-credit \
         media-meta published-date",
    ),
    // What a page builder calls every part of a page.
    (Guess::Unsaid, "elementor-widget"),
];

struct Names {
    whole: HashMap<&'static str, Guess>,
    starts: Vec<(&'static str, Guess)>,
}

static TABLE: LazyLock<Names> = LazyLock::new(|| {
    let all = NAMES.iter().flat_map(|(guess, names)| names.split(' ').map(|name| (name, *guess)));
    let (starts, whole): (Vec<_>, Vec<_>) = all.partition(|(name, _)| name.ends_with('*'));
    Names {
        whole: whole.into_iter().collect(),
        starts: starts
            .into_iter()
            .map(|(name, guess)| (name.trim_end_matches('*'), guess))
            .collect(),
    }
});

/// Judges a word of a name with the word before it, or else by itself.
fn by_words(last: &str, word: &str) -> Guess {
    let whole = |name: &str| TABLE.whole.get(name).copied();
    let start = || TABLE.starts.iter().find(|(start, _)| word.starts_with(start));
    whole(&format!("{last}-{word}"))
        .or_else(|| whole(word))
        .or_else(|| start().map(|(_, guess)| *guess))
        .unwrap_or(Guess::Unsaid)
}

/// The words of a name in lower case: `storyBody`, `story-body` and `story_body` have the same two.
struct Words<'a>(&'a str);

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let start = self.0.find(char::is_alphanumeric)?;
        let rest = &self.0[start..];
        let mut lower = 0;
        // Names that a machine made up change case at random.
        let end = rest.char_indices().find(|(at, c)| {
            let ends = !c.is_alphanumeric() || lower >= 2 && lower + 1 >= *at && c.is_uppercase();
            lower = if c.is_lowercase() { lower + 1 } else { 0 };
            ends
        });
        let end = end.map_or(rest.len(), |(at, _)| at);
        self.0 = &rest[end..];
        Some(rest[..end].to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(html: &str) -> Guess {
        let html = scraper::Html::parse_fragment(html);
        let element = html.root_element().child_elements().next();
        Guess::of(element.expect("an element").value())
    }

    #[test]
    fn a_name_has_the_same_words_however_it_is_written() {
        for name in ["storyBody", "story-body", "story_body", "Story__Body", "--StoryBody--"] {
            assert_eq!(Words(name).collect::<Vec<_>>(), ["story", "body"], "{name}");
        }
        assert_eq!(Words("éà-").collect::<Vec<_>>(), ["éà"]);
        assert_eq!(Words("--").next(), None);
    }

    #[test]
    fn an_element_is_what_it_is_called() {
        let check = |html, expect| assert_eq!(guess(html), expect, "{html}");
        check("<div class='entry-content'>", Guess::Body);
        check("<section itemprop='articleBody'>", Guess::Body);
        check("<div id='comments' class='post-content'>", Guess::Other);
        check("<div class='relatedArticles'>", Guess::Other);
        check("<aside>", Guess::Other);
        check("<p class='wp-caption-text'>", Guess::Beside);
        check("<p style='display : none'>", Guess::Other);
        check("<div class='shareholders'>", Guess::Beside);
        check("<div class='column'>", Guess::Unsaid);
        check("<div class='relative overflow-hidden print:block'>", Guess::Unsaid);
        check("<div class='hidden'>", Guess::Beside);
        check("<div class='paywall'>", Guess::Unsaid);
        check("<div class='paywall-notice'>", Guess::Other);
        check("<div class='hJpRRP sc-1abXyZ'>", Guess::Unsaid);
        check("<div id='sharing-with-a-single-developer'>", Guess::Unsaid);
        check("<div class='elementor-widget elementor-widget-theme-post-content'>", Guess::Body);
        check("<main class='sidebar'>", Guess::Unsaid);
    }
}
