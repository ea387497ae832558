//! The projection: events of a log become counters of issues, in batches, each in one transaction that also says how far the
//! log is counted. After a crash whatever is behind that number comes again, and counts once.

use super::{
    AppliedObservation, EventBatch, Issue, IssueState, Observation, Resolution, Transition,
    activity::{self, NewActivity},
    fold::{Group, Place, ProjectCount, Projection, TagKey},
    issue_from, level_code,
};
use crate::{
    Db, Error, ProjectId, Result, alerts,
    releases::release_from,
    sql::{Conn, params},
};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

impl Db {
    /// How far the events of a log are counted: the highest number; 0 where none is.
    pub async fn applied_through(&self, log: &str) -> Result<i64> {
        let row = self.row("SELECT applied FROM projections WHERE log = $1", params![log]).await?;
        row.map_or(Ok(0), |row| row.int("applied"))
    }

    /// Counts events: on disk when this returns. Those at or below the number that is kept for the log were counted before,
    /// and are passed over; so are those of projects that are not there, and those without a hash. Tells what became of each
    /// of the others, in their order.
    pub async fn apply_events(&self, batch: EventBatch) -> Result<Vec<AppliedObservation>> {
        self.write(move |conn| Box::pin(apply(conn, batch))).await
    }
}

async fn apply(conn: &mut Conn<'_>, batch: EventBatch) -> Result<Vec<AppliedObservation>> {
    let kept = lock_log(conn, &batch.log).await?;
    if batch.through <= kept {
        return Ok(Vec::new());
    }
    let fresh = batch.observations.into_iter().filter(|one| one.no > kept && one.no <= batch.through);
    let observations: Vec<Observation> = fresh.map(Observation::bounded).collect();
    let applied = if observations.is_empty() { Vec::new() } else { apply_fresh(conn, &observations).await? };
    crashpoint::reach("projection");
    let sql = "UPDATE projections SET applied = $2 WHERE log = $1";
    conn.execute(sql, params![&batch.log, batch.through]).await?;
    Ok(applied)
}

async fn lock_log(conn: &mut Conn<'_>, log: &str) -> Result<i64> {
    let sql = "INSERT INTO projections (log, applied) VALUES ($1, 0) ON CONFLICT (log) DO NOTHING";
    conn.execute(sql, params![log]).await?;
    let lock = conn.dialect().for_update;
    let row = conn.row(&format!("SELECT applied FROM projections WHERE log = $1{lock}"), params![log]).await?;
    row.map_or(Ok(0), |row| row.int("applied"))
}

async fn apply_fresh(conn: &mut Conn<'_>, observations: &[Observation]) -> Result<Vec<AppliedObservation>> {
    let mut projection = Projection::default();
    // Locked first, and in one order, by whoever changes issues: what is loaded below stays as it is until it is written.
    lock_projects(conn, &mut projection, observations).await?;
    load_issues(conn, &mut projection, observations).await?;
    let places = projection.place(observations);
    load_counts(conn, &mut projection, observations, &places).await?;
    let transitions = projection.count(observations, &places);
    write(conn, &mut projection, observations).await?;
    let applied = observations.iter().zip(&places).zip(transitions);
    let applied =
        applied.filter_map(|((one, place), transition)| Some(told(one, &projection, (*place)?.0, transition)));
    Ok(applied.collect())
}

fn told(
    observation: &Observation,
    projection: &Projection,
    place: Place,
    transition: Option<Transition>,
) -> AppliedObservation {
    let issue = &projection.issues[place];
    AppliedObservation { no: observation.no, issue: issue.id, project: issue.project, number: issue.number, transition }
}

async fn lock_projects(conn: &mut Conn<'_>, projection: &mut Projection, observations: &[Observation]) -> Result<()> {
    let ids: BTreeSet<[ProjectId; 1]> = observations.iter().map(|one| [one.project]).collect();
    let sql = format!(
        "SELECT id, issues_made, first_event_at FROM projects
         WHERE id IN (SELECT CAST(list.value->>0 AS BIGINT) FROM {{set}}) AND removed_at IS NULL ORDER BY id{}",
        conn.dialect().for_update
    );
    for row in conn.select_set(&sql, ids).await? {
        let numbers =
            ProjectCount { issues_made: row.int("issues_made")?, first_event_at: row.opt_time("first_event_at")? };
        projection.projects.insert(row.int("id")?, numbers);
    }
    Ok(())
}

