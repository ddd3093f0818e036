//! WebSub (W3C Recommendation, 2018), the subscriber's side, as pure functions: what a feed offers, what
//! is said to a hub, what a hub says, and when to speak again. Nothing is sent or kept here.

mod offer;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use url::{Url, form_urlencoded};

pub use offer::{HubOffer, offered};

/// How long we ask hubs to push for: what is usual. Hubs choose.
const LEASE_ASKED: Duration = Duration::from_hours(10 * 24);
/// The shortest and the longest lease that is believed.
const LEASE_MIN: Duration = Duration::from_secs(1);
const LEASE_MAX: Duration = Duration::from_hours(90 * 24);

/// How long after a question a hub may verify it, at first; it doubles with each failure.
const PATIENCE: Duration = Duration::from_mins(10);
/// The longest pause between two questions about one topic.
const PATIENCE_MAX: Duration = Duration::from_hours(24 * 7);
/// How long a hub that has denied us is left alone at least.
const DENIED: Duration = Duration::from_hours(24);

/// A lease is renewed when so much of it is left, in hundredths, by chance.
const RENEWED_LEFT: std::ops::Range<u32> = 10..30;

/// How much of what a hub says is kept, in characters.
const REASON_CHARS_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// What a hub says at a callback, before it pushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It asks whether we meant it. The answer is the challenge (section 5.3).
    Verification { mode: Mode, topic: String, challenge: String, lease: Duration },
    /// It will not push (section 5.2).
    Denial { topic: String, reason: String },
}

