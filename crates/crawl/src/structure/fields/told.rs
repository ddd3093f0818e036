//! What each record says: its text apart from what it quotes, what its owner answers and what is the page's.

use std::collections::HashSet;

use ego_tree::NodeId;

use super::Told;
use crate::page::dom;
use crate::structure::dates::About;
use crate::structure::group::Group;
use crate::structure::{rating, words};

/// Lines after the mark of a signature that are one: a longer rest is a text that has such a line.
const SIGNATURE_LINES_MAX: usize = 8;

impl Group<'_, '_> {
    /// Returns the text of a record; the line `run_on` says something beside its date.
    pub(super) fn told(&self, record: usize, run_on: Option<usize>) -> Told {
        let outline = self.outline;
        let owner_reply = self.owner_reply(record);
        let mut out: HashSet<NodeId> = HashSet::new();
        let mut quotes: HashSet<NodeId> = HashSet::new();
        if let Some(reply) = owner_reply {
            out.insert(outline.elements[reply].node.id());
        }
        let is_apart = self.dates[record].is_some_and(|mark| {
            let mark = &outline.marks[mark];
            !self.is_in_body(record, mark.element)
        });
        for &body in &self.bodies[record] {
            let end = outline.elements[body].end;
            for at in body..end {
                let element = &outline.elements[at];
                if self.owner(at) != Some(record) {
                    if self.owner(element.parent) == Some(record) {
                        out.insert(element.node.id());
                    }
                } else if at != body
                    && !is_most_of(outline.elements[body].pieces.len(), element.pieces.len())
                    && (words::is_signature(&element.names) || words::is_edit_note(&element.names))
                    || matches!(outline.tag(at), "button")
                {
                    out.insert(element.node.id());
                } else if at != body && self.quoted[at] && !self.quoted[element.parent] {
                    quotes.insert(element.node.id());
                }
            }
        }
        out.extend(self.outline.hidden.iter().copied());
        for &line in &self.lines[record] {
            let shown = &outline.lines[line];
            if !self.is_in_body(record, self.first_element(line)) {
                continue;
            }
            if run_on != Some(line) && self.is_left_out(record, line, is_apart) {
                for piece in &outline.pieces[shown.pieces.clone()] {
                    out.insert(piece.node);
                    let is_within = |at: &usize| {
                        let pieces = &outline.elements[*at].pieces;
                        shown.pieces.start <= pieces.start && pieces.end <= shown.pieces.end
                    };
                    let gone = outline.ancestors(piece.element).take_while(is_within);
                    out.extend(gone.map(|at| outline.elements[at].node.id()));
                }
            } else if !is_apart {
                // Author, date and text run on in one line.
                let name = self.authors[record]
                    .as_ref()
                    .map(|(element, _)| outline.elements[*element].pieces.clone());
                let date = self.dates[record].map(|mark| &outline.marks[mark]);
                for at in shown.pieces.clone() {
                    let piece = &outline.pieces[at];
                    let is_date = date.is_some_and(|mark| {
                        piece.element == mark.element && piece.text.len() < mark.text.len() + 30
                    });
                    if is_date
                        || name.as_ref().is_some_and(|name| name.contains(&at) && name.len() < 4)
                    {
                        out.insert(piece.node);
                    }
                }
            }
        }
        let mut told = Told::default();
        for &body in &self.bodies[record] {
            let said = dom::said(outline.elements[body].node, &out, &quotes);
            push(&mut told.text, &said.rich.text);
            push(&mut told.quote, &said.quote);
            told.hrefs.extend(said.rich.hrefs);
            told.image |= said.rich.image;
        }
        if let Some(reply) = owner_reply {
            told.owner_reply = self.owner_words(reply);
        }
        as_mail(&mut told);
        told
    }

    /// Whether a line within the element that holds the text is no part of it.
    fn is_left_out(&self, record: usize, line: usize, is_apart: bool) -> bool {
        let shown = &self.outline.lines[line];
        let element = self.first_element(line);
        let is_linked = shown.linked == shown.chars;
        if is_apart {
            // An answer may be one word, and many answers the same.
            let is_aside = self
                .outline
                .ancestors(element)
                .take_while(|&at| self.is_in_body(record, at) && !self.bodies[record].contains(&at))
                .any(|at| words::is_aside(self.outline.tag(at), &self.outline.elements[at].names));
            return (is_linked || is_aside)
                && (self.is_common(line) || words::is_control(&shown.text))
                || self.is_edit_line(line)
                || self.is_quote_label(line)
                || self.is_label(line);
        }
        self.is_beside(record, line)
            || self.is_label(line)
            || self.is_quote_label(line)
            || rating::of_words(&shown.text).is_some() && shown.chars < 30
            || is_linked
                && shown.chars < 30
                && self.authors[record]
                    .as_ref()
                    .is_some_and(|(_, name)| shown.text.contains(name.as_str()))
    }

