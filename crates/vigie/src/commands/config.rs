//! `vigie config check`

use crate::{
    config::{Config, Variables, lines, to_json, unknown_variables},
    failure::{Exit, Result},
    render::{self, Align, Table},
    words::t,
};
use logs::collect::{Collect, names_nothing};

/// The settings have been checked by the time this runs: what is left is to show them.
pub(super) fn check(config: &Config, variables: &Variables) -> Result<Exit> {
    if config.json {
        render::json(&to_json(config))?;
    } else {
        let mut table = Table::new(&[("setting", Align::Left), ("value", Align::Left), ("from", Align::Left)]);
        for (name, value, from) in lines(config) {
            table.row([name, render::plain(&value, 100), from]);
        }
        render::out(&table.to_string())?;
    }
    for table in &config.collect {
        let Collect::Files(patterns, _) = &table.value else { continue };
        for pattern in patterns.iter().filter(|pattern| names_nothing(pattern)) {
            render::say(&t!("warning", what = t!("collect-nothing", place = table.from, pattern)));
        }
    }
    for unknown in unknown_variables(variables) {
        render::say(&t!("warning", what = unknown));
    }
    Ok(Exit::Done)
}
