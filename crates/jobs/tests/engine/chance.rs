//! Random scripts, crashes at random moments: nobody missing, nobody done twice.

use crate::{
    script::{Act, put_off},
    stage::{Stage, on_sqlite},
};
use model::{Fault, JobState, OnUnknown, Rng, Verdict};
use std::time::Duration;

const CASES: u64 = 200;

#[tokio::test]
async fn nobody_is_missing_and_nobody_is_done_twice() {
    on_sqlite(|stage| async move {
        for seed in 0..CASES {
            case(&stage, seed).await;
        }
    })
    .await;
}

fn act(rng: &Rng) -> Act {
    match rng.below(12) {
        0 => Act::Fail(Verdict::permanent("no", Fault::Recipient)),
        1 => put_off(Fault::Recipient),
        2 => put_off(Fault::Server),
        3 => Act::Unknown,
        4 => Act::Panic,
        5 => Act::Forget,
        6 => Act::Take(Duration::from_secs(rng.below(3))),
        _ => Act::Succeed,
    }
}

async fn case(stage: &Stage, seed: u64) {
    let rng = Rng::seeded(seed);
    let items = 1 + rng.below(12) as i64;
    let before = stage.script.effects();
    stage.script.slots(1 + rng.below(4) as usize, 1 + rng.below(4) as usize);
    stage.script.forget();
    for seq in 1..=items {
        stage.script.plan(seq, (0..5).map(|_| act(&rng)));
    }
    let policy = if rng.below(4) == 0 { OnUnknown::Repeat } else { OnUnknown::Hold };
    let id = stage.enqueue(items, policy, None).await;
    for _ in 0..rng.below(4) {
        stage.start().await;
        for _ in 0..rng.below(40) {
            tokio::time::sleep(Duration::from_micros(rng.below(200))).await;
            stage.clock.advance(Duration::from_millis(rng.below(5_000)));
        }
        stage.crash().await;
    }
    stage.start().await;
    for step in 0..5_000 {
        if stage.job(id).await.state.is_final() {
            break;
        }
        assert!(step < 4_999, "seed {seed}: it does not end: {:?}", stage.job(id).await);
        stage.clock.advance(Duration::from_secs(20));
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
    stage.crash().await;
    let counters = stage.assert_consistent(id).await;
    assert_eq!((counters.total, counters.processed()), (items as u64, items as u64), "seed {seed}");
    assert_eq!(stage.job(id).await.state, JobState::Completed, "seed {seed}");
    if policy == OnUnknown::Hold {
        for (seq, times) in stage.script.effects() {
            let times = times - before.get(&seq).unwrap_or(&0);
            assert!(times <= 1, "seed {seed}: item {seq} was done {times} times");
        }
    }
}
