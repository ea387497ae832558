//! `vigie serve` in a private folder, spoken to over HTTP as anybody would.

use super::{
    Child, Context,
    http::{Http, Place},
    samples::Samples,
};
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(30);
const BEGINS_WITHIN: Duration = Duration::from_secs(15);
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// Between two looks at a job that is awaited.
const POLL: Duration = Duration::from_millis(10);

/// A running server; dropping it kills it.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) port: u16,
    pub(crate) place: Place,
    /// From the start of the process to the first 200 of `/readyz`.
    pub(crate) ready_after: Duration,
}

/// `vigie` on a data folder, quiet, with nothing of the caller's settings.
pub(crate) fn vigie(context: &Context, data: &Path, database: Option<&str>) -> Result<Command> {
    let mut command = Command::new(context.release_binary()?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VIGIE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(data.parent().unwrap_or(data)).arg("--data").arg(data).stdin(Stdio::null());
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    Ok(command)
}

impl Server {
    /// Starts it on a free port and waits until it is ready.
    pub(crate) fn start(context: &Context, data: &Path, database: Option<&str>) -> Result<Self> {
        let port = context.port()?;
        let mut command = vigie(context, data, database)?;
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::null());
        let log = std::fs::File::create(data.with_extension("serve.log"))?;
        let start = Instant::now();
        let mut child = Child::spawn(command.stderr(log))?;
        let ready_after = loop {
            if Http::new(Place::Port(port, String::new())).status("/readyz").is_ok_and(|status| status == 200) {
                break start.elapsed();
            }
            if start.elapsed() > READY_WITHIN || child.so_far().is_err() || child.has_ended() {
                let log = std::fs::read_to_string(data.with_extension("serve.log")).unwrap_or_default();
                bail!("`vigie serve` was not ready:\n{log}");
            }
            thread::sleep(Duration::from_millis(1));
        };
        Ok(Self { child, port, place: Place::Port(port, String::new()), ready_after })
    }

    /// Lets this client in: a token made by the command line.
    pub(crate) fn with_token(self, context: &Context, data: &Path, database: Option<&str>) -> Result<Self> {
        self.with_scope(context, data, database, "write")
    }

    pub(crate) fn with_scope(
        mut self,
        context: &Context,
        data: &Path,
        database: Option<&str>,
        scope: &str,
    ) -> Result<Self> {
        let mut command = vigie(context, data, database)?;
        // A database outlives the server: each has a token of its own.
        let name = format!("bench-{}", self.child.pid());
        let output = command.args(["token", "create", &name, "--scope", scope, "--json"]).output()?;
        if !output.status.success() {
            bail!("vigie token create: {}", String::from_utf8_lossy(&output.stderr));
        }
        let answer: Value = serde_json::from_slice(&output.stdout).context("vigie token create --json")?;
        let token = answer["token"].as_str().context("vigie token create --json: no token")?;
        self.place = Place::Port(self.port, token.to_owned());
        Ok(self)
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(self.place.clone())
    }

    pub(crate) fn stop(self) -> Result<()> {
        self.child.terminate(STOP_WITHIN).map(drop)
    }
}

/// A job of no-ops, prepared and not yet ready.
pub(crate) fn prepare_noops(http: &mut Http, count: u32, account: Option<&str>) -> Result<Prepared> {
    let mut body = json!({"kind": "noop", "name": "bench", "prepare": true, "spec": {}});
    if let Some(account) = account {
        body["account"] = account.into();
    }
    let job = http.post("/api/v1/jobs", &body)?;
    let text = |name: &str| job[name].as_str().map(str::to_owned).with_context(|| format!("the job has no {name}"));
    let prepared = Prepared { id: text("id")?, token: text("token")? };
    let mut lines = String::new();
    for seq in 1..=count {
        let _ = writeln!(lines, "{{\"seq\":{seq},\"message_no\":{seq},\"label\":\"{seq}\",\"payload\":{{}}}}");
    }
    http.post_lines(&format!("/api/v1/jobs/{}/items", prepared.id), &lines)?;
    Ok(prepared)
}

/// A job that waits for the word.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) id: String,
    /// Reads its progress and nothing else.
    pub(crate) token: String,
}

impl Prepared {
    pub(crate) fn ready(&self, http: &mut Http) -> Result<()> {
        http.post(&format!("/api/v1/jobs/{}/ready", self.id), &json!({})).map(drop)
    }

    /// Waits until all items have succeeded; anything else is an error.
    pub(crate) fn wait(&self, http: &mut Http, count: u32, at_most: Duration) -> Result<Value> {
        let start = Instant::now();
        loop {
            let progress = http.get(&format!("/api/v1/jobs/{}/progress", self.id))?;
            match progress["status"].as_str() {
                Some("completed") if progress["succeeded"] == count => return Ok(progress),
                Some("completed" | "failed" | "cancelled" | "paused") => bail!("the job ended badly: {progress}"),
                Some("pending") if start.elapsed() > BEGINS_WITHIN => {
                    bail!("nobody begins the job: has this `vigie` a handler for its kind? {progress}")
                }
                _ if start.elapsed() > at_most => bail!("not done after {} s: {progress}", at_most.as_secs()),
                _ => thread::sleep(POLL),
            }
        }
    }
}

/// Makes an account that lets so many items through per second.
pub(crate) fn pace(http: &mut Http, name: &str, per_second: u32) -> Result<()> {
    let body = json!({"url": "smtp://127.0.0.1:9", "limits": {"per_second": per_second}});
    http.put(&format!("/api/v1/accounts/{name}"), &body).map(drop)
}

/// Every trace of one job, or of all jobs, oldest page last.
pub(crate) fn traces(http: &mut Http, job: Option<&str>) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    let of_job = job.map(|job| format!("&job={job}")).unwrap_or_default();
    loop {
        let mut page = http.get(&format!("/api/v1/traces?limit=1000{of_job}{cursor}"))?;
        all.extend(page["rows"].as_array_mut().map(std::mem::take).unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

/// The value below which `share` of them lie.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(at).copied()
}

/// p50 and p99 of one run, each a sample of its own.
#[derive(Default)]
pub(crate) struct Latency {
    pub(crate) p50: Samples,
    pub(crate) p99: Samples,
}

impl Latency {
    pub(crate) fn push(&mut self, values: &mut [f64]) {
        self.p50.push(quantile(values, 0.5).unwrap_or(f64::NAN));
        self.p99.push(quantile(values, 0.99).unwrap_or(f64::NAN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&mut values, 0.5), Some(50.0));
        assert_eq!(quantile(&mut values, 0.99), Some(99.0));
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [7.0], 0.99), Some(7.0));
    }
}
