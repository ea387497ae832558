//! The draft-then-send way, and its three answers afterwards.

use super::*;

/// Delivers one letter whose `drafts.send` goes wrong, and gives back what a durable store would hold then.
async fn lose(scene: &Scene, connection: &mut Connection, trouble: Trouble) -> (DraftId, Verdict) {
    scene.gmail.trouble(Call::SendDraft, trouble);
    let kept = RefCell::new(None);
    let delivery = connection
        .deliver_with(&letter(), &jobs::Intent::free(), async |draft| {
            assert!(scene.gmail.sent().is_empty(), "kept before it is sent");
            *kept.borrow_mut() = Some(draft.to_string());
            Ok(())
        })
        .await;
    let draft: DraftId = kept.into_inner().expect("a draft").parse().unwrap();
    let verdict = unknown(delivery);
    assert_eq!(verdict.args["draft"], draft.to_string());
    (draft, verdict)
}

#[tokio::test]
async fn a_draft_is_kept_then_sent_then_gone() {
    let scene = Scene::new().await;
    let kept = RefCell::new(Vec::new());
    let mut connection = scene.connection(Mode::Draft);
    let delivery = connection
        .deliver_with(&letter(), &jobs::Intent::free(), async |draft| {
            kept.borrow_mut().push((draft, scene.gmail.drafts().len(), scene.gmail.sent().len()));
            Ok(())
        })
        .await;
    assert_eq!(vec![accepted(delivery)], scene.ids_sent());
    let (draft, drafts, sent) = kept.into_inner().remove(0);
    assert_eq!((drafts, sent), (1, 0));
    assert_eq!(scene.gmail.sent()[0].draft, Some(draft.id.clone()));
    assert!(scene.gmail.drafts().is_empty());
    assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
}

#[tokio::test]
async fn sent_and_the_reply_lost_is_found_to_be_sent() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let (draft, _) = lose(&scene, &mut connection, Trouble::HangUpTaken).await;
    // Another process, after a crash.
    assert_eq!(scene.connection(Mode::Draft).verify_draft(&draft).await, Verified::Sent);
    assert_eq!(scene.gmail.sent().len(), 1);
}

#[tokio::test]
async fn not_sent_and_the_reply_lost_is_found_there_and_sent_once() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let (draft, _) = lose(&scene, &mut connection, Trouble::HangUpUntaken).await;
    assert_eq!(connection.verify_draft(&draft).await, Verified::StillThere);
    accepted(connection.send_draft(&draft).await);
    assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
    let again = unknown(connection.send_draft(&draft).await);
    assert_eq!(again.code, "draft_gone");
    assert_eq!(scene.gmail.sent().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_asked_stays_unknown() {
    let scene = Scene::new().await;
    let mut connection = scene.impatient(Mode::Draft);
    let (draft, verdict) = lose(&scene, &mut connection, Trouble::SilenceTaken).await;
    assert_eq!(verdict.code, "timeout");
    let troubles = [
        (Trouble::Answer(Answer::error(503, "backendError", "Backend Error")), "server_error"),
        (Trouble::Answer(Answer::new(404, "<html>Not Found</html>")), "unexpected_reply"),
        (Trouble::Answer(Answer::new(200, r#"{"id":"another"}"#)), "unexpected_reply"),
        (Trouble::HangUpUntaken, "connection_lost"),
        (Trouble::Answer(Answer::error(403, "forbidden", "Delegation denied")), "forbidden"),
    ];
    for (trouble, code) in troubles {
        scene.gmail.trouble(Call::GetDraft, trouble);
        match connection.verify_draft(&draft).await {
            Verified::Unreachable(verdict) => assert_eq!(verdict.code, code),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
}

#[tokio::test]
async fn another_mailbox_s_draft_proves_nothing() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let draft: DraftId = "ventes@exemple.fr/r-1".parse().unwrap();
    assert!(matches!(connection.verify_draft(&draft).await, Verified::Unreachable(verdict)
        if verdict.code == "draft_of_another_mailbox"));
    assert_waits_for_a_person(&not_sent(connection.send_draft(&draft).await));
    assert!(scene.gmail.calls().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn a_draft_whose_id_cannot_be_kept_is_discarded_and_nothing_is_sent() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let full = Verdict::new("disk_full", Fault::Server, Retry::After { wait: Duration::from_secs(1) });
    let delivery = connection.deliver_with(&letter(), &jobs::Intent::free(), async |_| Err(full.clone())).await;
    assert_eq!(not_sent(delivery), full);
    assert!(scene.gmail.drafts().is_empty() && scene.gmail.sent().is_empty());
}

#[tokio::test]
async fn a_draft_that_was_refused_waits_for_its_retry_when_its_id_is_kept() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    scene.gmail.trouble(Call::SendDraft, Trouble::Answer(Answer::error(500, "backendError", "Backend Error")));
    let verdict = not_sent(connection.deliver_with(&letter(), &jobs::Intent::free(), async |_| Ok(())).await);
    let draft: DraftId = verdict.args["draft"].parse().unwrap();
    assert_eq!(scene.gmail.drafts()[0].id, draft.id);
    accepted(connection.send_draft(&draft).await);
}

#[tokio::test]
async fn without_a_store_a_refused_draft_is_discarded_unless_it_was_sent_after_all() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let trouble = || Answer::error(500, "backendError", "Backend Error");
    scene.gmail.trouble(Call::SendDraft, Trouble::Answer(trouble()));
    assert_eq!(not_sent(connection.deliver(&letter()).await).code, "server_error");
    assert!(scene.gmail.drafts().is_empty() && scene.gmail.sent().is_empty());

    scene.gmail.trouble(Call::SendDraft, Trouble::TakenBut(trouble()));
    assert_eq!(unknown(connection.deliver(&letter()).await).code, "draft_gone");
    assert_eq!(scene.gmail.sent().len(), 1);
}

#[tokio::test]
async fn a_lost_draft_is_no_mail() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    scene.gmail.trouble(Call::CreateDraft, Trouble::HangUpTaken);
    let delivery =
        connection.deliver_with(&letter(), &jobs::Intent::free(), async |_| panic!("there is no id to keep")).await;
    assert_eq!(not_sent(delivery).code, "connection_lost");
    assert!(scene.gmail.sent().is_empty());
}

#[tokio::test]
async fn in_send_mode_no_draft_is_made() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Send);
    accepted(connection.deliver_with(&letter(), &jobs::Intent::free(), async |_| panic!("no draft")).await);
    assert_eq!(scene.gmail.calls(), [Call::Token, Call::Send]);
}

#[tokio::test]
async fn delivering_with_a_store_can_be_spawned() {
    let scene = Scene::new().await;
    let mut connection = scene.connection(Mode::Draft);
    let (keep, kept) = tokio::sync::oneshot::channel::<DraftId>();
    let task = tokio::spawn(async move {
        connection
            .deliver_with(&letter(), &jobs::Intent::free(), async move |draft| {
                keep.send(draft).map_err(|_| Verdict::permanent("nobody_listens", Fault::Server))
            })
            .await
    });
    accepted(task.await.unwrap());
    assert_eq!(kept.await.unwrap().mailbox, MAILBOX);
}
