//! A job of Vigie that stopped: what was recorded of it, and what the machine says of the same moment.

use crate::tree::{At, Tree};
use diagnosis::{
    Diagnosis, Question, Verdict,
    job::{FactKind, JobCount, JobFact, JobStory},
    judge::CauseId,
    recipients::{Advice, Outcome, Reason},
    report,
};
use language::Language;
use model::{JobState, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(At::new(22, 20, 0).plus(second).micros())
}

fn fact(second: i64, kind: FactKind, code: &str, text: &str) -> JobFact {
    JobFact { at: at(second), kind, code: code.into(), text: text.into() }
}

/// A mailing to 60, of which 40 were served before 22:20.
fn story(state: JobState, unknown: u64, facts: Vec<JobFact>) -> JobStory {
    let count = |outcome, count, names: &[&str]| JobCount {
        outcome,
        count,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let begun = [
        fact(-120, FactKind::State(JobState::Running), "", ""),
        fact(-120, FactKind::Line, "started", "Invoices started: 60 to send"),
        fact(-2, FactKind::Line, "item", "[40/60] sent to adherent40@example.org"),
    ];
    JobStory {
        id: "7f3b0c52-0000-4000-8000-000000000001".into(),
        name: "Invoices".into(),
        state,
        is_external: false,
        begin: Some(at(-120)),
        latest: at(0),
        resumes_at: None,
        counts: vec![
            count(Outcome::Sent, 40, &[]),
            count(Outcome::Unknown, unknown, &["adherent41@example.org"]),
            count(Outcome::NotStarted, 20 - unknown, &[]),
        ],
        facts: begun.into_iter().chain(facts).collect(),
    }
}

fn asked(tree: &Tree, story: JobStory) -> Diagnosis {
    let question = Question { at: Some(story.end().0.to_string()), job: Some(story), ..Question::default() };
    tree.ask(&question, None)
}

fn paused() -> JobStory {
    let reply = "535 5.7.8 Error: authentication failed";
    let line = format!("Paused: the login was refused ({reply})");
    story(
        JobState::Paused,
        0,
        vec![
            fact(0, FactKind::Attempt, "auth_failed", reply),
            fact(0, FactKind::State(JobState::Paused), "auth_failed", reply),
            fact(0, FactKind::Line, "paused", &line),
        ],
    )
}

/// Another application of the machine has its own troubles at the same moment.
fn troubled() -> Tree {
    let tree = Tree::in_paris();
    tree.write(
        "srv/club/logs/django.log",
        &format!("{} ERROR django.request Internal Server Error: /x\nTraceback (most recent call last):\n  File \"/srv/x.py\", line 1, in x\n    y()\nsocket.gaierror: [Errno -3] Temporary failure in name resolution\n", At::new(22, 19, 59).application()),
    );
    tree.write(
        "var/log/syslog",
        &format!("{} web1 systemd[1]: Stopping gunicorn.service - Club site...\n", At::new(22, 19, 58).syslog()),
    );
    tree
}

#[test]
fn the_recorded_reason_is_the_cause_whatever_other_programs_say() {
    let found = asked(&troubled(), paused());
    assert_eq!(found.judgement.verdict, Verdict::Cause { cause: CauseId::SmtpAuth }, "{:#?}", found.judgement.findings);
    let first = &found.judgement.findings[0];
    assert!(found.collected.evidence[first.evidence].line.contains("535 5.7.8"));
    assert_eq!(found.resume.advice, Advice::Wait);
    assert_eq!(found.resume.reasons, [Reason::MendFirst, Reason::LeftInJob { count: 20 }]);
    assert_eq!(found.resume.commands, ["vigie jobs resume 7f3b0c52-0000-4000-8000-000000000001"]);
}

fn lost() -> JobStory {
    let lost = fact(40, FactKind::Line, "lost", "1 item was being sent when the process ended: not confirmed");
    story(JobState::Running, 1, vec![lost])
}

#[test]
fn a_lost_process_is_explained_by_what_the_kernel_says_of_it() {
    let tree = Tree::in_paris();
    let line = |unit: &str, task: &str| {
        format!(
            "{} web1 kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/system.slice/{unit},task_memcg=/system.slice/{unit},task={task},pid=812,uid=33\n",
            At::new(22, 20, 1).syslog()
        )
    };
    tree.write("var/log/syslog", &line("backup.service", "restic"));
    let other = asked(&tree, lost());
    assert_eq!(other.judgement.verdict, Verdict::Cause { cause: CauseId::JobWorkerLost });
    tree.write("var/log/syslog", &line("vigie.service", "vigie"));
    let found = asked(&tree, lost());
    assert_eq!(found.judgement.verdict, Verdict::Cause { cause: CauseId::OutOfMemory }, "{:#?}", found.judgement);
    assert_eq!(found.judgement.findings[0].effects, [CauseId::JobWorkerLost]);
    assert_eq!(
        found.resume.reasons,
        [Reason::MendFirst, Reason::UnknownHeld { count: 1 }, Reason::LeftInJob { count: 19 }]
    );
    let text = report::text(&found, Language::English);
    assert!(text.contains("adherent41@example.org") && text.contains("vigie jobs items"), "{text}");
}

#[test]
fn a_job_that_goes_on_or_is_done_has_no_cause() {
    let tree = troubled();
    let running = asked(&tree, story(JobState::Running, 0, Vec::new()));
    assert_eq!((running.judgement.verdict, running.resume.advice), (Verdict::StillRunning, Advice::Wait));
    let done = fact(0, FactKind::State(JobState::Completed), "", "");
    let done = JobStory { counts: Vec::new(), ..story(JobState::Completed, 0, vec![done]) };
    let found = asked(&tree, done);
    assert_eq!((found.judgement.verdict, found.resume.advice), (Verdict::EndedNormally, Advice::No));
}

#[test]
fn the_report_of_a_job_reads_well() {
    let found = asked(&troubled(), paused());
    insta::assert_snapshot!("text_en", report::text(&found, Language::English));
    insta::assert_snapshot!("text_fr", report::text(&found, Language::French));
}
