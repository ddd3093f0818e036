use super::check;

#[test]
fn a_word_of_several_tokens_is_a_phrase() {
    check("l'Oréal", "l+oreal");
    check("l’Oréal", "l+oreal");
    check("coca-cola", "coca+cola");
    check("12:30", "12+30");
    check("a.b,c;d", "a+b+c+d");
    check("C++ AT&T", "(c & at+t)");
}

#[test]
fn an_address_is_its_words_without_what_all_addresses_begin_with() {
    check("acme.com", "acme+com");
    check("acme[.]com", "acme+com");
    check("www.acme.com", "acme+com");
    check("https://ozalee.example/thé", "ozalee+example+the");
    check("HTTPS://WWW.Acme.com/x", "acme+com+x");
    check("hxxps://acme[.]com", "acme+com");
    check("www", "www");
    check("www.", "www");
    check("wwwacme.com", "wwwacme+com");
    check("ftp://acme.com", "ftp+acme+com");
    check("contact@acme.com", "contact+acme+com");
    // In a phrase every word counts.
    check("\"www.acme.com\"", "www+acme+com");
    check("url:acme.com/blog links:https://acme.com", "(url:acme+com+blog & links:acme+com)");
}

#[test]
fn the_question_mark_of_an_address_is_no_wildcard() {
    check("https://acme.com/page?id=3", "acme+com+page+id+3");
    check("acme.com/page?id=3", "acme+com+page+id+3");
    check("acme.com/?id=3", "acme+com+id+3");
    check("url:\"acme.com/page?id=3\"", "url:acme+com+page+id+3");
    check("url:wom?n", "url:wom?n");
    check("acme.com/blo*", "acme+com+blo*");
}

#[test]
fn signs_are_words_of_their_own() {
    check("#Thé @ozalee_fr $OZL", "(#the & @ozalee_fr & $ozl)");
    check("\"le #thé vert\"", "le+#the+vert");
    check("#thé-vert", "#the+vert");
    check("🍵", "🍵");
    check("thé🍵🇫🇷", "the+🍵+🇫🇷");
    check("title:(#a OR @b)", "(title:#a | title:@b)");
    check("a#b C# _@b", "(a+b & c & b)");
}

#[test]
fn phrases_are_read_in_every_kind_of_quotation_marks() {
    for text in ["\"thé vert\"", "“thé vert”", "«\u{A0}thé vert\u{A0}»", "„thé vert“", "»thé vert«"]
    {
        check(text, "the+vert");
    }
    check("\"l'eau” “plate\"", "(l+eau & plate)");
    check("a\"b c\"d", "(a & b+c & d)");
    check("\"… thé — vert !\"", "the+vert");
}

#[test]
fn wildcards_stand_in_words_and_phrases() {
    check("ozal*", "ozal*");
    check("w*rd", "w*rd");
    check("wom?n", "wom?n");
    check("Thé?*", "the?*");
    check("a**b", "a*b");
    check("l'oré*", "l+ore*");
    check("caf*-au-lait", "caf*+au+lait");
    check("\"jean-pier* mart?n x\"", "jean+pier*+mart?n+x");
    check("title:ozal*", "title:ozal*");
    check("œuf*", "oeuf*");
    check("ab*c*d*e*", "ab*c*d*e*");
    // Alone they are punctuation.
    check("\"m * sh\"", "m+sh");
    check("\"thé ? oui\"", "the+oui");
    check("contact@acme*", "contact+acme*");
    check("foo_bar*", "foo+bar*");
    check("~ozal* ~\"mes ozal*\"", "(ozal* & ~mes+ozal*)");
}

#[test]
fn braces_ask_for_the_exact_letters() {
    check("{BT}", "{BT}");
    check("{l'Oréal}", "{l}+{Oréal}");
    check("{Ozale\u{301}e}", "{Ozalée}");
    check("\"{BT} group\"", "{BT}+group");
    check("\"le {BT} {Group} x\"~3", "[le+{BT}+{Group}+x]~3");
    check("a{B}c", "(a & {B} & c)");
    check("title:{BT}", "title:{BT}");
    check("\"{BT group\" \"BT} group\"", "(bt+group & bt+group)");
    check("stem:fr \"{BT} groupe\"", "{BT}+~groupe{\"fr\"}");
}

#[test]
fn a_tilde_asks_for_all_forms() {
    check("~cheval", "~cheval");
    check("~\"cheval blanc\"", "~cheval+~blanc");
    check("~l'Oréal", "~l+~oreal");
    check("title:~cheval", "title:~cheval");
    check("~\"le #thé {Vert}\"", "~le+#the+{Vert}");
    // Names and addresses have no forms.
    check("author:~martin url:~blog", "(author:martin & url:blog)");
    check("a~b", "a+b");
}

#[test]
fn a_query_can_ask_for_all_forms_of_its_words() {
    check("stem:fr cheval", "~cheval{\"fr\"}");
    check("cheval stem:fr", "~cheval{\"fr\"}");
    check("(cheval stem:FR (b)) a", "((~cheval{\"fr\"} & ~b{\"fr\"}) & a)");
    check("stem:fr (stem:de cheval) a", "(~cheval{\"de\"} & ~a{\"fr\"})");
    check("stem:(fr OR de) cheval", "~cheval{\"fr\", \"de\"}");
    check("stem:(fr de) stem:nl a", "~a{\"fr\", \"de\", \"nl\"}");
    check(
        "stem:fr ~cheval {Cheval} chev* #cheval",
        "(~cheval{\"fr\"} & {Cheval} & chev* & #cheval)",
    );
    check(
        "stem:fr title:a quote:a text:a author:a",
        "(title:~a{\"fr\"} & quote:~a{\"fr\"} & text:~a{\"fr\"} & author:a)",
    );
    check("stem:fr AND a", "~a{\"fr\"}");
    check("a AND stem:fr", "~a{\"fr\"}");
    check("a OR stem:fr b", "(~a{\"fr\"} | ~b{\"fr\"})");
}

#[test]
fn patterns_are_read_as_written() {
    check("/oz[ae]+l/", "/oz[ae]+l/");
    check("/Ozal/i", "/Ozal/i");
    check("a /b c/ d", "(a & /b c/ & d)");
    check("/a\\/b/", "/a\\/b/");
    check("/a\\\\/ b", "(/a\\\\/ & b)");
    check("title:/a\"(b)/", "title:/a\"(b)/");
    check("(/a/)", "/a/");
    check("-/a/ b", "(!/a/ & b)");
    check("author:(/a/ OR b)", "(author:/a/ | author:b)");
    // A slash within a word is no pattern. One before a word always begins one, whatever stands later
    // in the text: a part must mean the same wherever it is written.
    check("km/h", "km+h");
    check("and/or a/b/c", "(and+or & a+b+c)");
    check("\"/etc\"", "etc");
}

#[test]
fn scripts_without_spaces_are_read_by_the_character() {
    check("東京タワー", "東+京+タ+ワ+ー");
    check("กาแฟ", "ก+า+แ+ฟ");
    check("الشركة", "ال+شركه");
    // Syllables are folded to their letters.
    check("삼성", "삼성");
}

#[test]
fn invisible_characters_of_pasted_text_separate() {
    check("\u{FEFF}title:a", "title:a");
    check("a\u{200B}OR\u{200B}b", "(a | b)");
    check("a\u{A0}OR\u{202F}b", "(a | b)");
}

#[test]
fn a_mark_on_an_emoji_belongs_to_no_shape() {
    assert_eq!(crate::parse("\"te*🍵\u{301}te*a\"").map(|query| query.text().len()), Ok(15));
}
