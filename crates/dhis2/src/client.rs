//! One instance, over HTTP: what is asked, within bounds, and what an answer means.
//!
//! Messages of a server may hold values of people: of what it says only codes and uids are taken.

use model::Timestamp;
use outbound::Client;
use reqwest::{Method, RequestBuilder, header::RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use url::Url;

/// Of the body of an answer.
const BODY_MAX: usize = 64 << 20;
const READ_TIMEOUT: Duration = Duration::from_secs(120);
const WRITE_TIMEOUT: Duration = Duration::from_secs(300);
/// Objects of one page.
const PAGE: usize = 1_000;
/// Uids of one request: an address of 8 KiB has room for them.
pub(crate) const IDS_MAX: usize = 400;
/// How soon an instance that is starting, or has too much to do, is asked again.
const BUSY: Duration = Duration::from_secs(30);

/// One of the two instances.
#[derive(Clone)]
pub struct Instance {
    client: Client,
    base: Url,
    secret: SecretString,
    /// Requests that were sent.
    asked: Arc<AtomicU64>,
}

/// What an instance has answered.
pub(crate) struct Body {
    bytes: Vec<u8>,
    host: String,
    path: String,
}

impl Body {
    /// # Errors
    /// [`Error::Short`] where it is no whole answer of that shape.
    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes).map_err(|_| short(&self.host, &self.path))
    }
}

/// What an import is to do with its bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    Write,
    Delete,
    /// Nothing is written: the target says what it would refuse.
    Validate,
}

/// What rows are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    #[default]
    Values,
    /// That a data set was entered completely.
    Completeness,
}

impl Table {
    /// Of the API, and the list in its bodies.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Values => ("dataValueSets", "dataValues"),
            Self::Completeness => ("completeDataSetRegistrations", "completeDataSetRegistrations"),
        }
    }
}

/// Why an instance did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{host} does not accept the account: give its token or its name and password anew")]
    Unauthorized { host: String },
    #[error("{host} does not let the account read or change {what}: give it the authority")]
    Forbidden { host: String, what: String },
    #[error("{host} is starting or busy")]
    Busy { host: String, wait: Duration },
    #[error("{host} takes no body of this size")]
    TooLarge { host: String },
    /// What was sent may have been done.
    #[error("{host} gave no answer")]
    Lost { host: String },
    /// Nothing was sent.
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host}: the answer about {what} is incomplete")]
    Short { host: String, what: String },
    #[error(
        "{host} shows no {what} any more, and did before: look whether the account may still read them; where they are gone indeed, make a plan and run that"
    )]
    Emptied { host: String, what: String },
    #[error("{host} answers {status} {code} about {what}")]
    Refused { host: String, what: String, status: u16, code: String },
}

/// What an import did not take: uids, or places in a list, with the code of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    pub named: BTreeMap<String, String>,
    /// Of the whole, where nothing is named.
    pub code: String,
}

/// How an import ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    Taken,
    Rejected(Rejection),
}

/// What an instance says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    pub version: String,
    pub calendar: String,
    pub clock: ServerClock,
    pub authorities: Vec<String>,
    /// Organisation units that the account may see or enter data for, without those below them.
    pub units: usize,
}

/// What an instance says of a file.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FileInfo {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content_md5: String,
}

/// When and where it is, for an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerClock {
    pub now: Timestamp,
    pub zone: String,
    /// Of its version: 43 of 2.43.1.
    pub minor: u32,
}

impl Instance {
    /// `secret`: a personal access token (`d2pat_…`), or `name:password`.
    pub fn new(client: Client, base: &Url, secret: SecretString) -> Self {
        Self { client, base: base.clone(), secret, asked: Arc::default() }
    }

