//! `vigie restore`

use super::backup::{failure, show, size, to_json};
use crate::{
    cli::RestoreArgs,
    config::Config,
    failure::{Exit, Failure, Result},
    owner::{self, Claim},
    render::{
        self, Align, Table, count,
        progress::{Bar, Silence},
    },
    words::t,
};
use ::backup::{Database, Kept, RestorePlan, Restored, SecretKey};
use model::Clock;
use std::path::{Path, PathBuf};

pub(super) async fn run(config: &Config, args: &RestoreArgs) -> Result<Exit> {
    let kept = ::backup::find(&args.from).map_err(|error| failure(&error))?;
    let to = args.to.clone().unwrap_or_else(|| config.data.value.clone());
    if args.dry_run {
        let mut bar = Bar::counting(Silence::beside(config));
        let checked = ::backup::check(&kept, &mut |progress| show(&mut bar, progress));
        bar.clear();
        checked.map_err(|error| failure(&error))?;
        preview(config, &kept, &to)?;
        return Ok(Exit::Done);
    }
    let vacant = ::backup::is_vacant(&to).map_err(|error| failure(&error))?;
    if !vacant && !args.replace {
        return Err(Failure::refused(t!("restore-not-empty", to = to.display())).help(t!("restore-not-empty-help")));
    }
    // Nobody works on it, and nobody begins to.
    let _held = match vacant {
        true => None,
        false => match owner::claim(&to, "restore")? {
            Claim::Theirs(owner) => return Err(owner::refusal(&to, &owner)),
            Claim::Mine(lock) => Some(lock),
        },
    };
    let here = to.join("secret.key");
    let secret_key = args.key.clone().or_else(|| here.is_file().then_some(here));
    let plan = RestorePlan { kept, to, secret_key, now: Clock::System.now() };
    let mut bar = Bar::counting(Silence::beside(config));
    let restored = ::backup::restore(&plan, &mut |progress| show(&mut bar, progress));
    bar.clear();
    tell(config, &plan, &restored.map_err(|error| failure(&error))?)?;
    Ok(Exit::Done)
}

fn preview(config: &Config, kept: &Kept, to: &Path) -> Result<()> {
    if config.json {
        return render::json(&of(kept, to));
    }
    about(config, kept)?;
    render::say(&t!("restore-preview", to = to.display()));
    Ok(())
}

/// What a backup holds, and what will wait.
fn about(config: &Config, kept: &Kept) -> Result<()> {
    let manifest = &kept.manifest;
    let at = render::moment(manifest.taken_at, &config.zone.value);
    let (data, host, files) = (&manifest.data, &manifest.host, manifest.files.len());
    render::out(&t!("restore-of", at, data, host, size = size(manifest.bytes()); n = files))?;
    if !manifest.held.jobs.is_empty() {
        render::out(&t!("restore-held"))?;
        let mut table = Table::new(&[
            ("job", Align::Left),
            ("name", Align::Left),
            ("queued", Align::Right),
            ("running", Align::Right),
        ]);
        for job in &manifest.held.jobs {
            let id = job.id.get(..8).unwrap_or(&job.id).to_owned();
            table.row([id, render::plain(&job.name, 60), count(job.queued), count(job.running)]);
        }
        render::out(&table.to_string())?;
    }
    match manifest.held.schedules {
        0 => Ok(()),
        schedules => render::out(&t!("restore-schedules"; n = schedules)),
    }
}

fn of(kept: &Kept, to: &Path) -> serde_json::Value {
    let mut shown = to_json(&kept.manifest);
    shown["folder"] = kept.folder.display().to_string().into();
    shown["to"] = to.display().to_string().into();
    shown
}

fn tell(config: &Config, plan: &RestorePlan, restored: &Restored) -> Result<()> {
    let beside = restored.beside.as_ref().map(|place: &PathBuf| place.display().to_string());
    if config.json {
        let mut shown = of(&plan.kept, &plan.to);
        shown["kept_beside"] = beside.into();
        shown["has_key"] = restored.has_key.into();
        return render::json(&shown);
    }
    about(config, &plan.kept)?;
    render::out(&t!("restore-done", to = plan.to.display()))?;
    if let Some(place) = beside {
        render::say(&t!("restore-beside", place));
    }
    let manifest = &plan.kept.manifest;
    if !manifest.held.jobs.is_empty() || manifest.held.schedules > 0 {
        render::say(&t!("restore-next", at = render::moment(manifest.taken_at, &config.zone.value)));
    }
    if !restored.has_key && manifest.secret_key == SecretKey::LeftOut {
        render::say(&t!("restore-no-key", place = plan.to.join("secret.key").display()));
    }
    if manifest.database == Database::Postgres {
        render::say(&t!("restore-postgres", to = plan.to.display()));
    }
    Ok(())
}
