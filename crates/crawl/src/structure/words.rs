//! Words by which the makers of sites call the parts of a record, and those that are written on its
//! controls.

fn has(names: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| names.contains(part))
}

/// The parts that an element plays, as far as its names say: asked often, so found out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts(u8);

impl Parts {
    pub(super) const TEXT: Self = Self(1);
    pub(super) const ASIDE: Self = Self(2);
    /// A signature, or a note that the text was changed.
    pub(super) const NOTE: Self = Self(4);
    pub(super) const AUTHOR: Self = Self(8);
    pub(super) const BESIDE_AUTHOR: Self = Self(16);
    pub(super) const TITLE: Self = Self(32);
    pub(super) const QUOTE: Self = Self(64);

    pub(super) fn of(tag: &str, names: &str, href: Option<&str>) -> Self {
        let parts = [
            (Self::TEXT, is_text(names)),
            (Self::ASIDE, is_aside(tag, names)),
            (Self::NOTE, is_signature(names) || is_edit_note(names)),
            (Self::AUTHOR, is_author(names, href)),
            (Self::BESIDE_AUTHOR, is_beside_author(names)),
            (Self::TITLE, is_title(tag, names)),
            (Self::QUOTE, is_quote(tag, names)),
        ];
        Self(parts.iter().filter(|(_, plays)| *plays).map(|(part, _)| part.0).sum())
    }

    pub(super) fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }
}

/// Whether an element is called what records are called.
pub(super) fn is_record(names: &str) -> bool {
    let parts = [
        "post",
        "comment",
        "review",
        "message",
        "msg",
        "answer",
        "reply",
        "avis",
        "email",
        "entry",
        "comtr",
        "feedback",
        "testimonial",
        "opinion",
        "thread",
        "tweet",
        "question",
    ];
    has(names, &parts)
}

/// Whether an element is called what authors are called, or leads to where they are shown.
pub(super) fn is_author(names: &str, href: Option<&str>) -> bool {
    let parts = [
        "author",
        "username",
        "user-name",
        "user_name",
        "poster",
        "nickname",
        "nick",
        "pseudo",
        "byline",
        "auteur",
        "autor",
        "creator",
        "display-name",
        "displayname",
        "screenname",
        "profile-name",
        "profile_name",
        "reviewer",
        "member-name",
        "member_name",
        "consumer-name",
        "consumername",
        "sender",
        "from",
        "commenter",
        "hnuser",
        "user-details",
        "userinfo",
        "vcard",
        "user-link",
        "customer-name",
        "member_info",
        "memberinfo",
        "author_link",
        "bigusername",
        "from-name",
        "owner",
    ];
    has(names, &parts) && !has(names, &NO_AUTHOR)
        || names.split_whitespace().any(is_name_of_user)
        || href.is_some_and(is_profile)
}

fn is_name_of_user(name: &str) -> bool {
    matches!(name, "user" | "name" | "fn" | "poster" | "author" | "nick" | "who" | "by")
}

/// Parts of the names of what stands near an author and is none.
const NO_AUTHOR: [&str; 26] = [
    "usertitle",
    "user-title",
    "user_title",
    "rank",
    "group",
    "location",
    "stat",
    "count",
    "badge",
    "role",
    "date",
    "time",
    "status",
    "subject",
    "avatar",
    "signature",
    "label",
    "level",
    "points",
    "reputation",
    "online",
    "joined",
    "country",
    "says",
    "permalink",
    "authoring",
];

/// Whether an element stands near an author and is none.
pub(super) fn is_beside_author(names: &str) -> bool {
    has(names, &NO_AUTHOR)
}

/// Whether an address shows a person.
pub(super) fn is_profile(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    let parts = [
        "/user/",
        "/users/",
        "/u/",
        "/member/",
        "/members/",
        "/profile/",
        "/profil/",
        "/author/",
        "/auteur/",
        "/people/",
        "/membres/",
        "/membre/",
        "/utilisateur/",
        "/benutzer/",
        "/nutzer/",
        "member.php",
        "profile.php",
        "memberlist.php?mode=viewprofile",
        "action=profile",
        "mode=viewprofile",
        "user.php",
        "user?id=",
        "userid=",
        "/~",
        "/@",
        "/cdp/",
        "/gp/profile",
        "user_details",
        "showuser=",
        "viewprofile",
        "profil.php",
        "/profile?",
        "members/",
        "user/",
    ];
    has(&href, &parts) && !has(&href, &["login", "register", "search", "/statuses/"])
}

