//! The set of sixteen systems and the values that questions are asked with, shared with the examples of `telemetry`.

#[path = "../../../telemetry/examples/varied/dice.rs"]
mod dice;
#[path = "../../../telemetry/examples/varied/set.rs"]
pub(crate) mod set;
#[path = "../../../telemetry/examples/varied/values.rs"]
pub(crate) mod values;
