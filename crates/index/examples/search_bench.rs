//! What the query language costs the archive, beside tantivy used directly.
//!
//! `search_bench corpus=FILE [nd=1000000] [indexed=50000] [rounds=5] [dir=FOLDER] [only=SHAPE]`: reads JSON lines of
//! documents (`title body site lang`), and
//! - indexes `indexed` of them with our analysis and with tantivy's usual chain for English, in turns,
//!   into the same schema with the same settings;
//! - makes an index of `nd` items, the corpus over and over, in `dir` or in a temporary folder, and asks it
//!   queries of several shapes through [`Archive::search`] and, in turns, written by hand for tantivy
//!   with the same collectors. The shapes without a counterpart are only timed. The matcher says how
//!   many items every query must find.
//!
//! Times are of CPU: indexing of all threads together, searches of the one thread that searches.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use index::{Archive, Index, SearchOptions, Sort};
use model::{Details, Item, ItemId, Kind, Lang, QueryName, Seq, StoredItem, Timestamp};
use query::{Filter, Matcher, Query, TextField, analysis};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use tantivy::collector::{Count, TopDocs};
use tantivy::columnar::Column;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::{
    BooleanQuery, BoostQuery, InvertedIndexRangeQuery, Occur, PhraseQuery, Query as TantivyQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Schema};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer,
};
use tantivy::{DateTime, DocAddress, IndexWriter, Order, Searcher, TantivyDocument, Term};

/// How many queries there are of each shape.
const QUERIES: usize = 40;
const HITS: usize = 20;
const BATCH: usize = 50_000;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    let number = |name: &str, usual: usize| -> Result<usize> {
        Ok(arguments.get(name).map_or(Ok(usual), |value| value.parse())?)
    };
    let file = arguments.get("corpus").ok_or("usage: search_bench corpus=FILE [nd=N]")?;
    let items = read(file)?;
    let temporary = tempfile::tempdir()?;
    let dir = arguments.get("dir").map_or_else(|| temporary.path().join("index"), PathBuf::from);
    let rounds = number("rounds", 5)?;

    drop(Index::open(&dir, "bench")?);
    let schema = tantivy::Index::open_in_dir(&dir)?.schema();
    let indexed = &items[..number("indexed", 50_000)?.min(items.len())];
    if !indexed.is_empty() {
        compare_indexing(&schema, indexed, rounds)?;
    }
    let count = number("nd", 1_000_000)?;
    build(&dir, &items, count)?;
    let mut shapes = shapes(&items, &Fields::new(&schema)?)?;
    if let Some(only) = arguments.get("only") {
        shapes.retain(|(shape, _)| shape == only);
    }
    let totals = totals(&items, count, &shapes);
    compare_searches(&dir, items, &shapes, &totals, rounds)
}

fn read(file: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for line in BufReader::new(File::open(file)?).lines() {
        let value: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| {
            value[name].as_str().ok_or_else(|| format!("line {} lacks {name}", items.len() + 1))
        };
        items.push(Item {
            source: "corpus".into(),
            kind: Kind::News,
            guid: None,
            url: Some(format!("https://{}/{}", text("site")?, items.len()).parse()?),
            title: text("title")?.to_owned(),
            text: text("body")?.to_owned(),
            author: None,
            lang: Lang::from_tag(text("lang")?),
            published: value["date"].as_i64().and_then(|date| Timestamp::from_timestamp(date, 0)),
            updated: None,
            details: Details::default(),
        });
    }
    Ok(items)
}

