//! The developer's commands, as `cargo xtask …`: what a shell script would do, in the language of the house.
//!
//! Each command is a module with one public function. They say what they do on standard error, so that standard
//! output carries results only (`bench` prints its tables there).

mod bench;
mod ci;
mod debian;
mod flower;
mod fuzz;
mod package;
mod postgres;
mod recipes;
mod run;
mod screens;
mod soak;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [--no-install] [-- FILTER…]   every test, with a private PostgreSQL started for them
  ci                                 what a merge needs: fmt --check, clippy, test
  deny                               licences, bans and sources of the dependencies (cargo-deny)
  bench [--list] [--install] [--quick] [--write] [NAME…]
                                     measure beside the peers, which --install fetches, and print Markdown tables;
                                     --write keeps them in docs/benchmarks.md
  flower [redis] [rabbitmq]          Vigie beside Flower on one live cluster: what their HTTP APIs tell of it
  fuzz [--long] [TARGET…]            run the fuzz targets (cargo-fuzz)
  soak [--seed N] [--seconds N] [--corpora FOLDER] [--release]
                                     property tests with a seed of its own, and the log store's answers held against
                                     its records, over the logs of a folder too
  package --binary FILE|--musl [--version V] [--out FOLDER] [--try]
                                     a package for Debian and a tarball of that program, or of one that is built here and
                                     needs no libc; --try installs it in a bare Debian, upgrades, removes and purges it
  screens [PAGE…]                    draw the pages for docs/screens (Chromium, pngquant)

Environment:
  VIGIE_TEST_POSTGRES   use this server instead of starting one (postgres://user:password@host:port/database)
  VIGIE_BENCH_BINARY    measure (bench) or compare (flower) this vigie instead of building one
  VIGIE_POSTGRES_BIN    folder of initdb and postgres, instead of looking for them
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match command {
        "test" => test::test(rest),
        "ci" => ci::ci(rest),
        "deny" => ci::deny(),
        "bench" => bench::bench(rest),
        "flower" => flower::flower(rest),
        "fuzz" => fuzz::fuzz(rest),
        "package" => package::package(rest),
        "screens" => screens::screens(rest),
        "soak" => soak::soak(rest),
        postgres::KEEPER => postgres::keep(),
        debian::INSTALLER => debian::install_as_root(rest),
        "help" | "--help" | "-h" => {
            run::say(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        other => {
            run::say(&format!("xtask: unknown command {other:?}\n\n{USAGE}"));
            Ok(ExitCode::from(2))
        }
    };
    done.unwrap_or_else(|error| {
        run::say(&format!("xtask {command}: {error:#}"));
        ExitCode::FAILURE
    })
}