    pub fn host(&self) -> String {
        let port = self.base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.base.host_str().unwrap_or_default())
    }

    /// How many requests were sent through this and its clones.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Result<RequestBuilder, Error> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/{path}", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let refused = |error: outbound::Refused| Error::Unreachable { host: self.host(), why: error.to_string() };
        let request = self.client.request(method, url).map_err(refused)?;
        let secret = self.secret.expose_secret();
        Ok(match secret.split_once(':') {
            Some((name, password)) => request.basic_auth(name, Some(password)),
            None => request.header("authorization", format!("ApiToken {secret}")),
        })
    }

    /// The status and the body of an answer, as JSON.
    async fn send(&self, request: RequestBuilder, what: &str, writes: bool) -> Result<(u16, Value), Error> {
        let (status, body) = self.exchange(request, what, writes).await?;
        match serde_json::from_slice(&body) {
            Ok(value) => Ok((status, value)),
            Err(_) if status >= 400 => Ok((status, Value::Null)),
            Err(_) if writes => Err(Error::Lost { host: self.host() }),
            Err(_) => Err(short(&self.host(), what)),
        }
    }

    /// The status and the body of an answer, once what is the same of all of them is set aside.
    async fn exchange(&self, request: RequestBuilder, what: &str, writes: bool) -> Result<(u16, Vec<u8>), Error> {
        let host = self.host();
        let lost = || if writes { Error::Lost { host: self.host() } } else { short(&self.host(), what) };
        let timeout = if writes { WRITE_TIMEOUT } else { READ_TIMEOUT };
        self.asked.fetch_add(1, Ordering::Relaxed);
        let sent = request.timeout(timeout).send().await;
        let mut response = match sent {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() || outbound::is_refused(&error) => {
                return Err(Error::Unreachable { host, why: outbound::why(&error) });
            }
            Err(error) if !writes => return Err(Error::Unreachable { host, why: outbound::why(&error) }),
            Err(_) => return Err(Error::Lost { host }),
        };
        let status = response.status().as_u16();
        match status {
            401 => return Err(Error::Unauthorized { host }),
            403 => return Err(Error::Forbidden { host, what: what.to_owned() }),
            413 => return Err(Error::TooLarge { host }),
            502 | 504 | 408 => return Err(lost()),
            429 | 503 => {
                let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                return Err(Error::Busy { host, wait: asked.map_or(BUSY, Duration::from_secs) });
            }
            _ => {}
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= BODY_MAX => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Ok(Some(_)) | Err(_) => return Err(lost()),
            }
        }
        Ok((status, body))
    }

    /// As a type of ours, which takes less memory than any JSON.
    pub(crate) async fn get_as<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, Error> {
        self.get_body(path, query).await?.read()
    }

    /// What is answered, to be read without a copy of it.
    pub(crate) async fn get_body(&self, path: &str, query: &[(&str, &str)]) -> Result<Body, Error> {
        let request = self.request(Method::GET, path, query)?;
        match self.exchange(request, path, false).await? {
            (200..=299, bytes) => Ok(Body { bytes, host: self.host(), path: path.to_owned() }),
            (status, body) => Err(self.refused(path, status, &serde_json::from_slice(&body).unwrap_or_default())),
        }
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        let request = self.request(Method::GET, path, query)?;
        match self.send(request, path, false).await? {
            (200..=299, body) => Ok(body),
            (status, body) => Err(self.refused(path, status, &body)),
        }
    }

    fn refused(&self, what: &str, status: u16, body: &Value) -> Error {
        Error::Refused { host: self.host(), what: what.to_owned(), status, code: code_of(body) }
    }

    /// Whether the instance itself says that there is no such object: what a proxy or a page says in its place does not
    /// count.
    ///
    /// # Errors
    /// Of the instance: nothing is known then.
    pub async fn is_gone(&self, kind: &str, uid: &str) -> Result<bool, Error> {
        if uid.is_empty() || !uid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(false);
        }
        let request = self.request(Method::GET, &format!("{kind}/{uid}"), &[("fields", "id")])?;
        match self.send(request, kind, false).await? {
            (200..=299, _) => Ok(false),
            (404, body) if body["httpStatusCode"] == 404 => Ok(true),
            (status, body) => Err(self.refused(kind, status, &body)),
        }
    }

    /// Its clock and its zone.
    ///
    /// # Errors
    /// Of the instance.
    pub async fn clock(&self) -> Result<ServerClock, Error> {
        let info = self.get("system/info", &[]).await?;
        self.clock_of(&info)
    }

    fn clock_of(&self, info: &Value) -> Result<ServerClock, Error> {
        let zone = info["serverTimeZoneId"].as_str().unwrap_or_default().to_owned();
        let now = moment(info["serverDate"].as_str().unwrap_or_default(), &zone);
        let minor = minor_of(info["version"].as_str().unwrap_or_default());
        Ok(ServerClock { now: now.ok_or_else(|| short(&self.host(), "system/info"))?, zone, minor })
    }

    pub async fn info(&self) -> Result<Info, Error> {
        let info = self.get("system/info", &[]).await?;
        let me = self.get("me", &[("fields", "id,username,authorities,organisationUnits[id]")]).await?;
        let text = |name: &str| info[name].as_str().unwrap_or_default().to_owned();
        let clock = self.clock_of(&info)?;
        let authorities = me["authorities"].as_array().into_iter().flatten();
        let authorities = authorities.filter_map(Value::as_str).map(str::to_owned).collect();
        let units = me["organisationUnits"].as_array().map_or(0, Vec::len);
        Ok(Info { version: text("version"), calendar: text("calendar"), clock, authorities, units })
    }

    /// Everything of a type, a page at a time. `fields` as the API has them.
    ///
    /// # Errors
    /// [`Error::Short`] where pages and what they say of their number do not fit together: nothing may be concluded then.
    pub async fn each(
        &self,
        kind: &str,
        fields: &str,
        mut seen: impl FnMut(Map<String, Value>),
    ) -> Result<usize, Error> {
        let mut uids = std::collections::HashSet::new();
        for page in 1.. {
            let (page, size) = (page.to_string(), PAGE.to_string());
            let query = [("fields", fields), ("order", "id:asc"), ("page", &page), ("pageSize", &size)];
            let mut body = self.get(kind, &query).await?;
            let total = body["pager"]["total"].as_u64().ok_or_else(|| short(&self.host(), kind))? as usize;
            let Value::Array(rows) = body[kind].take() else { return Err(short(&self.host(), kind)) };
            let came = rows.len();
            for row in rows {
                let Value::Object(row) = row else { continue };
                if row.get("id").and_then(Value::as_str).is_some_and(|uid| uids.insert(uid.to_owned())) {
                    seen(row);
                }
            }
            if uids.len() == total {
                return Ok(total);
            }
            if came < PAGE {
                break;
            }
        }
        Err(short(&self.host(), kind))
    }

    /// These objects of a type; those that are not there are left out.
    pub async fn objects(&self, kind: &str, uids: &[String]) -> Result<Vec<Map<String, Value>>, Error> {
        let mut found = Vec::with_capacity(uids.len());
        for some in uids.chunks(IDS_MAX) {
            let filter = format!("id:in:[{}]", some.join(","));
            let size = IDS_MAX.to_string();
            let query =
                [("fields", ":owner"), ("filter", &*filter), ("order", "id:asc"), ("page", "1"), ("pageSize", &*size)];
            let mut body = self.get(kind, &query).await?;
            let Value::Array(rows) = body[kind].take() else { return Err(short(&self.host(), kind)) };
            found
                .extend(rows.into_iter().filter_map(|row| if let Value::Object(row) = row { Some(row) } else { None }));
        }
        Ok(found)
    }

    /// Writes or deletes all of a bundle, or nothing.
    pub async fn import(&self, bundle: &Value, how: Import) -> Result<Imported, Error> {
        // A word that is misspelt here would commit: there are these, and no others.
        let query = [
            ("importMode", if how == Import::Validate { "VALIDATE" } else { "COMMIT" }),
            ("importStrategy", if how == Import::Delete { "DELETE" } else { "CREATE_AND_UPDATE" }),
            ("atomicMode", "ALL"),
            ("importReportMode", "ERRORS"),
            ("mergeMode", "REPLACE"),
            ("skipSharing", if bundle_shares(bundle) { "false" } else { "true" }),
            ("async", "false"),
        ];
        let request = self.request(Method::POST, "metadata", &query)?.json(bundle);
        let (status, body) = self.send(request, "metadata", how != Import::Validate).await?;
        // Up to 2.37 the report stood at the top.
        let response = if body["response"].is_object() { &body["response"] } else { &body };
        match (status, response["status"].as_str()) {
            (200..=299, Some("OK" | "SUCCESS")) => Ok(Imported::Taken),
            (200..=299 | 409, Some(_)) => Ok(Imported::Rejected(rejection(&body, response))),
            _ => Err(self.refused("metadata", status, &body)),
        }
    }

    pub(crate) async fn file_info(&self, uid: &str) -> Result<FileInfo, Error> {
        self.get_as(&format!("fileResources/{uid}"), &[]).await
    }

    /// The content of a file, whole: as large as any answer may be.
    pub(crate) async fn download(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        let request = self.request(Method::GET, path, query)?;
        match self.exchange(request, "fileResources", false).await? {
            (200..=299, body) => Ok(body),
            (status, body) => {
                Err(self.refused("fileResources", status, &serde_json::from_slice(&body).unwrap_or_default()))
            }
        }
    }

    /// Gives it a file, under this uid (from 2.40).
    pub(crate) async fn upload(&self, uid: &str, info: &FileInfo, content: Vec<u8>) -> Result<(), Error> {
        // What stands in the file separates nothing.
        let mut boundary = "vigie-file".to_owned();
        while content.windows(boundary.len()).any(|some| some == boundary.as_bytes()) {
            boundary.push('x');
        }
        // Of a header: nothing that ends it.
        let plain = |text: &str| text.chars().filter(|char| !char.is_control() && *char != '"').collect::<String>();
        let (name, kind) = (plain(&info.name), plain(&info.content_type));
        let mut body = Vec::with_capacity(content.len() + 600);
        for (field, value) in [("domain", "DATA_VALUE"), ("uid", uid)] {
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        body.extend_from_slice(format!("--{boundary}\r\n{disposition}\r\nContent-Type: {kind}\r\n\r\n").as_bytes());
        body.extend_from_slice(&content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let request = self.request(Method::POST, "fileResources", &[])?;
        let request = request.header("content-type", format!("multipart/form-data; boundary={boundary}")).body(body);
        match self.send(request, "fileResources", true).await? {
            (200..=299, _) => Ok(()),
            (status, body) => Err(self.refused("fileResources", status, &body)),
        }
    }

    /// Writes or deletes all of a bundle of tracker data, or nothing; nobody is sent a message, and no rule is run, because of
    /// what was entered elsewhere.
    pub async fn import_tracked(&self, bundle: &Value, how: Import) -> Result<Imported, Error> {
        let query = [
            ("async", "false"),
            ("importMode", if how == Import::Validate { "VALIDATE" } else { "COMMIT" }),
            ("importStrategy", if how == Import::Delete { "DELETE" } else { "CREATE_AND_UPDATE" }),
            ("atomicMode", "ALL"),
            ("skipSideEffects", "true"),
            ("skipRuleEngine", "true"),
        ];
        let request = self.request(Method::POST, "tracker", &query)?.json(bundle);
        let (status, body) = self.send(request, "tracker", how != Import::Validate).await?;
        let response = if body["response"].is_object() { &body["response"] } else { &body };
        match (status, response["status"].as_str()) {
            (200..=299, Some("OK" | "WARNING")) => Ok(Imported::Taken),
            (200..=299 | 400 | 409, Some("ERROR")) => {
                let errors = response["validationReport"]["errorReports"].as_array().into_iter().flatten();
                let named: BTreeMap<String, String> = errors
                    .filter_map(|one| {
                        Some((
                            one["uid"].as_str()?.to_owned(),
                            code_only(one["errorCode"].as_str().unwrap_or_default()),
                        ))
                    })
                    .collect();
                let code = named.values().next().cloned().unwrap_or_else(|| code_of(&body));
                Ok(Imported::Rejected(Rejection { named, code }))
            }
            _ => Err(self.refused("tracker", status, &body)),
        }
    }

    /// Writes rows of one data set. Rows that are not named as rejected were taken, or the same before; what became of
    /// them is to be read again.
    pub async fn import_rows(&self, table: Table, set: &str, rows: &[Value]) -> Result<Imported, Error> {
        let (path, list) = table.names();
        let query = [("importStrategy", "CREATE_AND_UPDATE"), ("async", "false")];
        let mut body = json!({list: rows});
        if table == Table::Values {
            body["dataSet"] = set.into();
        }
        let request = self.request(Method::POST, path, &query)?.json(&body);
        let (status, body) = self.send(request, path, true).await?;
        let response = if body["response"].is_object() { &body["response"] } else { &body };
        let conflicts = response["conflicts"].as_array().map(Vec::as_slice).unwrap_or_default();
        match (status, response["status"].as_str()) {
            (200..=299, Some("SUCCESS" | "OK")) if conflicts.is_empty() => Ok(Imported::Taken),
            (200..=299 | 409, Some(_)) => {
                let code = conflicts.iter().find_map(|one| one["errorCode"].as_str());
                let code = code.map_or_else(|| code_of(&body), code_only);
                Ok(Imported::Rejected(Rejection { named: BTreeMap::new(), code }))
            }
            _ => Err(self.refused(path, status, &body)),
        }
    }
}

/// 43 of `2.43.1`, and 0 of what is no version.
fn minor_of(version: &str) -> u32 {
    version.split(['.', '-']).nth(1).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn bundle_shares(bundle: &Value) -> bool {
    let rows = bundle.as_object().into_iter().flat_map(|types| types.values()).filter_map(Value::as_array).flatten();
    rows.into_iter().any(|row| row.get("sharing").is_some())
}

fn short(host: &str, what: &str) -> Error {
    Error::Short { host: host.to_owned(), what: what.to_owned() }
}

fn rejection(body: &Value, response: &Value) -> Rejection {
    let reports = response["typeReports"].as_array().into_iter().flatten();
    let objects = reports.flat_map(|report| report["objectReports"].as_array().into_iter().flatten());
    let named = objects.filter_map(|object| {
        let code = object["errorReports"].as_array()?.first()?["errorCode"].as_str()?;
        Some((object["uid"].as_str()?.to_owned(), code_only(code)))
    });
    Rejection { named: named.collect(), code: code_of(body) }
}

fn code_of(body: &Value) -> String {
    code_only(body["errorCode"].as_str().unwrap_or_default())
}

/// A code of DHIS2, as `E5002`; what is none may be a sentence, and is left out.
fn code_only(code: &str) -> String {
    let is_code = code.len() <= 12 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_code { code.to_owned() } else { String::new() }
}

/// A time of the server's wall clock. In the hour that comes twice it is the first: that is looked at again at worst.
pub(crate) fn moment(text: &str, zone: &str) -> Option<Timestamp> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(civil.to_zoned(zone).ok()?.timestamp().into())
}

/// A moment as a parameter: in UTC, and said so.
pub(crate) fn parameter(at: Timestamp) -> String {
    at.in_zone(&jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}
