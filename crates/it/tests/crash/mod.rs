//! The promise under fire: the program is killed at random moments and at the worst ones, and started again. Nobody
//! is lost, nobody gets theirs twice, and everybody whose outcome is not known is listed.

mod backups;
mod events;
mod full;
mod in_data;
mod logs;
mod points;
mod postgres;
mod random;
