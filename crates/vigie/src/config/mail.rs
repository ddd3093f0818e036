//! The `[mail]` table: who mails are from, and how they leave.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alert::{
    BadDkim, BadServer, Credentials, Directory, Dkim, Mailbox, Mailer, Security, Sender, Smtp,
    SmtpServer, TEMPLATE_BYTES_MAX, TemplateProblem, Templates,
};
use model::{Locale, Problem};

use super::secret::{Had, Place};
use super::{LOCALES, Secrets};
use settings::{Field, Section};

/// How many letters of any kind an address gets in an hour before others wait, if nothing else is said.
const AN_HOUR: u64 = 30;
/// How many letters of any kind an address gets on a day before those told as it happens wait.
const A_DAY: u64 = 40;
/// More than one a minute.
pub(super) const A_DAY_MAX: u64 = 100_000;
/// Longer than a slow server takes, shorter than the lease of a delivery.
const SEND_DEADLINE: Duration = Duration::from_mins(2);

/// So many files of a folder of templates are looked at.
const FILES_MAX: usize = 1_000;

#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) sender: Sender,
    /// Whether recipients who are not of the owner's house are asked before they are told.
    pub(crate) opt_in: bool,
    /// How many letters of any kind an address gets in an hour before those that leave by no schedule wait.
    pub(crate) an_hour: u32,
    /// How many letters of any kind an address gets on a day before those told as it happens wait for the
    /// next morning.
    pub(crate) a_day: u32,
    /// Who signs mails; `None` where nobody does, or the key was not asked for.
    pub(crate) dkim: Option<Arc<Dkim>>,
    via: Via,
}

#[derive(Debug, Clone)]
enum Via {
    Smtp(SmtpServer),
    Directory(PathBuf),
}

impl Mail {
    pub(crate) fn mailer(&self) -> Result<Mailer, BadServer> {
        Ok(match &self.via {
            Via::Smtp(server) => {
                Mailer::Smtp(Smtp::new(server.clone())?.signed_by(self.dkim.clone()))
            }
            Via::Directory(directory) => {
                Mailer::Directory(Directory::new(directory).signed_by(self.dkim.clone()))
            }
        })
    }

    /// Returns `None` only where a problem has been reported.
    pub(super) fn from_section(
        root: &Section<'_, '_>,
        folder: &Path,
        secrets: Secrets<'_>,
        has_pages: bool,
    ) -> Option<Self> {
        let Some(section) = root.section("mail") else {
            if !root.has("mail") {
                let hint = "write [mail] with `from` and `directory`";
                root.absent(&["mail"], "[mail] is missing", hint);
            }
            return None;
        };
        let from = section
            .required_text(
                "from",
                "the address mails come from, as in \"Vigie <vigie@example.org>\"",
            )
            .and_then(|text| mailbox(&section, &text));
        let locale = section.one_of("lang", &LOCALES).map_or(Locale::English, |lang| lang.value);
        let owner = section.text("owner").and_then(|text| mailbox(&section, &text));
        let opt_in = section.truth("opt_in");
        if let Some(wanted) = opt_in.as_ref().filter(|wanted| wanted.value && !has_pages) {
            let hint = "add public_url to [web], or remove this";
            section.problem_with(wanted, "nobody can say yes without a page to do so", hint);
        }
        let an_hour = section.integer("an_hour", 1..=1_000).map_or(AN_HOUR, |field| field.value);
        let a_day = section.integer("a_day", 1..=A_DAY_MAX).map_or(A_DAY, |field| field.value);
        let via = via(&section, folder, secrets);
        let templates = section.text("templates").map_or_else(Templates::default, |named| {
            let (templates, problems) = templates(&folder.join(&named.value));
            section.tell(problems);
            templates
        });
        let dkim = section.section("dkim").and_then(|dkim| {
            let signer = signer(&dkim, from.as_ref(), folder, secrets);
            dkim.finish();
            signer
        });
        section.finish();
        Some(Self {
            dkim: dkim.map(Arc::new),
            sender: Sender { from: from?, owner, locale, templates },
            opt_in: has_pages && opt_in.is_none_or(|wanted| wanted.value),
            an_hour: u32::try_from(an_hour).unwrap_or(u32::MAX),
            a_day: u32::try_from(a_day).unwrap_or(u32::MAX),
            via: via?,
        })
    }
}

