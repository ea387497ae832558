//! Channels: where alerts are told.

use crate::{
    Ctx,
    alerts::pages::{ChannelForm, ChannelPage, ChannelRow, ChannelsPage},
    auth::{Access, CreatedName},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::plain,
        notice, page,
        parts::{Choice, Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    problem::{Problem, Result, worded},
    routes::{Routes, form_about, page_about},
};
use alerting::{
    CHANNEL_WORDS, Channel, ChannelKind, ChannelSecret, ChannelSettings, TellFailure, new_signing_key, told_error,
};
use axum::{extract::State, http::StatusCode, response::Response};
use language::Language;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use store::{AlertChannel, ChannelHealth, Scope};
use utoipa::IntoParams;
use uuid::Uuid;

/// Lines of a list of recipients.
const LINES_MAX: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/alerts/channels", READS, list, page_about("Where alerts are told").query::<ChannelsQuery>())
        .post("/alerts/channels", ADMINS, create, form_about("Make a channel"))
        .get("/alerts/channels/new", ADMINS, new, page_about("A new channel").query::<NewQuery>())
        .get("/alerts/channels/{id}", ADMINS, edit, page_about("A channel"))
        .post("/alerts/channels/{id}", ADMINS, save, form_about("Change a channel"))
        .post("/alerts/channels/{id}/test", ADMINS, test, form_about("Send a test to a channel"))
        .post("/alerts/channels/{id}/delete", ADMINS, delete, form_about("Delete a channel"))
}

const READS: Access = Access::Page(Scope::Read);
const ADMINS: Access = Access::Page(Scope::Admin);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct ChannelsQuery {
    /// What the last action came to: `created`, `saved`, `deleted`, `told` or `not-told`, with the channel and why.
    said: String,
    name: String,
    why: String,
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct NewQuery {
    /// `email`, `slack` …
    r#type: String,
}

/// The identifier of what a type of channel is called.
pub(crate) fn word_of(kind: &str) -> &'static str {
    match kind {
        "slack" => "channel-slack",
        "discord" => "channel-discord",
        "teams" => "channel-teams",
        "telegram" => "channel-telegram",
        "ntfy" => "channel-ntfy",
        "webhook" => "channel-webhook",
        _ => "channel-email",
    }
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<ChannelsQuery>) -> Result<Response> {
    let rows = ctx.app.db.alert_channels().await?.into_iter().filter_map(|kept| row(&v, kept)).collect();
    let types = CHANNEL_WORDS.map(|kind| (kind, word_of(kind))).to_vec();
    Ok(shown(&ChannelsPage { v: &v, rows, types, notice: told(&v, &query) }))
}

fn row(v: &View, kept: AlertChannel) -> Option<ChannelRow> {
    let settings = ChannelSettings::read(&kept.settings)?;
    let ChannelHealth { failing_since, last_error, last_sent_at } = kept.health;
    Some(ChannelRow {
        id: kept.id.to_string(),
        name: kept.name,
        kind: word_of(settings.kind.as_str()),
        takes_all: settings.takes_all,
        failing_since,
        last_error: plain(&told_error(&last_error.unwrap_or_default(), v.language)),
        last_sent_at,
    })
}

fn told(v: &View, query: &ChannelsQuery) -> Option<Notice> {
    let words = [("said", query.said.as_str()), ("name", &query.name), ("why", &query.why)];
    if !notice::is_ours(v, &words, &query.seal) {
        return None;
    }
    let (mood, word) = match query.said.as_str() {
        "saved" => (Mood::Ok, "channel-said-saved"),
        "created" => (Mood::Ok, "channel-said-created"),
        "deleted" => (Mood::Ok, "channel-said-deleted"),
        "told" => (Mood::Ok, "channel-said-told"),
        "not-told" => (Mood::Warn, "channel-said-not-told"),
        _ => return None,
    };
    Some(Notice { mood, text: v.with_all(word, &[("name", query.name.clone()), ("why", query.why.clone())]) })
}

fn led(v: &View, said: &str, name: &str, why: &str) -> Response {
    let path = "/alerts/channels";
    let why: String = why.chars().take(300).collect();
    see(&format!("{path}?{}", notice::query(v, path, &[("said", said), ("name", name), ("why", &why)])))
}

