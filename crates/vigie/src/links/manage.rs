//! The page of a subscription: what it is and who runs it, which the configuration says, and what its reader
//! may do about it: pause, mute a query for a day, leave.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use model::{Problem, QueryName, Severity, Timestamp};
use web::{Block, Button, Deed, Page, Refused};

use super::{Followed, ONE_CLICK, button, nothing_asked};
use crate::command::printable;
use crate::config::Subscribed;
use crate::mutes::Mutes;
use crate::served::refused;

const PAUSES: [(&str, TimeDelta); 2] =
    [("week", TimeDelta::days(7)), ("month", TimeDelta::days(28))];
/// Who wants to pause for longer can leave.
const PAUSE_DAYS_MAX: i64 = 366;

impl Followed<'_> {
    pub(super) fn change(mut self, deed: &Deed) -> Result<Page, Refused> {
        if let Some(name) = deed.field("mute") {
            return self.mute_one(name);
        }
        let until = match deed.field("do") {
            Some("resume") => None,
            Some("until") => Some(self.morning(deed.field("day").unwrap_or_default())?),
            does => {
                let asked = PAUSES.iter().find(|(name, _)| does == Some(name));
                Some(self.now + asked.ok_or_else(nothing_asked)?.1)
            }
        };
        self.ledger.pause(self.recipient.number, until).map_err(refused)?;
        self.recipient.paused_until = until;
        let said = until.is_none().then_some(self.words().resumed.to_owned());
        self.manage(said)
    }

    fn mute_one(mut self, name: &str) -> Result<Page, Refused> {
        let followed = self.subscription().map_or(&[][..], |one| &one.queries);
        let query = followed.iter().find(|query| query.as_str() == name);
        let query = query.filter(|_| self.is_reader()).ok_or_else(nothing_asked)?;
        self.mute_query(query)?;
        self.manage(None)
    }

    /// Returns the beginning of a day to come, in the subscriber's zone.
    fn morning(&self, day: &str) -> Result<Timestamp, Refused> {
        let (first, last) = self.days();
        let wrong = || {
            let problem = Problem::new("day", "is no day to pause until");
            Refused::Invalid(vec![problem.hint(format!("write a day from {first} to {last}"))])
        };
        let day: NaiveDate = day.parse().map_err(|_| wrong())?;
        let day = Some(day).filter(|day| (first..=last).contains(day)).ok_or_else(wrong)?;
        let zone = self.subscription().map_or(chrono_tz::UTC, |subscription| subscription.zone);
        // Where the clocks jump over midnight, the day begins an hour later.
        let hours = [NaiveTime::MIN, NaiveTime::MIN + TimeDelta::hours(1)];
        let begins =
            hours.iter().find_map(|at| zone.from_local_datetime(&day.and_time(*at)).earliest());
        begins.map(|at| at.to_utc()).ok_or_else(wrong)
    }

    /// The first and the last day that one can pause until.
    fn days(&self) -> (NaiveDate, NaiveDate) {
        let zone = self.subscription().map_or(chrono_tz::UTC, |subscription| subscription.zone);
        let today = self.now.with_timezone(&zone).date_naive();
        (today + TimeDelta::days(1), today + TimeDelta::days(PAUSE_DAYS_MAX))
    }

    pub(super) fn manage(&self, said: Option<String>) -> Result<Page, Refused> {
        let words = self.words();
        let mut blocks: Vec<Block> = said.map(Block::Text).into_iter().collect();
        blocks.push(self.about(words.manage_follows));
        if let Some(subscribed) = self.subscribed() {
            let mutes = Mutes::of(self.ledger, self.now).map_err(|_| Refused::Failed)?;
            for name in &subscribed.subscription.queries {
                blocks.extend(self.query(name, &mutes));
            }
            blocks.push(Block::Text(self.settings(subscribed)));
        }
        blocks.push(Block::Text(words.manage_to.replace("{}", &self.recipient.address)));
        let owner = self.config.mail.sender.ask().address();
        blocks.push(Block::Text(words.manage_edit.replace("{}", owner)));
        if let Some(until) = self.recipient.paused_until.filter(|until| *until > self.now) {
            let until = self.local(until, "%Y-%m-%d %H:%M");
            blocks.push(Block::Text(words.paused_until.replace("{}", &until)));
            blocks.push(button(words.resume, ("do", "resume")));
        } else {
            blocks.push(Block::Text(words.pause_means.to_owned()));
            blocks.push(button(words.pause_week, ("do", PAUSES[0].0)));
            blocks.push(button(words.pause_month, ("do", PAUSES[1].0)));
            let (from, to) = self.days();
            let (text, name, value) =
                (words.pause_until.to_owned(), "do".to_owned(), "until".to_owned());
            let button = Button { text, name, value };
            blocks.push(Block::Day { button, from: from.to_string(), to: to.to_string() });
        }
        blocks.push(button(words.unsubscribe_button, ONE_CLICK));
        Ok(self.page(words.manage_title, blocks))
    }

    /// Shows a query, and mutes it, or says until when it is muted.
    fn query(&self, name: &QueryName, mutes: &Mutes) -> Vec<Block> {
        let words = self.words();
        let text = self.config.queries.get(name).map_or("", |query| query.text());
        let shown = printable(name.as_str());
        let mut blocks = vec![Block::Text(format!("{shown}\n{}", printable(text)))];
        if let Some(mute) = mutes.of_query(&self.recipient.subscription, name) {
            let until = self.local(mute.until, "%Y-%m-%d %H:%M");
            let said = words.manage_muted.replace("{until}", &until);
            let said = said.replace("{person}", &printable(&mute.person));
            blocks.push(Block::Text(said.replace("{query}", &shown)));
        } else if self.is_reader() {
            let text = words.manage_mute.replace("{}", &shown);
            blocks.push(button(&text, ("mute", name.as_str())));
        }
        blocks
    }

    /// Says how often it comes, when its mails wait and what it tells of.
    fn settings(&self, subscribed: &Subscribed) -> String {
        let words = self.words();
        let Subscribed { subscription, severities, quiet, .. } = subscribed;
        let often = words.often(&subscription.cadence);
        let zone = subscription.zone.name().replace('_', " ");
        let mut lines =
            vec![words.manage_often.replace("{often}", &often).replace("{zone}", &zone)];
        let mut quiet_times = quiet.hours_told();
        quiet_times.extend(quiet.days_told().iter().map(|day| words.weekdays[*day].to_owned()));
        let today = self.now.with_timezone(&subscription.zone).date_naive();
        let away = quiet.away_told(today);
        quiet_times
            .extend(away.iter().map(|(first, last)| format!("{} {first} – {last}", words.away)));
        if !quiet_times.is_empty() {
            lines.push(words.manage_quiet.replace("{}", &quiet_times.join(", ")));
        }
        let told = Severity::ALL.iter().zip(words.severities);
        let told = told.filter(|(severity, _)| severities.contains(severity));
        let told: Vec<&str> = told.map(|(_, word)| word).collect();
        lines.push(words.manage_tells.replace("{}", &told.join(", ")));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use alert::{Action, LinkKey, Links};
    use store::Ledger;
    use tokio::sync::watch;

    use super::*;
    use crate::clock;
    use crate::daemon::declare;
    use crate::stage;

    const CONFIGURATION: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
"rappel <b>" = "rappel"
others = "fusion"
[sources.courrier]
url = "https://courrier.example/feed"
[subscriptions.press]
queries = ["rappel <b>"]
to = ["anne@ozalee.example"]
cadence = "weekly"
on = "friday"
at = "07:30"
zone = "Europe/Paris"
lang = "LANG"
quiet_hours = ["22:00-07:00", "12:30-13:30"]
quiet_days = "sunday"
severities = ["info", "crisis"]
[mail]
from = "vigie@ozalee.example"
directory = "mails"
[web]
public_url = "https://vigie.example/"
token_file = "token"
"#;

    /// What a page says, and what its buttons send.
    fn read(page: Result<Page, Refused>) -> (String, Vec<(String, String)>) {
        let page = page.unwrap_or_else(|_| panic!("no page"));
        let (mut texts, mut sends) = (Vec::new(), Vec::new());
        for block in page.blocks {
            match block {
                Block::Text(text) => texts.push(text),
                Block::Button(button) | Block::Day { button, .. } => {
                    sends.push((button.name, button.value));
                }
                Block::Found { .. } | Block::Link { .. } => panic!("not here"),
            }
        }
        (texts.join("\n"), sends)
    }

    #[test]
    fn a_reader_sees_what_the_subscription_is_and_may_pause_mute_and_leave() {
        let said = [
            (
                "en",
                "It comes every Friday at 07:30 (times are those of Europe/Paris).\n\
                 Its mails wait in quiet time: 12:30-13:30, 22:00-07:00, Sunday.\n\
                 It tells of what is found, crises.",
            ),
            (
                "fr",
                "Il arrive chaque vendredi à 07:30 (fuseau horaire\u{a0}: Europe/Paris).\n\
                 Temps calme, où ses messages attendent\u{a0}: 12:30-13:30, 22:00-07:00, \
                 dimanche.\nIl dit ce qui est trouvé, les crises.",
            ),
        ];
        for (lang, expect) in said {
            let (dir, now) = (tempfile::tempdir().unwrap(), clock::now());
            let config = stage::read(&CONFIGURATION.replace("LANG", lang), dir.path());
            let mut ledger = Ledger::open(dir.path(), now).unwrap();
            declare(&mut ledger, &config, now).unwrap();
            let press = "press".into();
            let anne = ledger.recipients(&press, &["anne@ozalee.example"], now).unwrap().remove(0);
            let key = LinkKey::new(ledger.link_key([7; 32]).unwrap());
            let base = "https://vigie.example/".parse().unwrap();
            let links = Links { base: &base, key: &key, recipient: anne.number, epoch: anne.epoch };
            let url = links.url(Action::Manage);
            let token = url.path_segments().unwrap().next_back().unwrap();
            let own = Ledger::open(dir.path(), now).unwrap();
            let (_sender, settings) = watch::channel(Arc::new(config));
            let pages = super::super::pages(own, settings).unwrap().unwrap();
            let act = |form: &[(&str, &str)]| {
                let form = form.iter().map(|(name, value)| ((*name).into(), (*value).into()));
                (pages.act)(Deed { token: token.to_owned(), form: form.collect() })
            };

            let (text, sends) = read((pages.show)(token.to_owned()));
            assert!(text.contains(expect), "{text}");
            assert!(text.contains("vigie@ozalee.example"), "who runs it: {text}");
            let sent: Vec<_> =
                sends.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let leave = "List-Unsubscribe=One-Click";
            let expect = ["mute=rappel <b>", "do=week", "do=month", "do=until", leave];
            assert_eq!(sent, expect);
            assert_eq!(ledger.mutes(now).unwrap(), [], "a look does nothing");

            assert!(act(&[("mute", "others")]).is_err(), "only what it follows");
            let (text, sends) = read(act(&[("mute", "rappel <b>")]));
            assert!(text.contains("anne@ozalee.example"), "{text}");
            assert!(!sends.iter().any(|(name, _)| name == "mute"), "{sends:?}");
            let mutes = ledger.mutes(clock::now()).unwrap();
            assert_eq!((mutes.len(), mutes[0].what.subscription.as_ref()), (1, Some(&press)));

            let day = (now + TimeDelta::days(40)).date_naive();
            for wrong in ["2020-01-01", "9999-12-31", "soon", ""] {
                assert!(act(&[("do", "until"), ("day", wrong)]).is_err(), "{wrong}");
            }
            let (text, sends) = read(act(&[("do", "until"), ("day", &day.to_string())]));
            assert!(text.contains(&format!("{day} 00:00")), "{text}");
            assert!(sends.contains(&("do".into(), "resume".into())), "{sends:?}");
            let until = ledger.recipient(anne.number).unwrap().unwrap().paused_until.unwrap();
            assert_eq!(until.with_timezone(&chrono_tz::Europe::Paris).date_naive(), day);

            ledger.unsubscribe(anne.number, clock::now()).unwrap();
            assert!(act(&[("mute", "rappel <b>")]).is_err(), "who has left has no say");
        }
    }
}
