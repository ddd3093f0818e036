//! Whether what happened to a signal is worth a letter, and on which occasion. Pure.

use std::collections::BTreeSet;

use alert::Occasion;
use model::Severity;
use store::Untold;

/// Returns on which occasion a signal is told to who wants these severities; `None` where it is not worth a
/// letter. Who acknowledged it is told again only of a crisis.
pub(super) fn occasion(untold: &Untold, severities: &BTreeSet<Severity>) -> Option<Occasion> {
    let signal = &untold.signal;
    if !severities.contains(&signal.severity) {
        return None;
    }
    let is_seen = signal.acknowledged.is_some() && signal.severity < Severity::Crisis;
    match untold.heard {
        None if signal.ended.is_some() => Some(Occasion::Over),
        None => Some(Occasion::Opened),
        // It was found anew after its query was edited.
        Some(_) if !untold.grew => None,
        Some(_) if signal.ended.is_some() => Some(Occasion::Over),
        Some(heard) if signal.severity > heard.severity => Some(Occasion::Risen),
        Some(_) if is_seen => None,
        Some(_) => Some(Occasion::Grew),
    }
}

#[cfg(test)]
mod tests {
    use model::{SignalId, SignalKind, Timestamp};
    use store::{Heard, Raised};

    use super::*;

    fn at(minute: u32) -> Timestamp {
        format!("2026-03-06T12:{minute:02}:00Z").parse().unwrap()
    }

    fn raised(severity: Severity) -> Raised {
        Raised {
            id: SignalId(1),
            query: "brand".into(),
            kind: SignalKind::Rise,
            onset: at(0),
            opened: at(1),
            last: at(2),
            ended: None,
            acknowledged: None,
            peak_days: 40.0,
            evidence: "{}".to_owned(),
            was_news: true,
            severity,
        }
    }

    #[test]
    fn a_signal_is_told_as_it_opens_and_again_only_as_it_worsens() {
        use Severity::{Crisis, Warning};
        let check = |heard: Option<Severity>, severity, grew, ended: bool, seen: bool, expect| {
            let signal = Raised {
                ended: ended.then(|| at(3)),
                acknowledged: seen.then(|| (at(3), "zoe".to_owned())),
                ..raised(severity)
            };
            let heard = heard.map(|severity| Heard { entry: 1, severity, at: at(1) });
            let untold = Untold { signal, entry: 3, first: 2, since: at(2), heard, grew };
            assert_eq!(occasion(&untold, &Severity::ALL.into()), expect, "{untold:?}");
        };
        check(None, Warning, false, false, false, Some(Occasion::Opened));
        // Who has not heard of it is told what it is, not what it has become.
        check(None, Crisis, true, false, false, Some(Occasion::Opened));
        check(None, Warning, true, true, false, Some(Occasion::Over));
        // Somebody else has seen it: the others hear of it, once.
        check(None, Warning, false, false, true, Some(Occasion::Opened));
        check(Some(Warning), Warning, false, false, false, None);
        check(Some(Warning), Warning, true, false, false, Some(Occasion::Grew));
        check(Some(Warning), Warning, true, false, true, None);
        check(Some(Warning), Crisis, true, false, false, Some(Occasion::Risen));
        check(Some(Crisis), Crisis, true, false, true, Some(Occasion::Grew));
        check(Some(Warning), Warning, true, true, false, Some(Occasion::Over));
        check(Some(Warning), Warning, false, true, false, None);
    }

    #[test]
    fn who_wants_crises_alone_hears_of_no_warning() {
        let signal = raised(Severity::Warning);
        let untold = Untold { signal, entry: 3, first: 2, since: at(2), heard: None, grew: false };
        assert_eq!(occasion(&untold, &[Severity::Info, Severity::Crisis].into()), None);
    }
}
