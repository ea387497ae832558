//! How events change issues: a fold over values, without SQL. What a batch may touch is loaded before, and written after;
//! where the batches are cut makes no difference.

use super::{
    IgnoreUntil, Issue, IssueState, Resolution,
    observation::{Observation, Transition, USERS_MAX, hour_of, values_max},
};
use crate::{ProjectId, Release};
use model::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet, hash_map::Entry};

/// Where an issue is among those that a batch touches.
pub(super) type Place = usize;

/// A group of events.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) place: Place,
    pub(super) events: u64,
    pub(super) first_seen: Timestamp,
    pub(super) last_seen: Timestamp,
    pub(super) is_changed: bool,
}

/// A project's part of the work.
#[derive(Clone, Debug, Default)]
pub(super) struct ProjectCount {
    pub(super) issues_made: i64,
    pub(super) first_event_at: Option<Timestamp>,
}

/// A tag of an issue: the different values that are counted, and the events with any.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TagKey {
    pub(super) distinct_values: u64,
    pub(super) events: u64,
}

/// Something that an issue did by itself.
pub(super) struct Turn {
    pub(super) place: Place,
    pub(super) observation: usize,
    pub(super) transition: Transition,
}

/// What a batch touches: as it stood, and then as the batch leaves it.
#[derive(Default)]
pub(super) struct Projection {
    /// Those that are there; events of others are not counted.
    pub(super) projects: BTreeMap<ProjectId, ProjectCount>,
    pub(super) issues: Vec<Issue>,
    /// The first of `issues` that is not in the store.
    pub(super) first_new: Place,
    pub(super) hashes: HashMap<(ProjectId, String), Group>,
    pub(super) releases: BTreeMap<(ProjectId, String), Release>,
    pub(super) users: HashSet<(Place, i64)>,
    pub(super) new_users: Vec<(Place, i64)>,
    pub(super) tag_keys: BTreeMap<(Place, String), TagKey>,
    /// Values that are told apart, and the events of the batch that have them.
    pub(super) tags: BTreeMap<(Place, String, String), u64>,
    pub(super) hours: BTreeMap<(Place, i64, String), u64>,
    pub(super) turns: Vec<Turn>,
}

impl Projection {
    /// Says which issue each observation is of, and by which of its hashes it counts there; makes those that are new. A
    /// hash that is not known is, from then on, one of that issue's. `None`: nobody has such a project.
    pub(super) fn place(&mut self, observations: &[Observation]) -> Vec<Option<(Place, usize)>> {
        observations.iter().map(|observation| self.place_one(observation)).collect()
    }

    fn place_one(&mut self, observation: &Observation) -> Option<(Place, usize)> {
        let numbers = self.projects.get_mut(&observation.project)?;
        let key = |hash: &String| (observation.project, hash.clone());
        let known = observation.hashes.iter().enumerate();
        let known = known.filter_map(|(n, hash)| Some((self.hashes.get(&key(hash))?.place, n))).next();
        let (place, by) = match known {
            Some(found) => found,
            None if observation.hashes.is_empty() => return None,
            None => {
                numbers.issues_made += 1;
                self.issues.push(observation.new_issue(numbers.issues_made));
                (self.issues.len() - 1, 0)
            }
        };
        for hash in &observation.hashes {
            if let Entry::Vacant(free) = self.hashes.entry(key(hash)) {
                let (at, is_changed) = (observation.at, true);
                free.insert(Group { place, events: 0, first_seen: at, last_seen: at, is_changed });
            }
        }
        Some((place, by))
    }

    /// Counts the observations, which have been placed, one after the other.
    pub(super) fn count(
        &mut self,
        observations: &[Observation],
        places: &[Option<(Place, usize)>],
    ) -> Vec<Option<Transition>> {
        let mut transitions = Vec::with_capacity(observations.len());
        for (n, (observation, place)) in observations.iter().zip(places).enumerate() {
            let transition = place.and_then(|(place, by)| self.count_one(observation, place, by));
            if let (Some((place, _)), Some(transition)) = (place, transition) {
                self.turns.push(Turn { place: *place, observation: n, transition });
            }
            transitions.push(transition);
        }
        transitions
    }

    fn count_one(&mut self, observation: &Observation, place: Place, by: usize) -> Option<Transition> {
        self.count_project(observation);
        self.count_hash(observation, by);
        self.count_user(observation, place);
        self.count_tags(observation, place);
        *self.hours.entry((place, hour_of(observation.at), observation.environment.clone())).or_default() += 1;
        let is_first = self.issues[place].events == 0;
        self.count_release(observation, is_first);
        let release = observation.release.as_ref().map(|version| (observation.project, version.clone()));
        let release = release.and_then(|key| self.releases.get(&key));
        let issue = &mut self.issues[place];
        issue.events += 1;
        let transition =
            if is_first { Some(Transition::New) } else { turn(issue, observation.at, release, &self.releases) };
        see(issue, observation);
        transition
    }

