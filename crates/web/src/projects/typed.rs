//! The settings of a project as a form shows them, and back.

use crate::{
    layout::{
        Form,
        parts::{Choice, Faults},
        view::View,
    },
    projects::{
        api::{NAME_MAX, is_name},
        page::ProjectForm,
        setup::PLATFORMS,
    },
};
use errors::scrubbing::{Scrubbing, ScrubbingSettings};
use reports::ProjectSettings;
use store::Project;

/// Lines of a list, and characters of each.
const LINES_MAX: usize = 200;
const LINE_MAX: usize = 200;

/// The platforms to choose from; one that is not among them is kept.
pub(super) fn platforms(v: &View, chosen: &str) -> Vec<Choice> {
    let known = PLATFORMS.iter().map(|(word, name, _)| {
        let name = if *word == "javascript" { v.t("project-browser") } else { (*name).to_owned() };
        ((*word).to_owned(), name)
    });
    let is_known = PLATFORMS.iter().any(|(word, ..)| *word == chosen);
    let own = (!is_known && !chosen.is_empty()).then(|| (chosen.to_owned(), chosen.to_owned()));
    let other = (String::new(), v.t("project-other"));
    Choice::of(known.chain(own).chain(std::iter::once(other)), chosen)
}

pub(super) fn of(v: &View, project: &Project, settings: &ProjectSettings) -> ProjectForm {
    let scrubbing = &settings.scrubbing;
    ProjectForm {
        name: project.name.clone(),
        platforms: platforms(v, &project.platform),
        scrubs: scrubbing.on.into(),
        keys: scrubbing.keys.join("\n"),
        kept_keys: scrubbing.kept_keys.join("\n"),
        patterns: scrubbing.patterns.join("\n"),
        ip_addresses: scrubbing.ip_addresses.into(),
        emails: scrubbing.emails.into(),
        per_minute: settings.items_per_minute.to_string(),
    }
}

/// The fields as typed, the settings they make of `before`, and what is wrong with them.
pub(super) fn read(v: &View, form: &Form, before: &ProjectSettings) -> (ProjectForm, ProjectSettings, Faults) {
    let is_on = |field: &str| !form.text(field).is_empty();
    let scrubbing = ScrubbingSettings {
        on: is_on("scrubs"),
        keys: lines(form.text("keys")),
        kept_keys: lines(form.text("kept_keys")),
        patterns: lines(form.text("patterns")),
        ip_addresses: is_on("ip_addresses"),
        emails: is_on("emails"),
    };
    let typed = ProjectForm {
        name: form.text("name").chars().take(NAME_MAX + 1).collect(),
        platforms: platforms(v, form.text("platform")),
        scrubs: scrubbing.on.into(),
        keys: scrubbing.keys.join("\n"),
        kept_keys: scrubbing.kept_keys.join("\n"),
        patterns: scrubbing.patterns.join("\n"),
        ip_addresses: scrubbing.ip_addresses.into(),
        emails: scrubbing.emails.into(),
        per_minute: form.text("per_minute").chars().take(20).collect(),
    };
    let mut faults = Faults::default();
    if !is_name(&typed.name) {
        faults.add("name", v.with("project-name-bad", "n", NAME_MAX));
    }
    if Scrubbing::new(scrubbing.clone()).is_err() {
        faults.add("patterns", v.t("project-pattern-bad"));
    }
    let items_per_minute = typed.per_minute.parse().ok().filter(|number| *number > 0);
    if items_per_minute.is_none() {
        faults.add("per_minute", v.t("number-bad"));
    }
    let items_per_minute = items_per_minute.unwrap_or(before.items_per_minute);
    (typed, ProjectSettings { scrubbing, items_per_minute, ..before.clone() }, faults)
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(LINES_MAX).map(|line| line.chars().take(LINE_MAX).collect()).collect()
}
