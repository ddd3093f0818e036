//! Finds the element that holds an article's text, and what within it is not its text.

use std::collections::HashSet;

use super::head::letters;
use super::noise::{Guess, is_embedded_quote};
use super::outline::{Outline, Run, is_block};
use super::title::Title;
use super::wording;

/// Elements around a paragraph that gain from it.
const REACH: usize = 5;
/// How much prose, in percent of what was found, neighbours must add to belong to it.
const KIN_PERCENT_MIN: usize = 10;
/// Elements of a list of links that are looked at.
const LIST_PARTS_MAX: usize = 1000;
/// The fewest characters of sentences that make the element around the title the article.
const OWN_ARTICLE_PROSE_MIN: usize = 200;
/// Characters of a paragraph beyond which it is worth no more.
const WORTH_MAX: usize = 1000;
/// Characters of a line that is one link to another page.
const POINTER_CHARS: std::ops::Range<usize> = 20..200;
/// The fewest characters of a paragraph.
const PROSE_CHARS_MIN: usize = 25;

/// Where an article's text is.
pub(super) struct Body {
    /// The element that holds all of it.
    pub(super) part: usize,
    /// Elements within that one that are no text of it.
    pub(super) out: HashSet<usize>,
    /// Runs within it that are none either.
    pub(super) out_runs: HashSet<usize>,
    /// Lines before the first paragraph that say who wrote it when.
    pub(super) head: Vec<String>,
    /// How much of it reads like sentences, in characters.
    pub(super) prose: usize,
    /// How much there is in the whole page.
    pub(super) prose_of_page: usize,
    /// Whether the page calls it the text of an article.
    pub(super) is_named: bool,
}

/// What each run of a page counts as prose, such that a range of them is summed up at once.
struct Prose(Vec<usize>);

impl Prose {
    fn new(runs: &[Run], counts: impl Fn(&Run) -> usize) -> Self {
        let mut sum = 0;
        let sums = runs.iter().map(|run| {
            sum += counts(run);
            sum
        });
        Self(std::iter::once(0).chain(sums).collect())
    }

    fn of(&self, runs: &std::ops::Range<usize>) -> usize {
        self.0[runs.end].saturating_sub(self.0[runs.start])
    }

    fn all(&self) -> usize {
        self.0.last().copied().unwrap_or(0)
    }
}

/// A page in which an article's text is looked for.
pub(super) struct Page<'o, 'a> {
    pub(super) outline: &'o Outline<'a>,
    pub(super) title: &'o Title,
    /// Which runs the page tells machines are its article's.
    pub(super) known: &'o [bool],
    pub(super) host: &'o str,
}

/// Finds the text of an article.
pub(super) fn find(page: &Page) -> Option<Body> {
    let outline = page.outline;
    let all = Prose::new(&outline.runs, |run| prose(outline, run));
    let dead = other_parts(outline, &all, page.title.part);
    let alive =
        Prose::new(&outline.runs, |run| if dead[run.part] { 0 } else { prose(outline, run) });
    let scores = scores(page, &alive, &dead);
    let top = container(outline, &alive, &dead, &scores)?;
    let is_named =
        outline.upward(top).chain(outline.children(top)).any(|part| is_named(outline, part));
    let out = not_text(page, top, &alive, &dead);
    let kept = kept_runs(outline, top, &out);
    let (out_runs, head) = ends(outline, &kept, page.title);
    let kept = kept.iter().filter(|run| !out_runs.contains(*run));
    let prose = kept.map(|run| prose(outline, &outline.runs[*run])).sum();
    let prose_of_page = all.all();
    (prose > 0).then_some(Body { part: top, out, out_runs, head, prose, prose_of_page, is_named })
}

fn is_named(outline: &Outline, part: usize) -> bool {
    outline.parts[part].noise == Guess::Body
}

/// Returns how much of a run reads like sentences, in characters.
fn prose(outline: &Outline, run: &Run) -> usize {
    let own = run.chars - run.linked;
    if own < PROSE_CHARS_MIN || run.linked_percent() > 60 {
        return 0;
    }
    match outline.name(run.part) {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" | "dt" => 0,
        _ if ends_sentence(&run.text) || own >= 140 => own,
        _ => own / 4,
    }
}

fn ends_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| "\"'”’»)] ".contains(c));
    end.ends_with(['.', '!', '?', '…', ':', ';', ',', '。', '！', '？'])
}

