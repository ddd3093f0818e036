//! The languages of items, as far as the forms of words depend on them.

use model::Lang;
use query::Languages;
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::schema::LANG;

/// Some of the ways in which the items of a segment are read: as the one language that they are in,
/// as any, or as one whose forms nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Readings(u16);

impl Readings {
    pub(crate) const ALL: Self = Self(u16::MAX);
    pub(crate) const NONE: Self = Self(0);
    /// That of an item without a language.
    const ANY: Self = Self(1);

    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) fn contain(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// How each item of a segment is read.
pub(crate) enum ItemLanguages {
    /// For a word whose meaning does not depend on it.
    Irrelevant,
    Known {
        column: Option<StrColumn>,
        /// How the languages of the column are read, by their numbers there.
        of_language: Vec<Readings>,
        /// Each reading with a language for which it stands.
        readings: Vec<(Readings, Option<Lang>)>,
    },
}

impl ItemLanguages {
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let column = reader.fast_fields().str(LANG)?;
        let mut kinds = vec![Languages::ALL];
        let mut readings = vec![(Readings::ANY, None)];
        let mut of_language = Vec::new();
        if let Some(column) = &column {
            let mut code = String::new();
            for number in 0..column.num_terms() as u64 {
                column.ord_to_str(number, &mut code)?;
                let lang = Lang::from_tag(&code);
                let kind = Languages::ALL.of_item(lang.as_ref());
                let known = kinds.iter().position(|known| *known == kind);
                let at = known.unwrap_or(kinds.len());
                let reading = Readings(1 << at);
                if known.is_none() {
                    kinds.push(kind);
                    readings.push((reading, lang));
                }
                of_language.push(reading);
            }
        }
        Ok(Self::Known { column, of_language, readings })
    }

    /// Returns the readings with a language for each.
    pub(crate) fn readings(&self) -> impl Iterator<Item = (Readings, Option<&Lang>)> {
        let readings = match self {
            Self::Irrelevant => &[],
            Self::Known { readings, .. } => readings.as_slice(),
        };
        readings.iter().map(|(reading, lang)| (*reading, lang.as_ref()))
    }

    pub(crate) fn of(&self, doc: DocId) -> Readings {
        match self {
            Self::Irrelevant => Readings::ALL,
            Self::Known { column, of_language, .. } => {
                let number = column.as_ref().and_then(|column| column.ords().first(doc));
                let reading =
                    number.and_then(|number| of_language.get(usize::try_from(number).ok()?));
                reading.copied().unwrap_or(Readings::ANY)
            }
        }
    }
}
