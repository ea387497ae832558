//! The main menu: its sections, the pages of each, and which of them the reader is on.

use crate::layout::view::View;
use store::Role;

/// A section of the menu, as the reader may see it.
#[derive(Clone, Debug)]
pub(crate) struct MenuSection {
    pub(crate) word: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) pages: Vec<MenuPage>,
    pub(crate) here: Here,
}

/// A page that the menu leads to.
#[derive(Clone, Debug)]
pub(crate) struct MenuPage {
    pub(crate) word: &'static str,
    pub(crate) path: &'static str,
    pub(crate) here: Here,
}

/// Where the reader is, seen from an entry of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    /// On the page itself.
    On,
    /// On a page below it.
    Below,
    Elsewhere,
}

impl Here {
    /// The attribute for the entry's link (WAI-ARIA 1.2, `aria-current`); empty elsewhere.
    pub(crate) fn aria(&self) -> &'static str {
        match self {
            Self::On => " aria-current=\"page\"",
            Self::Below => " aria-current=\"true\"",
            Self::Elsewhere => "",
        }
    }

    pub(crate) fn is_here(&self) -> bool {
        *self != Self::Elsewhere
    }
}

impl MenuSection {
    /// The first of its pages.
    pub(crate) fn path(&self) -> &'static str {
        self.pages.first().map_or("/", |page| page.path)
    }

    /// Whether its pages are listed: the reader is in it, and there is more than one.
    pub(crate) fn is_open(&self) -> bool {
        self.here.is_here() && self.pages.len() > 1
    }
}

/// A section as it is declared: its words, and the pages with what is below them.
struct Declared {
    word: &'static str,
    icon: &'static str,
    pages: &'static [Entry],
}

struct Entry {
    word: &'static str,
    path: &'static str,
    needs: Role,
    /// What else belongs to it: paths, with all that is below them.
    below: &'static [&'static str],
}

const fn entry(path: &'static str, word: &'static str, needs: Role, below: &'static [&'static str]) -> Entry {
    Entry { word, path, needs, below }
}

const SECTIONS: &[Declared] = &[
    Declared { word: "nav-today", icon: "dashboard", pages: &[entry("/", "nav-today", Role::Viewer, &[])] },
    Declared {
        word: "nav-mailings",
        icon: "send",
        pages: &[
            entry("/mailings", "nav-mailings-all", Role::Viewer, &[]),
            entry("/mailings/undelivered", "tab-undelivered", Role::Viewer, &[]),
            entry("/mailings/drafts", "nav-drafts", Role::Operator, &["/mailings"]),
            entry("/accounts", "menu-accounts", Role::Viewer, &["/accounts"]),
        ],
    },
    Declared {
        word: "menu-jobs",
        icon: "jobs",
        pages: &[
            entry("/jobs", "nav-activity", Role::Viewer, &["/jobs"]),
            entry("/schedules", "schedules-title", Role::Viewer, &["/schedules"]),
            entry("/traces", "menu-traces", Role::Viewer, &["/traces"]),
            entry("/workers", "menu-workers", Role::Viewer, &["/workers"]),
            entry("/celery", "celery-title", Role::Viewer, &["/celery"]),
            entry("/auto-sync/dashboard", "syncs-title", Role::Admin, &["/auto-sync"]),
        ],
    },
    Declared {
        word: "nav-monitoring",
        icon: "logs",
        pages: &[
            entry("/explore", "menu-logs", Role::Viewer, &["/explore", "/logs"]),
            entry("/issues", "issues-title", Role::Viewer, &["/issues"]),
            entry("/performance", "menu-performance", Role::Viewer, &["/performance"]),
            entry("/releases", "releases-title", Role::Viewer, &[]),
            entry("/feedback", "feedback-title", Role::Viewer, &[]),
            entry("/checks", "checks-title", Role::Viewer, &["/checks"]),
            entry("/alerts", "alerts-title", Role::Viewer, &["/alerts"]),
            entry("/diagnoses", "diagnoses-title", Role::Admin, &["/diagnoses"]),
        ],
    },
    Declared {
        word: "menu-administration",
        icon: "audit",
        pages: &[
            entry("/users", "menu-users", Role::Admin, &["/users"]),
            entry("/tokens", "menu-tokens", Role::Admin, &["/tokens"]),
            entry("/projects", "projects-title", Role::Admin, &["/projects"]),
            entry("/sources", "sources-title", Role::Admin, &[]),
            entry("/audit", "menu-audit", Role::Admin, &["/audit"]),
            entry("/system", "system-title", Role::Admin, &[]),
        ],
    },
    Declared { word: "nav-help", icon: "info", pages: &[entry("/help", "nav-help", Role::Viewer, &["/help"])] },
];

