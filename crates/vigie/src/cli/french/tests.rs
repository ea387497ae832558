use super::*;
use crate::cli::Cli;
use clap::CommandFactory as _;
use fluent_syntax::ast::Entry;
use std::collections::BTreeSet;

const FILE: &str = include_str!("../../../locales/help.fr.ftl");

/// Every command with its identifier.
fn commands<'c>(command: &'c Command, id: &str, into: &mut Vec<(String, &'c Command)>) {
    into.push((id.to_owned(), command));
    for sub in command.get_subcommands() {
        commands(sub, &format!("{id}-{}", sub.get_name()), into);
    }
}

/// What can be said of an argument: its text, and those of its choices.
fn attributes(arg: &Arg) -> Vec<String> {
    let choices = arg.get_possible_values();
    let choices = choices.iter().filter(|choice| choice.get_help().is_some());
    let name = arg.get_id().as_str().replace('_', "-");
    choices.map(|choice| format!("{name}-{}", choice.get_name())).chain([name.clone()]).collect()
}

#[test]
fn every_command_and_argument_has_a_french_text() {
    let english = Cli::command();
    let mut all = Vec::new();
    commands(&english, "help", &mut all);
    let mut missing = Vec::new();
    for (id, command) in &all {
        missing.extend(found(id, None).is_none().then(|| id.clone()));
        let after = command.get_after_help().is_some() && found(id, Some("after-help")).is_none();
        missing.extend(after.then(|| format!("{id}.after-help")));
        for arg in command.get_arguments() {
            let silent = attributes(arg)
                .into_iter()
                .filter(|name| found(id, Some(name)).is_none() && found(COMMON, Some(name)).is_none());
            missing.extend(silent.map(|name| format!("{id}.{name}")));
            let names = arg.get_value_names().filter(|_| arg.get_action().takes_values()).unwrap_or_default().iter();
            missing.extend(names.filter(|name| value_name(name).is_none()).map(|name| format!("value {name}")));
            let heading = arg.get_help_heading().map(|heading| format!("heading-{}", heading.replace(' ', "-")));
            missing.extend(heading.filter(|heading| found(heading, None).is_none()));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_french_text_is_left_over() {
    let english = Cli::command();
    let mut all = Vec::new();
    commands(&english, "help", &mut all);
    let mut known: BTreeSet<String> = ["help", "version"].map(|name| format!("{COMMON}.{name}")).into();
    for (id, command) in &all {
        known.extend([id.clone(), format!("{id}.after-help"), format!("{id}.usage")]);
        for name in command.get_arguments().flat_map(attributes) {
            known.extend([format!("{id}.{name}"), format!("{COMMON}.{name}")]);
        }
    }
    let resource = fluent_syntax::parser::parse(FILE).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut left_over = Vec::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name;
        if id.starts_with("value-") || id.starts_with("heading-") {
            continue;
        }
        left_over.extend((id != COMMON && !known.contains(id)).then(|| id.to_owned()));
        let attributes = message.attributes.iter().map(|attribute| format!("{id}.{}", attribute.id.name));
        left_over.extend(attributes.filter(|name| !known.contains(name)));
    }
    assert!(left_over.is_empty(), "{left_over:#?}");
}

#[test]
fn clap_finds_nothing_wrong_with_the_french_command() {
    command(Cli::command()).debug_assert();
}
