//! The fifth loop: answers HTTP, asks hubs to push, and tells a hub what is new in feeds.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context, Result};
use store::Ledger;
use tracing::info;
use web::Door;

use super::{LOOK_AGAIN, Watch, pause_until, unless_busy};
use crate::clock;
use crate::feeds::{self, Pusher};
use crate::links;
use crate::served;
use crate::websub::{self, Subscriber};

pub(super) fn listen_at(door: &Door) -> Result<TcpListener> {
    let address = door.listen;
    let listener = TcpListener::bind(address).with_context(|| {
        format!(
            "failed to listen at {address}, as `listen` in [web] says; another program may have it"
        )
    })?;
    info!(listen = %listener.local_addr()?, "answering");
    Ok(listener)
}

/// Answers, and where hubs can reach us asks them to push.
pub(super) async fn serve(shared: Watch, listener: TcpListener) -> Result<()> {
    let config = shared.settings.borrow().clone();
    let Some(door) = config.web.clone() else { return Ok(()) };
    let ledger = || Ledger::open(&config.data, clock::now());
    let callbacks = door.public_url.clone();
    let push = match &callbacks {
        Some(_) => {
            let pushed = Arc::clone(&shared.pushed);
            Some(websub::push(ledger()?, config.crawl.limits.body_bytes, pushed))
        }
        None => None,
    };
    let links = links::pages(ledger()?, shared.settings.clone())?;
    let feeds = match feeds::base(&door) {
        Some(base) => Some(feeds::feeds(ledger()?, shared.settings.clone(), base)),
        None => None,
    };
    let backend = served::backend(ledger()?, shared.settings.clone(), push, links, feeds);
    let stop = shared.stop.clone();
    let served = async { Ok(web::serve(listener, door, backend, &stop).await?) };
    let Some(callbacks) = callbacks else { return served.await };
    let subscriber = Subscriber::new(ledger()?, &config.crawl, callbacks.clone())?;
    let pusher = Pusher::new(ledger()?, &config.crawl, callbacks)?;
    let (asking, telling) = (ask_hubs(shared.clone(), subscriber), tell_hub(shared, pusher));
    tokio::try_join!(served, asking, telling).map(|_| ())
}

/// Tells the hub what is new in feeds.
async fn tell_hub(mut shared: Watch, mut pusher: Pusher) -> Result<()> {
    let mut config = shared.settings.borrow_and_update().clone();
    while !shared.stop.is_cancelled() {
        if let Some(changed) = shared.changed() {
            config = changed;
            pusher.configure(&config.crawl)?;
        }
        unless_busy(pusher.push_due(&config, clock::now()))?;
        tokio::select! {
            Some(told) = pusher.next_told() => {
                unless_busy(pusher.settle(&told, clock::now()))?;
            }
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            // What is under way is told again at the next start.
            () = shared.stop.cancelled() => {}
        }
    }
    Ok(())
}

async fn ask_hubs(mut shared: Watch, mut subscriber: Subscriber) -> Result<()> {
    while !shared.stop.is_cancelled() {
        if let Some(config) = shared.changed() {
            subscriber.configure(&config.crawl)?;
        }
        let now = clock::now();
        unless_busy(subscriber.ask_due(now))?;
        let pause = pause_until(unless_busy(subscriber.next_ask_due())?.flatten(), now);
        tokio::select! {
            Some(answered) = subscriber.next_answered() => {
                unless_busy(subscriber.settle(&answered, clock::now()))?;
            }
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    Ok(())
}