/// The issues that the hashes lead to.
async fn load_issues(conn: &mut Conn<'_>, projection: &mut Projection, observations: &[Observation]) -> Result<()> {
    let hashes: BTreeSet<(ProjectId, &str)> =
        observations.iter().flat_map(|one| one.hashes.iter().map(|hash| (one.project, hash.as_str()))).collect();
    let sql = "SELECT found.project, found.hash, found.issue, found.events, found.first_seen, found.last_seen
               FROM {set} JOIN issue_hashes AS found
                   ON found.project = CAST(list.value->>0 AS BIGINT) AND found.hash = list.value->>1";
    let rows = conn.select_set(sql, hashes).await?;
    let ids = rows.iter().map(|row| Ok([row.int("issue")?])).collect::<Result<BTreeSet<_>>>()?;
    let sql = "SELECT issues.* FROM {set} JOIN issues ON issues.id = CAST(list.value->>0 AS BIGINT)";
    let mut places = HashMap::new();
    for row in conn.select_set(sql, ids).await? {
        let issue = issue_from(&row)?;
        places.insert(issue.id, projection.issues.len());
        projection.issues.push(issue);
    }
    projection.first_new = projection.issues.len();
    for row in rows {
        // A hash without its issue is that of one that is being removed.
        let Some(place) = places.get(&row.int("issue")?).copied() else { continue };
        let hash = Group {
            place,
            events: row.count("events")?,
            first_seen: row.time("first_seen")?,
            last_seen: row.time("last_seen")?,
            is_changed: false,
        };
        projection.hashes.insert((row.int("project")?, row.text("hash")?), hash);
    }
    Ok(())
}

/// What else the observations are counted in: releases, users and tags.
async fn load_counts(
    conn: &mut Conn<'_>,
    projection: &mut Projection,
    observations: &[Observation],
    places: &[Option<(Place, usize)>],
) -> Result<()> {
    load_releases(conn, projection, observations).await?;
    let known =
        |place: &Option<(Place, usize)>| place.map(|(place, _)| place).filter(|one| *one < projection.first_new);
    let known = observations.iter().zip(places).filter_map(|(one, place)| Some((one, known(place)?)));
    let known: Vec<(&Observation, Place)> = known.collect();
    load_users(conn, projection, &known).await?;
    load_tags(conn, projection, &known).await
}

async fn load_releases(conn: &mut Conn<'_>, projection: &mut Projection, observations: &[Observation]) -> Result<()> {
    let seen = observations.iter().filter_map(|one| Some((one.project, one.release.as_deref()?)));
    let fixed = projection.issues.iter().filter_map(|issue| match &issue.state {
        IssueState::Resolved(Resolution::Release(version)) => Some((issue.project, version.as_str())),
        _ => None,
    });
    let wanted: BTreeSet<(ProjectId, &str)> = seen.chain(fixed).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let sql = "SELECT releases.* FROM {set} JOIN releases
                   ON releases.project = CAST(list.value->>0 AS BIGINT) AND releases.version = list.value->>1";
    for row in conn.select_set(sql, wanted).await? {
        let release = release_from(&row)?;
        projection.releases.insert((release.project, release.version.clone()), release);
    }
    Ok(())
}

async fn load_users(conn: &mut Conn<'_>, projection: &mut Projection, known: &[(&Observation, Place)]) -> Result<()> {
    let wanted: BTreeSet<(Place, i64)> = known.iter().filter_map(|(one, place)| Some((*place, one.user?))).collect();
    let wanted: Vec<(Place, i64)> = wanted.into_iter().collect();
    let rows = wanted.iter().enumerate().map(|(n, (place, user))| (projection.issues[*place].id, user, n));
    let sql =
        "SELECT CAST({group}(CAST(list.value->>2 AS BIGINT)) AS TEXT) AS there FROM {set} JOIN issue_users AS found
                   ON found.issue = CAST(list.value->>0 AS BIGINT) AND found.digest = CAST(list.value->>1 AS BIGINT)";
    let there = there(conn, sql, rows.collect()).await?;
    projection.users.extend(there.into_iter().map(|n| wanted[n]));
    Ok(())
}

