//! What the model looks at: hashed words, pairs of words and pieces of words, and a few dozen counts.
//! The same code reads texts to learn from and texts to judge.

use std::ops::Range;

use super::aim::{self, About, Aim};
use super::emoji::Sign;
use super::hash::{self, Hasher};
use super::lexicon::{LEXICONS_MAX, Table};
use super::opinion::Opinions;
use super::token::{Kind, Tokens};

/// The hashed features share 2^18 places; few of the hundred thousand or so of a training fall together.
pub(super) const PLACE_BITS: u32 = 18;
pub(super) const PLACES: usize = 1 << PLACE_BITS;
/// How many dense features there are.
pub(super) const DENSE: usize = 35;

/// Pieces of words are many and say little each.
const PIECE: f32 = 0.5;
const PIECE_LETTERS: Range<usize> = 3..6;
/// Keeps the dense features at the size of the hashed ones, whose sum of squares is 1.
pub(super) const DENSE_SCALE: f32 = 0.3;

/// What the places of the dense features from here on stand for.
const PER_LEXICON: usize = 4;
pub(super) const COUNTS: usize = PER_LEXICON * LEXICONS_MAX;
/// Praise beside a mark of irony.
pub(super) const PRAISE_IN_DOUBT: usize = COUNTS + 2 + 19;

/// A hashed feature: its place, its value and the token that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hashed {
    pub(super) place: u32,
    pub(super) value: f32,
    pub(super) token: u32,
}

/// What stands in a text.
#[derive(Debug)]
pub(super) struct Features {
    pub(super) tokens: Tokens,
    pub(super) opinions: Opinions,
    pub(super) hashed: Vec<Hashed>,
    pub(super) dense: [f32; DENSE],
    /// For each token what it has added to the dense features of valence: the feature and the share.
    pub(super) shares: Vec<(u32, u8, f32)>,
    /// The signs among the tokens, and the dense feature that counts them.
    pub(super) counted: Vec<(u32, u8)>,
    /// How many words and signs there are to judge by.
    pub(super) words: u32,
    pub(super) signs: u32,
}

impl Features {
    pub(super) fn new(tokens: Tokens, table: &Table, about: About<'_>) -> Self {
        let opinions = Opinions::new(&tokens, table);
        let aim = aim::aim(&tokens.list, &opinions, about);
        // A word has about a dozen features.
        let features_max = 16 * tokens.list.len();
        let mut features = Self {
            tokens,
            opinions,
            hashed: Vec::with_capacity(features_max),
            dense: [0.0; DENSE],
            shares: Vec::new(),
            counted: Vec::new(),
            words: 0,
            signs: 0,
        };
        features.hash_words(&aim);
        features.weigh_lexicons(&aim);
        features.count(&aim);
        features
    }

    fn hash_words(&mut self, aim: &Aim) {
        let mut before: Option<u64> = None;
        for at in 0..self.tokens.list.len() {
            let token = self.tokens.list[at];
            let weight = if aim.sides[at] < 0.0 { 0.0 } else { aim.weights[at] };
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            let value = match token.kind {
                Kind::Word | Kind::Number => {
                    let mut hasher = Hasher::default();
                    hasher.word(self.tokens.form(&token));
                    hasher.value()
                }
                Kind::Sign if token.sign == Sign::None => continue,
                Kind::Pause | Kind::Quote => {
                    before = None;
                    continue;
                }
                kind @ (Kind::Mention
                | Kind::Url
                | Kind::Sign
                | Kind::Exclamation
                | Kind::Question
                | Kind::Ellipsis
                | Kind::Stop) => kind as u64 + 1,
            };
            let mut push = |key: u64, value: f32| {
                let place = u32::try_from(hash::spread(key) >> (64 - PLACE_BITS)).unwrap_or(0);
                self.hashed.push(Hashed { place, value: value * weight, token: index });
            };
            if token.kind == Kind::Word {
                let form = self.tokens.form(&token);
                self.words += u32::from(form.len() > 1 && form.is_ascii());
            }
            if weight > 0.0 {
                push(value ^ WORD, 1.0);
                if self.opinions.sayings[at].negated {
                    push(value ^ NEGATED, 1.0);
                }
                if let Some(before) = before {
                    push(
                        before.rotate_left(17).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ value ^ PAIR,
                        1.0,
                    );
                }
                if token.kind == Kind::Word {
                    pieces(self.tokens.form(&token), |piece| push(piece ^ PIECES, PIECE));
                }
            }
            before = Some(value);
        }
        let square: f32 = self.hashed.iter().map(|feature| feature.value * feature.value).sum();
        if square > 0.0 {
            let length = square.sqrt();
            self.hashed.iter_mut().for_each(|feature| feature.value /= length);
        }
    }

