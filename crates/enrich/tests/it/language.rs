//! What a text says of its language, alone and with what is known of its source.

use enrich::language::{Detected, Languages, Usual};
use model::Lang;

fn lang(code: &str) -> Lang {
    Lang::from_tag(code).expect("a tag")
}

fn usual(code: &str, texts: u64) -> Usual {
    Usual::of([(lang(code), texts)])
}

fn code(detected: &Detected) -> &str {
    detected.lang.as_ref().map_or("und", Lang::as_str)
}

#[test]
fn a_sentence_is_read_in_its_language() {
    let languages = Languages::default();
    let check = |text, expect| {
        let detected = languages.read(text, None, &Usual::default());
        assert_eq!(code(&detected), expect, "{text}: {detected:?}");
    };
    check("Le colis n'est jamais arrivé et personne ne répond.", "fr");
    check("The parcel never came and nobody answers the phone.", "en");
    check("Das Paket ist nie angekommen und niemand antwortet.", "de");
    check("El paquete nunca llegó y nadie contesta al teléfono.", "es");
    check("Il pacco non è mai arrivato e nessuno risponde.", "it");
    check("O pacote nunca chegou e ninguém atende o telefone.", "pt");
    check("Het pakket is nooit aangekomen en niemand antwoordt.", "nl");
    check("El paquet no ha arribat mai i ningú no respon al telèfon.", "ca");
    check("Paczka nigdy nie dotarła i nikt nie odpowiada.", "pl");
    check("Paketet kom aldrig och ingen svarar i telefon.", "sv");
    check("A csomag soha nem érkezett meg, és senki sem válaszol.", "hu");
    check("Paketti ei koskaan saapunut eikä kukaan vastaa.", "fi");
    check("Kargo hiç gelmedi ve kimse cevap vermiyor.", "tr");
    check("Посылка так и не пришла, и никто не отвечает.", "ru");
    check("Посилка так і не прийшла, і ніхто не відповідає.", "uk");
    check("الطرد لم يصل أبدا ولا أحد يجيب على الهاتف", "ar");
    check("荷物が届かないし、誰も電話に出ない。", "ja");
    check("包裹一直没到,也没有人接电话。", "zh");
    check("Το δέμα δεν έφτασε ποτέ και κανείς δεν απαντά.", "el");
}

#[test]
fn names_from_elsewhere_do_not_decide() {
    let languages = Languages::default();
    let check = |text, expect| {
        let detected = languages.read(text, None, &Usual::default());
        assert_eq!(code(&detected), expect, "{text}: {detected:?}");
    };
    check("Ferrine is great, but Ozalée is terrible and I hate it.", "en");
    check("I love Société Générale and Crédit Agricole, best banks ever", "en");
    check("Nestlé and L'Oréal shares fall sharply", "en");
    check("Jonathan Williams et George Washington dorment à Saint-Malo", "fr");
    check("Das neue Getränk von Château Réal schmeckt ganz gut", "de");
    check("OZALÉE RAPPELLE SES BOUTEILLES DE THÉ", "fr");
}

#[test]
fn a_few_words_are_read_too() {
    let languages = Languages::default();
    let check = |text, expect| {
        let detected = languages.read(text, None, &Usual::default());
        assert_eq!(code(&detected), expect, "{text}: {detected:?}");
    };
    check("très déçu", "fr");
    check("livraison rapide", "fr");
    check("Bonjour", "fr");
    check("great service", "en");
    check("disappointed", "en");
    check("sehr gut", "de");
    check("muy bueno", "es");
}

#[test]
fn nothing_is_said_of_what_shows_nothing() {
    let languages = Languages::default();
    for text in [
        "",
        "   ",
        "12 345,00 €",
        "ok",
        "OK !",
        "lol",
        "🎉🎉",
        "https://shop.example/le-the-vert",
        "@ozalee_fr",
        "#ozalee #promo",
        "`let x = the_tea();`",
        "!!!",
        "x",
        "\u{1}\u{2}",
    ] {
        let detected = languages.read(text, Some(&lang("fr")), &usual("fr", 100));
        assert_eq!(detected, Detected::default(), "{text}");
    }
    for brand in ["Zoltrax", "Kivo", "Ozal"] {
        let detected = languages.read(brand, None, &Usual::default());
        assert_eq!(code(&detected), "und", "{brand}: {detected:?}");
    }
}