fn compare_indexing(schema: &Schema, items: &[Item], rounds: usize) -> Result<()> {
    let bytes: usize = items.iter().map(|item| item.title.len() + item.text.len()).sum();
    let ours = || TextAnalyzer::from(analysis::Tokenizer);
    let usual = || {
        TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(40))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(Stemmer::new(Language::English))
            .build()
    };
    let (mut our_times, mut usual_times) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_times.push(index_once(schema, items, ours())?);
        usual_times.push(index_once(schema, items, usual())?);
    }
    let told = |times: &mut Vec<(Duration, Duration)>| {
        times.sort_unstable();
        let (cpu, wall) = times[times.len() / 2];
        let rate = |time: Duration| items.len() as f64 / time.as_secs_f64();
        let megabytes = bytes as f64 / cpu.as_secs_f64() / 1e6;
        let told = format!(
            "{:.0} docs a second of CPU ({megabytes:.1} MB), {:.0} a second",
            rate(cpu),
            rate(wall)
        );
        (cpu.as_secs_f64(), told)
    };
    let (our_cpu, our_told) = told(&mut our_times);
    let (usual_cpu, usual_told) = told(&mut usual_times);
    println!("indexing {} documents, the median of {rounds} rounds", items.len());
    println!("  our analysis    {our_told}");
    println!("  tantivy's usual {usual_told}");
    println!("  ours is {:.2} times as fast", usual_cpu / our_cpu);
    Ok(())
}

