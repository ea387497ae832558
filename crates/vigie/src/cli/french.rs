//! The command line in French: its help, and what is wrong with what was typed. English stands beside the options, in
//! `cli`; French in `locales/help.fr.ftl`, a message for each command with an attribute for each argument.

use super::BadValue;
use crate::words;
use clap::{
    Arg, ArgAction, Command, Error,
    builder::{PossibleValue, StyledStr},
    error::{ContextKind, ContextValue, ErrorKind},
};
use language::Language;
use std::{
    io::{self, Write as _},
    num::ParseIntError,
};

#[cfg(test)]
mod tests;

/// Where French differs from what clap writes by itself: its heading, and the space before a colon.
const TEMPLATE: &str = "{before-help}{about-with-newline}\nUtilisation\u{a0}: {usage}\n\n{all-args}{after-help}";
/// An argument of several commands means the same in them, unless a command says otherwise.
const COMMON: &str = "help-common";

/// The same command with French texts.
pub(super) fn command(english: Command) -> Command {
    translated(english, "help")
}

fn translated(mut command: Command, id: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let id = format!("{id}-{name}");
        command = command.mut_subcommand(&name, |sub| translated(sub, &id));
    }
    let has_version = command.get_version().is_some();
    command = command
        .mut_args(|arg| argument(arg, id))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(Arg::new("help").long("help").short('h').action(ArgAction::Help))
        .mut_arg("help", |arg| argument(arg, id))
        .help_template(TEMPLATE)
        .subcommand_help_heading("Commandes\u{a0}")
        .subcommand_value_name("COMMANDE");
    if has_version {
        command = command
            .arg(Arg::new("version").long("version").short('V').action(ArgAction::Version))
            .mut_arg("version", |arg| argument(arg, id));
    }
    if let Some(about) = found(id, None) {
        command = command.about(about);
    }
    if let Some(usage) = found(id, Some("usage")) {
        command = command.override_usage(usage);
    }
    match found(id, Some("after-help")) {
        Some(after) => command.after_help(after),
        None => command,
    }
}

fn found(id: &str, attribute: Option<&str>) -> Option<String> {
    words::find(Language::French, id, attribute, None)
}

/// The French text of an argument: of its command's message, or of the common one.
pub(super) fn text_of(arg: &Arg, id: &str) -> Option<String> {
    let name = arg.get_id().as_str().replace('_', "-");
    found(id, Some(&name)).or_else(|| found(COMMON, Some(&name)))
}

fn argument(arg: Arg, id: &str) -> Arg {
    let heading = match arg.get_help_heading() {
        Some(heading) => {
            found(&format!("heading-{}", heading.replace(' ', "-")), None).map(|heading| heading + "\u{a0}")
        }
        None if arg.is_positional() => Some("Arguments\u{a0}".to_owned()),
        None => Some("Options\u{a0}".to_owned()),
    };
    let values: Vec<String> = arg
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(|name| value_name(name).unwrap_or_else(|| name.to_string()))
        .collect();
    let takes_value = arg.get_action().takes_values();
    let unnamed = (takes_value && values.is_empty()).then(|| value_name(&arg.get_id().as_str().to_uppercase()));
    let help = help(&arg, id);
    let arg = arg.help_heading(heading.unwrap_or_default());
    let arg = if takes_value { arg.hide_default_value(true).hide_possible_values(true) } else { arg };
    let arg = match (values.is_empty(), unnamed.flatten()) {
        (false, _) => arg.value_names(values),
        (true, Some(name)) => arg.value_name(name),
        (true, None) => arg,
    };
    if help.is_empty() { arg } else { arg.help(help) }
}

/// `DIR` as `DOSSIER`.
fn value_name(english: &str) -> Option<String> {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    found(&format!("value-{}", english.chars().map(plain).collect::<String>()), None)
}

/// What clap adds by itself in English stands behind the text: the default and what may be chosen.
fn help(arg: &Arg, id: &str) -> String {
    let mut help = text_of(arg, id).unwrap_or_default();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let takes_value = arg.get_action().takes_values();
    if takes_value && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        help += &format!(" [par défaut\u{a0}: {}]", defaults.join(", "));
    }
    let choices =
        if takes_value && !arg.is_hide_possible_values_set() { arg.get_possible_values() } else { Vec::new() };
    if choices.iter().any(|choice| choice.get_help().is_some()) {
        for choice in &choices {
            help += &format!("\n- {}\u{a0}: {}", choice.get_name(), choice_text(arg, id, choice));
        }
    } else if !choices.is_empty() {
        let names: Vec<&str> = choices.iter().map(PossibleValue::get_name).collect();
        help += &format!(" [valeurs possibles\u{a0}: {}]", names.join(", "));
    }
    help.trim_start().to_owned()
}

