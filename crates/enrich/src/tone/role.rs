//! Words that say nothing by themselves and turn, strengthen, weaken or part what others say.

/// What a word does to the words after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    None,
    /// `pas`, `not`: turns what follows.
    Negation,
    /// `ne`: turns what follows if one of its second halves is near.
    HalfNegation,
    /// `plus`, `personne`: turn what follows only after `ne`.
    OtherHalf,
    /// `très`, `very`.
    Stronger,
    /// `un peu`, `slightly`.
    Weaker,
    /// `mais`, `but`: what comes after weighs more.
    Contrast,
    /// `bien que`, `although`: what comes after weighs less.
    Concession,
    /// `et`, `while`: parts what is said of one from what is said of another.
    Joint,
    /// `meilleur que`, `better than`: what is compared with stands on the other side.
    Than,
}

/// The words of each role in a language, between commas; more than one word is a phrase.
pub(super) fn lists(lang: &str) -> &'static [(Role, &'static str)] {
    match lang {
        "fr" => &FRENCH,
        "en" => &ENGLISH,
        _ => &[],
    }
}

const FRENCH: [(Role, &str); 9] = [
    (Role::HalfNegation, "ne, n"),
    (
        Role::Negation,
        "pas, pa, jamais, aucun, aucune, sans, ni, guère, rien, nullement, non, loin d, loin de être",
    ),
    (Role::OtherHalf, "plus, point, personne"),
    (
        Role::Stronger,
        "très, tres, trop, vraiment, super, hyper, ultra, méga, tellement, si, extrêmement, particulièrement, \
         absolument, totalement, complètement, franchement, carrément, tout simplement, réellement, \
         incroyablement, vachement, grave, énormément, beaucoup, parfaitement, fortement, sacrément",
    ),
    (
        Role::Weaker,
        "un peu, peu, assez, plutôt, presque, légèrement, relativement, moyennement, parfois, quelque peu",
    ),
    (
        Role::Contrast,
        "mais, pourtant, cependant, toutefois, néanmoins, en revanche, par contre, or, malgré tout, sauf que, hélas",
    ),
    (Role::Concession, "bien que, malgré, même si, quoique, en dépit de, alors que"),
    (Role::Joint, "et, tandis que, ou, donc, car, parce que, puisque, quand, lorsque, tant que"),
    (
        Role::Than,
        "mieux que, mieux qu, meilleur que, meilleure que, meilleurs que, meilleures que, meilleur qu, pire que, \
         pire qu, pires que, contrairement à, au contraire de, à la différence de, à l inverse de, plutôt que",
    ),
];

const ENGLISH: [(Role, &str); 6] = [
    (
        Role::Negation,
        "not, no, never, none, nobody, nothing, without, cannot, cant, dont, doesnt, didnt, isnt, wasnt, wont, aint, \
         couldnt, wouldnt, shouldnt, havent, hasnt, hadnt, arent, werent, hardly, barely, scarcely, neither, nor, \
         lack of, fails to, failed to, fail to, rarely, seldom",
    ),
    (
        Role::Stronger,
        "very, so, too, really, extremely, absolutely, totally, completely, incredibly, super, highly, particularly, \
         especially, utterly, truly, fucking, freaking, damn, insanely, deeply, remarkably, such, most, entirely, \
         quite the, way too, thoroughly, exceptionally",
    ),
    (
        Role::Weaker,
        "a bit, a little, slightly, somewhat, kind of, kinda, sort of, sorta, fairly, rather, quite, almost, partly, \
         marginally, mildly, less, occasionally",
    ),
    (
        Role::Contrast,
        "but, however, yet, nevertheless, nonetheless, still, except that, on the other hand",
    ),
    (Role::Concession, "although, though, despite, in spite of, even though, even if, albeit"),
    (Role::Joint, "and, while, whereas, or, so, because, since, when, as"),
];

/// What English compares with stands in its own list: `than` may be far from its comparative.
pub(super) const ENGLISH_THAN: &str = "better than, best than, nicer than, worse than, faster than, superior to, \
     inferior to, unlike, compared to, compared with, instead of, rather than";

impl Role {
    pub(super) fn opens_clause(self) -> bool {
        matches!(self, Self::Contrast | Self::Concession | Self::Joint)
    }
}
