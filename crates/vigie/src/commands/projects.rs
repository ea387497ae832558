//! `vigie project …`

use crate::{
    app::{self, Engines},
    cli::ProjectCommand,
    client::{Client, escaped},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::projects::{NewProject, Project, ProjectMade, Projects};
use console::Term;

pub(super) async fn run(config: &Config, command: ProjectCommand) -> Result<Exit> {
    match command {
        ProjectCommand::Create { name, platform, url } => {
            let url = url.as_deref().map(|url| url.trim_end_matches('/'));
            create(config, NewProject { name, platform }, url).await
        }
        ProjectCommand::List => list(config).await,
        ProjectCommand::Remove { slug, yes } => remove(config, &slug, if yes { Sure::Said } else { Sure::Ask }).await,
    }
}

/// `url`: where the program reaches Vigie, unless where the server itself says that it is reached.
async fn create(config: &Config, new: NewProject, url: Option<&str>) -> Result<Exit> {
    let given = url.map(|url| match url.split_once("://").filter(|(_, host)| !host.contains('/')) {
        Some(parts) => Ok(parts),
        None => Err(Failure::refused(t!("project-url-bad", url)).help(t!("project-url-help"))),
    });
    let given = given.transpose()?;
    let connected = app::changing(config, "project", Engines::Rest).await?;
    let made = connected.client().post::<ProjectMade>("/api/v1/projects", &new).await;
    connected.close().await;
    let mut made = made?.into_inner();
    if let Some((scheme, host)) = given {
        made.key.dsn = format!("{scheme}://{}@{host}/{}", made.key.public_key, made.project.id);
    }
    if config.json {
        render::json(&made)?;
        return Ok(Exit::Done);
    }
    let ProjectMade { project, key } = made;
    render::say(&t!("project-made", name = project.name));
    render::out(&key.dsn)?;
    let number = format!("/{}", project.id);
    let url = key.dsn.replace(&format!("{}@", key.public_key), "");
    let url = url.strip_suffix(&number).unwrap_or(&url);
    render::say(&t!("project-paste", path = format!("{url}/projects/{}", project.slug)));
    Ok(Exit::Done)
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let projects = connected.client().get::<Projects>("/api/v1/projects").await?;
    if config.json {
        render::json(&projects.json)?;
        return Ok(Exit::Done);
    }
    let columns =
        [("name", Align::Left), ("slug", Align::Left), ("platform", Align::Left), ("first event", Align::Left)];
    let mut table = Table::new(&columns);
    for project in projects.into_inner().rows {
        let first = render::moment(project.first_event_at, &config.zone.value);
        table.row([project.name, project.slug, project.platform, first]);
    }
    match table.is_empty() {
        true => render::say(&t!("projects-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

/// Whether somebody is asked before what cannot be undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    Said,
    Ask,
}

async fn remove(config: &Config, slug: &str, sure: Sure) -> Result<Exit> {
    let connected = app::changing(config, "project", Engines::Rest).await?;
    let done = removed(config, connected.client(), slug, sure).await;
    connected.close().await;
    done
}

async fn removed(config: &Config, client: &Client, slug: &str, sure: Sure) -> Result<Exit> {
    let path = format!("/api/v1/projects/{}", escaped(slug));
    let name = client.get::<Project>(&path).await?.into_inner().name;
    if sure == Sure::Ask {
        if !Term::stderr().is_term() || config.json {
            return Err(Failure::refused(t!("project-remove-refused", name)).help(t!("project-remove-refused-help")));
        }
        let terminal = Term::stderr();
        let asked = terminal.write_str(&t!("project-remove-sure", name)).and_then(|()| terminal.read_line());
        if !asked.is_ok_and(|said| matches!(said.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui")) {
            render::say(&t!("project-kept", name));
            return Ok(Exit::Refused);
        }
    }
    client.delete::<()>(&path).await?;
    render::say(&t!("project-removed", name));
    Ok(Exit::Done)
}