/// Whether an address does something instead of showing it.
pub(super) fn is_action(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    let parts = [
        "quote",
        "reply",
        "report",
        "posting.php",
        "newreply",
        "login",
        "register",
        "vote",
        "flag",
        "signin",
        "edit",
        "delete",
        "replytocom",
        "action=reputation",
        "mode=",
        "share",
        "javascript:",
        "mailto:",
        "sendmessage",
        "private.php",
        "action=pm",
        "do=add",
        "like",
        "respond",
        "abuse",
        "signaler",
        "email",
        "warn",
        "bookmark",
        "subscribe",
        "rate",
        "helpful",
        "facebook.",
        "twitter.",
        "whatsapp",
    ];
    has(&href, &parts) && !href.contains("rating") && !href.contains("replies")
}

/// Whether an element holds a quotation of somebody else.
pub(super) fn is_quote(tag: &str, names: &str) -> bool {
    tag == "blockquote"
        || names.contains("quote")
            && matches!(
                tag,
                "div"
                    | "aside"
                    | "table"
                    | "td"
                    | "fieldset"
                    | "dl"
                    | "section"
                    | "figure"
                    | "details"
                    | "cite"
            )
            && !has(
                names,
                &[
                    "selecttoquote",
                    "quotelink",
                    "quote-button",
                    "quotebutton",
                    "data-quote",
                    "multiquote",
                    "quotable",
                ],
            )
        || tag == "div"
            && has(
                names,
                &[
                    "moz-cite",
                    "post/parent",
                    "in-reply",
                    "inreplyto",
                    "reply-to",
                    "replied-to",
                    "parent-post",
                    "parent-comment",
                ],
            )
}

pub(super) fn is_signature(names: &str) -> bool {
    names.split_whitespace().any(|name| {
        name.contains("signature")
            || matches!(name, "sig" | "postsig" | "post-sig" | "user_sig" | "usersig" | "msgsig")
    })
}

/// Whether an element tells that a text was changed.
pub(super) fn is_edit_note(names: &str) -> bool {
    let parts = [
        "lastedit",
        "last-edit",
        "editedby",
        "edited_by",
        "edited-by",
        "post_edit",
        "edit-note",
        "modified",
        "editnote",
        "edited_post",
        "postedit",
    ];
    has(names, &parts)
        || names.split_whitespace().any(|name| matches!(name, "edited" | "notice" | "editby"))
}

/// Whether what is within is no text of the author: who he is, what can be done with it.
pub(super) fn is_aside(tag: &str, names: &str) -> bool {
    let parts = [
        "profile",
        "author",
        "userinfo",
        "user-info",
        "user_info",
        "poster",
        "userdetails",
        "user-details",
        "postdetails",
        "footer",
        "tools",
        "buttons",
        "actions",
        "actionbar",
        "controls",
        "share",
        "vote",
        "rating",
        "stats",
        "badge",
        "avatar",
        "breadcrumb",
        "pagination",
        "toolbar",
        "extras",
        "sidebar",
        "byline",
        "meta",
        "date",
        "helpful",
        "signature",
        "likes",
        "reactions",
        "consumer",
        "menu",
        "nav",
        "posthead",
        "post_head",
        "post-head",
        "keyinfo",
        "attribution",
        "moderat",
        "reply-link",
        "permalink",
    ];
    matches!(tag, "footer" | "nav" | "button" | "form" | "menu" | "label")
        || has(names, &parts) && !is_text(names)
}

/// Whether an element is called what texts are called.
pub(super) fn is_text(names: &str) -> bool {
    let parts = [
        "content",
        "body",
        "text",
        "message",
        "postmsg",
        "msg",
        "description",
        "commtext",
        "prose",
        "postcontent",
        "post_message",
        "comment-copy",
        "review-body",
        "richtext",
        "post-entry",
        "usertext",
        "comment__text",
    ];
    has(names, &parts)
}