#[test]
fn the_usual_language_of_a_source_decides_where_words_do_not() {
    let languages = Languages::default();
    let check = |text, usual: &Usual, expect| {
        let detected = languages.read(text, None, usual);
        assert_eq!(code(&detected), expect, "{text} {usual:?}: {detected:?}");
    };
    check("important", &usual("fr", 50), "fr");
    check("important", &usual("en", 50), "en");
    check("general", &usual("es", 50), "es");
    check("internet gratis", &usual("es", 50), "es");
    check("internet gratis", &usual("nl", 50), "nl");
    // What is plainly English stays English on a French site.
    check("The parcel never came and nobody answers the phone.", &usual("fr", 100_000), "en");
    check("Het pakket is nooit aangekomen en niemand antwoordt.", &usual("fr", 100_000), "nl");
}

#[test]
fn a_declaration_helps_unless_the_source_is_known_to_declare_wrongly() {
    let languages = Languages::default();
    let check = |text, declared: &str, usual: &Usual, expect| {
        let detected = languages.read(text, Some(&lang(declared)), usual);
        assert_eq!(code(&detected), expect, "{text} {declared}: {detected:?}");
    };
    let none = Usual::default();
    check("important", "es", &none, "es");
    check("normal", "de", &none, "de");
    check("Le colis n'est jamais arrivé et personne ne répond.", "en", &none, "fr");
    check("Le colis n'est jamais arrivé et personne ne répond.", "de", &none, "fr");
    check("general", "de", &usual("es", 50), "es");
}

#[test]
fn languages_that_are_near_each_other_are_both_named() {
    let languages = Languages::default();
    let check = |text: &str, near: &[&str]| {
        let detected = languages.read(text, None, &Usual::default());
        let rival = detected.rival.as_ref().map_or("", Lang::as_str);
        let told = [code(&detected), rival];
        assert!(near.iter().all(|near| told.contains(near)), "{text}: {detected:?}");
    };
    check("jeg har en god dag", &["da", "nb"]);
    check("vrlo dobra knjiga", &["bs", "hr"]);
    let detected =
        languages.read("Jeg gleder meg til ferien, hilsen oss på hytta.", None, &usual("nb", 30));
    assert_eq!(code(&detected), "nb", "{detected:?}");
}

#[test]
fn only_certain_texts_teach_what_is_usual() {
    let languages = Languages::default();
    let mut usual = Usual::default();
    let sure = languages.read("Le colis n'est jamais arrivé et personne ne répond.", None, &usual);
    usual.note(&sure);
    usual.note(&Detected { confidence: 0.4, ..sure.clone() });
    usual.note(&Detected::default());
    assert_eq!(usual.counts().collect::<Vec<_>>(), [(&lang("fr"), 1)]);
    for n in 0..10_000_u32 {
        let letters = [n / 676 % 26, n / 26 % 26, n % 26]
            .map(|l| char::from(b'a' + u8::try_from(l).unwrap()));
        let detected =
            Detected { lang: Lang::from_tag(&letters.iter().collect::<String>()), ..sure.clone() };
        usual.note(&detected);
    }
    assert_eq!(usual.counts().count(), Usual::LANGUAGES_MAX);
}

#[test]
fn hostile_texts_are_cheap_and_harmless() {
    let languages = Languages::default();
    for text in [
        "a".repeat(10_000_000),
        "mot ".repeat(1_000_000),
        "`".repeat(1_000_000),
        "\u{202e}\u{0}".repeat(100_000),
        "e\u{301}".repeat(1_000_000),
        "😀".repeat(1_000_000),
    ] {
        let detected = languages.read(&text, None, &Usual::default());
        assert!((0.0..=1.0).contains(&detected.confidence));
    }
}