/// Returns the time of CPU and of the clock on the wall.
fn index_once(
    schema: &Schema,
    items: &[Item],
    analyzer: TextAnalyzer,
) -> Result<(Duration, Duration)> {
    let dir = tempfile::tempdir()?;
    let index = tantivy::Index::create_in_dir(dir.path(), schema.clone())?;
    index.tokenizers().register("vigie", analyzer);
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(50_000_000)
        .build();
    let (start, cpu) = (Instant::now(), Stopwatch::start(ClockId::ProcessCPUTime));
    let mut writer: IndexWriter = index.writer_with_options(options)?;
    let fields = Fields::new(schema)?;
    for item in items {
        writer.add_document(fields.document(item))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok((cpu.elapsed(), start.elapsed()))
}

fn build(dir: &Path, items: &[Item], count: usize) -> Result<()> {
    let mut index = Index::open(dir, "bench")?.index;
    let from = usize::try_from(index.checkpoint().0)?;
    let start = Instant::now();
    let ids: Vec<usize> = (from..count).collect();
    for batch in ids.chunks(BATCH) {
        let stored: Vec<StoredItem> = batch
            .iter()
            .map(|&id| StoredItem {
                id: ItemId(id as u64),
                seq: Seq(id as u64),
                version: 1,
                first_seen: Timestamp::UNIX_EPOCH + Duration::from_hours(500_000),
                removed: None,
                item: items[id % items.len()].clone(),
            })
            .collect();
        let last = batch.last().map_or(0, |&id| id as u64 + 1);
        index.apply(&stored, Seq(last))?;
    }
    let bytes: u64 = std::fs::read_dir(dir)?
        .map(|file| Ok(file?.metadata()?.len()))
        .sum::<std::io::Result<u64>>()?;
    println!(
        "an index of {count} items: {:.0} MB, made in {:.0} s",
        bytes as f64 / 1e6,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// One query, in our language and for tantivy.
struct Pair {
    ours: Query,
    direct: Option<Box<dyn TantivyQuery>>,
}

/// Returns how many items each query finds, as the matcher has it.
fn totals(items: &[Item], count: usize, shapes: &[(&'static str, Vec<Pair>)]) -> Vec<usize> {
    let queries: Vec<&Query> =
        shapes.iter().flat_map(|(_, pairs)| pairs).map(|pair| &pair.ours).collect();
    let name = |number: usize| QueryName::from(number.to_string().as_str());
    let mut matcher = Matcher::new();
    matcher.insert_all(queries.iter().enumerate().map(|(number, query)| (name(number), *query)));
    let mut totals = vec![0; queries.len()];
    for (nth, item) in items.iter().enumerate() {
        let copies = count / items.len() + usize::from(nth < count % items.len());
        for found in matcher.matches(item) {
            if let Ok(number) = found.as_str().parse::<usize>() {
                totals[number] += copies;
            }
        }
    }
    totals
}

fn compare_searches(
    dir: &Path,
    items: Vec<Item>,
    shapes: &[(&'static str, Vec<Pair>)],
    totals: &[usize],
    rounds: usize,
) -> Result<()> {
    let archive = Archive::open(dir)?.with_texts(move |ItemId(id)| {
        let id = usize::try_from(id).ok()?;
        Some(items[id % items.len()].clone())
    });
    let index = tantivy::Index::open_in_dir(dir)?;
    let searcher = index.reader()?.searcher();
    let ids = searcher.segment_readers().iter().map(|reader| reader.fast_fields().u64("id"));
    let ids: Vec<Column<u64>> = ids.collect::<tantivy::Result<_>>()?;
    println!(
        "{} segments, {QUERIES} queries of each shape, {rounds} rounds",
        searcher.segment_readers().len()
    );
    println!(
        "shape         sort      hits   ours p50     p99   direct p50     p99   ratio p50  p99"
    );
    let mut totals = totals.iter();
    for (shape, pairs) in shapes {
        let totals: Vec<usize> = totals.by_ref().take(pairs.len()).copied().collect();
        for sort in [Sort::Date, Sort::Score] {
            let options = SearchOptions {
                since: None,
                until: None,
                source: None,
                lang: None,
                limit: HITS,
                sort,
            };
            let (mut our_times, mut direct_times) = (Vec::new(), Vec::new());
            let mut hits = 0;
            for round in 0..=rounds {
                for (pair, expected) in pairs.iter().zip(&totals) {
                    let start = Stopwatch::start(ClockId::ThreadCPUTime);
                    let found = archive.search(&pair.ours, &options)?;
                    let our_time = start.elapsed();
                    hits += found.total;
                    let start = Stopwatch::start(ClockId::ThreadCPUTime);
                    let direct =
                        pair.direct.as_ref().map(|query| direct(&searcher, &ids, &**query, sort));
                    let direct_time = start.elapsed();
                    // tantivy means something else by nearness.
                    let direct = direct.transpose()?.filter(|_| !matches!(*shape, "near" | "slop"));
                    if found.total != *expected || direct.is_some_and(|total| total != *expected) {
                        let message = format!(
                            "{} is found {} times by us, {direct:?} directly, {expected} by the matcher",
                            pair.ours, found.total
                        );
                        return Err(message.into());
                    }
                    // The first round brings the index into memory.
                    if round > 0 {
                        our_times.push(our_time);
                        direct_times.push(direct_time);
                    }
                }
            }
            let hits = hits / pairs.len() / (rounds + 1);
            let (ours, theirs) = (percentiles(our_times), percentiles(direct_times));
            let told = format!(
                "{shape:<13} {:<5} {hits:>8} {:>10} {:>7}",
                format!("{sort:?}"),
                ms(ours.0),
                ms(ours.1)
            );
            if pairs.iter().all(|pair| pair.direct.is_some()) {
                let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
                println!(
                    "{told} {:>12} {:>7} {:>11.2} {:>4.2}",
                    ms(theirs.0),
                    ms(theirs.1),
                    ratio(ours.0, theirs.0),
                    ratio(ours.1, theirs.1)
                );
            } else {
                println!("{told}");
            }
        }
    }
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Searches as the archive does, down to the ids, and returns how many there are.
fn direct(
    searcher: &Searcher,
    ids: &[Column<u64>],
    query: &dyn TantivyQuery,
    sort: Sort,
) -> Result<usize> {
    let top = TopDocs::with_limit(HITS);
    let (best, total): (Vec<DocAddress>, usize) = match sort {
        Sort::Score => {
            let (best, total) = searcher.search(query, &(top.order_by_score(), Count))?;
            (best.into_iter().map(|(_, address)| address).collect(), total)
        }
        Sort::Date => {
            let by_date = top.order_by_fast_field::<DateTime>("date", Order::Desc);
            let (newest, total) = searcher.search(query, &(by_date, Count))?;
            (newest.into_iter().map(|(_, address)| address).collect(), total)
        }
    };
    for address in best {
        std::hint::black_box(ids[address.segment_ord as usize].first(address.doc_id));
    }
    Ok(total)
}

/// Makes the queries of words that stand together in the corpus.
fn shapes(items: &[Item], fields: &Fields) -> Result<Vec<(&'static str, Vec<Pair>)>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut texts: Vec<Vec<String>> = Vec::new();
    for item in items {
        let words: Vec<String> = analysis::words(&item.text).map(|token| token.text).collect();
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for word in distinct {
            *known.entry(word).or_default() += 1;
        }
        texts.push(words);
    }
    let is_word = |word: &str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_between = |word: &str, from: usize, to: usize| {
        let share = known.get(word).copied().unwrap_or(0) * 10_000 / items.len();
        is_word(word) && (from..to).contains(&share)
    };
    // Texts from all over the corpus, with a place of two words in each of which one is not rare.
    let mut pairs: Vec<(usize, &str, &str, &str)> = Vec::new();
    let step = 7_919;
    for nth in 0..items.len() {
        let number = nth * step % items.len();
        let at = texts[number].windows(4).find(|words| {
            is_between(&words[0], 20, 1_000)
                && is_between(&words[1], 5, 1_000)
                && is_between(&words[3], 5, 1_000)
                && words[0] != words[1]
                && words[0] != words[3]
                && words[1] != words[3]
        });
        pairs.extend(at.map(|words| (number, &*words[0], &*words[1], &*words[3])));
        if pairs.len() == QUERIES {
            break;
        }
    }
    let mut shapes: BTreeMap<&'static str, Vec<Pair>> = BTreeMap::new();
    let mut add = |shape, text: String, direct| -> Result<()> {
        let ours = query::parse(&text).map_err(|problems| format!("{text}: {problems:?}"))?;
        shapes.entry(shape).or_default().push(Pair { ours, direct });
        Ok(())
    };
    for (nth, &(number, first, second, third)) in pairs.iter().enumerate() {
        let lang = items[number].lang.as_ref().map_or("en", Lang::as_str);
        let site = items[number].host().unwrap_or_default();
        add("word", first.to_owned(), Some(fields.word(first)))?;
        add("phrase", format!("\"{first} {second}\""), Some(fields.phrase(&[first, second], 0)))?;
        add(
            "and",
            format!("{first} {third}"),
            Some(all(vec![fields.word(first), fields.word(third)])),
        )?;
        let names: Vec<&str> = (0..8).map(|name| pairs[(nth + name) % pairs.len()].2).collect();
        let each =
            names.iter().flat_map(|name| fields.in_both(|field| term(field, name))).collect();
        add("aliases", names.join(" OR "), Some(Box::new(BooleanQuery::union(each))))?;
        add("near", format!("{first} NEAR/5 {third}"), Some(fields.phrase(&[first, third], 5)))?;
        add(
            "slop",
            format!("\"{first} {second} {third}\"~4"),
            Some(fields.phrase(&[first, second, third], 4)),
        )?;
        let prefix = &first[..4];
        add(
            "prefix",
            format!("{prefix}*"),
            Some(Box::new(BooleanQuery::union(fields.in_both(|field| starting(field, prefix))))),
        )?;
        let filters = [("lang", lang), ("site", site)].map(|(name, value)| {
            let term = Term::from_field_text(fields.filter, &format!("{name}:{value}"));
            Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn TantivyQuery>
        });
        let filtered = std::iter::once(fields.word(first)).chain(filters).collect();
        add("filter", format!("{first} lang:{lang} site:{site}"), Some(all(filtered)))?;
        add("~forms", format!("~{first}"), None)?;
        add("~exact", format!("{{{first}}}"), None)?;
        add("~at least", format!("ATLEAST/2 {first}"), None)?;
        add("~near forms", format!("~{first} NEAR/5 ~{third}"), None)?;
        add("~near prefix", format!("{prefix}* NEAR/5 {third}"), None)?;
        add("~pattern", format!("{first} /\\b{second}/i"), None)?;
        let mixed = format!(
            "({prefix}* OR \"{second} {third}\"~5) NEAR/8 (~{third} OR {{{first}}}) \
             -({second} NEAR/1 {third}) (lang:{lang} OR ATLEAST/2 {first})"
        );
        add("~mixed", mixed, None)?;
        add(
            "~context",
            format!("{first} context:({second} OR {third}) anticontext:example"),
            None,
        )?;
    }
    Ok(shapes.into_iter().collect())
}

fn all(parts: Vec<Box<dyn TantivyQuery>>) -> Box<dyn TantivyQuery> {
    let must = parts.into_iter().map(|part| (Occur::Must, part));
    Box::new(BooleanQuery::new(must.collect()))
}

fn term(field: Field, word: &str) -> Box<dyn TantivyQuery> {
    let term = Term::from_field_text(field, word);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn starting(field: Field, prefix: &str) -> Box<dyn TantivyQuery> {
    let mut end = prefix.to_owned();
    let last = end.pop().and_then(|last| char::from_u32(u32::from(last) + 1));
    end.extend(last);
    Box::new(InvertedIndexRangeQuery::new(
        std::ops::Bound::Included(Term::from_field_text(field, prefix)),
        std::ops::Bound::Excluded(Term::from_field_text(field, &end)),
    ))
}

/// The fields that the corpus has something for.
struct Fields {
    id: Field,
    date: Field,
    title: Field,
    text: Field,
    url: Field,
    filter: Field,
    lang: Field,
}

impl Fields {
    fn new(schema: &Schema) -> Result<Self> {
        Ok(Self {
            id: schema.get_field("id")?,
            date: schema.get_field("date")?,
            title: schema.get_field("title")?,
            text: schema.get_field("text")?,
            url: schema.get_field("url")?,
            filter: schema.get_field("filter")?,
            lang: schema.get_field("lang")?,
        })
    }

    fn document(&self, item: &Item) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.id, 1);
        document.add_date(self.date, DateTime::from_timestamp_secs(1_800_000_000));
        document.add_text(self.title, &item.title);
        document.add_text(self.text, &item.text);
        document.add_text(self.url, TextField::Url.of(item));
        for filter in Filter::satisfied_by(item) {
            document.add_text(self.filter, format!("{}:{}", filter.name(), filter.term()));
        }
        if let Some(lang) = &item.lang {
            document.add_text(self.lang, lang.as_str());
        }
        document
    }

    /// Asks for the same in the title, where it is worth more, and in the text.
    fn in_both(
        &self,
        query: impl Fn(Field) -> Box<dyn TantivyQuery>,
    ) -> Vec<Box<dyn TantivyQuery>> {
        vec![Box::new(BoostQuery::new(query(self.title), 2.0)), query(self.text)]
    }

    fn word(&self, word: &str) -> Box<dyn TantivyQuery> {
        Box::new(BooleanQuery::union(self.in_both(|field| term(field, word))))
    }

    fn phrase(&self, words: &[&str], slop: u32) -> Box<dyn TantivyQuery> {
        Box::new(BooleanQuery::union(self.in_both(|field| {
            let terms = words.iter().map(|word| Term::from_field_text(field, word)).collect();
            let mut phrase = PhraseQuery::new(terms);
            phrase.set_slop(slop);
            Box::new(phrase)
        })))
    }
}

struct Stopwatch {
    clock: ClockId,
    start: Duration,
}

impl Stopwatch {
    fn start(clock: ClockId) -> Self {
        Self { clock, start: Self::now(clock) }
    }

    fn elapsed(&self) -> Duration {
        Self::now(self.clock).saturating_sub(self.start)
    }

    fn now(clock: ClockId) -> Duration {
        let now = clock_gettime(clock);
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
    }
}
