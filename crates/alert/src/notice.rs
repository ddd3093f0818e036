//! Letters to the owner: an endpoint takes nothing any more, or a mail came to nobody. Pure.

use minijinja::Value;
use minijinja::value::Serde;
use model::{EndpointHealth, EndpointId, Locale, SubscriptionId, Timestamp};

use crate::Period;
use crate::clean::one_line;
use crate::letter::{Letter, ListLinks, Mailbox, list_id, message_id};
use crate::render::Sender;
use crate::render::context::{Common, NoticePage};

const NAME_CHARS_MAX: usize = 80;
const SUBJECT_CHARS_MAX: usize = 60;
const REASON_CHARS_MAX: usize = 300;

/// A mail that will not arrive.
#[derive(Debug, Clone, Copy)]
pub struct Undelivered<'a> {
    pub recipient: &'a Mailbox,
    pub subject: &'a str,
    pub subscription: &'a SubscriptionId,
    pub reason: &'a str,
    pub fate: Fate,
}

/// What became of a mail that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The mail server knows no such address, which is written to no more.
    Refused,
    /// It was given up. The number is that of the delivery.
    GivenUp(u64),
}

/// Writes to the owner how an endpoint stands; `None` where there is no owner, or nothing to complain of.
pub fn endpoint_notice(
    endpoint: &EndpointId,
    health: &EndpointHealth,
    sender: &Sender,
    now: Timestamp,
) -> Option<Letter> {
    let name = one_line(endpoint.as_str(), NAME_CHARS_MAX);
    let when = |at: &Timestamp| at.format("%Y-%m-%d %H:%M UTC");
    let why = |reason: &str| one_line(reason, REASON_CHARS_MAX);
    let (subject, told) = match (health, sender.locale) {
        (EndpointHealth::Well, _) => return None,
        (EndpointHealth::Failing { since, failures, until, reason }, Locale::English) => (
            format!("Vigie: {name} takes no events"),
            format!(
                "{name} has taken nothing since {}; {failures} tries have failed. The last: {}. \
                 It is tried again at {}, and then less and less often for five days.",
                when(since),
                why(reason),
                when(until),
            ),
        ),
        (EndpointHealth::Failing { since, failures, until, reason }, Locale::French) => (
            format!("Vigie\u{a0}: {name} ne prend plus rien"),
            format!(
                "{name} n’a rien pris depuis le {}\u{a0}; {failures} essais ont échoué. Le dernier\u{a0}: {}. \
                 Le prochain essai est le {}, puis de plus en plus rarement pendant cinq jours.",
                when(since),
                why(reason),
                when(until),
            ),
        ),
        (EndpointHealth::Off { at, reason }, Locale::English) => (
            format!("Vigie: {name} was switched off"),
            format!("{name} was switched off at {}: {}.", when(at), why(reason)),
        ),
        (EndpointHealth::Off { at, reason }, Locale::French) => (
            format!("Vigie\u{a0}: {name} est mis à l’arrêt"),
            format!("{name} a été mis à l’arrêt le {}\u{a0}: {}.", when(at), why(reason)),
        ),
    };
    let next = match sender.locale {
        Locale::English => format!(
            "Nothing is lost: what it was to be told waits. Once it takes events again, \
             `vigie deliveries resume {name}` sends all of it at once; \
             `vigie deliveries list --endpoint {name}` shows it."
        ),
        Locale::French => format!(
            "Rien n’est perdu\u{a0}: ce qui devait lui être dit attend. Quand il prendra de nouveau les événements, \
             `vigie deliveries resume {name}` enverra tout d’un coup\u{a0}; \
             `vigie deliveries list --endpoint {name}` le montre."
        ),
    };
    let about = SubscriptionId::new(format!("endpoint-{name}"));
    notice(about, (now, now), subject, [&told, &next], sender)
}

/// Writes to the owner that a mail will not arrive, one letter a day for each address; `None` where there is no
/// owner, or the mail was to them.
pub fn undelivered_notice(
    lost: &Undelivered<'_>,
    sender: &Sender,
    now: Timestamp,
) -> Option<Letter> {
    let address = lost.recipient.address();
    let is_owner = |owner: &Mailbox| owner.address().eq_ignore_ascii_case(address);
    if sender.owner.as_ref().is_none_or(is_owner) {
        return None;
    }
    let id = one_line(lost.subscription.as_str(), NAME_CHARS_MAX);
    let subject = one_line(lost.subject, SUBJECT_CHARS_MAX);
    let reason = one_line(lost.reason, REASON_CHARS_MAX);
    let (title, told, next) = match (lost.fate, sender.locale) {
        (Fate::Refused, Locale::English) => (
            format!("Vigie: {address} is no longer written to"),
            format!(
                "The mail server refused {address}: {reason}. It gets no mail of any subscription any more."
            ),
            format!(
                "If the address is right, `vigie recipients allow {id} {address}` has it written to again; \
                 if not, take it out of `to`."
            ),
        ),
        (Fate::Refused, Locale::French) => (
            format!("Vigie\u{a0}: {address} ne reçoit plus rien"),
            format!(
                "Le serveur de courrier a refusé {address}\u{a0}: {reason}. Plus aucun abonnement ne lui écrit."
            ),
            format!(
                "Si l’adresse est bonne, `vigie recipients allow {id} {address}` rétablit l’envoi\u{a0}; sinon, \
                 ôtez-la de `to`."
            ),
        ),
        (Fate::GivenUp(number), Locale::English) => (
            format!("Vigie: a mail to {address} was given up"),
            format!("“{subject}” of {id} did not reach {address}: {reason}."),
            format!(
                "`vigie deliveries retry {number}` tries again; `vigie status` shows all that was given up."
            ),
        ),
        (Fate::GivenUp(number), Locale::French) => (
            format!("Vigie\u{a0}: un message à {address} est abandonné"),
            format!("«\u{a0}{subject}\u{a0}» de {id} n’a pas atteint {address}\u{a0}: {reason}."),
            format!(
                "`vigie deliveries retry {number}` essaie de nouveau\u{a0}; `vigie status` montre tout ce qui est \
                 abandonné."
            ),
        ),
    };
    let about = SubscriptionId::new(format!("undelivered-{}", address.to_ascii_lowercase()));
    let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    notice(about, (midnight, now), title, [&told, &next], sender)
}