    /// Sums up praise and blame for each lexicon, and counts how often there is either.
    fn weigh_lexicons(&mut self, aim: &Aim) {
        for (at, saying) in self.opinions.sayings.iter().enumerate() {
            let weight = aim.weights[at] * aim.sides[at];
            for (lexicon, valence) in saying.valences.iter().enumerate() {
                let valence = valence * weight;
                if valence == 0.0 {
                    continue;
                }
                let feature = lexicon * PER_LEXICON + usize::from(valence < 0.0);
                self.dense[feature] += valence;
                self.dense[feature + 2] += aim.weights[at];
                let token = u32::try_from(at).unwrap_or(u32::MAX);
                self.shares.push((token, u8::try_from(feature).unwrap_or(0), valence));
            }
        }
        let sums = self.dense;
        // The share of a token is that of its valence in the sum.
        for (_, feature, share) in &mut self.shares {
            *share /= sums[usize::from(*feature)];
        }
        for (feature, value) in self.dense[..COUNTS].iter_mut().enumerate() {
            *value = if feature % PER_LEXICON < 2 { 2.0 } else { 1.0 }
                * value.signum()
                * value.abs().sqrt();
        }
        let side = |feature: usize| self.dense[feature].abs();
        let (praise, blame) = (side(0).max(side(4)), side(1).max(side(5)));
        self.dense[COUNTS] = praise.min(blame);
        self.dense[COUNTS + 1] = self.last_word(aim);
    }

    /// What the last clause that says something says: people end with what they mean.
    fn last_word(&self, aim: &Aim) -> f32 {
        let sayings = &self.opinions.sayings;
        let Some(last) = sayings.iter().rposition(super::opinion::Saying::says_something) else {
            return 0.0;
        };
        let clause = sayings[last].clause;
        let said = sayings.iter().enumerate().filter(|(_, saying)| saying.clause == clause);
        let sum: f32 = said
            .map(|(at, saying)| {
                aim.weights[at] * aim.sides[at] * (saying.valences[0] + saying.valences[1])
            })
            .sum();
        sum.clamp(-2.0, 2.0)
    }

    fn count(&mut self, aim: &Aim) {
        let mut counts = [0.0_f32; DENSE - COUNTS - 2];
        let (mut praised, mut words) = (false, 0.0_f32);
        for (at, token) in self.tokens.list.iter().enumerate() {
            let weight = aim.weights[at];
            let mut add = |count: usize, value: f32| counts[count] += weight * value;
            match token.kind {
                Kind::Exclamation => add(0, 1.0),
                Kind::Question => add(1, 1.0),
                Kind::Url => add(2, 1.0),
                Kind::Mention => add(3, 1.0),
                Kind::Ellipsis => add(4, 1.0),
                Kind::Quote => add(5, 0.5),
                Kind::Number => add(6, 1.0),
                Kind::Sign => {
                    if let Some(count) = sign_count(token.sign) {
                        add(count, 1.0);
                        self.signs += u32::from(token.sign != Sign::Thing);
                        let feature = u8::try_from(COUNTS + 2 + count).unwrap_or(0);
                        self.counted.push((u32::try_from(at).unwrap_or(u32::MAX), feature));
                    }
                }
                Kind::Word => {
                    words += weight;
                    if token.shouted {
                        add(13, 1.0);
                    }
                    if token.elongated {
                        add(14, 1.0);
                    }
                    if token.hashtag {
                        add(15, 0.5);
                    }
                    if self.opinions.sayings[at].role == super::role::Role::Negation {
                        add(16, 1.0);
                    }
                    if self.opinions.sayings[at].role == super::role::Role::Contrast {
                        add(17, 1.0);
                    }
                }
                Kind::Pause | Kind::Stop => {}
            }
            praised |= self.opinions.sayings[at].valences[0] > 0.0;
        }
        // 2.7 is the logarithm of the words that a tweet has.
        counts[18] = (words + 1.0).ln() - 2.7;
        counts[19] = if praised { counts[11].min(1.0) } else { 0.0 };
        counts[20] = if praised { counts[1].min(1.0) } else { 0.0 };
        for count in &mut counts[..18] {
            *count = count.min(3.0);
        }
        self.dense[COUNTS + 2..].copy_from_slice(&counts);
        self.dense.iter_mut().for_each(|value| *value *= DENSE_SCALE);
    }
}

/// Returns the dense feature that counts a sign; those that say nothing are counted as things.
pub(super) fn count_of(sign: Sign) -> usize {
    COUNTS + 2 + sign_count(sign).unwrap_or(12)
}

/// Which of the counts counts a sign.
fn sign_count(sign: Sign) -> Option<usize> {
    match sign {
        Sign::None => None,
        Sign::Glad => Some(7),
        Sign::Sad => Some(8),
        Sign::Angry => Some(9),
        Sign::Laugh => Some(10),
        Sign::Irony => Some(11),
        Sign::Thing => Some(12),
    }
}

/// Keeps the kinds of features apart.
const WORD: u64 = 0x1F83_D9AB_FB41_BD6B;
const NEGATED: u64 = 0x5BE0_CD19_137E_2179;
const PAIR: u64 = 0x3C6E_F372_FE94_F82B;
const PIECES: u64 = 0xA54F_F53A_5F1D_36F1;

/// Hands out the pieces of a word, of three to five bytes, its ends marked.
fn pieces(form: &[u8], mut each: impl FnMut(u64)) {
    let mut window: u64 = u64::from(b'<');
    let mut seen = 1;
    for byte in form.iter().chain(b">") {
        window = window << 8 | u64::from(*byte);
        seen += 1;
        for len in PIECE_LETTERS {
            if seen >= len {
                let mask = (1 << (8 * len)) - 1;
                each(window & mask | (len as u64) << 56);
            }
        }
    }
}
