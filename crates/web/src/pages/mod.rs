//! What people see: each page a struct of what it shows and a template of how. Nothing here asks anything of anybody;
//! [`crate::site`] fills these.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod chart;
pub(crate) mod dashboard;
pub(crate) mod embed;
pub(crate) mod error;
pub(crate) mod explore;
pub(crate) mod files;
pub(crate) mod foreign;
#[cfg(test)]
mod gallery;
pub(crate) mod jobs;
pub(crate) mod login;
pub(crate) mod mailings;
pub(crate) mod me;
pub(crate) mod parts;
pub(crate) mod setup;
pub(crate) mod states;
pub(crate) mod tokens;
pub(crate) mod traces;
pub(crate) mod users;
pub(crate) mod view;
pub(crate) mod workers;