async fn load_tags(conn: &mut Conn<'_>, projection: &mut Projection, known: &[(&Observation, Place)]) -> Result<()> {
    let mut wanted = BTreeSet::new();
    for (one, place) in known {
        wanted.extend(one.tags.iter().map(|(key, value)| (*place, key.as_str(), value.as_str())));
    }
    let wanted: Vec<(Place, &str, &str)> = wanted.into_iter().collect();
    let id = |place: Place| projection.issues[place].id;
    let keys: BTreeSet<_> = wanted.iter().map(|(place, key, _)| (id(*place), key, place)).collect();
    let sql = "SELECT CAST(list.value->>2 AS BIGINT) AS place, found.key, found.distinct_values, found.events
               FROM {set} JOIN issue_tag_keys AS found
                   ON found.issue = CAST(list.value->>0 AS BIGINT) AND found.key = list.value->>1";
    let found_keys = conn.select_set(sql, keys).await?;
    let rows = wanted.iter().enumerate().map(|(n, (place, key, value))| (id(*place), key, value, n));
    let sql =
        "SELECT CAST({group}(CAST(list.value->>3 AS BIGINT)) AS TEXT) AS there FROM {set} JOIN issue_tags AS found
                   ON found.issue = CAST(list.value->>0 AS BIGINT) AND found.key = list.value->>1
                   AND found.value = list.value->>2";
    for n in there(conn, sql, rows.collect()).await? {
        let (place, key, value) = wanted[n];
        projection.tags.insert((place, key.to_owned(), value.to_owned()), 0);
    }
    for row in found_keys {
        let tag = TagKey { distinct_values: row.count("distinct_values")?, events: row.count("events")? };
        projection.tag_keys.insert((row.int("place")? as Place, row.text("key")?), tag);
    }
    Ok(())
}

/// Which of these are in the store, by where they stand among them: one row tells of all, as thousands would take longer to
/// come than to be found.
async fn there<T: Serialize>(conn: &mut Conn<'_>, sql: &str, asked: Vec<T>) -> Result<Vec<usize>> {
    let sql = sql.replace("{group}", conn.dialect().json_group);
    let rows = conn.select_set(&sql, asked).await?;
    let found = rows.first().map(|row| row.opt_text("there")).transpose()?.flatten();
    found.map_or_else(
        || Ok(Vec::new()),
        |found| serde_json::from_str(&found).map_err(|_| Error::corrupt("there", "not the expected JSON")),
    )
}

async fn write(conn: &mut Conn<'_>, projection: &mut Projection, observations: &[Observation]) -> Result<()> {
    insert_issues(conn, projection).await?;
    update_issues(conn, &projection.issues[..projection.first_new]).await?;
    write_hashes(conn, projection).await?;
    write_counts(conn, projection).await?;
    write_releases(conn, projection, observations).await?;
    write_turns(conn, projection, observations).await?;
    let numbers = projection.projects.iter();
    let numbers = numbers.map(|(id, n)| (*id, n.issues_made, n.first_event_at.map(model::Timestamp::as_micros)));
    let sql = "UPDATE projects SET issues_made = CAST(list.value->>1 AS BIGINT),
                   first_event_at = CAST(list.value->>2 AS BIGINT)
               FROM {set} WHERE projects.id = CAST(list.value->>0 AS BIGINT)";
    conn.execute_set(sql, numbers).await
}

fn issue_row(issue: &Issue) -> serde_json::Value {
    json!([
        issue.id,
        issue.project,
        issue.number,
        issue.kind.as_str(),
        &issue.title,
        &issue.culprit,
        level_code(issue.level),
        &issue.platform,
        issue.state.kind().code(),
        issue.state.rule(),
        issue.state_at.as_micros(),
        issue.first_seen.as_micros(),
        issue.last_seen.as_micros(),
        issue.events,
        issue.users,
        &issue.first_release,
        &issue.last_release,
        issue.last_event.simple().to_string(),
        issue.last_event_no,
    ])
}

