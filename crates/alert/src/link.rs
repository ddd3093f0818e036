//! Links that act for a reader without a password: who has one may do what it says, and nothing else.
//! They are signed and never expire; a new epoch of their recipient makes all that were given out void.
//! Pure: the key, and which epoch is a recipient's, are the caller's to keep.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{ItemId, SignalId, Timestamp};
use sha2::Sha256;
use url::Url;

use crate::letter::ListLinks;

/// What links are signed with. Its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKey([u8; LinkKey::BYTES]);

/// What a link does for its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Unsubscribe,
    /// Shows the subscription, pauses and ends it.
    Manage,
    /// Says that its recipient wants the letters.
    Confirm,
    /// Says that an item is not what the subscription's queries mean.
    Irrelevant(ItemId),
    Open(ItemId),
    /// Says that its recipient has taken an item on.
    Assign(ItemId),
    /// Shows what was found from one time to another, in whole seconds.
    More {
        since: Timestamp,
        until: Timestamp,
    },
    /// Says that somebody has seen a signal, and sees to it.
    Acknowledge(SignalId),
    /// Holds what the signal's query finds for a day.
    Mute(SignalId),
}

/// What one recipient's letters lead to.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    /// Where the pages are; ends in a slash.
    pub base: &'a Url,
    pub key: &'a LinkKey,
    /// The recipient's number in the ledger.
    pub recipient: u64,
    pub epoch: u64,
}

/// A link as it came in: nobody knows yet whether it is one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    recipient: u64,
    action: Action,
    signed: Vec<u8>,
    mac: [u8; MAC_BYTES],
}

/// Half of what HMAC-SHA256 gives, which is what RFC 2104 (section 5) asks for at least.
const MAC_BYTES: usize = 16;
/// No other text that this key might ever sign begins so.
const PURPOSE: &[u8] = b"vigie link 1\0";
/// Longer than any that we write.
const TOKEN_BYTES_MAX: usize = 100;

impl LinkKey {
    pub const BYTES: usize = 32;

    /// Takes bytes that nobody can guess.
    pub fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    fn mac(&self, signed: &[u8], epoch: u64) -> Hmac<Sha256> {
        // RFC 2104, section 2: a key is filled with zeros to the block of its hash.
        let mut block = [0; 64];
        block[..Self::BYTES].copy_from_slice(&self.0);
        let mut mac = Hmac::new(&block.into());
        mac.update(PURPOSE);
        mac.update(&epoch.to_be_bytes());
        mac.update(signed);
        mac
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Links<'_> {
    pub fn url(&self, action: Action) -> Url {
        let mut bytes = written(self.recipient, action);
        let mac = self.key.mac(&bytes, self.epoch).finalize().into_bytes();
        bytes.extend(mac.iter().take(MAC_BYTES));
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("l").push(&URL_SAFE_NO_PAD.encode(bytes));
        }
        url
    }

    /// What the headers of each letter lead to.
    pub fn of_list(&self, archive: Option<Action>) -> ListLinks {
        ListLinks {
            unsubscribe: Some(self.url(Action::Unsubscribe)),
            help: Some(self.url(Action::Manage)),
            archive: archive.map(|action| self.url(action)),
        }
    }
}

impl Unverified {
    /// Reads the last part of a link's address; `None` for what is none.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut signed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let mac = signed.split_off(signed.len().checked_sub(MAC_BYTES)?);
        let (recipient, action) = read(&signed)?;
        Some(Self { recipient, action, signed, mac: mac.try_into().ok()? })
    }

    /// Whose link it says that it is.
    pub fn recipient(&self) -> u64 {
        self.recipient
    }

    /// Returns what the link does if we have signed it for this epoch. Takes the same time however wrong
    /// the signature is.
    pub fn verified(&self, key: &LinkKey, epoch: u64) -> Option<Action> {
        let mac = key.mac(&self.signed, epoch);
        mac.verify_truncated_left(&self.mac).is_ok().then_some(self.action)
    }
}