    /// Whether a line is the heading of a quotation.
    fn is_quote_label(&self, line: usize) -> bool {
        let text = self.outline.lines[line].text.to_lowercase();
        ["quote", "citation", "zitat", "cita", "citazione", "citaat"]
            .contains(&text.trim_end_matches([':', ' ', '\u{a0}']))
    }

    /// Whether a line only says when the text was changed.
    fn is_edit_line(&self, line: usize) -> bool {
        self.outline.marks_of(line).any(|mark| {
            mark.about == About::Edit
                && self.outline.lines[line].chars < mark.text.chars().count() + 70
        })
    }

    /// Whether a line tells of the review what is no text: when it was lived, what was bought.
    fn is_label(&self, line: usize) -> bool {
        self.outline.marks_of(line).any(|mark| mark.about == About::Other && !mark.is_in_prose)
    }

    /// Finds within a review the answer of the owner of what is reviewed.
    fn owner_reply(&self, record: usize) -> Option<usize> {
        let line = *self.lines[record]
            .iter()
            .skip(1)
            .find(|&&line| words::is_owner_speaking(&self.outline.lines[line].text))?;
        let element = self.first_element(line);
        let within =
            self.outline.ancestors(element).take_while(|&at| at != self.records[record].start);
        // The smallest that says more than its heading.
        let mut block = within.filter(|&at| {
            let pieces = &self.outline.elements[at].pieces;
            pieces.end > self.outline.lines[line].pieces.end
                && self.outline.pieces[pieces.end - 1].line > line
        });
        let mut best = block.next()?;
        // The date beside the heading is not yet the answer.
        let is_told = |at: usize| {
            let pieces = &self.outline.elements[at].pieces;
            self.outline.pieces[pieces.clone()]
                .iter()
                .filter(|piece| {
                    piece.line != line && !self.outline.marks_of(piece.line).any(|_| true)
                })
                .any(|piece| self.outline.lines[piece.line].chars > 8)
        };
        while !is_told(best) {
            best = block.next()?;
        }
        let is_whole = self.outline.elements[best]
            .pieces
            .contains(&self.outline.lines[*self.lines[record].first()?].pieces.start);
        (!is_whole).then_some(best)
    }

    fn owner_words(&self, reply: usize) -> String {
        let outline = self.outline;
        let mut out: HashSet<NodeId> = HashSet::new();
        for piece in &outline.pieces[outline.elements[reply].pieces.clone()] {
            let line = &outline.lines[piece.line];
            let is_dated = outline
                .marks_of(piece.line)
                .any(|mark| line.chars < mark.text.chars().count() + 40);
            if words::is_owner_speaking(&line.text) && line.chars < 80
                || is_dated
                || words::is_control(&line.text)
            {
                out.insert(piece.node);
            }
        }
        dom::said(outline.elements[reply].node, &out, &HashSet::new()).rich.text
    }
}

fn push(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// Takes out of a mail what it quotes with `>` and what signs it.
fn as_mail(told: &mut Told) {
    let is_quoting = told.text.lines().any(|line| line.starts_with('>'));
    let lines: Vec<&str> = told.text.lines().collect();
    let mut own: Vec<&str> = Vec::new();
    let mut quote: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.trim() == "--" && lines.len() - at <= SIGNATURE_LINES_MAX + 1 {
            break;
        }
        let next = lines.get(at + 1).is_some_and(|next| next.starts_with('>'));
        let lower = line.to_lowercase();
        let introduces = line.trim_end().ends_with(':')
            && ["wrote", "écrit", "schrieb", "escribió", "scritto", "schreef", "escreveu"]
                .iter()
                .any(|word| lower.contains(word));
        if line.starts_with('>') {
            quote.push(line.trim_start_matches(['>', ' ']));
        } else if !(introduces && (next || !told.quote.is_empty() && !is_quoting)) {
            own.push(line);
        }
    }
    if own.len() == lines.len() {
        return;
    }
    let quote = quote.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let text = own.join("\n");
    push(&mut told.quote, &quote);
    told.text = text;
}

fn is_most_of(all: usize, part: usize) -> bool {
    part * 10 > all * 8
}
