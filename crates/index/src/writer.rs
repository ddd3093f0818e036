//! The one writer. Every commit goes through [`Index::commit`], with its checkpoint: tantivy's own
//! `commit()` would erase it.
//!
//! An error leaves the index as of its last commit on disk, but what is in memory is not to be
//! trusted: from then on every call fails, and the next opening checks all files. One thing cannot
//! be caught: on damaged files tantivy's updater thread may end the process (rayon aborts where a
//! pool has no panic handler); the next start then finds an unclean stop, and checks.

use std::fs;
use std::path::{Path, PathBuf};

use model::{Seq, StoredItem};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexWriter, Term};

use crate::IndexError;
use crate::check::{self, Verdict};
use crate::checkpoint::Checkpoint;
use crate::error::guarded;
use crate::guard::{Guard, LastStop};
use crate::schema::{self, Fields};

/// What tantivy may gather before it writes a segment. More gains nothing measurable.
const HEAP_BYTES: usize = 50_000_000;

/// The writer of one index.
pub struct Index {
    dir: PathBuf,
    fields: Fields,
    checkpoint: Checkpoint,
    ledger: String,
    broken: Option<String>,
    writer: IndexWriter,
    // Dropped after the writer, whose threads must have ended before the lock is given back.
    guard: Guard,
}

/// An index that was opened, and what had to be done for it.
pub struct Opened {
    pub index: Index,
    /// The old index, if it was of no use. The new one is empty.
    pub set_aside: Option<SetAside>,
}

/// An index that was of no use, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub to: PathBuf,
    pub reason: String,
}

impl Index {
    /// Opens the index for writing, or makes one. An index that is damaged, of another format or of
    /// another ledger than the one of this uuid is moved aside, and the two newest such are kept.
    pub fn open(dir: &Path, ledger: &str) -> Result<Opened, IndexError> {
        fs::create_dir_all(dir).map_err(IndexError::storage(dir))?;
        let (guard, last_stop) = Guard::acquire(dir)?;
        let (sound, set_aside) = match check::check(dir, ledger, last_stop)? {
            Verdict::Sound(index, checkpoint) => (Some((index, checkpoint)), None),
            Verdict::Empty => (None, None),
            Verdict::Unsound { reason } => {
                let to = check::set_aside(dir).map_err(IndexError::storage(dir))?;
                (None, Some(SetAside { to, reason }))
            }
        };
        let is_new = sound.is_none();
        let fields = Fields::new();
        let (index, checkpoint) = match sound {
            Some(sound) => sound,
            None => (create(dir, &fields)?, Checkpoint::new(ledger, Seq(0))),
        };
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(HEAP_BYTES)
            .build();
        let writer = guarded(dir, || index.writer_with_options(options))?;
        let (dir, ledger) = (dir.to_owned(), ledger.to_owned());
        let mut index = Self { dir, fields, checkpoint, ledger, broken: None, writer, guard };
        if is_new {
            index.commit(Seq(0), |_, _| Ok(()))?;
        }
        index.guard.will_stop(LastStop::Clean);
        Ok(Opened { index, set_aside })
    }

    /// Returns the position up to which the index has followed the ledger; 0 when it is new.
    pub fn checkpoint(&self) -> Seq {
        self.checkpoint.seq
    }

    /// Puts items in the place of their older versions and commits, together with the position `to`
    /// that they lead to. Applying the same items again changes nothing.
    pub fn apply(&mut self, items: &[StoredItem], to: Seq) -> Result<(), IndexError> {
        self.commit(to, |writer, fields| {
            for stored in items {
                writer.delete_term(Term::from_field_u64(fields.id, stored.id.0));
                writer.add_document(fields.document(stored))?;
            }
            Ok(())
        })
    }

    /// Empties the index and goes back to position 0: for a ledger that was restored to an older
    /// state than the index has seen.
    pub fn start_over(&mut self) -> Result<(), IndexError> {
        self.commit(Seq(0), |writer, _| writer.delete_all_documents().map(drop))
    }

    fn commit(
        &mut self,
        to: Seq,
        change: impl FnOnce(&IndexWriter, &Fields) -> tantivy::Result<()>,
    ) -> Result<(), IndexError> {
        if let Some(reason) = &self.broken {
            return Err(IndexError::broken(&self.dir, reason.clone()));
        }
        let checkpoint = Checkpoint::new(&self.ledger, to);
        let (writer, fields) = (&mut self.writer, &self.fields);
        let committed = guarded(&self.dir, || {
            change(writer, fields)?;
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&checkpoint.to_json());
            commit.commit()
        });
        match committed {
            Ok(_) => self.checkpoint = checkpoint,
            Err(error) => {
                self.broken = Some(format!("an earlier commit failed: {error}"));
                self.guard.will_stop(LastStop::Unclean);
                return Err(error);
            }
        }
        Ok(())
    }
}

fn create(dir: &Path, fields: &Fields) -> Result<tantivy::Index, IndexError> {
    let index = guarded(dir, || tantivy::Index::create_in_dir(dir, fields.schema.clone()))?;
    schema::register_tokenizer(&index);
    Ok(index)
}
