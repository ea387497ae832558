//! `vigie celery import-beat`: what beat sends again and again becomes schedules. Each runs `celery call`, so that the workers
//! take the task as before. Without `--apply` it is only told what would be made.

use super::super::schedule;
use crate::{
    app::{self, Engines},
    cli::CeleryBeatArgs,
    client::{Client, escaped, query, refusal},
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::schedules::{NewSchedule, Schedule, SchedulePreview};
use celery::beat::{self, BeatProblem, BeatTask};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

/// Bytes of a file.
const FILE_MAX: u64 = 64 << 20;
const NAME_WIDTH: usize = 40;
const TEXT_WIDTH: usize = 60;

pub(super) async fn import(config: &Config, args: CeleryBeatArgs) -> Result<Exit> {
    let folder = args.folder.clone().unwrap_or_else(|| ".".into());
    let folder = schedule::absolute(&folder)?;
    let connected = match args.apply {
        true => app::changing(config, "celery", Engines::Rest).await?,
        false => app::reading(config).await?,
    };
    let done = plan_and_keep(config, connected.client(), &args, &folder).await;
    connected.close().await;
    done
}

/// What becomes of a task of beat.
struct Planned {
    task: BeatTask,
    new: NewSchedule,
    /// In words, and when it would run first; or why it cannot.
    preview: std::result::Result<SchedulePreview, String>,
}

async fn plan_and_keep(config: &Config, client: &Client, args: &CeleryBeatArgs, folder: &Path) -> Result<Exit> {
    let tasks = match &args.file {
        Some(file) => of_file(file)?,
        None => of_workers(client, args.worker.as_deref()).await?,
    };
    let mut planned = Vec::new();
    for task in tasks {
        let new = as_schedule(&task, args, folder);
        let preview = match &task.problem {
            Some(problem) => Err(said(problem)),
            None => preview(client, &new).await?,
        };
        planned.push(Planned { task, new, preview });
    }
    let kept = match args.apply {
        true => keep_all(client, &planned, args.replace).await?,
        false => 0,
    };
    let left_out = planned.iter().filter(|planned| planned.preview.is_err()).count();
    if config.json {
        let rows = planned.iter().map(|planned| {
            let problem = planned.preview.as_ref().err();
            json!({"schedule": planned.new, "paused": planned.task.is_paused, "lost": planned.task.lost, "problem": problem})
        });
        render::json(&json!({"rows": rows.collect::<Vec<_>>(), "kept": kept}))?;
    } else {
        render::out(&table(config, &planned).to_string())?;
        match args.apply {
            true => render::say(&t!("celery-beat-kept"; n = kept)),
            false => render::say(&t!("celery-beat-dry")),
        }
    }
    Ok(if left_out > 0 && args.apply { Exit::Failed } else { Exit::Done })
}

fn of_file(file: &Path) -> Result<Vec<BeatTask>> {
    if std::fs::metadata(file).at(file.display())?.len() > FILE_MAX {
        return Err(Failure::refused(t!("schedule-file-long", file = file.display())));
    }
    let text = std::fs::read_to_string(file).at(file.display())?;
    beat::read(&text)
        .map_err(|_| Failure::refused(t!("celery-beat-none", file = file.display())).help(t!("celery-beat-none-help")))
}

/// What the workers answer when they are asked for their configuration.
async fn of_workers(client: &Client, only: Option<&str>) -> Result<Vec<BeatTask>> {
    let answer = client.get::<Value>("/api/workers").await?;
    let mut tasks: Vec<BeatTask> = Vec::new();
    for (name, worker) in answer.json.as_object().into_iter().flatten() {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let conf = &worker["conf"];
        // Without one, Celery's own clock is UTC.
        let zone = conf["timezone"].as_str().unwrap_or("UTC");
        let told = beat::of_configuration(&conf["beat_schedule"], Some(zone));
        let new = told.into_iter().filter(|task| tasks.iter().all(|known| known.name != task.name));
        let new: Vec<BeatTask> = new.collect();
        tasks.extend(new);
    }
    match tasks.is_empty() {
        true => Err(Failure::refused(t!("celery-beat-no-worker")).help(t!("celery-beat-none-help"))),
        false => Ok(tasks),
    }
}

fn as_schedule(task: &BeatTask, args: &CeleryBeatArgs, folder: &Path) -> NewSchedule {
    let mut command =
        vec![args.celery.clone(), "-A".to_owned(), args.app.clone(), "call".to_owned(), task.task.clone()];
    let mut option = |name: &str, value: Option<&str>| {
        command.extend(value.map(|value| format!("--{name}={value}")));
    };
    let shown = |value: &Value, empty: &str| Some(value.to_string()).filter(|text| text != empty && text != "null");
    option("args", shown(&task.args, "[]").as_deref());
    option("kwargs", shown(&task.kwargs, "{}").as_deref());
    option("queue", task.queue.as_deref());
    option("exchange", task.exchange.as_deref());
    option("routing-key", task.routing_key.as_deref());
    option("expires", task.expires.as_deref());
    let env: BTreeMap<&String, &String> = args.env.iter().map(|(name, value)| (name, value)).collect();
    NewSchedule {
        name: task.name.clone(),
        kind: "command".to_owned(),
        when: task.when.clone().unwrap_or_default(),
        zone: task.zone.clone().or_else(|| args.zone.clone()),
        spec: json!({"command": command, "cwd": folder, "env": env}),
        ..NewSchedule::default()
    }
}

async fn preview(client: &Client, new: &NewSchedule) -> Result<std::result::Result<SchedulePreview, String>> {
    let pairs = [("when", Some(new.when.clone())), ("zone", new.zone.clone())];
    let found = client.get_or_problem::<SchedulePreview>(&format!("/api/v1/schedules/preview{}", query(pairs))).await?;
    Ok(found.map(crate::client::Answer::into_inner).map_err(|problem| refusal(&problem).what))
}

/// Keeps those that can be; how many.
async fn keep_all(client: &Client, planned: &[Planned], replace: bool) -> Result<u64> {
    let mut kept = 0;
    for Planned { task, new, preview } in planned {
        if preview.is_err() {
            continue;
        }
        schedule::keep(client, new, replace).await?;
        if task.is_paused {
            let path = format!("/api/v1/schedules/{}/pause", escaped(&new.name));
            client.post_empty::<Schedule>(&path).await?;
        }
        kept += 1;
    }
    Ok(kept)
}

fn table(config: &Config, planned: &[Planned]) -> Table {
    let columns = ["name", "task", "when", "next run", "note"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for Planned { task, preview, .. } in planned {
        let (when, next, mut notes) = match preview {
            Ok(preview) => {
                (preview.said.clone(), render::moment(preview.next.first().copied(), &config.zone.value), Vec::new())
            }
            Err(why) => ("–".to_owned(), "–".to_owned(), vec![t!("celery-beat-left-out", why)]),
        };
        if preview.is_ok() && task.is_paused {
            notes.push(t!("celery-beat-paused"));
        }
        if preview.is_ok() && !task.lost.is_empty() {
            notes.push(t!("celery-beat-lost", fields = task.lost.join(", ")));
        }
        let note = notes.join("; ");
        table.row([
            render::plain(&task.name, NAME_WIDTH),
            render::plain(&task.task, NAME_WIDTH),
            render::plain(&when, TEXT_WIDTH),
            next,
            render::plain(&note, TEXT_WIDTH * 2),
        ]);
    }
    table
}

fn said(problem: &BeatProblem) -> String {
    match problem {
        BeatProblem::Solar => t!("celery-beat-solar"),
        BeatProblem::TooOften => t!("celery-beat-often"),
        BeatProblem::OnceOnly => t!("celery-beat-once"),
        BeatProblem::Unread(what) => t!("celery-beat-unread", what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_of_beat_is_called_as_before() {
        let args = CeleryBeatArgs {
            file: None,
            app: "shop".to_owned(),
            celery: "/srv/shop/venv/bin/celery".to_owned(),
            folder: None,
            env: vec![("DJANGO_SETTINGS_MODULE".to_owned(), "shop.settings".to_owned())],
            worker: None,
            zone: Some("Europe/Paris".to_owned()),
            apply: false,
            replace: false,
        };
        let task = BeatTask {
            name: "Bills".to_owned(),
            task: "shop.bill".to_owned(),
            when: Some("0 8 1-7 * &1".to_owned()),
            args: json!([1, "é"]),
            kwargs: json!({}),
            queue: Some("invoices".to_owned()),
            expires: Some("60".to_owned()),
            ..BeatTask::default()
        };
        let new = as_schedule(&task, &args, Path::new("/srv/shop"));
        let command = [
            "/srv/shop/venv/bin/celery",
            "-A",
            "shop",
            "call",
            "shop.bill",
            "--args=[1,\"é\"]",
            "--queue=invoices",
            "--expires=60",
        ];
        let env = json!({"DJANGO_SETTINGS_MODULE": "shop.settings"});
        assert_eq!(new.spec, json!({"command": command, "cwd": "/srv/shop", "env": env}));
        assert_eq!((new.when.as_str(), new.zone.as_deref()), ("0 8 1-7 * &1", Some("Europe/Paris")));
    }
}
