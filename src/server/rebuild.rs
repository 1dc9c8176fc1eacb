//! After the catalogue or a list changed: what is derived of stored requests is derived anew, in the
//! background, in batches that hold no capture up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::senders::Judge;
use crate::store::{Store, StoreError, rebuild};

/// Between two batches: captures go first.
const PAUSE: Duration = Duration::from_millis(5);

/// Whether all that is stored is now derived from what `judge` knows.
pub(super) async fn run(store: Store, judge: Arc<Judge>, stop: watch::Receiver<bool>) -> bool {
    match derive_all(&store, &judge, &stop).await {
        Ok(0) => true,
        Ok(count) => {
            tracing::info!("{count} stored requests are identified anew");
            !*stop.borrow()
        }
        Err(StoreError::Closed) => false,
        Err(error) => {
            tracing::error!(
                "stored requests could not be identified anew, the next start tries again: {error}"
            );
            false
        }
    }
}

async fn derive_all(
    store: &Store,
    judge: &Arc<Judge>,
    stop: &watch::Receiver<bool>,
) -> Result<u64, StoreError> {
    let version = judge.version();
    if store.read(move |db| rebuild::is_done(db, version)).await? {
        return Ok(0);
    }
    let (mut after, mut count) = (None, 0);
    loop {
        let judge = Arc::clone(judge);
        let batch = store
            .read(move |db| {
                let stale = rebuild::stale(db, version, after)?;
                Ok(stale
                    .into_iter()
                    .map(|request| {
                        (
                            request.id,
                            judge.judge(&request.received, request.judged.client),
                        )
                    })
                    .collect::<Vec<_>>())
            })
            .await?;
        let Some((last, _)) = batch.last() else {
            break;
        };
        after = Some(*last);
        count += batch.len() as u64;
        store
            .write(move |db| {
                batch
                    .iter()
                    .try_for_each(|(id, judged)| rebuild::replace(db, *id, judged, version))
            })
            .await?;
        if *stop.borrow() {
            return Ok(count);
        }
        tokio::time::sleep(PAUSE).await;
    }
    store
        .write(move |db| rebuild::mark_done(db, version))
        .await?;
    Ok(count)
}
