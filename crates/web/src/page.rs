//! A page for people: a column of text, links and buttons. It loads nothing and runs nothing.

use url::Url;

/// A page. All its texts are plain; they are escaped here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The language's tag: `fr`.
    pub lang: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Text(String),
    /// Something that was found: its title, where it stands, a line about it and a piece of it.
    Found {
        title: String,
        url: Option<Url>,
        about: String,
        text: String,
    },
    Link {
        text: String,
        url: Url,
    },
    /// Sends the form to the page's own address.
    Button(Button),
    /// The same with a day that is chosen, under the name of `day`, from one to another.
    Day {
        button: Button,
        from: String,
        to: String,
    },
}

/// A button, and the one field that it sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub text: String,
    pub name: String,
    pub value: String,
}

const STYLE: &str = "\
body{margin:0;background:#eef1f4;color:#1f2933;font:16px/1.5 -apple-system,Segoe UI,Roboto,\
Helvetica,Arial,sans-serif}main{max-width:600px;margin:24px auto;padding:28px 32px;\
background:#fff;border-radius:8px;overflow-wrap:anywhere}h1{font-size:24px;margin:0 0 16px}\
h2{font-size:18px;font-weight:400;margin:20px 0 2px}.brand{color:#0b6e7f;font-size:13px;\
font-weight:700;letter-spacing:3px;margin:0 0 14px}.soft{color:#52606d;font-size:13px;margin:0}\
a{color:#0b57a4}form{margin:12px 12px 0 0;display:inline-block}button{font:inherit;\
font-weight:700;color:#fff;background:#0b6e7f;border:0;border-radius:6px;padding:10px 18px;\
cursor:pointer}input[type=date]{font:inherit;padding:8px;margin-right:8px}p{white-space:pre-line}\
@media (max-width:480px){main{margin:0;padding:20px 18px;border-radius:0}}\
@media (prefers-color-scheme:dark){body{background:#11161b;color:#e6eaee}main{background:#1b222a}\
.soft{color:#a3afba}.brand{color:#5cc6d6}a{color:#8bbcff}}";

impl Page {
    /// A link that we never gave, or do not honour any more. Whose language it is, nobody knows.
    pub(crate) fn not_found() -> Self {
        let text = "This link is not valid, or not any more.\n\
                    Ce lien n’est pas valable, ou ne l’est plus.";
        Self {
            lang: "en".to_owned(),
            title: "Vigie".to_owned(),
            blocks: vec![Block::Text(text.to_owned())],
        }
    }

    pub(crate) fn html(&self) -> String {
        let title = escaped(&self.title);
        let blocks: String = self.blocks.iter().map(Block::html).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<p class=\"brand\">VIGIE</p>\n\
             <h1>{title}</h1>\n{blocks}</main>\n</body>\n</html>\n",
            escaped(&self.lang),
        )
    }
}

impl Block {
    fn html(&self) -> String {
        match self {
            Self::Text(text) => format!("<p dir=\"auto\">{}</p>\n", escaped(text)),
            Self::Found { title, url, about, text } => {
                let title = match url.as_ref().filter(|url| is_web(url)) {
                    Some(url) => link(url, title),
                    None => escaped(title),
                };
                let text = match text.as_str() {
                    "" => String::new(),
                    text => format!("<p dir=\"auto\">{}</p>\n", escaped(text)),
                };
                let about = escaped(about);
                format!("<h2 dir=\"auto\">{title}</h2>\n<p class=\"soft\">{about}</p>\n{text}")
            }
            Self::Link { text, url } if is_web(url) => format!("<p>{}</p>\n", link(url, text)),
            Self::Link { text, .. } => format!("<p>{}</p>\n", escaped(text)),
            Self::Button(button) => button.html(""),
            Self::Day { button, from, to } => {
                let (from, to, label) = (escaped(from), escaped(to), escaped(&button.text));
                button.html(&format!(
                    "<input type=\"date\" name=\"day\" aria-label=\"{label}\" required \
                     min=\"{from}\" max=\"{to}\" value=\"{from}\">"
                ))
            }
        }
    }
}

impl Button {
    /// Writes the form, with what it asks for besides.
    fn html(&self, asks: &str) -> String {
        let Self { text, name, value } = self;
        format!(
            "<form method=\"post\"><input type=\"hidden\" name=\"{}\" value=\"{}\">{asks}\
             <button>{}</button></form>\n",
            escaped(name),
            escaped(value),
            escaped(text),
        )
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn link(url: &Url, text: &str) -> String {
    format!("<a rel=\"noreferrer\" href=\"{}\">{}</a>", escaped(url.as_str()), escaped(text))
}

/// Escapes for element content and for attribute values in quotes of either kind.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_write_stays_text() {
        let evil = "</title><script>alert('1')</script>\" onclick=\"x".to_owned();
        let url: Url = "javascript:alert(1)".parse().unwrap();
        let page = Page {
            lang: evil.clone(),
            title: evil.clone(),
            blocks: vec![
                Block::Text(evil.clone()),
                Block::Found {
                    title: evil.clone(),
                    url: Some(url.clone()),
                    about: evil.clone(),
                    text: evil.clone(),
                },
                Block::Link { text: evil.clone(), url },
                Block::Link {
                    text: evil.clone(),
                    url: "https://a.example/?\"onclick='x'".parse().unwrap(),
                },
                Block::Day {
                    button: Button { text: evil.clone(), name: evil.clone(), value: evil.clone() },
                    from: evil.clone(),
                    to: evil.clone(),
                },
                Block::Button(Button { text: evil.clone(), name: evil.clone(), value: evil }),
            ],
        };
        let html = page.html();
        assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
        assert!(!html.contains("\" onclick") && !html.contains("\"onclick"), "{html}");
        assert_eq!(html.matches("<a ").count(), 1);
    }
}