/// Returns which parts belong to another text than the article, or to none.
fn other_parts(outline: &Outline, prose: &Prose, heading: Option<usize>) -> Vec<bool> {
    let mut dead = vec![false; outline.parts.len()];
    let own_article = heading
        .and_then(|heading| outline.upward(heading).find(|part| outline.name(*part) == "article"))
        .filter(|article| prose.of(&outline.parts[*article].runs) >= OWN_ARTICLE_PROSE_MIN);
    let is_another = |place: usize| {
        let Some(own) = own_article.filter(|_| outline.name(place) == "article") else {
            return false;
        };
        place != own && !outline.holds(place, own)
    };
    for (place, part) in outline.parts.iter().enumerate() {
        let share = prose.of(&part.runs) * 100 / prose.all().max(1);
        let has_heading = heading.is_some_and(|heading| outline.holds(place, heading));
        let is_whole = match part.noise {
            Guess::Other => share >= 80 || has_heading && share >= 25,
            Guess::Beside => share >= 50 || has_heading && share >= 25,
            Guess::Unsaid | Guess::Body => true,
        };
        dead[place] = dead[part.parent] || !is_whole || is_another(place);
    }
    dead
}

/// Says of each element how many paragraphs it holds, and how closely.
fn scores(page: &Page, prose: &Prose, dead: &[bool]) -> Vec<usize> {
    let outline = page.outline;
    let mut scores = vec![0_usize; outline.parts.len()];
    // What stands before the title is seldom the text.
    let all = outline.runs.len();
    let after = page.title.part.map_or(0, |heading| outline.parts[heading].runs.end).min(all);
    let after = if prose.of(&(after..all)) * 4 >= prose.all() { after } else { 0 };
    for (place, run) in outline.runs.iter().enumerate().filter(|(_, run)| !dead[run.part]) {
        let mut worth = self::prose(outline, run).min(WORTH_MAX);
        if place < after || outline.name(run.part) == "li" {
            worth /= 4;
        }
        if page.known[place] {
            worth *= 2;
        }
        if worth == 0 {
            continue;
        }
        let is_line =
            matches!(outline.name(run.part), "p" | "li" | "pre" | "blockquote" | "dd" | "dt");
        let blocks = outline.upward(run.part).filter(|part| is_block(outline.name(*part)));
        for (distance, part) in blocks.skip(usize::from(is_line)).take(REACH).enumerate() {
            scores[part] += match distance {
                0 => worth,
                1 => worth / 2,
                _ => worth / (distance * 3),
            };
        }
    }
    scores
}

/// Chooses the element that holds the text: the one that most paragraphs are in, as closely as can be.
fn container(outline: &Outline, prose: &Prose, dead: &[bool], scores: &[usize]) -> Option<usize> {
    let weigh = |place: usize| {
        let score = scores[place];
        match (outline.parts[place].noise, outline.name(place)) {
            (_, "body" | "html") => score / 2,
            (Guess::Body, _) => score * 3 / 2,
            (_, "article" | "main") => score * 5 / 4,
            (_, "li" | "blockquote" | "td") => score * 3 / 4,
            _ => score,
        }
    };
    let alive = (0..outline.parts.len()).filter(|place| !dead[*place]);
    let best = alive.max_by_key(|place| weigh(*place)).filter(|best| scores[*best] > 0)?;
    let mut top = outline.upward(best).find(|part| is_named(outline, *part)).unwrap_or(best);
    let is_called_body = is_named(outline, top);
    // The element around it holds the text if what it holds besides is text of the same kind.
    let mut branch = top;
    for up in outline.upward(top).skip(1) {
        if matches!(outline.name(up), "body" | "html") {
            break;
        }
        let own = prose.of(&outline.parts[top].runs);
        let kin: usize = outline
            .children(up)
            .filter(|child| *child != branch && !dead[*child])
            .filter(|child| {
                is_kin(outline, branch, *child)
                    || !is_called_body && scores[*child] * 3 >= scores[branch]
            })
            .map(|child| prose.of(&outline.parts[child].runs))
            .sum();
        if kin * 100 >= own * KIN_PERCENT_MIN {
            top = up;
        }
        branch = up;
    }
    Some(top)
}

/// Whether a neighbour belongs to the same text: it is called the same, or is a paragraph itself.
/// Articles beside articles are others.
fn is_kin(outline: &Outline, branch: usize, other: usize) -> bool {
    let tag = |part: usize| outline.parts[part].element.value();
    let class = tag(branch).attr("class");
    outline.name(branch) != "article"
        && (matches!(outline.name(other), "p" | "blockquote")
            || is_named(outline, branch) && is_named(outline, other)
            || class.is_some()
                && class == tag(other).attr("class")
                && tag(branch).name() == tag(other).name())
}

