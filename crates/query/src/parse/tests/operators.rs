use super::{check, check_with};
use crate::Parts;

#[test]
fn not_binds_before_and_before_or() {
    check("a b OR c", "((a & b) | c)");
    check("a AND b OR c AND d", "((a & b) | (c & d))");
    check("a NOT b OR c", "((a & !b) | c)");
    check("a (b OR c) -d", "(a & (b | c) & !d)");
    check("a AND NOT b", "(a & !b)");
    check("((a))", "a");
}

#[test]
fn only_capitals_are_operators() {
    check("a or b", "(a & or & b)");
    check("a not b", "(a & not & b)");
    check("a near b", "(a & near & b)");
    check("\"a OR b\"", "a+or+b");
    check("ORée NEARS ATLEASTS ANDy", "(oree & nears & atleasts & andy)");
    check("title:NEAR title:ATLEAST/3 title:OR", "(title:near & title:atleast+3 & title:or)");
}

#[test]
fn a_minus_excludes_only_at_the_start_of_a_word() {
    check("a -b", "(a & !b)");
    check("a -\"b c\"", "(a & !b+c)");
    check("a -(b c)", "(a & !(b & c))");
    check("a -title:b", "(a & !title:b)");
    check("a-b", "a+b");
    check("a --b", "(a & b)");
    check("a -{B} -~b -/b/ -#b", "(a & !{B} & !~b & !/b/ & !#b)");
}

#[test]
fn near_binds_before_not_and_before_and() {
    check("a NEAR/3 b", "(a near3 b)");
    check("a b NEAR/3 c d", "(a & (b near3 c) & d)");
    check("a -b NEAR/3 c", "(a & !(b near3 c))");
    check("a NOT b NEAR c OR d", "((a & !(b near10 c)) | d)");
}

#[test]
fn near_says_how_far_and_in_which_order() {
    check("a NEAR b", "(a near10 b)");
    check("a NEAR/0 b", "(a near0 b)");
    check("a NEAR/100 b", "(a near100 b)");
    check("a NEAR5 b", "(a near5 b)");
    check("a NEAR/5f b", "(a near5f b)");
    check("a NEAR/5F b", "(a near5f b)");
    check("a ONEAR/5 b", "(a near5f b)");
    check("a ONEAR b", "(a near10f b)");
    check("a NEAR/f b", "(a near10f b)");
}

#[test]
fn near_joins_words_phrases_and_groups_from_left_to_right() {
    check("a NEAR/1 b NEAR/2f c", "((a near1 b) near2f c)");
    check("a NEAR/1 (b NEAR/2 c)", "(a near1 (b near2 c))");
    check("(a OR \"b c\") NEAR/5 (d OR (e OR f))", "((a | b+c) near5 (d | (e | f)))");
    check("\"a b\"~3 NEAR ~c NEAR {D} NEAR e*x", "((([a+b]~3 near10 ~c) near10 {D}) near10 e*x)");
    check("title:(a NEAR/3 (b OR c))", "title:(a near3 (b | c))");
    check("title:a NEAR/3 title:b", "title:(a near3 b)");
    check("in:title a NEAR/3 b", "title:(a near3 b)");
    check("a-b NEAR #c", "(a+b near10 #c)");
    check("(ATLEAST/1 a) NEAR b", "(a near10 b)");
}

#[test]
fn atleast_binds_before_not_and_counts_what_near_joins() {
    check("ATLEAST/3 a b", "(3xa & b)");
    check("ATLEAST3 a", "3xa");
    check("ATLEAST3(a OR b)", "3x(a | b)");
    check("-ATLEAST/2 a b", "(!2xa & b)");
    check("ATLEAST/2 a NEAR/4 b c", "(2x(a near4 b) & c)");
    check("ATLEAST/1000 \"a b\"", "1000xa+b");
    check("title:(ATLEAST/2 a)", "2xtitle:a");
    check("ATLEAST/2 title:a", "2xtitle:a");
    check("ATLEAST/2 (a OR b OR (c))", "2x(a | b | c)");
    check("in:quote ATLEAST/2 a", "2xquote:a");
}

#[test]
fn a_distance_takes_words_in_any_order() {
    check("\"a b c\"~5", "[a+b+c]~5");
    check("\"a b\"~0", "[a+b]~0");
    check("\"a\"~5", "a");
    check("~\"a b\"~2", "[~a+~b]~2");
    check("title:\"a b\"~2", "title:[a+b]~2");
    check("«\u{A0}a b\u{A0}»~2 c", "([a+b]~2 & c)");
    check("(\"a b\"~2)", "[a+b]~2");
}