/// Whether an element is called what titles are called.
pub(super) fn is_title(tag: &str, names: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
        || has(names, &["title", "subject", "headline", "summary"])
            && !has(
                names,
                &["usertitle", "user-title", "user_title", "quote-title", "block-title", "author"],
            )
}

/// Words that are controls wherever they stand.
const CONTROLS: &[&str] = &[
    "reply",
    "quote",
    "report",
    "edit",
    "delete",
    "share",
    "like",
    "likes",
    "link",
    "permalink",
    "top",
    "up",
    "back to top",
    "reply with quote",
    "quote this post",
    "report this post",
    "report post",
    "report abuse",
    "report this review",
    "multi-quote",
    "multiquote",
    "print",
    "print view",
    "email",
    "pm",
    "find",
    "www",
    "website",
    "send message",
    "private message",
    "offline",
    "online",
    "helpful",
    "not helpful",
    "useful",
    "yes",
    "no",
    "read more",
    "show more",
    "see more",
    "more",
    "less",
    "hide",
    "translate",
    "follow",
    "thanks",
    "upvote",
    "downvote",
    "flag",
    "save",
    "parent",
    "context",
    "prev",
    "next",
    "root",
    "embed",
    "add comment",
    "comment",
    "comments",
    "répondre",
    "citer",
    "signaler",
    "modifier",
    "supprimer",
    "partager",
    "j'aime",
    "j’aime",
    "lien",
    "permalien",
    "haut",
    "haut de page",
    "signaler un abus",
    "signaler cet avis",
    "utile",
    "oui",
    "non",
    "lire la suite",
    "voir plus",
    "hors ligne",
    "en ligne",
    "message privé",
    "imprimer",
    "remonter",
    "retour en haut",
    "traduire",
    "suivre",
    "merci",
    "antworten",
    "zitieren",
    "melden",
    "teilen",
    "gefällt mir",
    "nach oben",
    "responder",
    "citar",
    "denunciar",
    "rispondi",
    "beantwoorden",
];

/// Whether a line is the words on a control.
pub(super) fn is_control(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let line = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    line.is_empty() || CONTROLS.contains(&line.as_str())
}

/// Whether a link leads to the whole of what is begun here.
pub(super) fn is_read_more(line: &str) -> bool {
    let line = line.to_lowercase();
    let starts = [
        "read more",
        "continue reading",
        "lire la suite",
        "lire plus",
        "weiterlesen",
        "mehr lesen",
        "leer más",
        "seguir leyendo",
        "continua a leggere",
        "leggi tutto",
        "lees meer",
        "lees verder",
        "ler mais",
        "full story",
        "lire l’article",
        "lire l'article",
        "read the full",
    ];
    starts.iter().any(|start| line.starts_with(start))
}

/// Whether a word before a name says that it is the author's.
pub(super) fn introduces_author(before: &str) -> bool {
    let before =
        before.trim_end_matches([':', ' ', '\u{a0}', '»', '«', '•', '·', '-', '–']).to_lowercase();
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    matches!(
        last,
        "by" | "par"
            | "von"
            | "por"
            | "da"
            | "door"
            | "from"
            | "auteur"
            | "author"
            | "autor"
            | "autore"
            | "user"
            | "name"
            | "de"
            | "di"
    )
}

/// Whether words only lead to what stands after them.
pub(super) fn is_lead(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    [
        "reviewed",
        "posted",
        "posté",
        "posté(e)",
        "publié",
        "commenté",
        "written",
        "le",
        "on",
        "date",
        "updated",
        "asked",
        "answered",
        "published",
        "sent",
        "envoyé",
        "wrote",
        "écrit",
        "geschrieben",
        "publicado",
        "escrito",
        "commenté en france",
        "reviewed in the united kingdom",
        "reviewed in the united states",
        "at",
        "à",
        "am",
        "il",
    ]
    .contains(&text.as_str())
        || text.starts_with("commenté en")
        || text.starts_with("reviewed in")
}