fn written(recipient: u64, action: Action) -> Vec<u8> {
    let seconds = |at: Timestamp| at.timestamp().max(0).cast_unsigned();
    let (letter, numbers) = match action {
        Action::Unsubscribe => (b'u', vec![]),
        Action::Manage => (b'm', vec![]),
        Action::Confirm => (b'c', vec![]),
        Action::Irrelevant(item) => (b'i', vec![item.0]),
        Action::Open(item) => (b'o', vec![item.0]),
        Action::Assign(item) => (b't', vec![item.0]),
        Action::More { since, until } => (b'a', vec![seconds(since), seconds(until)]),
        Action::Acknowledge(signal) => (b'k', vec![signal.0]),
        Action::Mute(signal) => (b's', vec![signal.0]),
    };
    let mut bytes = vec![letter];
    for number in std::iter::once(recipient).chain(numbers) {
        push_number(&mut bytes, number);
    }
    bytes
}

/// Reads what [`written`] writes, and nothing else.
fn read(signed: &[u8]) -> Option<(u64, Action)> {
    let (letter, mut rest) = signed.split_first()?;
    let recipient = take_number(&mut rest)?;
    let mut number = || take_number(&mut rest);
    let mut time = || DateTime::from_timestamp(number()?.try_into().ok()?, 0);
    let action = match letter {
        b'u' => Action::Unsubscribe,
        b'm' => Action::Manage,
        b'c' => Action::Confirm,
        b'a' => Action::More { since: time()?, until: time()? },
        b'i' => Action::Irrelevant(ItemId(number()?)),
        b'o' => Action::Open(ItemId(number()?)),
        b't' => Action::Assign(ItemId(number()?)),
        b'k' => Action::Acknowledge(SignalId(number()?)),
        b's' => Action::Mute(SignalId(number()?)),
        _ => return None,
    };
    (written(recipient, action) == signed).then_some((recipient, action))
}

/// Seven bits a byte, the lowest first; the eighth says that more follow (LEB128).
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: LinkKey = LinkKey([7; 32]);

    fn token(recipient: u64, epoch: u64, action: Action) -> String {
        let base = "https://vigie.example/brand/".parse().unwrap();
        let url = Links { base: &base, key: &KEY, recipient, epoch }.url(action);
        url.as_str().strip_prefix("https://vigie.example/brand/l/").unwrap().to_owned()
    }

    fn verified(token: &str, key: &LinkKey, epoch: u64) -> Option<(u64, Action)> {
        let link = Unverified::read(token)?;
        Some((link.recipient(), link.verified(key, epoch)?))
    }

    fn actions() -> impl Strategy<Value = Action> {
        let time =
            || (0..253_402_300_799_i64).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap());
        prop_oneof![
            Just(Action::Unsubscribe),
            Just(Action::Manage),
            Just(Action::Confirm),
            any::<u64>().prop_map(|id| Action::Irrelevant(ItemId(id))),
            any::<u64>().prop_map(|id| Action::Open(ItemId(id))),
            any::<u64>().prop_map(|id| Action::Assign(ItemId(id))),
            any::<u64>().prop_map(|id| Action::Acknowledge(SignalId(id))),
            any::<u64>().prop_map(|id| Action::Mute(SignalId(id))),
            (time(), time()).prop_map(|(since, until)| Action::More { since, until }),
        ]
    }

    proptest! {
        #[test]
        fn a_link_is_read_back_as_it_was_written(recipient: u64, epoch: u64, action in actions()) {
            let token = token(recipient, epoch, action);
            prop_assert!(token.len() <= TOKEN_BYTES_MAX);
            prop_assert_eq!(verified(&token, &KEY, epoch), Some((recipient, action)));
            prop_assert_eq!(verified(&token, &KEY, epoch.wrapping_add(1)), None);
            prop_assert_eq!(verified(&token, &LinkKey([8; 32]), epoch), None);
        }

        #[test]
        fn a_changed_link_is_none(action in actions(), at: usize, flip in 1_u8..) {
            let token = token(3, 0, action);
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert_eq!(verified(&URL_SAFE_NO_PAD.encode(bytes), &KEY, 0), None);
        }

        #[test]
        fn nothing_that_strangers_write_breaks_it(text: String, bytes: Vec<u8>) {
            prop_assert_eq!(verified(&text, &KEY, 0), None);
            prop_assert_eq!(verified(&URL_SAFE_NO_PAD.encode(bytes), &KEY, 0), None);
        }
    }

    #[test]
    fn links_are_short_and_no_key_shows_itself() {
        assert!(token(812, 0, Action::Irrelevant(ItemId(4_000_000))).len() <= 32);
        assert_eq!(format!("{KEY:?}"), "***");
    }
}