fn notice(
    about: SubscriptionId,
    (since, now): (Timestamp, Timestamp),
    subject: String,
    paragraphs: [&str; 2],
    sender: &Sender,
) -> Option<Letter> {
    let to = sender.owner.clone()?;
    let common = Common::new(sender.locale, &subject, paragraphs[0]);
    let page = NoticePage { common: &common, paragraphs };
    let written = sender.templates.write_both("notice", &Value::from(Serde(page)), &[]);
    let period = Period { since, until: since };
    Some(Letter {
        message_id: message_id(&about, period, &to, &sender.from),
        list_id: list_id(&about, &sender.from),
        date: now,
        from: sender.from.clone(),
        to,
        owner: sender.owner.clone(),
        text: written.text,
        html: written.html,
        subject,
        subscription: about,
        images: Vec::new(),
        follows: Vec::new(),
        links: ListLinks::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Templates;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn sender(locale: Locale) -> Sender {
        Sender {
            from: "vigie@ozalee.example".parse().unwrap(),
            owner: Some("web@ozalee.example".parse().unwrap()),
            locale,
            templates: Templates::default(),
        }
    }

    #[test]
    fn an_owner_is_told_what_fails_why_and_what_to_do() {
        let (now, sender) = (now(), sender(Locale::English));
        let off = EndpointHealth::Off { at: now, reason: "410 <Gone>\r\nBcc: x@y".into() };
        let letter = endpoint_notice(&"crm".into(), &off, &sender, now).unwrap();
        assert_eq!(letter.subject, "Vigie: crm was switched off");
        assert_eq!(letter.to.to_string(), "web@ozalee.example");
        let told = "crm was switched off at 2026-03-01 12:00 UTC: 410 <Gone> Bcc: x@y.\n\n";
        assert!(letter.text.starts_with(told), "{}", letter.text);
        assert!(letter.html.contains("410 &lt;Gone&gt;") && !letter.html.contains("<Gone>"));
        let failing = EndpointHealth::Failing {
            since: now,
            failures: 5,
            until: now,
            reason: "no answer".into(),
        };
        let letter = endpoint_notice(&"crm".into(), &failing, &sender, now).unwrap();
        let text = letter.text.replace('\n', " ");
        assert!(text.contains("5 tries have failed. The last: no answer."));
        let french = Sender { locale: Locale::French, ..sender.clone() };
        let letter = endpoint_notice(&"crm".into(), &failing, &french, now).unwrap();
        assert_eq!(letter.subject, "Vigie\u{a0}: crm ne prend plus rien");
        assert_eq!(endpoint_notice(&"crm".into(), &EndpointHealth::Well, &sender, now), None);
        let nobody = Sender { owner: None, ..sender };
        assert_eq!(endpoint_notice(&"crm".into(), &off, &nobody, now), None);
    }

    #[test]
    fn an_owner_is_told_once_a_day_whom_mails_do_not_reach() {
        let (to, press) = ("Anne <Anne@agency.example>".parse().unwrap(), "press".into());
        let lost = |fate| Undelivered {
            recipient: &to,
            subject: "Ozalée\r\nBcc: x@y",
            subscription: &press,
            reason: "550 5.1.1 <who>?",
            fate,
        };
        let written = |fate, sender: &Sender, now| undelivered_notice(&lost(fate), sender, now);
        let sender = sender(Locale::English);
        let refused = written(Fate::Refused, &sender, now()).unwrap();
        assert_eq!(refused.subject, "Vigie: Anne@agency.example is no longer written to");
        let text = refused.text.replace('\n', " ");
        assert!(text.contains("refused Anne@agency.example: 550 5.1.1 <who>?."), "{text}");
        assert!(text.contains("`vigie recipients allow press Anne@agency.example`"), "{text}");
        let given_up = written(Fate::GivenUp(12), &sender, now()).unwrap();
        let text = given_up.text.replace('\n', " ");
        assert!(text.contains("“Ozalée Bcc: x@y” of press did not reach"), "{text}");
        assert!(text.contains("`vigie deliveries retry 12`"), "{text}");

        let hours = |hours| now() + chrono::TimeDelta::hours(hours);
        let id = |now| written(Fate::GivenUp(1), &sender, now).unwrap().message_id;
        assert_eq!(refused.message_id, id(hours(11)), "one a day");
        assert_ne!(refused.message_id, id(hours(12)));
        let own = Sender { owner: Some("anne@agency.example".parse().unwrap()), ..sender.clone() };
        assert_eq!(written(Fate::Refused, &own, now()), None);
        let french = Sender { locale: Locale::French, ..sender };
        let letter = written(Fate::Refused, &french, now()).unwrap();
        assert_eq!(letter.subject, "Vigie\u{a0}: Anne@agency.example ne reçoit plus rien");
    }
}