fn choice_text(arg: &Arg, id: &str, choice: &PossibleValue) -> String {
    found(id, Some(&format!("{}-{}", arg.get_id(), choice.get_name()))).unwrap_or_default()
}

/// Help and the version are shown as they are.
pub(super) fn is_to_explain(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// What is wrong with a command line, to standard error.
pub(super) fn say(error: &Error) -> io::Result<()> {
    let word = console::style("erreur\u{a0}:").red().bold().for_stderr();
    writeln!(io::stderr().lock(), "{word} {}", explained(error))
}

/// What clap says against a command line, in French, without its first word.
fn explained(error: &Error) -> String {
    let mut text = what(error);
    for (kind, tip) in [
        (ContextKind::SuggestedSubcommand, "il existe une commande semblable"),
        (ContextKind::SuggestedArg, "il existe une option semblable"),
        (ContextKind::SuggestedValue, "il existe une valeur semblable"),
    ] {
        if let Some(meant) = values(error, kind) {
            text += &format!("\n\n  conseil\u{a0}: {tip}\u{a0}: {meant}");
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        text += &format!("\n\n{}", usage_text(usage));
    }
    text + "\n\nPour en savoir plus, ajoutez «\u{a0}--help\u{a0}»."
}

/// Lines after the first stand below the first one's command.
fn usage_text(usage: &StyledStr) -> String {
    let usage = usage.to_string();
    let lines = usage.trim_start_matches("Usage: ").lines().map(str::trim).collect::<Vec<_>>();
    format!("Utilisation\u{a0}: {}", lines.join("\n              "))
}

/// The values of a context, each in quotation marks.
fn values(error: &Error, kind: ContextKind) -> Option<String> {
    let quoted = |text: &String| format!("«\u{a0}{text}\u{a0}»");
    match error.get(kind)? {
        ContextValue::String(text) => Some(quoted(text)),
        ContextValue::Strings(texts) if !texts.is_empty() => {
            Some(texts.iter().map(quoted).collect::<Vec<_>>().join(", "))
        }
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn what(error: &Error) -> String {
    let of = |kind| values(error, kind).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("l’argument {argument} n’est pas reconnu"),
        ErrorKind::InvalidSubcommand => {
            format!("la commande {} n’existe pas", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("il manque {argument}"),
        ErrorKind::ArgumentConflict if error.get(ContextKind::PriorArg).is_none() => {
            format!("l’argument {argument} ne peut pas être utilisé ici")
        }
        ErrorKind::ArgumentConflict if of(ContextKind::PriorArg) == argument => {
            format!("l’argument {argument} ne peut être indiqué qu’une fois")
        }
        ErrorKind::ArgumentConflict => {
            format!("l’argument {argument} ne peut pas être utilisé avec {}", of(ContextKind::PriorArg))
        }
        ErrorKind::InvalidValue if of(ContextKind::InvalidValue) == "«\u{a0}\u{a0}»" => {
            format!("il manque une valeur pour {argument}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error, &argument),
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
            format!("l’argument {argument} a trop de valeurs")
        }
        ErrorKind::TooFewValues => format!("l’argument {argument} n’a pas assez de valeurs"),
        ErrorKind::NoEquals => format!("il manque un signe égal après {argument}"),
        ErrorKind::InvalidUtf8 => "un argument n’est pas un texte UTF-8".to_owned(),
        _ => "la ligne de commande est incorrecte".to_owned(),
    }
}

fn invalid_value(error: &Error, argument: &str) -> String {
    let value = values(error, ContextKind::InvalidValue).unwrap_or_default();
    let mut text = format!("la valeur {value} n’est pas valable pour {argument}");
    let choices = values(error, ContextKind::ValidValue);
    let why = std::error::Error::source(error).and_then(reason);
    if let Some(why) = why.or_else(|| choices.map(|choices| format!("choisissez parmi {choices}"))) {
        text += &format!("\u{a0}: {why}");
    }
    text
}

/// Why a value was refused: what this program says is French already, what clap says of numbers is put into French, and
/// what others say is left out.
fn reason(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(BadValue(text)) = error.downcast_ref::<BadValue>() {
        return Some(text.clone());
    }
    let english = error.to_string();
    let Some((_, range)) = english.split_once(" is not in ") else {
        return error.is::<ParseIntError>().then(|| "indiquez un nombre entier".to_owned());
    };
    let (first, last) = range.split_once("..")?;
    let last = last.trim_start_matches('=');
    let is_open = last.parse::<u64>().map_or(true, |last| last >= u32::MAX.into());
    Some(match last {
        _ if is_open => format!("indiquez un nombre à partir de {first}"),
        last => format!("indiquez un nombre de {first} à {last}"),
    })
}