/// Reads who signs mails. `None` where nobody does, the key was not asked for, or a problem was reported.
fn signer(
    section: &Section<'_, '_>,
    from: Option<&Mailbox>,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Option<Dkim> {
    let domain = section.required_text("domain", "the domain that signs: that of `from`");
    let hint = "the name under which the key stands in the DNS, as in \"vigie2026\"";
    let selector = section.required_text("selector", hint);
    let file = section.required_text("key_file", "a file with the private key, in PEM");
    let (domain, selector, file) = (domain?, selector?, file?);
    if let Some(from) = from {
        let ours = from.domain().to_ascii_lowercase();
        let theirs = domain.value.to_ascii_lowercase();
        if ours != theirs && !ours.ends_with(&format!(".{theirs}")) {
            let message = format!("{theirs} can't vouch for mails from {ours}");
            section.problem_with(
                &domain,
                message,
                "DMARC wants the domain of `from`, or one above it",
            );
        }
    }
    let place = Place {
        file: Some(file.clone()),
        env: None,
        what: "private key",
        keys: ["key_file", "key_file"],
    };
    let Had::Read(pem) = place.read(section, folder, secrets) else { return None };
    let bad = match Dkim::new(&domain.value, &selector.value, &pem) {
        Ok(signer) => return Some(signer),
        Err(bad) => bad,
    };
    match &bad {
        BadDkim::Domain(_) => section.problem_with(&domain, &bad, "write it as in ozalee.example"),
        BadDkim::Selector(_) => section.problem_with(&selector, &bad, hint),
        BadDkim::NoKey | BadDkim::Key(_) | BadDkim::Short => {
            let hint = "`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` writes one, or \
                        `openssl genpkey -algorithm ED25519`";
            section.problem_with(&file, format!("{} {bad}", file.value), hint);
        }
    }
    None
}

/// Reads a folder of templates: what is neither .html nor .txt in it, or hidden, is not ours.
fn templates(folder: &Path) -> (Templates, Vec<Problem>) {
    let wrong = |message: String| {
        let hint = "a folder with templates of your own; `vigie templates export FOLDER` writes the \
                    built-in ones to begin from";
        (Templates::default(), vec![Problem::new(folder.display().to_string(), message).hint(hint)])
    };
    let files = match template_files(folder) {
        Ok(files) if files.is_empty() => return wrong("holds no template".to_owned()),
        Ok(files) => files,
        Err(error) => return wrong(format!("failed to read: {error}")),
    };
    let (templates, problems) = Templates::new(&files);
    let problem = |problem: TemplateProblem| {
        let place = folder.join(&problem.place).display().to_string();
        Problem::new(place, problem.message).hint(problem.hint)
    };
    (templates, problems.into_iter().map(problem).collect())
}

fn template_files(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for file in std::fs::read_dir(folder)?.take(FILES_MAX) {
        let path = file?.path();
        let is_template = path.extension().is_some_and(|it| it == "html" || it == "txt");
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| is_template);
        let Some(name) = name.filter(|name| !name.starts_with('.')) else { continue };
        let told = |error| std::io::Error::other(format!("{name}: {error}"));
        // One byte more than is allowed shows that there are too many.
        let bytes_max = TEMPLATE_BYTES_MAX as u64 + 1;
        let mut text = String::new();
        File::open(&path)?.take(bytes_max).read_to_string(&mut text).map_err(told)?;
        files.insert(name.to_owned(), text);
    }
    Ok(files)
}

pub(super) fn mailbox(section: &Section<'_, '_>, text: &Field<String>) -> Option<Mailbox> {
    match text.value.parse() {
        Ok(mailbox) => Some(mailbox),
        Err(bad) => {
            let alert::BadAddress { hint, .. } = &bad;
            section.problem_with(text, &bad, hint);
            None
        }
    }
}

fn via(section: &Section<'_, '_>, folder: &Path, secrets: Secrets<'_>) -> Option<Via> {
    let directory = section.text("directory");
    let smtp = section.section("smtp");
    match (directory, smtp) {
        (Some(directory), None) => Some(Via::Directory(folder.join(directory.value))),
        (None, Some(smtp)) => {
            let server = server(&smtp, folder, secrets);
            smtp.finish();
            server.map(Via::Smtp)
        }
        (Some(directory), Some(smtp)) => {
            server(&smtp, folder, secrets);
            smtp.finish();
            let hint = "remove one of the two";
            section.problem_with(&directory, "stands beside [mail.smtp]", hint);
            None
        }
        (None, None) => {
            let hint = "write directory = \"../mails\", or [mail.smtp] with a host";
            section.absent(
                &["directory", "smtp"],
                "says neither `directory` nor [mail.smtp]",
                hint,
            );
            None
        }
    }
}

fn server(section: &Section<'_, '_>, folder: &Path, secrets: Secrets<'_>) -> Option<SmtpServer> {
    let words =
        [("starttls", Security::StartTls), ("tls", Security::Tls), ("none", Security::None)];
    let security = section.one_of("security", &words).map_or(Security::StartTls, |word| word.value);
    let usual = match security {
        Security::StartTls => 587,
        Security::Tls => 465,
        Security::None => 25,
    };
    let port = section.integer("port", 1..=65_535).and_then(|port| u16::try_from(port.value).ok());
    let credentials = credentials(section, folder, secrets);
    let host = section.required_text("host", "the name of your mail server")?;
    let server = SmtpServer {
        host: host.value.clone(),
        port: port.unwrap_or(usual),
        security,
        credentials: credentials?,
        deadline: SEND_DEADLINE,
    };
    if let Err(bad) = Smtp::new(server.clone()) {
        let hint = match &bad {
            BadServer::Unencrypted { .. } => {
                "use security = \"starttls\" or \"tls\"; \"none\" is for a server on this machine"
            }
            BadServer::Host { .. } => "write it as in smtp.example.org",
            BadServer::Tls { .. } => "",
        };
        section.problem_with(&host, bad, hint);
        return None;
    }
    Some(server)
}

/// Reads the user and the password. The outer `None` means that a problem has been reported.
#[expect(clippy::option_option, reason = "no credentials is one of the valid settings")]
fn credentials(
    section: &Section<'_, '_>,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Option<Option<Credentials>> {
    let user = section.text("user");
    let place = Place {
        file: section.text("password_file"),
        env: section.text("password_env"),
        what: "password",
        keys: ["password_file", "password_env"],
    };
    let Some(user) = user else {
        if let Some(stray) = place.file.or(place.env) {
            let keys = [section.path_of("user")];
            let message = "a password without a user";
            section.problem_unless_misspelt(&keys, &stray, message, "add user = \"…\"");
            return None;
        }
        return Some(None);
    };
    if !place.is_said() && matches!(secrets, Secrets::Read(_)) {
        let hint = "add password_file or password_env; a password never stands in this file";
        let keys = place.keys.map(|key| section.path_of(key));
        section.problem_unless_misspelt(&keys, &user, "a user without a password", hint);
        return None;
    }
    match place.read(section, folder, secrets) {
        Had::Read(password) => Some(Some(Credentials { user: user.value, password })),
        Had::Left => Some(None),
        Had::Wrong => None,
    }
}
