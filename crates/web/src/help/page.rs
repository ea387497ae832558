//! Help: what there is, one guide, and what a search has found.

use crate::{
    help::topics::{ChosenGuide, HelpHit, TOPICS, Topic},
    layout::view::View,
};
use askama::Template;

/// All there is, and what was looked for in it.
#[derive(Template)]
#[template(path = "help/index.html")]
pub(crate) struct HelpPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) q: String,
    pub(crate) hits: Vec<HelpHit>,
}

impl HelpPage<'_> {
    fn topics(&self) -> &'static [Topic] {
        &TOPICS
    }
}

/// One guide.
#[derive(Template)]
#[template(path = "help/show.html")]
pub(crate) struct GuidePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) guide: ChosenGuide,
}
