//! The hands of a person: each click and each key that a journey takes is one of the browser's own events, and counted.

use crate::{chromium::Browser, until};
use std::{cell::Cell, path::PathBuf};
use thirtyfour::{By, Key};

pub(crate) struct Hands<'a> {
    browser: &'a Browser,
    clicks: Cell<u32>,
    keys: Cell<u32>,
}

/// What a journey took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effort {
    pub(crate) clicks: u32,
    pub(crate) keys: u32,
}

impl<'a> Hands<'a> {
    pub(crate) fn on(browser: &'a Browser) -> Self {
        Self { browser, clicks: Cell::new(0), keys: Cell::new(0) }
    }

    pub(crate) fn effort(&self) -> Effort {
        Effort { clicks: self.clicks.get(), keys: self.keys.get() }
    }

    /// Clicks in the middle of what is found, once it can be reached.
    pub(crate) async fn click(&self, selector: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.browser.tap(selector).await;
    }

    /// Clicks a field for files, and chooses one or several in the dialog of the operating system: two clicks.
    pub(crate) async fn choose(&self, selector: &str, files: &[PathBuf]) {
        self.clicks.set(self.clicks.get() + 2);
        self.browser.bring(selector, files).await;
    }

    /// Types where the focus is, which must be there.
    pub(crate) async fn write(&self, field: &str, text: &str) {
        let focused = format!("document.activeElement.matches({})", serde_json::json!(field));
        self.browser.until(&focused).await;
        self.keys.set(self.keys.get() + u32::try_from(text.chars().count()).expect("a text"));
        self.browser.keys(text).await;
    }

    /// Types over all that the field holds, where the focus is.
    pub(crate) async fn write_over(&self, field: &str, text: &str) {
        let select = async || {
            let found = self.browser.driver.find(By::Css(field)).await.ok()?;
            found.send_keys(Key::Control + "a").await.ok()
        };
        until("the field", select).await;
        self.keys.set(self.keys.get() + 1);
        self.write(field, text).await;
    }

    pub(crate) async fn key(&self, key: char) {
        self.keys.set(self.keys.get() + 1);
        self.browser.key(key).await;
    }
}
