//! The languages of items, as far as the forms of words depend on them.

use model::Lang;
use query::Languages;
use tantivy::columnar::{Cardinality, StrColumn};
use tantivy::{DocId, SegmentReader};

use crate::schema::LANG;

/// The items for which something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readings {
    All,
    /// Those that may be in one of the languages: also those whose language is not known.
    In(Languages),
}

/// In which languages each item of a segment is read.
pub(crate) enum ItemLanguages {
    /// For a word whose meaning does not depend on it.
    Irrelevant,
    Known {
        column: Option<StrColumn>,
        /// By the language's number in the column.
        of_number: Vec<Languages>,
        /// Those in which an item of the segment can be read.
        present: Languages,
    },
}

impl ItemLanguages {
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let column = reader.fast_fields().str(LANG)?;
        let mut of_number = Vec::new();
        let mut present = Languages::ALL;
        if let Some(column) = &column {
            let mut code = String::new();
            for number in 0..column.num_terms() as u64 {
                column.ord_to_str(number, &mut code)?;
                of_number.push(Languages::ALL.of_item(Lang::from_tag(&code).as_ref()));
            }
            if column.ords().get_cardinality() == Cardinality::Full {
                present = of_number.iter().copied().fold(Languages::NONE, Languages::and);
            }
        }
        Ok(Self::Known { column, of_number, present })
    }

    pub(crate) fn present(&self) -> Languages {
        match self {
            Self::Irrelevant => Languages::NONE,
            Self::Known { present, .. } => *present,
        }
    }

    /// Tells whether something that counts for these readings counts for the document's item.
    pub(crate) fn count(&self, doc: DocId, readings: Readings) -> bool {
        match (self, readings) {
            (_, Readings::All) | (Self::Irrelevant, _) => true,
            (Self::Known { column, of_number, .. }, Readings::In(languages)) => {
                let number = column.as_ref().and_then(|column| column.ords().first(doc));
                let number = number.and_then(|number| usize::try_from(number).ok());
                let own = number.and_then(|number| of_number.get(number)).copied();
                languages.meet(own.unwrap_or(Languages::ALL))
            }
        }
    }
}