    fn count_project(&mut self, observation: &Observation) {
        if let Some(numbers) = self.projects.get_mut(&observation.project) {
            let first = numbers.first_event_at.unwrap_or(observation.at);
            numbers.first_event_at = Some(first.min(observation.at));
        }
    }

    fn count_hash(&mut self, observation: &Observation, by: usize) {
        let key = (observation.project, observation.hashes[by].clone());
        if let Some(hash) = self.hashes.get_mut(&key) {
            // One that was only ever beside another says nothing of when it was first seen.
            let first = if hash.events == 0 { observation.at } else { hash.first_seen };
            let last = if hash.events == 0 { observation.at } else { hash.last_seen };
            hash.events += 1;
            hash.first_seen = first.min(observation.at);
            hash.last_seen = last.max(observation.at);
            hash.is_changed = true;
        }
    }

    fn count_user(&mut self, observation: &Observation, place: Place) {
        let Some(user) = observation.user else { return };
        let issue = &mut self.issues[place];
        if issue.users < USERS_MAX && self.users.insert((place, user)) {
            issue.users += 1;
            self.new_users.push((place, user));
        }
    }

    fn count_tags(&mut self, observation: &Observation, place: Place) {
        for (key, value) in &observation.tags {
            let tag = self.tag_keys.entry((place, key.clone())).or_default();
            tag.events += 1;
            let has_room = tag.distinct_values < values_max(key);
            let at = (place, key.clone(), value.clone());
            match self.tags.get_mut(&at) {
                Some(events) => *events += 1,
                None if has_room => {
                    tag.distinct_values += 1;
                    self.tags.insert(at, 1);
                }
                None => {}
            }
        }
    }

    fn count_release(&mut self, observation: &Observation, makes_issue: bool) {
        let Some(version) = &observation.release else { return };
        let key = (observation.project, version.clone());
        let at = observation.at;
        let release = self.releases.entry(key).or_insert_with(|| Release {
            id: 0,
            project: observation.project,
            version: version.clone(),
            first_seen: at,
            last_seen: None,
            events: 0,
            new_issues: 0,
            date_released: None,
        });
        release.first_seen = release.first_seen.min(at);
        release.last_seen = release.last_seen.max(Some(at));
        release.events += 1;
        release.new_issues += u64::from(makes_issue);
    }
}

/// What an event makes of the state.
fn turn(
    issue: &mut Issue,
    at: Timestamp,
    release: Option<&Release>,
    releases: &BTreeMap<(ProjectId, String), Release>,
) -> Option<Transition> {
    let transition = match &issue.state {
        IssueState::Resolved(resolution) if at > issue.state_at => {
            let reopens = match resolution {
                Resolution::Now => true,
                Resolution::NextRelease => release.is_some_and(|release| release.first_seen > issue.state_at),
                Resolution::Release(version) => {
                    let fixed = releases.get(&(issue.project, version.clone()));
                    release.is_some_and(|release| fixed.is_none_or(|fixed| is_no_older(release, fixed)))
                }
            };
            reopens.then_some(Transition::Regressed)
        }
        IssueState::Ignored(IgnoreUntil::Time(until)) => (at >= *until).then_some(Transition::Unignored),
        IssueState::Ignored(IgnoreUntil::Events(all)) => (issue.events >= *all).then_some(Transition::Unignored),
        _ => None,
    };
    match transition? {
        Transition::Regressed => issue.state = IssueState::Regressed,
        _ => issue.state = IssueState::Ongoing,
    }
    issue.state_at = at;
    transition
}

fn is_no_older(release: &Release, fixed: &Release) -> bool {
    (release.first_seen, &release.version) >= (fixed.first_seen, &fixed.version)
}

/// Takes over what the newest event says, and when the first was.
fn see(issue: &mut Issue, observation: &Observation) {
    if observation.at < issue.first_seen || issue.first_release.is_none() {
        issue.first_release = observation.release.clone().or_else(|| issue.first_release.take());
    }
    issue.first_seen = issue.first_seen.min(observation.at);
    if observation.at < issue.last_seen {
        return;
    }
    issue.last_seen = observation.at;
    issue.last_event = observation.event;
    issue.last_event_no = observation.no;
    issue.level = observation.level;
    issue.title.clone_from(&observation.title);
    issue.culprit.clone_from(&observation.culprit);
    issue.platform.clone_from(&observation.platform);
    if observation.release.is_some() {
        issue.last_release.clone_from(&observation.release);
    }
}
