use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn judged(guard: &Guard, url: &str) -> Result<(), String> {
    guard.judge(&url.parse().unwrap()).map_err(|forbidden| forbidden.what.to_owned())
}

/// A guard's client that believes these answers, each look-up's in its turn.
fn client(guard: &Guard, answers: &'static [&'static [&'static str]]) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let asked = AtomicUsize::new(0);
    let look_up = move |_name| -> Answered {
        let turn = asked.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        let found = answers[turn].iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0));
        let found: Vec<_> = found.collect();
        Box::pin(async { Ok(found) })
    };
    let names = Names { guard: guard.clone(), look_up: Arc::new(look_up) };
    guard.client().dns_resolver(names).build().unwrap()
}

/// The reason why a request was refused.
fn forbidden(error: &reqwest::Error) -> Option<&Forbidden> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(forbidden) = error.downcast_ref() {
            return Some(forbidden);
        }
        cause = error.source();
    }
    None
}

#[test]
fn only_addresses_of_the_public_internet_are_asked() {
    let check = |address: &str, expect| {
        assert_eq!(is_public(address.parse().unwrap()), expect, "{address}");
    };
    for address in ["8.8.8.8", "99.255.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"] {
        check(address, true);
    }
    for address in ["172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.9.9", "223.9.9.9"] {
        check(address, true);
    }
    for address in ["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255"] {
        check(address, false);
    }
    for address in ["127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2"] {
        check(address, false);
    }
    for address in ["172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.192", "192.0.2.1"] {
        check(address, false);
    }
    for address in ["198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "192.88.99.1"] {
        check(address, false);
    }
    for address in ["224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"] {
        check(address, false);
    }
    for address in ["100.100.100.200", "168.63.129.16"] {
        check(address, false);
    }
    for address in ["2606:4700::1111", "2a00:1450:4007::200e", "2001:4860:4860::8888"] {
        check(address, true);
    }
    for address in ["::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254"] {
        check(address, false);
    }
    for address in ["ff02::1", "2001:db8::1", "3fff:0fff::1", "2001::1", "2001:2::1", "5f00::1"] {
        check(address, false);
    }
    for address in ["100::1", "64:ff9b:1::1", "4000::1"] {
        check(address, false);
    }
}

#[test]
fn another_form_of_an_address_is_judged_as_the_address() {
    let check = |address: &str, expect| {
        assert_eq!(is_public(address.parse().unwrap()), expect, "{address}");
    };
    // Mapped, translated (NAT64), compatible, 6to4 and Teredo.
    check("::ffff:127.0.0.1", false);
    check("::ffff:a9fe:a9fe", false);
    check("::ffff:8.8.8.8", true);
    check("64:ff9b::10.0.0.1", false);
    check("64:ff9b::169.254.169.254", false);
    check("64:ff9b::8.8.8.8", true);
    check("::127.0.0.1", false);
    check("::8.8.8.8", false);
    check("2002:7f00:1::", false);
    check("2002:a9fe:a9fe::1", false);
    check("2001:0:808:808::f5ff:fffe", false);
}

#[test]
fn odd_numbers_are_the_address_that_a_browser_would_ask() {
    let check = |url: &str, expect: &str| {
        assert_eq!(judged(&Guard::default(), url), Err(expect.into()), "{url}");
    };
    let own = "this machine's own address";
    check("http://127.0.0.1/", own);
    check("http://2130706433/", own);
    check("http://0x7f000001:8080/", own);
    check("http://0177.0.0.1/", own);
    check("http://127.1/", own);
    check("http://127.0.0.1./", own);
    check("http://%31%32%37.0.0.1/", own);
    check("http://１２７.0.0.1/", own);
    check("http://user:secret@[::1]/", own);
    check("http://[::ffff:7f00:1]/", own);
    let link = "a link-local address, where clouds keep their secrets";
    check("http://0xA9FEA9FE/latest/meta-data/", link);
    check("http://[::ffff:169.254.169.254]/", link);
    check("http://0/", "an unspecified address");
    check("https://[fd00:ec2::254]/", "a private address");
    assert_eq!(judged(&Guard::default(), "http://localhost/"), Ok(()), "judged when resolved");
    assert_eq!(judged(&Guard::default(), "http://9.9.9.9/"), Ok(()));
}

#[test]
fn what_the_owner_allows_is_asked_in_any_form() {
    let guard = Guard::allowing(vec!["10.7.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()]);
    let check = |address: &str, expect: Option<&str>| {
        assert_eq!(guard.refusal(address.parse().unwrap()), expect, "{address}");
    };
    check("10.7.255.1", None);
    check("::ffff:10.7.0.1", None);
    check("fd12::1", None);
    check("10.8.0.1", Some("a private address"));
    check("fd13::1", Some("a private address"));
    check("127.0.0.1", Some("this machine's own address"));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_with_its_address() {
    let inside = client(&Guard::default(), &[&["10.0.0.5", "fd00::1"]]);
    let error = inside.get("http://intranet.example/").send().await.unwrap_err();
    assert_eq!(
        forbidden(&error).unwrap().to_string(),
        "intranet.example is at 10.0.0.5, a private address; such are asked only where \
         allow_addresses has them, of [crawl] or of the endpoint"
    );
}

#[tokio::test]
async fn only_those_of_a_names_addresses_are_asked_that_may_be() {
    let names = Names {
        guard: Guard::default(),
        look_up: Arc::new(|_| {
            let both = ["10.0.0.5:0", "9.9.9.9:0"].map(|at| at.parse().unwrap()).to_vec();
            Box::pin(async { Ok(both) })
        }),
    };
    let found: Vec<_> = names.resolve("both.example".into()).await.unwrap().collect();
    assert_eq!(found, ["9.9.9.9:0".parse().unwrap()]);
}

#[tokio::test]
async fn what_was_judged_is_what_is_connected_to_and_a_second_look_is_judged_again() {
    let listener = TcpListener::bind("127.8.8.8:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            let _ = stream.write_all(answer).await;
        }
    });
    let guard = Guard::allowing(vec!["127.8.8.8/32".parse().unwrap()]);
    // The answer changes once the name was found harmless.
    let rebinding = client(&guard, &[&["127.8.8.8"], &["127.0.0.1"]]);
    let url = format!("http://rebinding.example:{port}/");
    let first = rebinding.get(&url).send().await.unwrap();
    assert_eq!(first.remote_addr().unwrap().ip().to_string(), "127.8.8.8");
    assert_eq!(first.text().await.unwrap(), "ok");
    let error = rebinding.get(&url).send().await.unwrap_err();
    assert_eq!(forbidden(&error).unwrap().address.to_string(), "127.0.0.1");
}

proptest! {
    /// Written otherwise: what the standard library and the registry say one by one.
    #[test]
    fn an_embedded_address_is_as_public_as_itself(bits in any::<u32>()) {
        let address = Ipv4Addr::from(bits);
        let plain = is_public(IpAddr::V4(address));
        prop_assert_eq!(is_public(IpAddr::V6(address.to_ipv6_mapped())), plain);
        let [a, b, c, d] = address.octets();
        let translated: Ipv6Addr = format!("64:ff9b::{a}.{b}.{c}.{d}").parse().unwrap();
        prop_assert_eq!(is_public(IpAddr::V6(translated)), plain);
        let inside = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_broadcast() || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!(inside && plain), "{address}");
    }
}