async fn new(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<NewQuery>) -> Result<Response> {
    let kind = CHANNEL_WORDS.into_iter().find(|kind| *kind == query.r#type).unwrap_or("email");
    let form =
        ChannelForm { kind: kind.to_owned(), takes_all: true, name: v.t(word_of(kind)), ..ChannelForm::default() };
    let chosen = Chosen { language: v.code().to_owned(), ..Chosen::default() };
    let form = filled(&ctx, &v, form, &chosen, None).await?;
    Ok(shown(&ChannelPage { v: &v, id: None, form, faults: Faults::default() }))
}

/// What is chosen in the lists of the form.
#[derive(Default)]
struct Chosen {
    account: String,
    language: String,
    fallback: String,
}

async fn filled(ctx: &Ctx, v: &View, form: ChannelForm, chosen: &Chosen, own: Option<Uuid>) -> Result<ChannelForm> {
    let accounts = ctx.app.db.accounts().await?.into_iter().map(|account| (account.name.clone(), account.name));
    let languages = [("en", "English"), ("fr", "Français")].map(|(code, name)| (code.to_owned(), name.to_owned()));
    let others = ctx.app.db.alert_channels().await?.into_iter().filter(|one| Some(one.id) != own);
    let others = others.map(|one| (one.id.to_string(), one.name));
    let none = std::iter::once((String::new(), v.t("channel-no-fallback")));
    Ok(ChannelForm {
        word: word_of(&form.kind),
        accounts: Choice::of(accounts, &chosen.account),
        languages: Choice::of(languages, &chosen.language),
        fallbacks: Choice::of(none.chain(others), &chosen.fallback),
        ..form
    })
}

pub(crate) async fn existing(ctx: &Ctx, id: Uuid) -> Result<AlertChannel> {
    let missing = || Problem::missing(worded("problem-no-channel", &[("name", &id)]));
    ctx.app.db.alert_channel(id).await?.ok_or_else(missing)
}

async fn edit(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let kept = existing(&ctx, id).await?;
    let settings =
        ChannelSettings::read(&kept.settings).ok_or_else(|| Problem::conflict("its settings cannot be read"))?;
    let mut form = ChannelForm {
        kind: settings.kind.as_str().to_owned(),
        name: kept.name,
        takes_all: settings.takes_all,
        has_secret: kept.secret.is_some(),
        ..ChannelForm::default()
    };
    let mut chosen = Chosen {
        language: if settings.language == Language::French { "fr" } else { "en" }.to_owned(),
        fallback: settings.fallback.map(|id| id.to_string()).unwrap_or_default(),
        ..Chosen::default()
    };
    match settings.kind {
        ChannelKind::Email { account, from, to } => {
            (chosen.account, form.from, form.to) = (account, from, to.join("\n"));
        }
        ChannelKind::Telegram { chat } => form.chat = chat,
        ChannelKind::Ntfy { topic } => form.topic = topic,
        _ => {}
    }
    let form = filled(&ctx, &v, form, &chosen, Some(id)).await?;
    Ok(shown(&ChannelPage { v: &v, id: Some(id.to_string()), form, faults: Faults::default() }))
}

/// What was typed, as a channel. A secret that was left empty is the one that is kept.
fn typed(ctx: &Ctx, form: &Form, id: Uuid, kept: Option<&AlertChannel>) -> Channel {
    let text = |field: &str| form.text(field).to_owned();
    let kind = match form.text("type") {
        "slack" => ChannelKind::Slack,
        "discord" => ChannelKind::Discord,
        "teams" => ChannelKind::Teams,
        "telegram" => ChannelKind::Telegram { chat: text("chat") },
        "ntfy" => ChannelKind::Ntfy { topic: text("topic") },
        "webhook" => ChannelKind::Webhook,
        _ => ChannelKind::Email { account: text("account"), from: text("from"), to: lines(form.text("to")) },
    };
    let before =
        kept.and_then(|kept| Channel::open(kept, &ctx.app.vault).ok()).map(|kept| kept.secret).unwrap_or_default();
    let or_before = |typed: &str, before: String| if typed.is_empty() { before } else { typed.to_owned() };
    let mut secret = ChannelSecret {
        url: or_before(form.text("url"), before.url),
        token: or_before(form.secret("token").expose_secret().trim(), before.token),
    };
    if kind == ChannelKind::Webhook && secret.token.is_empty() {
        secret.token = new_signing_key(&ctx.app.rng);
    }
    Channel {
        id,
        name: text("name"),
        settings: ChannelSettings {
            kind,
            language: if form.text("language") == "fr" { Language::French } else { Language::English },
            takes_all: !form.text("takes_all").is_empty(),
            fallback: form.text("fallback").parse().ok(),
        },
        secret,
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split([',', ';', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(LINES_MAX)
        .map(str::to_owned)
        .collect()
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let id = Uuid::from_bytes(ctx.app.rng.bytes());
    written(&ctx, &v, &form, id, None).await
}

async fn save(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>, form: Form) -> Result<Response> {
    let kept = existing(&ctx, id).await?;
    written(&ctx, &v, &form, id, Some(&kept)).await
}

async fn written(ctx: &Ctx, v: &View, form: &Form, id: Uuid, kept: Option<&AlertChannel>) -> Result<Response> {
    let channel = typed(ctx, form, id, kept);
    let mut faults = Faults::default();
    if let Err(fault) = channel.check() {
        faults.add(fault.0, v.t(fault_word(fault.0)));
    } else if keep(ctx, &channel).await? {
        let said = if kept.is_some() { "saved" } else { "created" };
        let mut response = led(v, said, &channel.name, "");
        response.extensions_mut().insert(CreatedName(channel.name));
        return Ok(response);
    } else {
        faults.add("name", v.t("channel-name-taken"));
    }
    let shown = ChannelForm {
        kind: channel.settings.kind.as_str().to_owned(),
        name: channel.name.clone(),
        from: form.text("from").to_owned(),
        to: form.text("to").to_owned(),
        chat: form.text("chat").to_owned(),
        topic: form.text("topic").to_owned(),
        takes_all: channel.settings.takes_all,
        has_secret: kept.is_some_and(|kept| kept.secret.is_some()),
        ..ChannelForm::default()
    };
    let [account, language, fallback] = ["account", "language", "fallback"].map(|field| form.text(field).to_owned());
    let shown = filled(ctx, v, shown, &Chosen { account, language, fallback }, Some(id)).await?;
    let id = kept.map(|kept| kept.id.to_string());
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &ChannelPage { v, id, form: shown, faults }))
}

fn fault_word(field: &str) -> &'static str {
    match field {
        "name" => "channel-bad-name",
        "account" => "channel-bad-account",
        "from" => "channel-bad-from",
        "to" => "channel-bad-to",
        "url" => "channel-bad-url",
        "topic" => "channel-bad-topic",
        "chat" => "channel-bad-chat",
        _ => "channel-bad-token",
    }
}

/// `false`: the name is another's, or there are as many as there may be.
pub(crate) async fn keep(ctx: &Ctx, channel: &Channel) -> Result<bool> {
    let secret = (!channel.secret.is_empty()).then(|| channel.secret.seal(&ctx.app.vault, channel.id));
    let now = ctx.app.clock.now();
    let kept = AlertChannel {
        id: channel.id,
        name: channel.name.clone(),
        settings: channel.settings.write(),
        secret,
        created_at: now,
        health: ChannelHealth::default(),
    };
    Ok(ctx.app.db.save_alert_channel(kept, now).await?)
}

/// Tells a channel that nothing is wrong.
pub(crate) async fn tried(ctx: &Ctx, kept: &AlertChannel) -> std::result::Result<(), TellFailure> {
    ctx.app.alerts.try_channel(&Channel::open(kept, &ctx.app.vault)?).await
}

async fn test(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let kept = existing(&ctx, id).await?;
    Ok(match tried(&ctx, &kept).await {
        Ok(()) => led(&v, "told", &kept.name, ""),
        Err(why) => led(&v, "not-told", &kept.name, &plain(&why.told(v.language))),
    })
}

async fn delete(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let kept = existing(&ctx, id).await?;
    ctx.app.db.delete_alert_channel(id, ctx.app.clock.now()).await?;
    Ok(led(&v, "deleted", &kept.name, ""))
}
