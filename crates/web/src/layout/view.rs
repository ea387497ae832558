//! What every page knows besides its own content: who reads it, in which language, zone and theme, and where it is.

use crate::words::Words;
use model::Timestamp;
use store::Role;

/// Given to every page as `v`.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) words: Words,
    /// Who is logged in; nobody on the way in.
    pub(crate) viewer: Option<Viewer>,
    /// How one leaves.
    pub(crate) logout: Logout,
    /// What a form sends along as `csrf`, to show that it is ours.
    pub(crate) csrf: String,
    /// Seals what an action of this session came to, for the address of the page that says it. Never shown.
    pub(crate) notice_key: Option<[u8; 32]>,
    /// Path and query of this page: where a change of language comes back to.
    pub(crate) here: String,
    /// The page of the menu that this one belongs to, where its address does not say so.
    pub(crate) part_of: Option<&'static str>,
    pub(crate) theme: Theme,
    pub(crate) now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Viewer {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// How one leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Logout {
    /// Here, by a form.
    #[default]
    Here,
    /// At the proxy by which one came in.
    At(String),
    /// By what Vigie does not know of.
    Elsewhere,
}

/// `auto` follows the reader's system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

impl std::ops::Deref for View {
    type Target = Words;
    fn deref(&self) -> &Words {
        &self.words
    }
}

impl View {
    /// Whether a form of ours logs the reader out.
    pub(crate) fn leaves_here(&self) -> bool {
        self.logout == Logout::Here
    }

    /// Where the reader logs out, where that is at a proxy.
    pub(crate) fn leaves_at(&self) -> Option<&str> {
        match &self.logout {
            Logout::At(address) => Some(address),
            _ => None,
        }
    }

    /// Whether the reader may send mailings and act on jobs.
    pub(crate) fn operates(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.role >= Role::Operator)
    }

    /// Whether the reader looks after accounts, users and tokens.
    pub(crate) fn administers(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.role >= Role::Admin)
    }
}