/// Whether an element holds what stands beside the page's matter.
pub(super) fn is_sidebar(tag: &str, names: &str) -> bool {
    has(
        names,
        &[
            "sidebar",
            "widget",
            "related",
            "similar",
            "recommend",
            "latest",
            "recent-",
            "also-like",
            "trending",
        ],
    ) || tag == "aside" && !has(names, &["comment", "review", "discussion", "reaction"])
}

/// Whether words after a name say that it is the author's.
pub(super) fn follows_author(after: &str) -> bool {
    let after = after.trim_start().to_lowercase();
    [
        "says",
        "said",
        "wrote",
        "dit",
        "a écrit",
        "a dit",
        "schrieb",
        "sagt",
        "escribió",
        "dice",
        "ha scritto",
        "schreef",
        "commented",
        "a commenté",
        "replied",
        "a répondu",
        "posted",
        "asked",
        "answered",
    ]
    .iter()
    .any(|word| after.starts_with(word))
}

/// Takes the words around a name away.
pub(super) fn name(text: &str) -> &str {
    let mut name = text.trim();
    // As mails have it: `Ana <ana at list.example>`, `ana at list.example (Ana)`.
    if let Some((before, _)) =
        name.split_once(" <").filter(|(before, after)| !before.is_empty() && after.ends_with('>'))
    {
        name = before.trim_matches(['"', ' ']);
    } else if let Some((mail, inner)) =
        name.strip_suffix(')').and_then(|name| name.split_once(" ("))
        && (mail.contains('@') || mail.contains(" at "))
    {
        name = inner;
    }
    for before in [
        "posted by",
        "written by",
        "reviewed by",
        "commented by",
        "commenté par",
        "publié par",
        "écrit par",
        "rédigé par",
        "avis de",
        "review by",
        "geschrieben von",
        "by",
        "par",
        "von",
        "por",
        "door",
        "author:",
        "auteur :",
        "auteur:",
        "from:",
        "de :",
        "de:",
        "autor:",
        "von:",
        "name:",
        "nom :",
    ] {
        if let Some(start) = name.get(..before.len())
            && start.to_lowercase() == before
            && name[before.len()..].starts_with([' ', '\u{a0}', ':'])
        {
            name = name[before.len()..].trim_start_matches([' ', '\u{a0}', ':']);
            break;
        }
    }
    let mut end = name.len();
    for after in
        [" says", " said", " wrote", " dit", " a écrit", " schrieb", " escribió", " ha scritto"]
    {
        if let Some(at) = name.find(after)
            && name[at + after.len()..].trim_matches([' ', ':', '\u{a0}']).is_empty()
        {
            end = end.min(at);
        }
    }
    name[..end].trim().trim_end_matches([',', ':', '»', '«', '|', '·', '•']).trim()
}

/// Takes the marks of an answer off a subject; says whether there were any.
pub(super) fn subject(text: &str) -> (&str, bool) {
    let mut subject = text.trim();
    let mut is_answer = false;
    loop {
        let lower: String = subject.chars().take(6).flat_map(char::to_lowercase).collect();
        let Some(mark) = [
            "re:", "re :", "aw:", "rép:", "rép :", "tr:", "fw:", "fwd:", "sv:", "antw:", "r:",
            "ref:",
        ]
        .iter()
        .find(|mark| lower.starts_with(*mark)) else {
            return (subject, is_answer);
        };
        let bytes: usize = subject.chars().take(mark.chars().count()).map(char::len_utf8).sum();
        subject = subject[bytes..].trim_start();
        is_answer = true;
    }
}

/// Whether words say that the owner of what is reviewed speaks.
pub(super) fn is_owner_speaking(line: &str) -> bool {
    let line = line.to_lowercase();
    [
        "reply from",
        "response from",
        "réponse de",
        "réponse du",
        "response by",
        "owner's reply",
        "owner’s reply",
        "owner response",
        "antwort von",
        "antwort des",
        "antwort vom",
        "respuesta de",
        "respuesta del",
        "risposta di",
        "risposta da",
        "risposta del",
        "reactie van",
        "business owner",
        "seller response",
        "réponse d'",
        "réponse d’",
        "the company replied",
        "resposta de",
        "resposta do",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}