impl View {
    /// The menu, for this reader on this page.
    pub(crate) fn sections(&self) -> Vec<MenuSection> {
        let path = self.place();
        let role = self.viewer.as_ref().map_or(Role::Viewer, |viewer| viewer.role);
        let sections = SECTIONS.iter().map(|section| {
            let entries = section.pages.iter().filter(|entry| role >= entry.needs);
            let pages: Vec<_> = entries
                .map(|entry| MenuPage { word: entry.word, path: entry.path, here: entry.here(path, self) })
                .collect();
            let here = match pages.as_slice() {
                [only] => only.here,
                pages if pages.iter().any(|page| page.here.is_here()) => Here::Below,
                _ => Here::Elsewhere,
            };
            MenuSection { word: section.word, icon: section.icon, pages, here }
        });
        sections.filter(|section| !section.pages.is_empty()).collect()
    }

    /// The section whose pages stand above this one on a narrow screen: where this is one of them.
    pub(crate) fn siblings(&self) -> Option<MenuSection> {
        let is_on = |section: &MenuSection| section.pages.iter().any(|page| page.here == Here::On);
        self.sections().into_iter().find(|section| section.is_open() && is_on(section))
    }

    /// What is being sent anew.
    pub(crate) fn is_on_new_mailing(&self) -> bool {
        self.place() == "/mailings/new"
    }

    fn place(&self) -> &str {
        let path = self.here.split('?').next().unwrap_or_default();
        if path == "/" { path } else { path.trim_end_matches('/') }
    }
}

impl Entry {
    fn here(&self, path: &str, v: &View) -> Here {
        let path = v.part_of.unwrap_or(path);
        if path == self.path {
            return if v.part_of.is_some() { Here::Below } else { Here::On };
        }
        let is_below = |above: &&'static str| {
            let rest = path.strip_prefix(*above);
            // Another entry's own page is not below this one.
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && !is_entry(path)
        };
        if self.below.iter().any(is_below) { Here::Below } else { Here::Elsewhere }
    }
}

fn is_entry(path: &str) -> bool {
    SECTIONS.iter().flat_map(|section| section.pages).any(|entry| entry.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::gallery::examples::{at, view};
    use language::Language;

    fn shown(path: &str) -> Vec<&'static str> {
        let v = at(&view(Language::English), path);
        let sections = v.sections();
        let here = sections.iter().filter(|section| section.here.is_here());
        here.flat_map(|section| {
            let pages = section.pages.iter().filter(|page| page.here.is_here()).map(|page| page.path);
            std::iter::once(section.word).chain(pages)
        })
        .collect()
    }

    #[test]
    fn a_page_is_found_in_its_section() {
        assert_eq!(shown("/"), ["nav-today", "/"]);
        assert_eq!(shown("/mailings?state=running"), ["nav-mailings", "/mailings"]);
        assert_eq!(shown("/mailings/01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11/check"), ["nav-mailings", "/mailings/drafts"]);
        assert_eq!(shown("/accounts/compta"), ["nav-mailings", "/accounts"]);
        assert_eq!(shown("/jobs/x/items"), ["menu-jobs", "/jobs"]);
        assert_eq!(shown("/logs/"), ["nav-monitoring", "/explore"]);
        assert_eq!(shown("/audit"), ["menu-administration", "/audit"]);
        assert_eq!(shown("/nowhere"), Vec::<&str>::new());
    }

    #[test]
    fn a_page_may_say_that_it_belongs_elsewhere() {
        let v = View { part_of: Some("/mailings"), ..at(&view(Language::English), "/jobs/x") };
        let sections = v.sections();
        assert!(sections[1].here.is_here() && !sections[2].here.is_here());
        assert_eq!(sections[1].pages[0].here, Here::Below);
        assert!(v.siblings().is_none(), "it is none of the section's own pages");
    }

    #[test]
    fn nobody_is_led_to_what_is_not_theirs() {
        let mut v = view(Language::English);
        v.viewer = v.viewer.map(|viewer| crate::layout::view::Viewer { role: Role::Viewer, ..viewer });
        let paths: Vec<_> =
            v.sections().iter().flat_map(|section| section.pages.iter().map(|page| page.path)).collect();
        assert!(!paths.contains(&"/audit") && !paths.contains(&"/mailings/drafts") && paths.contains(&"/mailings"));
    }
}
