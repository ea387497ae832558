//! Searches that people keep under a name.

use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{self, Path},
    layout::{
        Form, Reader, notice,
        parts::{Mood, Notice},
        see,
        view::View,
    },
    logs::pages::explore::Saved,
    problem::{Problem, Result},
    routes::{Routes, form_about},
};
use axum::{Extension, extract::State, response::Response};
use store::{SEARCHES_MAX, SavedSearch, Scope};
use uuid::Uuid;

const NAME_CHARS_MAX: usize = 80;
const ADDRESS_MAX: usize = 32 << 10;

pub(crate) fn declare(routes: Routes) -> Routes {
    // Everybody keeps their own: a reader changes nothing of the house by it.
    let access = Access::Page(Scope::Read);
    routes.post("/explore/saved", access, save, form_about("Keep a search of the logs under a name").unaudited()).post(
        "/explore/saved/{id}/delete",
        access,
        delete,
        form_about("Forget a search").unaudited(),
    )
}

pub(super) async fn of(ctx: &Ctx, granted: &Granted) -> Result<Vec<Saved>> {
    let found = ctx.app.db.searches_of(granted.name()).await?;
    let saved = |search: SavedSearch| Saved {
        id: search.id.to_string(),
        name: search.name,
        address: page_of(&search.address).to_owned(),
    };
    Ok(found.into_iter().map(saved).collect())
}

pub(super) fn notice(v: &View, said: &str, seal: &str) -> Option<Notice> {
    match said {
        _ if !notice::is_ours(v, &[("said", said)], seal) => None,
        "saved" => Some(Notice { mood: Mood::Ok, text: v.t("explore-saved-done") }),
        "full" => Some(Notice { mood: Mood::Warn, text: v.count("explore-saved-full", &SEARCHES_MAX.into()) }),
        _ => None,
    }
}

/// The address of a search; anything else is that of all.
fn page_of(address: &str) -> &str {
    let is_ours = address == "/explore" || address.starts_with("/explore?");
    if is_ours && address.len() <= ADDRESS_MAX { crate::layout::form::here(address) } else { "/explore" }
}

fn and_said(v: &View, address: &str, said: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    let path = address.split('?').next().unwrap_or_default();
    format!("{address}{joint}{}", notice::query(v, path, &[("said", said)]))
}

async fn save(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let name = extract::text("name", form.text("name").to_owned(), NAME_CHARS_MAX)
        .map_err(|problem| problem.said("explore-saved-long", &[("most", &NAME_CHARS_MAX.to_string())]))?;
    if name.is_empty() {
        let nameless = Problem::invalid("name: there is none").remedy("name the search");
        return Err(nameless.said("explore-saved-nameless", &[]));
    }
    let address = page_of(form.text("address"));
    let search = SavedSearch {
        id: Uuid::from_bytes(ctx.app.rng.bytes()),
        owner: granted.name().to_owned(),
        name,
        address: address.to_owned(),
        created_at: ctx.app.clock.now(),
    };
    let said = if ctx.app.db.save_search(search).await? { "saved" } else { "full" };
    Ok(see(&and_said(&v, address, said)))
}

async fn delete(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(id): Path<Uuid>,
    form: Form,
) -> Result<Response> {
    if !ctx.app.db.delete_search(id, granted.name().to_owned()).await? {
        return Err(Problem::not_found(format!("search {id}"))
            .remedy("it may be forgotten already")
            .said("explore-saved-gone", &[]));
    }
    Ok(see(page_of(form.text("back"))))
}
