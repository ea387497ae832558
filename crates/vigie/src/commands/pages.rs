//! Completions and man pages, made from the command line's own description.

use crate::{
    cli::Cli,
    failure::{At as _, Exit, Result},
    render,
    words::t,
};
use clap::CommandFactory as _;
use std::path::Path;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "vigie", &mut script);
    render::out(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}

pub(super) fn man(dir: Option<&Path>) -> Result<Exit> {
    match dir {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page).at(t!("man-page"))?;
            render::out(String::from_utf8_lossy(&page).trim_end())?;
        }
        Some(dir) => {
            std::fs::create_dir_all(dir).at(dir.display())?;
            clap_mangen::generate_to(Cli::command(), dir).at(dir.display())?;
        }
    }
    Ok(Exit::Done)
}
