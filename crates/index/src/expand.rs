//! From a word of a query to the terms of the dictionary that it stands for.
//!
//! The index has a term for each folded word and sign, and beside it one for each way to write the
//! word that its folded form does not tell. Both stand at the same place, so that what is written the
//! plain way are the places of the folded term less those of the others. Forms of a word are looked up among
//! the dictionary's words with the same first letters: there are no stems.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use query::{Forms, Glob, Languages, Word, analysis};
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::termdict::{TermDictionary, TermStreamer};
use tantivy::{InvertedIndexReader, SegmentReader};

use crate::reading::{ItemLanguages, Readings};

/// A word in one field of one segment.
pub(crate) struct Expansion<'a> {
    word: &'a Word,
    pub(crate) index: Arc<InvertedIndexReader>,
    pub(crate) languages: ItemLanguages,
}

/// Some of the places where a word stands: those of one term that are not places of some others.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) term: TermInfo,
    pub(crate) without: Vec<TermInfo>,
    /// The items for which they count.
    pub(crate) readings: Readings,
}

impl Source {
    fn of(term: TermInfo) -> Self {
        Self { term, without: Vec::new(), readings: Readings::All }
    }
}

/// Returns the term of a word that stands for one alone.
pub(crate) fn only_term(word: &Word) -> Option<String> {
    match word {
        Word::Plain(text) | Word::Sign { text, .. } => Some(text.clone()),
        Word::Exact { folded, surface } if *surface == analysis::surface(folded) => None,
        Word::Exact { folded, surface } => Some(analysis::exact_term(folded, surface)),
        Word::Glob(_) | Word::Forms(_) => None,
    }
}

impl<'a> Expansion<'a> {
    pub(crate) fn open(
        reader: &SegmentReader,
        field: Field,
        word: &'a Word,
    ) -> tantivy::Result<Self> {
        let languages = match word {
            Word::Forms(_) => ItemLanguages::open(reader)?,
            Word::Plain(_) | Word::Exact { .. } | Word::Sign { .. } | Word::Glob(_) => {
                ItemLanguages::Irrelevant
            }
        };
        Ok(Self { word, index: reader.inverted_index(field)?, languages })
    }

    /// Calls `use_source` with every source of the word, until it fails.
    pub(crate) fn each_source(
        &self,
        use_source: &mut dyn FnMut(Source) -> io::Result<()>,
    ) -> io::Result<()> {
        let terms = self.index.terms();
        if let Some(term) = only_term(self.word) {
            return terms.get(term)?.map_or(Ok(()), |term| use_source(Source::of(term)));
        }
        match self.word {
            // They have one term.
            Word::Plain(_) | Word::Sign { .. } => Ok(()),
            Word::Exact { folded, surface } => each_group(ways_to_write(terms, folded)?, |group| {
                let asked: Vec<bool> = group.written.iter().map(|way| way.0 == *surface).collect();
                group.chosen(true, &asked).into_iter().try_for_each(&mut *use_source)
            }),
            Word::Glob(glob) => each_shaped(terms, glob, use_source),
            Word::Forms(forms) => each_group(prefixed(terms, forms.prefix())?, |group| {
                group.forms(forms, &self.languages).into_iter().try_for_each(&mut *use_source)
            }),
        }
    }
}

fn each_shaped(
    terms: &TermDictionary,
    glob: &Glob,
    use_source: &mut dyn FnMut(Source) -> io::Result<()>,
) -> io::Result<()> {
    let mut stream = prefixed(terms, glob.prefix())?;
    while let Some((key, term)) = stream.next() {
        // No sign begins with a letter, as the shape does; the ways to write a word have a NUL.
        let word = std::str::from_utf8(key).ok().filter(|word| !word.contains('\0'));
        if word.is_some_and(|word| glob.accepts(word)) {
            use_source(Source::of(term.clone()))?;
        }
    }
    Ok(())
}

fn prefixed<'a>(terms: &'a TermDictionary, prefix: &str) -> io::Result<TermStreamer<'a>> {
    let range = terms.range().ge(prefix);
    let mut end = prefix.as_bytes().to_vec();
    match end.last_mut() {
        // UTF-8 has no byte 0xFF, so that there is always a next one.
        Some(last) => {
            *last += 1;
            range.lt(end).into_stream()
        }
        None => range.into_stream(),
    }
}

/// Returns a folded word and the ways to write it.
fn ways_to_write<'a>(terms: &'a TermDictionary, folded: &str) -> io::Result<TermStreamer<'a>> {
    terms.range().ge(folded).lt(format!("{folded}\u{1}")).into_stream()
}

/// A folded word, with the ways to write it that its folded form does not tell.
struct Group {
    folded: String,
    term: TermInfo,
    written: Vec<(String, TermInfo)>,
}

fn each_group(
    mut stream: TermStreamer<'_>,
    mut use_group: impl FnMut(&Group) -> io::Result<()>,
) -> io::Result<()> {
    let mut group: Option<Group> = None;
    while let Some((key, term)) = stream.next() {
        let key = std::str::from_utf8(key).map_err(io::Error::other)?;
        if let Some((_, surface)) = key.split_once('\0') {
            // It stands right behind its word.
            if let Some(group) = &mut group {
                group.written.push((surface.to_owned(), term.clone()));
            }
        } else {
            let next = Group { folded: key.to_owned(), term: term.clone(), written: Vec::new() };
            if let Some(group) = group.replace(next) {
                use_group(&group)?;
            }
        }
    }
    group.map_or(Ok(()), |group| use_group(&group))
}

impl Group {
    /// Returns the places where the word is written in one of the chosen ways.
    fn chosen(&self, plain: bool, written: &[bool]) -> Vec<Source> {
        let ways = |chosen: bool| {
            let ways = self.written.iter().zip(written);
            ways.filter(move |way| *way.1 == chosen).map(|((_, term), _)| term.clone())
        };
        if plain {
            let without = ways(false).collect();
            vec![Source { without, ..Source::of(self.term.clone()) }]
        } else {
            ways(true).map(Source::of).collect()
        }
    }

    /// Returns the places where it is one of the forms, for the items for which it is.
    fn forms(&self, forms: &Forms, languages: &ItemLanguages) -> Vec<Source> {
        if self.folded == forms.folded() {
            return vec![Source::of(self.term.clone())];
        }
        let languages_of = |surface: &str| forms.languages_of(surface, languages.present());
        let plain = languages_of(&analysis::surface(&self.folded));
        let written: Vec<Languages> =
            self.written.iter().map(|(surface, _)| languages_of(surface)).collect();
        // In most words all ways of writing are forms or none is: few sets are looked up.
        let mut sets: BTreeMap<(bool, Vec<bool>), Languages> = BTreeMap::new();
        for language in written.iter().copied().fold(plain, Languages::and).each() {
            let written = written.iter().map(|way| way.meet(language)).collect();
            let known = sets.entry((plain.meet(language), written)).or_insert(Languages::NONE);
            *known = known.and(language);
        }
        let sources = sets.iter().flat_map(|((plain, written), languages)| {
            let chosen = self.chosen(*plain, written).into_iter();
            chosen.map(|source| Source { readings: Readings::In(*languages), ..source })
        });
        sources.collect()
    }
}
