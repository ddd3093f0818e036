//! The `[web]` table: where the daemon answers, and to whom. Without it no port is opened.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use settings::{Field, Section};
use url::Url;
use web::{Door, TOKEN_BYTES_MIN, Token};

use super::Secrets;

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8765);

/// The door, and the hub that is told of what is new in feeds. None where there is no such table, or a
/// problem has been reported.
pub(super) fn web(
    root: &Section<'_, '_>,
    folder: &Path,
    secrets: Secrets<'_>,
) -> (Option<Door>, Option<Url>) {
    let Some(section) = root.section("web") else { return (None, None) };
    let listen = section.text("listen").map(|text| {
        let address = text.value.parse::<SocketAddr>();
        if address.is_err() {
            let message = format!("\"{}\" is not an address with a port", text.value);
            section.problem_with(&text, message, "write it as in 127.0.0.1:8765");
        }
        text.with(address.unwrap_or(LISTEN))
    });
    let public_url = section.text("public_url").and_then(|text| public_url(&section, &text));
    let file = section.text("token_file");
    let env = section.text("token_env");
    if file.is_none() && env.is_none() {
        let hint =
            "add token_file or token_env: a text that programs send as `Authorization: Bearer …`";
        if let Some(listen) = listen.as_ref().filter(|listen| !listen.value.ip().is_loopback()) {
            section.problem_with(listen, "other machines could ask here without a token", hint);
        } else if let Some(url) = &public_url {
            section.problem_with(url, "everyone could ask here without a token", hint);
        }
    }
    let token = token(&section, folder, secrets, file, env);
    let hub = hub(&section, public_url.is_some() || section.has("public_url"));
    section.finish();
    let door = Door {
        listen: listen.map_or(LISTEN, |listen| listen.value),
        public_url: public_url.map(|url| url.value),
        token,
    };
    (Some(door), hub)
}

/// Reads which hub is told of what is new in feeds. It has to fetch them.
fn hub(section: &Section<'_, '_>, is_reached: bool) -> Option<Url> {
    let text = section.text("hub")?;
    let hint = "write it as in https://hub.example.org/";
    match Url::parse(&text.value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            if !is_reached {
                let message = "the hub could not fetch the feeds";
                section.problem_with(&text, message, "add public_url: where others reach us");
            }
            Some(url)
        }
        _ => {
            let message = format!("\"{}\" is no address of the web", text.value);
            section.problem_with(&text, message, hint);
            None
        }
    }
}

fn public_url(section: &Section<'_, '_>, text: &Field<String>) -> Option<Field<Url>> {
    let hint = "write it as in https://vigie.example.org";
    match Url::parse(&text.value) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
            section.problem_with(text, "is no address of the web", hint);
            None
        }
        Ok(url)
            if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() =>
        {
            section.problem_with(text, "has more than a host and a path", hint);
            None
        }
        Ok(mut url) => {
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            Some(text.with(url))
        }
        Err(error) => {
            section.problem_with(text, format!("\"{}\" is not a URL: {error}", text.value), hint);
            None
        }
    }
}

fn token(
    section: &Section<'_, '_>,
    folder: &Path,
    secrets: Secrets<'_>,
    file: Option<Field<String>>,
    env: Option<Field<String>>,
) -> Option<Token> {
    let (field, text) = match (file, env, secrets) {
        (Some(file), Some(_), _) => {
            section.problem_with(&file, "stands beside `token_env`", "remove one of the two");
            return None;
        }
        (_, _, Secrets::Leave) | (None, None, _) => return None,
        (Some(file), None, Secrets::Read(_)) => {
            let path = folder.join(&file.value);
            match std::fs::read_to_string(&path) {
                Ok(text) => (file, text),
                Err(error) => {
                    let message = format!("failed to read {}: {error}", path.display());
                    section.problem_with(&file, message, "a file with the token and nothing else");
                    return None;
                }
            }
        }
        (None, Some(env), Secrets::Read(variable)) => {
            let Some(text) = variable(&env.value) else {
                let message = format!("the environment variable {} is not set", env.value);
                section.problem_with(&env, message, "set it where vigie is started");
                return None;
            };
            (env, text)
        }
    };
    let token = Token::new(text.trim());
    if token.is_err() {
        let message = format!("the token is shorter than {TOKEN_BYTES_MIN} characters");
        section.problem_with(&field, message, "`openssl rand -hex 32` makes a good one");
    }
    token.ok()
}