/// Those that are new, which thereby have an id.
async fn insert_issues(conn: &mut Conn<'_>, projection: &mut Projection) -> Result<()> {
    let new = &mut projection.issues[projection.first_new..];
    if new.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO issues (project, number, kind, title, culprit, level, platform, state, state_at, first_seen,
                                   last_seen, events, users, first_release, last_release, last_event, last_event_no)
               SELECT CAST(list.value->>1 AS BIGINT), CAST(list.value->>2 AS BIGINT), list.value->>3, list.value->>4,
                      list.value->>5, CAST(list.value->>6 AS BIGINT), list.value->>7, CAST(list.value->>8 AS BIGINT),
                      CAST(list.value->>10 AS BIGINT), CAST(list.value->>11 AS BIGINT), CAST(list.value->>12 AS BIGINT),
                      CAST(list.value->>13 AS BIGINT), CAST(list.value->>14 AS BIGINT), list.value->>15, list.value->>16,
                      {uuid}, CAST(list.value->>18 AS BIGINT)
               FROM {set} RETURNING id, project, number";
    let sql = sql.replace("{uuid}", &conn.dialect().uuid.replace("{}", "list.value->>17"));
    let rows = conn.select_set(&sql, new.iter().map(issue_row)).await?;
    let mut ids = HashMap::new();
    for row in rows {
        ids.insert((row.int("project")?, row.int("number")?), row.int("id")?);
    }
    for issue in new {
        issue.id = ids.get(&(issue.project, issue.number)).copied().unwrap_or_default();
    }
    Ok(())
}

/// All that an event may change of an issue; what a person says of it alone stays.
async fn update_issues(conn: &mut Conn<'_>, issues: &[Issue]) -> Result<()> {
    let sql =
        "UPDATE issues SET title = list.value->>4, culprit = list.value->>5, level = CAST(list.value->>6 AS BIGINT),
                   platform = list.value->>7, state = CAST(list.value->>8 AS BIGINT), state_rule = list.value->>9,
                   state_at = CAST(list.value->>10 AS BIGINT), first_seen = CAST(list.value->>11 AS BIGINT),
                   last_seen = CAST(list.value->>12 AS BIGINT), events = CAST(list.value->>13 AS BIGINT),
                   users = CAST(list.value->>14 AS BIGINT), first_release = list.value->>15,
                   last_release = list.value->>16, last_event = {uuid}, last_event_no = CAST(list.value->>18 AS BIGINT)
               FROM {set} WHERE issues.id = CAST(list.value->>0 AS BIGINT)";
    let sql = sql.replace("{uuid}", &conn.dialect().uuid.replace("{}", "list.value->>17"));
    conn.execute_set(&sql, issues.iter().map(issue_row)).await
}

async fn write_hashes(conn: &mut Conn<'_>, projection: &Projection) -> Result<()> {
    let changed = projection.hashes.iter().filter(|(_, hash)| hash.is_changed);
    let rows = changed.map(|((project, name), hash)| {
        let (first, last) = (hash.first_seen.as_micros(), hash.last_seen.as_micros());
        (*project, name, projection.issues[hash.place].id, hash.events, first, last)
    });
    let sql = "INSERT INTO issue_hashes (project, hash, issue, born_in, events, first_seen, last_seen)
               SELECT CAST(list.value->>0 AS BIGINT), list.value->>1, CAST(list.value->>2 AS BIGINT),
                      CAST(list.value->>2 AS BIGINT), CAST(list.value->>3 AS BIGINT), CAST(list.value->>4 AS BIGINT),
                      CAST(list.value->>5 AS BIGINT)
               FROM {set} WHERE true
               ON CONFLICT (project, hash) DO UPDATE SET events = excluded.events, first_seen = excluded.first_seen,
                   last_seen = excluded.last_seen";
    conn.execute_set(sql, rows).await
}

