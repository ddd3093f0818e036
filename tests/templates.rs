//! Mails in the owner's own templates: exported, changed, checked, and used.

use crate::process::Place;
use crate::settings::{FOLDER, watching};
use crate::site::Publication;
use crate::smtp::read_mails;

const SENT: &[&str] = &["\"message\":\"sent\""];

#[test]
fn an_owner_s_templates_are_exported_checked_and_used() {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre à Lyon", "Du thé.");
    let site = courrier.site();
    let settings = watching(&[("courrier", &site)], FOLDER);
    let place = Place::new(&settings.replace("[mail]", "[mail]\ntemplates = \"own\""));

    let missing = place.refuse(2, &["check"]);
    assert!(missing.contains("own: failed to read") && missing.contains("templates export"));
    let told = place.print(&["templates", "export", "own"]);
    assert!(told.starts_with("Wrote 14 templates into own."), "{told}");
    let refused = place.refuse(1, &["templates", "export", "own"]);
    assert!(refused.contains("nothing is overwritten"), "{refused}");
    place.print(&["check"]);

    std::fs::write(place.path("own/brand.html"), "<p>OZALÉE {{ nmae }}</p>\n").unwrap();
    let refused = place.refuse(2, &["check"]);
    assert!(refused.contains("own/brand.html:1: `nmae`: undefined value"), "{refused}");
    assert_eq!(refused.matches("hint: ").count(), refused.lines().count() / 2, "{refused}");
    std::fs::write(place.path("own/brand.html"), "<p>OZALÉE & Cie</p>\n").unwrap();
    std::fs::write(place.path("own/closing.txt"), "Bye\n").unwrap();
    let refused = place.refuse(2, &["check"]);
    assert!(refused.contains("own/closing.txt: does not hold"), "{refused}");
    assert!(!refused.contains("own/digest.txt"), "what includes it is not to blame: {refused}");
    std::fs::remove_file(place.path("own/closing.txt")).unwrap();
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    // A mistake does not take the place of what is good.
    std::fs::write(place.path("own/brand.html"), "{% if %}").unwrap();
    daemon.signal("HUP");
    daemon.wait_for_line(&["own/brand.html:1", "syntax error"]);
    daemon.wait_for_line(&["the configuration is kept as it was"]);
    courrier.publish("2", "Ozalée ouvre à Nantes", "Du thé.");
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    let mails = read_mails(&place.path("mails"));
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail.defects, [""; 0]);
        assert!(mail.html.contains("<p>OZALÉE & Cie</p>") && !mail.html.contains("VIGIE"));
    }
}
