//! What is watched from outside: jobs that are to be heard of in time, addresses that are to answer. Pure: a definition, what was
//! heard and a time in, a state out.
//!
//! A [`Check`] says what is expected. A [`Ping`] is one sign of life, or the result of one probe; [`Facts::hear`] keeps of it what
//! matters. [`stand`] says how the check stands then, why, and when that changes by itself if nothing is heard.

mod definition;
mod facts;
mod maintenance;
mod ping;
mod uptime;

pub use definition::{Check, CheckFault, DnsRecord, Floor, Heartbeat, HttpProbe, IpFamily, Probe, Watch, slug};
pub use facts::{Facts, Run, Standing, Why, WhyCode, stand};
pub use maintenance::{Maintenance, MaintenanceTime, excused, time_of_day};
pub use ping::{Ping, PingKind, Said};
pub use uptime::{Day, Outage, days, share};
