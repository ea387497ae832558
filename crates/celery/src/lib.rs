//! Celery clusters beside Vigie: what their workers and tasks do, remembered.
//!
//! [`event`] decodes what workers and clients publish; [`task`] and [`worker`] say, purely, what an event makes of a task or of
//! a worker, in whatever order events come. [`Reader`] is the edge: it listens to a broker, keeps what was learnt in the
//! store, asks workers about themselves, and counts what waits in the queues. A broker that is away, slow or full of
//! something else is told in its [`Standing`], and tried again.

pub mod beat;
mod broker;
pub mod config;
pub mod control;
pub mod counts;
pub mod event;
pub mod inspect;
pub mod literal;
mod rabbit_broker;
mod reader;
mod redis_broker;
mod standing;
pub mod task;
mod text;
pub mod worker;

pub use config::{Broker, BrokerEntry, ConfigError};
pub use reader::Reader;
pub use standing::{Reach, Standing};
