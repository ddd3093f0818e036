use super::check;
use crate::{Filter, NodeKind};

#[test]
fn fields_take_a_word_a_phrase_or_a_group() {
    check("title:thé", "title:the");
    check("TITLE:l'eau", "title:l+eau");
    check("title:\"thé vert\" x", "(title:the+vert & x)");
    check("title:(a -b OR \"c d\")", "((title:a & !title:b) | title:c+d)");
    check("author:(zoé OR max)", "(author:zoe | author:max)");
    check("title:AND", "title:and");
    check("title:a:b", "title:a+b");
    check("text:a quote:b url:c links:d", "(text:a & quote:b & url:c & links:d)");
    check("title:(a OR b) c", "((title:a | title:b) & c)");
    check("title:((a b))", "(title:a & title:b)");
}

#[test]
fn filters_are_read_in_their_own_way() {
    check("site:www.Ozalee.example/thé/", "site:ozalee.example/th%C3%A9");
    check("site:https://ozalee.example", "site:ozalee.example");
    check("site:localhost:8080", "site:localhost");
    check("site:*.fr site:.fr", "(site:fr & site:fr)");
    check("site:(a.example OR b.example) x", "((site:a.example | site:b.example) & x)");
    check("lang:FR-ca", "lang:fr");
    check("country:FR", "country:fr");
    check("source:LeMonde", "source:lemonde");
    check("source:\"mon flux\"", "source:mon flux");
    check("kind:Forum", "kind:forum");
    check("tag:#Rappel tag:\"Thé vert\"", "(tag:rappel & tag:the vert)");
    check("thread:Abc-12", "thread:Abc-12");
    check("tone:(Negative OR neutral)", "(tone:negative | tone:neutral)");
    check("has:(rating OR image) has:link", "((has:rating | has:image) & has:link)");
    check("reply:TRUE -reply:false", "(reply:true & !reply:false)");
    let query = crate::parse("site:a.example/b/c").unwrap();
    let site = Filter::Site { host: "a.example".to_owned(), path: Some("/b/c".to_owned()) };
    assert_eq!(query.root().kind, NodeKind::Filter(site));
}

#[test]
fn ranges_include_their_ends() {
    check("rating:[1 TO 3]", "Stars[1000 3000]");
    check("rating:[ 1,5  TO  2.25 ]", "Stars[1500 2250]");
    check("rating:3", "Stars[3000 3000]");
    check("rating:(1 OR 2)", "(Stars[1000 1000] | Stars[2000 2000])");
    check("rating:[* TO 3]", "Stars[* 3000]");
    check("rating:[4 TO *] a", "(Stars[4000 *] & a)");
    check("(rating:[4 TO 5])", "Stars[4000 5000]");
    check("rating:[6 TO 8]/10", "RatingOutOf { best_milli: 10000 }[6000 8000]");
    check("rating:7/10", "RatingOutOf { best_milli: 10000 }[7000 7000]");
    check("likes:[10 TO *] shares:0", "(Likes[10 *] & Shares[0 0])");
    check("comments:[* TO 5] views:[1 TO 1]", "(Comments[* 5] & Views[1 1])");
    check("followers:\"500\"", "Followers[500 500]");
    check("-likes:[0 TO 3] a", "(!Likes[0 3] & a)");
}

#[test]
fn a_day_has_all_its_seconds_and_a_minute_too() {
    check("date:1970-01-02", "Date[86400 172799]");
    check("date:[1970-01-01 TO 1970-01-02]", "Date[0 172799]");
    check("date:[1970-01-01T00:01Z TO 1970-01-01T00:02Z]", "Date[60 179]");
    check("date:[1970-01-01T00:00:05Z TO *]", "Date[5 *]");
    check("date:[* TO 1970-01-01T01:00:00+01:00]", "Date[* 0]");
    check("minute:[18:30 TO 19:00]", "Minute[1110 1140]");
    check("minute:[1110 TO 1439]", "Minute[1110 1439]");
    check("minute:00:01", "Minute[1 1]");
}

#[test]
fn in_moves_the_words_of_its_group() {
    check("in:quote a", "quote:a");
    check("a in:title \"b c\" -d", "(title:a & title:b+c & !title:d)");
    check("IN:Text (a OR b)", "(text:a | text:b)");
    check("in:author a OR b", "(author:a | b)");
    check("(in:title a) b", "(title:a & b)");
    check("in:quote title:a b lang:fr /c/", "(title:a & quote:b & lang:fr & quote:/c/)");
    check("in:quote (in:title a) b", "(title:a & quote:b)");
    check("in:quote AND a", "quote:a");
    check("in:quote ATLEAST/2 a", "2xquote:a");
}
