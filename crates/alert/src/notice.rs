//! The letter that tells the owner that an endpoint takes nothing any more. Pure.

use minijinja::Value;
use minijinja::value::Serde;
use model::{EndpointHealth, EndpointId, Locale, SubscriptionId, Timestamp};

use crate::Period;
use crate::clean::one_line;
use crate::letter::{Letter, ListLinks, list_id, message_id};
use crate::render::Sender;
use crate::render::context::{Common, NoticePage};

const NAME_CHARS_MAX: usize = 80;
const REASON_CHARS_MAX: usize = 300;

/// Writes to the owner how an endpoint stands; `None` where there is no owner, or nothing to complain of.
pub fn endpoint_notice(
    endpoint: &EndpointId,
    health: &EndpointHealth,
    sender: &Sender,
    now: Timestamp,
) -> Option<Letter> {
    let to = sender.owner.clone()?;
    let name = one_line(endpoint.as_str(), NAME_CHARS_MAX);
    let when = |at: &Timestamp| at.format("%Y-%m-%d %H:%M UTC");
    let (subject, told) = match health {
        EndpointHealth::Well => return None,
        EndpointHealth::Failing { since, failures, until, reason } => (
            format!("Vigie: {name} takes no events"),
            format!(
                "{name} has taken nothing since {}; {failures} tries have failed. The last: {}. \
                 It is tried again at {}, and then less and less often for five days.",
                when(since),
                one_line(reason, REASON_CHARS_MAX),
                when(until),
            ),
        ),
        EndpointHealth::Off { at, reason } => (
            format!("Vigie: {name} was switched off"),
            format!(
                "{name} was switched off at {}: {}.",
                when(at),
                one_line(reason, REASON_CHARS_MAX),
            ),
        ),
    };
    let next = format!(
        "Nothing is lost: what it was to be told waits. Once it takes events again, \
         `vigie deliveries resume {name}` sends all of it at once; \
         `vigie deliveries list --endpoint {name}` shows it."
    );
    let subscription = SubscriptionId::new(format!("endpoint-{name}"));
    let common = Common::new(Locale::English, &subject, &told);
    let page = NoticePage { common: &common, paragraphs: [&told, &next] };
    let written = sender.templates.write_both("notice", &Value::from(Serde(page)), &[]);
    Some(Letter {
        message_id: message_id(&subscription, Period { since: now, until: now }, &to, &sender.from),
        list_id: list_id(&subscription, &sender.from),
        date: now,
        from: sender.from.clone(),
        to,
        owner: sender.owner.clone(),
        text: written.text,
        html: written.html,
        subject,
        subscription,
        images: Vec::new(),
        follows: Vec::new(),
        links: ListLinks::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Templates;

    #[test]
    fn an_owner_is_told_what_fails_why_and_what_to_do() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let sender = Sender {
            from: "vigie@ozalee.example".parse().unwrap(),
            owner: Some("web@ozalee.example".parse().unwrap()),
            templates: Templates::default(),
        };
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
        assert_eq!(endpoint_notice(&"crm".into(), &EndpointHealth::Well, &sender, now), None);
        let nobody = Sender { owner: None, ..sender };
        assert_eq!(endpoint_notice(&"crm".into(), &off, &nobody, now), None);
    }
}