#[test]
fn comments_are_skipped() {
    check("a <<< -b OR >>> c", "(a & c)");
    check("<<<x>>>a<<<>>>", "a");
    check("a <<< ( \" >>> OR <<< < >> >>> b", "(a | b)");
    check("\"a <<<b>>> c\"", "a+b+c");
}

#[test]
fn named_parts_stand_for_what_they_say() {
    let mut parts = Parts::default();
    let mut part = |name, text| parts.insert(name, text).unwrap();
    part("rivals", "beta OR \"gamma tea\"");
    part("ours", "ozalee -recette");
    part("both", "@rivals OR (@ours)");
    part("thé-vert_2", "thé");
    part("titled", "in:title a b");
    part("french", "stem:fr cheval");
    let check = |text: &str, expect: &str| check_with(text, &parts, expect);
    check("@rivals", "(beta | gamma+tea)");
    check("a @rivals", "(a & (beta | gamma+tea))");
    check("a -@rivals", "(a & !(beta | gamma+tea))");
    check("a NEAR/3 @rivals", "(a near3 (beta | gamma+tea))");
    check("ATLEAST/2 @rivals", "2x(beta | gamma+tea)");
    check("@both", "((beta | gamma+tea) | (ozalee & !recette))");
    check("@thé-vert_2", "the");
    check("in:text @rivals", "(text:beta | text:gamma+tea)");
    check("in:text @titled c", "((title:a & title:b) & text:c)");
    check("stem:fr @rivals", "(~beta{\"fr\"} | ~gamma{\"fr\"}+~tea{\"fr\"})");
    // A part that says which forms its words have is not changed by the query, nor changes it.
    check("@french bar", "(~cheval{\"fr\"} & bar)");
    check("stem:en @french bar", "(~cheval{\"fr\"} & ~bar{\"en\"})");
    // The handle, wherever the part cannot be meant.
    check("\"@rivals\"", "@rivals");
    check("title:@rivals", "title:@rivals");
    check("@Rivals @rival", "(@rivals & @rival)");
    check("@absent", "@absent");
}

#[test]
fn the_parts_of_a_named_part_stand_where_its_name_stands() {
    let mut parts = Parts::default();
    parts.insert("rivals", "beta OR \"gamma tea\"").unwrap();
    let query = crate::parse_with("a @rivals", &parts).unwrap();
    let crate::NodeKind::All(beside) = &query.root().kind else { panic!() };
    let crate::NodeKind::Any(rivals) = &beside[1].kind else { panic!() };
    assert_eq!(beside[1].span, 2..9);
    assert!(rivals.iter().all(|part| part.span == (2..9)));
}

#[test]
fn a_context_weighs_what_stands_beside_the_whole_query() {
    check("apple context:(fruit OR cider)", "(apple & context(fruit cider - ))");
    check("context:fruit apple", "(apple & context(fruit - ))");
    check("apple anticontext:iphone", "(apple & context( - iphone))");
    check("apple anti-context:(iphone OR mac)", "(apple & context( - iphone mac))");
    check(
        "apple context:(a OR b) -c anticontext:(d OR e) CONTEXT:f",
        "(apple & !c & context(a b f - d e))",
    );
    check("(apple OR pear) AND context:a", "((apple | pear) & context(a - ))");
    check("context:a AND apple", "(apple & context(a - ))");
    check("apple context:\"a b\"", "(apple & context(a+b - ))");
    check("apple context:(a b)", "(apple & context((a & b) - ))");
    check("apple context:(a b OR c -d)", "(apple & context((a & b) (c & !d) - ))");
    check("apple context:(title:a OR lang:fr OR /x/)", "(apple & context(title:a lang:fr /x/ - ))");
    check("apple context:~a anticontext:/b/", "(apple & context(~a - /b/))");
    check("a context:(b OR c OR B OR (c d)) context:(b OR (c d))", "(a & context(b c (c & d) - ))");
    // The field beside is not that of the context.
    check("in:title apple context:fruit", "(title:apple & context(fruit - ))");
}

#[test]
fn the_context_of_a_named_part_is_that_of_the_query_if_it_stands_alone() {
    let mut parts = Parts::default();
    parts.insert("brand", "apple context:(fruit OR cider)").unwrap();
    parts.insert("fruits", "fruit OR cider").unwrap();
    check_with("@brand", &parts, "(apple & context(fruit cider - ))");
    check_with("apple context:@fruits", &parts, "(apple & context(fruit cider - ))");
    check_with("apple context:(@fruits OR a)", &parts, "(apple & context((fruit | cider) a - ))");
}
