//! Secrets: each in a file or an environment variable of its own, never in the configuration.

use std::path::Path;

use model::Secret;

use super::Secrets;
use settings::{Field, Section};

/// Where a secret is, as it is written.
pub(super) struct Place {
    pub(super) file: Option<Field<String>>,
    pub(super) env: Option<Field<String>>,
    /// What it is called, for people: a password, a token.
    pub(super) what: &'static str,
    pub(super) keys: [&'static str; 2],
}

/// Whether a secret could be had.
pub(super) enum Had {
    Read(Secret),
    /// Nobody asked for it.
    Left,
    /// A problem has been reported.
    Wrong,
}

impl Place {
    pub(super) fn token(section: &Section<'_, '_>) -> Self {
        Self {
            file: section.text("token_file"),
            env: section.text("token_env"),
            what: "token",
            keys: ["token_file", "token_env"],
        }
    }

    pub(super) fn is_said(&self) -> bool {
        self.file.is_some() || self.env.is_some()
    }

    /// Reads the secret; what keeps from it is reported.
    pub(super) fn read(
        self,
        section: &Section<'_, '_>,
        folder: &Path,
        secrets: Secrets<'_>,
    ) -> Had {
        let Self { file, env, what, keys: [_, env_key] } = self;
        let Secrets::Read(variable) = secrets else { return Had::Left };
        let secret = match (file, env) {
            (Some(file), None) => {
                let path = folder.join(&file.value);
                match std::fs::read_to_string(&path) {
                    Ok(text) => text.trim_end_matches(['\r', '\n']).to_owned(),
                    Err(error) => {
                        let message = format!("failed to read {}: {error}", path.display());
                        let hint = format!("a file with the {what} and nothing else");
                        section.problem_with(&file, message, hint);
                        return Had::Wrong;
                    }
                }
            }
            (None, Some(env)) => {
                let Some(text) = variable(&env.value) else {
                    let message = format!("the environment variable {} is not set", env.value);
                    section.problem_with(&env, message, "set it where vigie is started");
                    return Had::Wrong;
                };
                text
            }
            (Some(file), Some(_)) => {
                let message = format!("stands beside `{env_key}`");
                section.problem_with(&file, message, "remove one of the two");
                return Had::Wrong;
            }
            (None, None) => return Had::Left,
        };
        Had::Read(Secret::new(secret))
    }
}
