use super::*;

fn load(text: &str) -> Result<Preset, Vec<Problem>> {
    load::preset("a.toml", "a", text)
}

fn problems(text: &str) -> String {
    let problems = load(text).err().unwrap_or_default();
    problems.iter().fold(String::new(), |told, problem| told + &problem.to_string() + "\n")
}

#[test]
fn every_built_in_preset_has_no_mistake() {
    let told: Vec<String> = BUILT_IN_READ.1.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(Presets::embedded().names().count(), BUILT_IN.len());
}

#[test]
fn every_file_of_presets_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/presets");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let mut files: Vec<_> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    files.sort();
    let mut known = BUILT_IN.map(|(name, _)| name);
    known.sort_unstable();
    assert_eq!(files, known);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let text = r#"
name = "b"
titel = "B"
kind = "bord"
zone = "Europe/Pari"

[recognise]
url = ['/a(b']
selector = ["body#a", "div.post["]

[thread]
post = "li"
text = [".text", 5]
author = [{ select = "p", find = 'x', finds = 'y' }, { select = "a@href", own = true }]
best = 1
worst = 5

[[listing]]
row = ["a::text"]
[[listing]]
"#;
    insta::assert_snapshot!(problems(text), @r#"
    a.toml:2: name: "b" is not the name of its file
      hint: write "a", or rename the file
    a.toml:3: titel: unknown key
      hint: did you mean `title`?
    a.toml:4: kind: "bord" is not one of the words known here
      hint: write one of: news, blog, forum, review, social, video, web
    a.toml:5: zone: "Europe/Pari" is no time zone
      hint: write it as in "Europe/Paris"
    a.toml:8: recognise.url: "/a(b", at character 3: unclosed group
      hint: the syntax is that of https://docs.rs/regex; put it between 'single quotes'
    a.toml:9: recognise.selector: "div.post[", at character 9: no CSS selector: it ends too soon
      hint: of the pseudo-classes, :not() :is() :where() :has() :scope :root :empty and those that count children are known; ::text is not
    a.toml:13: thread.text: 5 stands where a text is expected
      hint: put it between quotes
    a.toml:14: thread.author[1].finds: unknown key
      hint: did you mean `find`?
    a.toml:14: thread.author[2]: says twice what counts of the element
      hint: keep one of: @attribute, own, count
    a.toml:15: thread.best: the best rating is not above the worst
      hint: swap them
    a.toml:18: listing[1]: `link` is missing
      hint: write a CSS selector or several
    a.toml:19: listing[1].row: "a::text", at character 2: no CSS selector
      hint: of the pseudo-classes, :not() :is() :where() :has() :scope :root :empty and those that count children are known; ::text is not
    a.toml:20: listing[2]: `row` is missing
      hint: write a CSS selector or several
    a.toml:20: listing[2]: `link` is missing
      hint: write a CSS selector or several
    "#);
}

#[test]
fn a_text_that_is_no_toml_is_told() {
    insta::assert_snapshot!(problems("name = \"a\"\nkind = \n[thread\n"), @r#"
    a.toml:2: at character 8: string values must be quoted, expected literal string
      hint: put the value between quotation marks, as in name = "value"
    a.toml:3: at character 8: unclosed table, expected `]`
      hint: write it as in [name], alone on its line
    "#);
}

#[test]
fn a_preset_has_limits() {
    let check = |text: &str, expect: &str| {
        let told = problems(text);
        assert!(told.contains(expect), "{told}");
    };
    let thread = |post: &str| {
        format!("name='a'\ntitle='A'\nkind='forum'\n[recognise]\n[thread]\npost={post}\ntext='p'\n")
    };
    assert_eq!(problems(&thread("'p'")), "");
    check(&thread(&format!("'{}'", "a ".repeat(500))), "a.toml:6: thread.post: is longer than");
    check(&thread(&format!("[{}]", "'a',".repeat(100))), "100 of them are more than are read");
    check(&" ".repeat(1 << 20), "is longer than");
}

#[test]
fn a_folder_adds_presets_and_replaces_those_of_the_same_name() {
    let folder = tempfile::tempdir().unwrap();
    let preset = |name: &str, title: &str| {
        format!(
            "name='{name}'\ntitle='{title}'\nkind='forum'\n[recognise]\n[thread]\npost='p'\ntext='p'\n"
        )
    };
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write("mine.toml", &preset("mine", "Mine"));
    write("phpbb.toml", &preset("phpbb", "Ours"));
    write("broken.toml", "name = 'broken'");
    write("notes.md", "nothing");
    let (presets, problems) = Presets::with_folder(folder.path());
    assert_eq!(presets.get("mine").unwrap().title, "Mine");
    assert_eq!(presets.get("phpbb").unwrap().title, "Ours");
    assert!(presets.get("broken").is_none());
    assert_eq!(presets.names().count(), BUILT_IN.len() + 1);
    let file = folder.path().join("broken.toml");
    assert!(!problems.is_empty());
    for problem in problems {
        assert!(problem.place.starts_with(&file.display().to_string()), "{problem}");
    }
    let (presets, problems) = Presets::with_folder(&folder.path().join("none"));
    assert_eq!((presets.names().count(), problems.len()), (BUILT_IN.len(), 1));
}
