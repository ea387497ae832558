//! How soon work begins. Printed, and held against a bound that only a defect exceeds.

use crate::stage::on_sqlite;
use model::OnUnknown;
use std::time::{Duration, Instant};

#[tokio::test]
async fn work_begins_as_soon_as_it_is_there() {
    on_sqlite(|stage| async move {
        stage.start().await;
        let mut waits = Vec::new();
        for round in 1..=50 {
            // The clock stands still: nobody finds the job by looking from time to time.
            let id = stage.enqueue(1, OnUnknown::Hold, None).await;
            let begun = Instant::now();
            while stage.script.calls().len() < round {
                tokio::task::yield_now().await;
                assert!(begun.elapsed() < Duration::from_secs(20), "nobody was woken");
            }
            waits.push(begun.elapsed());
            stage.done(id).await;
        }
        waits.sort();
        println!("from ready to begun: median {:?}, longest {:?}", waits[25], waits[49]);
        assert!(waits[25] < Duration::from_millis(250), "median {:?}", waits[25]);
    })
    .await;
}
