//! The `[chats.*]` tables: chat rooms that are told in messages.

use std::time::Duration;

use alert::ChatKind;
use chrono_tz::Tz;
use model::{EndpointId, EventKind, Locale, Secret};
use settings::{Field, Section};
use url::Url;

use super::LOCALES;
use super::endpoint::{Around, Common, Endpoint, Form, Target, Way, address, allowed, bearer};

/// What rooms are told if nobody says otherwise: what people want to know, not what programs do.
const USUAL: [EventKind; 4] = [
    EventKind::MentionCreated,
    EventKind::SignalOpened,
    EventKind::SignalGrew,
    EventKind::SignalEnded,
];
const GROUP_WAIT: Duration = Duration::from_secs(30);
const GROUP_WAIT_MAX: Duration = Duration::from_hours(24);

#[derive(Clone, Copy)]
enum Word {
    Slack,
    Mattermost,
    Discord,
    Teams,
    Ntfy,
    Apprise,
}

const KINDS: [(&str, Word); 6] = [
    ("slack", Word::Slack),
    ("mattermost", Word::Mattermost),
    ("discord", Word::Discord),
    ("teams", Word::Teams),
    ("ntfy", Word::Ntfy),
    ("apprise", Word::Apprise),
];

pub(super) fn chat(
    id: EndpointId,
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Endpoint> {
    let common = Common::read(section, around.known, &USUAL);
    if !section.has("kind") {
        let known = KINDS.map(|(word, _)| word).join(", ");
        section.absent(&["kind"], "`kind` is missing", format!("write one of: {known}"));
    }
    let word = section.one_of("kind", &KINDS);
    let url = address(section, around);
    let token = bearer(section, around);
    let allowed = allowed(section);
    let locale = section.one_of("lang", &LOCALES).map_or(Locale::English, |lang| lang.value);
    let hint = "an IANA time zone, as in \"Europe/Paris\"";
    let zone = section.parsed::<Tz>("zone", "a time zone", hint).map_or(Tz::UTC, |zone| zone.value);
    let wait = section.duration("group_wait", Duration::ZERO..=GROUP_WAIT_MAX);
    let (kind, url) = room(section, word?.value, url?)?;
    let wait = wait.map_or(GROUP_WAIT, |field| field.value);
    let form = Form::Messages { kind, locale, zone, wait };
    let way = Way::Post(Target { url, keys: Vec::new(), bearer: token?, allowed });
    Some(common.endpoint(id, form, way))
}

/// Returns the kind of room, and the address to post to. ntfy's has the topic's name at its end, and takes
/// JSON without it.
fn room(
    section: &Section<'_, '_>,
    word: Word,
    url: Option<Field<Url>>,
) -> Option<(ChatKind, Option<Secret>)> {
    let whole = |url: &Option<Field<Url>>| url.as_ref().map(|url| Secret::new(url.value.as_str()));
    let kind = match word {
        Word::Slack => ChatKind::Slack,
        Word::Mattermost => ChatKind::Mattermost,
        Word::Discord => ChatKind::Discord,
        Word::Teams => ChatKind::Teams,
        Word::Apprise => ChatKind::Apprise,
        Word::Ntfy => {
            let Some(url) = url else {
                return Some((ChatKind::Ntfy { topic: String::new() }, None));
            };
            let mut server = url.value.clone();
            let topic = server
                .path_segments()
                .and_then(|mut segments| segments.next_back())
                .unwrap_or_default()
                .to_owned();
            if topic.is_empty() {
                let hint = "write it with the topic, as in https://ntfy.sh/ozalee";
                section.problem_with(&url, "names no topic", hint);
                return None;
            }
            if let Ok(mut segments) = server.path_segments_mut() {
                segments.pop().push("");
            }
            return Some((ChatKind::Ntfy { topic }, Some(Secret::new(server.as_str()))));
        }
    };
    Some((kind, whole(&url)))
}