async fn write_counts(conn: &mut Conn<'_>, projection: &Projection) -> Result<()> {
    let id = |place: Place| projection.issues[place].id;
    let hours = projection.hours.iter().map(|((place, hour, environment), n)| (id(*place), hour, environment, n));
    let sql = "INSERT INTO issue_hours (issue, hour, environment, events)
               SELECT CAST(list.value->>0 AS BIGINT), CAST(list.value->>1 AS BIGINT), list.value->>2,
                      CAST(list.value->>3 AS BIGINT)
               FROM {set} WHERE true
               ON CONFLICT (issue, hour, environment) DO UPDATE SET events = issue_hours.events + excluded.events";
    conn.execute_set(sql, hours).await?;
    let users = projection.new_users.iter().map(|(place, digest)| (id(*place), digest));
    let sql = "INSERT INTO issue_users (issue, digest)
               SELECT CAST(list.value->>0 AS BIGINT), CAST(list.value->>1 AS BIGINT) FROM {set}";
    conn.execute_set(sql, users).await?;
    let keys = projection.tag_keys.iter();
    let keys = keys.map(|((place, key), tag)| (id(*place), key, tag.distinct_values, tag.events));
    let sql = "INSERT INTO issue_tag_keys (issue, key, distinct_values, events)
               SELECT CAST(list.value->>0 AS BIGINT), list.value->>1, CAST(list.value->>2 AS BIGINT),
                      CAST(list.value->>3 AS BIGINT)
               FROM {set} WHERE true
               ON CONFLICT (issue, key) DO UPDATE SET distinct_values = excluded.distinct_values,
                   events = excluded.events";
    conn.execute_set(sql, keys).await?;
    let tags = projection.tags.iter().map(|((place, key, value), events)| (id(*place), key, value, events));
    let sql = "INSERT INTO issue_tags (issue, key, value, events)
               SELECT CAST(list.value->>0 AS BIGINT), list.value->>1, list.value->>2, CAST(list.value->>3 AS BIGINT)
               FROM {set} WHERE true
               ON CONFLICT (issue, key, value) DO UPDATE SET events = issue_tags.events + excluded.events";
    conn.execute_set(sql, tags).await
}

async fn write_releases(conn: &mut Conn<'_>, projection: &Projection, observations: &[Observation]) -> Result<()> {
    let seen: BTreeSet<(ProjectId, &str)> =
        observations.iter().filter_map(|one| Some((one.project, one.release.as_deref()?))).collect();
    let seen = projection.releases.values().filter(|one| seen.contains(&(one.project, one.version.as_str())));
    let rows = seen.map(|one| {
        let last = one.last_seen.map(model::Timestamp::as_micros);
        (one.project, &one.version, one.first_seen.as_micros(), last, one.events, one.new_issues)
    });
    let sql = "INSERT INTO releases (project, version, first_seen, last_seen, events, new_issues)
               SELECT CAST(list.value->>0 AS BIGINT), list.value->>1, CAST(list.value->>2 AS BIGINT),
                      CAST(list.value->>3 AS BIGINT), CAST(list.value->>4 AS BIGINT), CAST(list.value->>5 AS BIGINT)
               FROM {set} WHERE true
               ON CONFLICT (project, version) DO UPDATE SET first_seen = excluded.first_seen,
                   last_seen = excluded.last_seen, events = excluded.events, new_issues = excluded.new_issues";
    conn.execute_set(sql, rows).await
}

async fn write_turns(conn: &mut Conn<'_>, projection: &Projection, observations: &[Observation]) -> Result<()> {
    let done = projection.turns.iter().filter_map(|turn| {
        let what = match turn.transition {
            Transition::New => return None,
            Transition::Regressed => activity::REGRESSED,
            Transition::Unignored => activity::UNIGNORED,
        };
        let one = &observations[turn.observation];
        let detail = json!({"event": one.event, "release": one.release});
        Some(NewActivity { issue: projection.issues[turn.place].id, at: one.at, what, detail })
    });
    activity::write(conn, "", done.collect()).await?;
    note_alerts(conn, projection).await
}

/// What is new and what came back may be worth an alert.
async fn note_alerts(conn: &mut Conn<'_>, projection: &Projection) -> Result<()> {
    for (transition, kind) in [(Transition::New, "new_issue"), (Transition::Regressed, "regression")] {
        let turned = projection.turns.iter().filter(|turn| turn.transition == transition);
        let happened: Vec<_> = turned
            .map(|turn| {
                let issue = &projection.issues[turn.place];
                let detail = json!({"project": issue.project, "number": issue.number, "title": &issue.title});
                (issue.last_seen, issue.id.to_string(), detail)
            })
            .collect();
        alerts::note(conn, kind, happened).await?;
    }
    Ok(())
}
