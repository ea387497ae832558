//! Outside services as tests need them: in this process, on 127.0.0.1 and a free port, with state to assert on, and
//! able to misbehave on demand.

pub mod dhis2;
pub mod gmail;
