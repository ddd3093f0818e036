//! The letter that tells the owner that an endpoint takes nothing any more. Pure.

use model::{EndpointHealth, EndpointId, Locale, SubscriptionId, Timestamp};

use crate::Period;
use crate::clean::one_line;
use crate::letter::{Letter, ListLinks, list_id, message_id};
use crate::render::{Sender, escaped, page};

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
    let rows = format!(
        "<tr><td class='pad' style='padding:28px 32px'>\n\
         <h1 style='margin:0 0 12px;font-size:22px;line-height:1.3;font-weight:700'>{}</h1>\n\
         <p style='margin:8px 0 0;font-size:15px;line-height:1.45'>{}</p>\n\
         <p style='margin:8px 0 0;font-size:15px;line-height:1.45'>{}</p>\n</td></tr>\n",
        escaped(&subject),
        escaped(&told),
        escaped(&next),
    );
    Some(Letter {
        message_id: message_id(&subscription, Period { since: now, until: now }, &to, &sender.from),
        list_id: list_id(&subscription, &sender.from),
        date: now,
        from: sender.from.clone(),
        to,
        owner: sender.owner.clone(),
        text: format!("{told}\n\n{next}\n"),
        html: page(Locale::English, &subject, &told, &rows),
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

    #[test]
    fn an_owner_is_told_what_fails_why_and_what_to_do() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let sender = Sender {
            from: "vigie@ozalee.example".parse().unwrap(),
            owner: Some("web@ozalee.example".parse().unwrap()),
            base_url: None,
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
        assert!(letter.text.contains("5 tries have failed. The last: no answer."));
        assert_eq!(endpoint_notice(&"crm".into(), &EndpointHealth::Well, &sender, now), None);
        let nobody = Sender { owner: None, ..sender };
        assert_eq!(endpoint_notice(&"crm".into(), &off, &nobody, now), None);
    }
}