/// Returns the elements within the text that are none of it.
fn not_text(page: &Page, top: usize, prose: &Prose, dead: &[bool]) -> HashSet<usize> {
    let outline = page.outline;
    let inner = top + 1..outline.parts[top].end;
    // What is quoted from elsewhere on the web is text, whatever it is wrapped in.
    let mut quoted = HashSet::new();
    let mut around_quotes = HashSet::new();
    for place in inner.clone().filter(|place| dead[*place]) {
        if quoted.contains(&outline.parts[place].parent) {
            quoted.insert(place);
        } else if is_embedded_quote(outline.parts[place].element.value()) {
            quoted.insert(place);
            around_quotes.extend(outline.upward(place).skip(1).take_while(|up| dead[*up]));
        }
    }
    let mut out = HashSet::new();
    for place in inner {
        let part = &outline.parts[place];
        let is_heading = Some(place) == page.title.part || outline.name(place) == "h1";
        let is_known = || page.known[part.runs.clone()].iter().all(|known| *known);
        if part.parent != top && out.contains(&part.parent)
            || !around_quotes.contains(&place)
                && (dead[place] && !quoted.contains(&place)
                    || is_heading
                    || is_block(outline.name(place)) && !is_known() && is_aside(page, place, prose))
        {
            out.insert(place);
        }
    }
    out
}

/// Whether a block within the text is a list of links, or says what nobody writes in an article.
fn is_aside(page: &Page, place: usize, prose: &Prose) -> bool {
    let outline = page.outline;
    let part = &outline.parts[place];
    let runs = &outline.runs[part.runs.clone()];
    let chars: usize = runs.iter().map(|run| run.chars).sum();
    let linked: usize = runs.iter().map(|run| run.linked).sum();
    let percent = linked * 100 / chars.max(1);
    match outline.name(place) {
        "ul" | "ol" | "div" | "section" | "table" | "dl" | "article" => {
            let is_list = percent > 60
                && prose.of(&part.runs) * 5 < chars
                && (runs.len() > 1 || chars < 300)
                && stays_here(page, place);
            is_list || runs.len() <= 2 && runs.iter().all(wording::is_aside)
        }
        "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "li" => {
            runs.iter().all(wording::is_aside)
                || percent > 90 && POINTER_CHARS.contains(&chars) && stays_here(page, place)
        }
        _ => false,
    }
}

/// Whether most links within an element lead to the same site.
fn stays_here(page: &Page, place: usize) -> bool {
    let outline = page.outline;
    let (mut own, mut all) = (0, 0);
    for part in outline.parts[place..outline.parts[place].end].iter().take(LIST_PARTS_MAX) {
        let Some(href) = part.element.attr("href") else { continue };
        let host = href.trim().split_once("//").filter(|(scheme, _)| scheme.len() <= 6);
        let host = host.and_then(|(_, after)| after.split(['/', '?', '#']).next());
        all += 1;
        own += usize::from(host.is_none_or(|host| bare(host) == bare(page.host)));
    }
    own * 2 >= all
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// Returns the runs within the element that are not left out.
fn kept_runs(outline: &Outline, top: usize, out: &HashSet<usize>) -> Vec<usize> {
    let left_out =
        |part: usize| outline.upward(part).take_while(|up| *up != top).any(|up| out.contains(&up));
    outline.parts[top].runs.clone().filter(|run| !left_out(outline.runs[*run].part)).collect()
}

/// Returns what stands before the first paragraph and after the last without being text: the title once
/// more, who wrote it when, headings of what was left out, links, credits.
fn ends(outline: &Outline, kept: &[usize], title: &Title) -> (HashSet<usize>, Vec<String>) {
    let mut out = HashSet::new();
    let mut head = Vec::new();
    let title = title.text.as_deref().map(letters).unwrap_or_default();
    for place in kept {
        let run = &outline.runs[*place];
        let form = letters(&run.text);
        let is_title = form == title || form.len() > 10 && title.ends_with(&form);
        if is_title || wording::is_head(&run.text) {
            out.insert(*place);
            head.push(run.text.clone());
        } else if prose(outline, run) > 0 {
            break;
        }
    }
    for place in kept.iter().rev() {
        let run = &outline.runs[*place];
        let is_heading = matches!(outline.name(run.part), "h2" | "h3" | "h4" | "h5" | "h6");
        if !is_heading && run.linked_percent() <= 80 && !wording::ends(run) {
            break;
        }
        out.insert(*place);
    }
    (out, head)
}
