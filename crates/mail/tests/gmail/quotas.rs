//! Google's quotas, as the engine hears of them.

use super::*;

#[tokio::test]
async fn sixty_a_minute_then_the_account_waits_for_the_stated_time_under_either_status() {
    for status in [403, 429] {
        let scene = Scene::new().await;
        scene.gmail.set_quotas(Quotas { status, ..Quotas::default() });
        let mut connection = scene.connection(Mode::Send);
        for _ in 0..60 {
            accepted(connection.deliver(&letter()).await);
            scene.hands.advance(Duration::from_millis(500));
        }
        let verdict = not_sent(connection.deliver(&letter()).await);
        let pause = verdict.pause.unwrap();
        assert_eq!((verdict.code.as_str(), verdict.fault), ("rate_limit", Fault::SenderQuota));
        assert_eq!((pause.scope, pause.wait), (PauseScope::Account, Some(Duration::from_secs(30))));
        scene.hands.advance(pause.wait.unwrap());
        accepted(connection.deliver(&letter()).await);
    }
}

#[tokio::test]
async fn a_used_up_day_pauses_the_account_for_hours() {
    let scene = Scene::new().await;
    scene.gmail.set_quotas(Quotas { messages_per_day: 3, ..Quotas::default() });
    let mut connection = scene.connection(Mode::Send);
    for _ in 0..3 {
        accepted(connection.deliver(&letter()).await);
        scene.hands.advance(Duration::from_secs(3600));
    }
    let verdict = not_sent(connection.deliver(&letter()).await);
    assert_eq!((verdict.code.as_str(), verdict.fault), ("daily_quota", Fault::SenderQuota));
    assert_eq!(verdict.args["retry_at"], "2025-01-11T13:00:00.000000Z");
    let wait = verdict.pause.unwrap().wait.unwrap();
    assert_eq!(wait, Duration::from_secs(21 * 3600));
    scene.hands.advance(wait);
    accepted(connection.deliver(&letter()).await);
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let scene = Scene::new().await;
    let answer = Answer::error(429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota).");
    scene.gmail.trouble(Call::Send, Trouble::Answer(answer.with_retry_after("7200")));
    let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter()).await);
    assert_eq!(verdict.pause.unwrap().wait, Some(Duration::from_secs(7200)));
}
