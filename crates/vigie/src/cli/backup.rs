//! What is said to `vigie backup` and `vigie restore`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie backup /mnt/backups                  everything, now, while Vigie runs
  vigie backup /mnt/backups --keep 7         and remove older ones, once this one is verified

Each backup is a folder, vigie-2025-01-31T023000Z, which has its name once it is whole, verified and on disk. The folder \
and the number may stand in vigie.toml, with a time of day: [backup] folder, at, keep. The secret key is left out: with \
it, whoever finds the backup could use the passwords of the accounts. Keep a copy of secret.key elsewhere.")]
pub(crate) struct BackupArgs {
    /// Where backups are kept [default: [backup] folder in vigie.toml]
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Remove older backups of this data directory, but for so many in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) keep: Option<u16>,
    /// Put the secret key into the backup: guard it as you guard passwords
    #[arg(long)]
    pub(crate) with_key: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie restore /mnt/backups --dry-run                  what the newest one holds, and whether it is intact
  vigie restore /mnt/backups --to ./vigie-data
  vigie restore /mnt/backups/vigie-2025-01-31T023000Z --replace --key /root/secret.key

Stop Vigie first. Nothing is sent by itself afterwards: open jobs and schedules are paused, as messages may have been \
sent after the backup was made.")]
pub(crate) struct RestoreArgs {
    /// A backup, or the folder of backups, of which the newest is taken
    #[arg(value_name = "FOLDER")]
    pub(crate) from: PathBuf,
    /// Where to [default: the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// Check it and show what it holds; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Put it in the place of what is there, which is kept beside it
    #[arg(long)]
    pub(crate) replace: bool,
    /// The secret key, where the backup has none
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}
