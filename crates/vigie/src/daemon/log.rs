//! What the loops say of each visit, mail and event.

use alert::SendError;
use model::DeliveryState;
use store::Recorded;
use tracing::{debug, error, info, warn};

use crate::crawler::{Turn, VisitReport};
use crate::notify::Answered;
use crate::pipeline;

pub(super) fn log_visit(visited: &VisitReport) {
    let source = &visited.source;
    for problem in &visited.problems {
        debug!(source.id = %source, "{problem}");
    }
    match &visited.result {
        // A stream is listened to every other second.
        Ok(recorded) if visited.is_live && *recorded == Recorded::default() => {
            debug!(source.id = %source, "nothing new was said");
        }
        Ok(recorded) => info!(
            source.id = %source,
            new = recorded.new,
            changed = recorded.changed,
            hits = recorded.hits,
            problems = visited.problems.len(),
            next_check = %visited.next_check,
            "visited"
        ),
        Err(reason) => {
            warn!(source.id = %source, reason, next_check = %visited.next_check, "failed to visit");
        }
    }
    match &visited.turn {
        Some(Turn::Trouble { ailment, reason, since }) => {
            warn!(source.id = %source, ailment = %ailment, reason, since = %since, "source in trouble");
        }
        Some(Turn::Recovery { from }) => {
            info!(source.id = %source, ailment = %from, "source well again");
        }
        None => {}
    }
}

/// Tells how a delivery went. A mail server's words about one letter name its recipient: they are
/// kept in the ledger, where `vigie status` shows them, and logged for debugging only.
pub(super) fn log_delivery(delivered: &pipeline::Delivered) {
    let id = delivered.id;
    let reason = match &delivered.failure {
        Some(SendError::Unreachable { reason }) => Some(reason),
        Some(
            SendError::Temporary { reason }
            | SendError::Permanent { reason }
            | SendError::NoRecipient { reason },
        ) => {
            debug!(delivery.id = %id, reason, "the mail server refused a mail");
            None
        }
        None => None,
    };
    match &delivered.state {
        DeliveryState::Sent { .. } => info!(delivery.id = %id, "sent"),
        DeliveryState::Due { at, attempt } => {
            warn!(delivery.id = %id, attempt, next_try = %at, reason, "failed to send");
        }
        DeliveryState::Leased { until, .. } => warn!(delivery.id = %id, %until, "still under way"),
        DeliveryState::Dead { .. } => error!(delivery.id = %id, "gave up sending"),
    }
}

pub(super) fn log_answer(answered: &Answered, state: &DeliveryState) {
    let (endpoint, id) = (&answered.endpoint, answered.number);
    let reason = answered.result.as_ref().err().map(ToString::to_string);
    match state {
        DeliveryState::Sent { .. } => debug!(endpoint = %endpoint, dispatch.id = %id, "told"),
        DeliveryState::Due { at, attempt } => {
            warn!(endpoint = %endpoint, dispatch.id = %id, attempt, next_try = %at, reason, "failed to tell");
        }
        DeliveryState::Leased { until, .. } => {
            warn!(endpoint = %endpoint, dispatch.id = %id, %until, "still under way");
        }
        DeliveryState::Dead { .. } => {
            error!(endpoint = %endpoint, dispatch.id = %id, reason, "gave up telling");
        }
    }
}