impl Notice {
    /// Reads the parameters of a callback; `None` where they are none of a hub's.
    pub fn read(parameters: &[(String, String)]) -> Option<Self> {
        let of = |name: &str| {
            let found = parameters.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let topic = of("hub.topic")?;
        let mode = match of("hub.mode")?.as_str() {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            "denied" => {
                let reason = of("hub.reason").unwrap_or_default();
                let reason = reason.chars().take(REASON_CHARS_MAX).collect();
                return Some(Self::Denial { topic, reason });
            }
            _ => return None,
        };
        // Hubs of before the recommendation may leave it out.
        let lease = of("hub.lease_seconds").and_then(|seconds| seconds.parse().ok());
        let lease = lease.map_or(LEASE_ASKED, Duration::from_secs).clamp(LEASE_MIN, LEASE_MAX);
        Some(Self::Verification { mode, topic, challenge: of("hub.challenge")?, lease })
    }
}

/// Returns the form that asks a hub to push or to stop (section 5.1).
pub fn form(mode: Mode, topic: &Url, callback: &Url, secret: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", mode.as_str());
    form.append_pair("hub.topic", topic.as_str());
    form.append_pair("hub.callback", callback.as_str());
    if mode == Mode::Subscribe {
        form.append_pair("hub.lease_seconds", &LEASE_ASKED.as_secs().to_string());
        form.append_pair("hub.secret", secret);
    }
    form.finish()
}

/// Returns whether a body is signed with the secret, by the value of its `X-Hub-Signature` (section 7.1).
/// The comparison takes the same time whatever differs.
pub fn is_signed(secret: &str, signature: Option<&str>, body: &[u8]) -> bool {
    let Some((method, digits)) = signature.and_then(|signature| signature.trim().split_once('='))
    else {
        return false;
    };
    let Some(code) = bytes(digits) else { return false };
    match method.to_ascii_lowercase().as_str() {
        "sha1" => is_code::<Hmac<sha1::Sha1>>(secret, body, &code),
        "sha256" => is_code::<Hmac<sha2::Sha256>>(secret, body, &code),
        "sha384" => is_code::<Hmac<sha2::Sha384>>(secret, body, &code),
        "sha512" => is_code::<Hmac<sha2::Sha512>>(secret, body, &code),
        _ => false,
    }
}

fn is_code<M: Mac + KeyInit>(secret: &str, body: &[u8], code: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(code).is_ok()
}

/// Reads hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let digits: Vec<u8> = digits.as_bytes().iter().map(digit).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Returns when to ask for a lease again: some time before its end, which differs from one to the next,
/// so that those which began together do not end together.
pub fn renewal(verified: Timestamp, lease: Duration, token: &str) -> Timestamp {
    let spread = RENEWED_LEFT.end - RENEWED_LEFT.start;
    let left = RENEWED_LEFT.start + chance(token, spread);
    verified + lease * (100 - left) / 100
}

/// Returns how long to wait for a hub to verify a question before it is asked again, after so many that
/// came to nothing.
pub fn patience(failures: u32, token: &str) -> Duration {
    let plain = PATIENCE.saturating_mul(2_u32.saturating_pow(failures)).min(PATIENCE_MAX * 4 / 5);
    plain * (80 + chance(token, 41)) / 100
}

/// Returns how long to leave a hub alone that has denied us so often.
pub fn after_denial(failures: u32, token: &str) -> Duration {
    patience(failures, token).max(DENIED)
}

/// A number below `bound` that depends on the token alone.
fn chance(token: &str, bound: u32) -> u32 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    u32::try_from(hasher.finish() % u64::from(bound)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_believed_only_with_its_own_signature() {
        // RFC 4231 (sha2) and RFC 2202 (sha1), test case 2: key "Jefe".
        const BODY: &[u8] = b"what do ya want for nothing?";
        let check = |signature: &str, expect: bool| {
            assert_eq!(is_signed("Jefe", Some(signature), BODY), expect, "{signature}");
        };
        let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        check("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", true);
        check(&format!("sha256={sha256}"), true);
        check(&format!(" SHA256={} ", sha256.to_uppercase()), true);
        check(
            "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649",
            true,
        );
        check(
            "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            true,
        );
        check(&format!("sha1={sha256}"), false);
        check(&format!("sha256={}", &sha256[..62]), false);
        check(&format!("sha256={}", &sha256[..63]), false);
        check(&format!("sha256={}0", &sha256[..63]), false);
        check("sha256=", false);
        check("sha256=zz", false);
        check("md5=750c783e6ab0b503eaa86e310a5db738", false);
        check(sha256, false);
        assert!(!is_signed("Jefe", None, BODY));
        assert!(!is_signed("other", Some(&format!("sha256={sha256}")), BODY));
    }

    fn parameters(query: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[test]
    fn what_a_hub_says_is_read_and_what_it_must_not_say_is_not() {
        let check = |query: &str, expect: Option<Notice>| {
            assert_eq!(Notice::read(&parameters(query)), expect, "{query}");
        };
        let verification = |mode, seconds| {
            let lease = Duration::from_secs(seconds);
            let (topic, challenge) = ("https://a.example/feed".to_owned(), "abc".to_owned());
            Some(Notice::Verification { mode, topic, challenge, lease })
        };
        let base = "hub.topic=https%3A%2F%2Fa.example%2Ffeed&hub.challenge=abc";
        let subscribe = format!("{base}&hub.mode=subscribe");
        check(&format!("{subscribe}&hub.lease_seconds=3600"), verification(Mode::Subscribe, 3600));
        check(&subscribe, verification(Mode::Subscribe, 864_000));
        check(&format!("{subscribe}&hub.lease_seconds=0"), verification(Mode::Subscribe, 1));
        let ever = format!("{subscribe}&hub.lease_seconds=99999999999");
        check(&ever, verification(Mode::Subscribe, 90 * 86_400));
        check(&format!("{base}&hub.mode=unsubscribe"), verification(Mode::Unsubscribe, 864_000));
        check(&format!("{base}&hub.mode=publish"), None);
        check("hub.mode=subscribe&hub.topic=a", None);
        check("hub.mode=subscribe&hub.challenge=a", None);
        check("", None);
        let reason = "not today".to_owned();
        let denial = Some(Notice::Denial { topic: "a".into(), reason });
        check("hub.mode=denied&hub.topic=a&hub.reason=not+today", denial);
    }

    #[test]
    fn a_form_says_what_is_wanted() {
        let topic = "https://a.example/feed?x=1&y".parse().unwrap();
        let callback = "https://v.example/websub/t".parse().unwrap();
        assert_eq!(
            parameters(&form(Mode::Subscribe, &topic, &callback, "s&cret")),
            parameters(
                "hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2Ffeed%3Fx%3D1%26y\
                 &hub.callback=https%3A%2F%2Fv.example%2Fwebsub%2Ft\
                 &hub.lease_seconds=864000&hub.secret=s%26cret"
            )
        );
        assert!(!form(Mode::Unsubscribe, &topic, &callback, "s").contains("secret"));
    }

    #[test]
    fn leases_are_renewed_before_their_end_and_not_all_at_once() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let lease = Duration::from_hours(240);
        let renewals: std::collections::BTreeSet<_> =
            (0..100).map(|n| renewal(now, lease, &n.to_string())).collect();
        assert!(renewals.len() > 10, "{}", renewals.len());
        let ends = [renewals.first().unwrap(), renewals.last().unwrap()];
        assert!(*ends[0] >= now + lease * 7 / 10 && *ends[1] <= now + lease * 9 / 10, "{ends:?}");
    }

    #[test]
    fn patience_grows_with_failures_up_to_a_week() {
        let check = |failures: u32, plain: Duration| {
            let patience = patience(failures, "token");
            let around = plain * 8 / 10..=plain * 12 / 10;
            assert!(around.contains(&patience), "{failures}: {patience:?}");
        };
        check(0, PATIENCE);
        check(1, PATIENCE * 2);
        check(5, PATIENCE * 32);
        check(40, PATIENCE_MAX * 4 / 5);
        assert!(patience(u32::MAX, "x") <= PATIENCE_MAX);
        assert_eq!(after_denial(0, "x"), DENIED);
    }
}
