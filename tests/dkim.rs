//! Signed mails, verified by a program that is not ours (dkimpy).

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::process::{Place, tests_folder};
use crate::settings::{server, watching};
use crate::site::Publication;
use crate::smtp::{Sink, python};

const DKIM: &str =
    "[mail.dkim]\ndomain = \"ozalee.example\"\nselector = \"vigie2026\"\nkey_file = \"key.pem\"\n";

fn make_key(file: &Path, options: &[&str]) {
    let made = Command::new("openssl").arg("genpkey").args(options).arg("-out").arg(file).output();
    assert!(made.unwrap().status.success(), "openssl genpkey");
}

/// Sends one mail, and returns what the verifier says of it.
fn verified(key: &[&str]) -> Value {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre à Lyon", "Du thé,  avec   des espaces.");
    let site = courrier.site();
    let sink = Sink::start(&[]);
    let place = Place::empty();
    make_key(&place.path("key.pem"), key);
    std::fs::write(place.path("token"), "0123456789abcdef0123456789abcdef").unwrap();
    let web = "[web]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://vigie.example\"\n\
               token_file = \"token\"\n";
    place.configure(&(watching(&[("courrier", &site)], &server(sink.port)) + web + DKIM));
    let told = place.print(&["check"]);
    let record = told.lines().find(|line| line.contains("_domainkey")).unwrap();
    let (name, text) = record.trim().split_once(" TXT ").unwrap();
    assert_eq!(name, "vigie2026._domainkey.ozalee.example");

    let daemon = place.start();
    daemon.wait_for_line(&["\"message\":\"sent\""]);
    assert!(daemon.stop().success());
    let mail = &sink.mails()[0];
    assert_eq!(mail.defects, [""; 0]);
    assert!(mail.headers["list-unsubscribe"].contains("https://vigie.example/l/"));
    let verify = tests_folder().join("smtp/verify.py");
    let output =
        Command::new(python()).arg(verify).arg(sink.file(1)).args([name, text]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check(key: &[&str]) {
    let said = verified(key);
    assert_eq!(said["good"], true, "{said}");
    assert_eq!(said["body"], false, "a changed body");
    assert_eq!(said["spaces"], true, "white space that servers change");
    let signed = |name: &str| {
        said["signed"].as_array().unwrap().iter().filter(|signed| *signed == name).count()
    };
    // RFC 8058, section 4; RFC 6376, section 5.4.1.
    for name in
        ["list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject", "date", "message-id"]
    {
        assert_eq!(signed(name), 2, "{name}: {said}");
        assert_eq!(said["changed"][name], false, "{name} was changed");
        assert_eq!(said["removed"][name], false, "{name} was removed");
        assert_eq!(said["doubled"][name], false, "another {name} was added");
    }
    let changed = said["changed"].as_object().unwrap();
    let free: Vec<&String> =
        changed.iter().filter(|(_, good)| **good == true).map(|(name, _)| name).collect();
    assert_eq!(free, ["x-auto-response-suppress"], "no other header may be changed");
}

#[test]
fn mails_signed_with_rsa_are_verified_and_changed_ones_are_not() {
    check(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
}

#[test]
fn mails_signed_with_ed25519_are_verified_and_changed_ones_are_not() {
    check(&["-algorithm", "ED25519"]);
}

#[test]
fn a_key_that_will_not_do_is_told() {
    let place = Place::empty();
    let settings = watching(&[], "directory = \"mails\"") + DKIM;
    place.configure(&settings);
    let missing = place.refuse(2, &["check"]);
    assert!(missing.contains("mail.dkim.key_file: failed to read"), "{missing}");
    make_key(&place.path("key.pem"), &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let short = place.refuse(2, &["check"]);
    assert!(short.contains("fewer than 2048 bits") && short.contains("openssl genpkey"), "{short}");
    make_key(&place.path("key.pem"), &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    assert!(place.refuse(2, &["check"]).contains("can't be used"));
    make_key(&place.path("key.pem"), &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]);
    place.print(&["check"]);
    place.configure(&settings.replace("domain = \"ozalee.example\"", "domain = \"other.example\""));
    assert!(place.refuse(2, &["check"]).contains("can't vouch for mails from ozalee.example"));
}
