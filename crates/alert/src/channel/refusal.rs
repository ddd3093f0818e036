//! What a server means that refuses a recipient for good: that there is none, or that it does not want
//! our mail. Only the first is a reason never to write there again.

/// Enhanced status codes (RFC 3463 and IANA's registry) that say that an address leads to nobody: bad
/// mailbox, bad system, bad syntax, moved, null MX, disabled.
const NOBODY: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

/// Words by which servers without such codes say that it is about us.
const ABOUT_US: [&str; 14] = [
    "relay",
    "spam",
    "block",
    "blacklist",
    "policy",
    "spf",
    "dkim",
    "dmarc",
    "reputation",
    "rbl",
    "denied",
    "authenti",
    "sender",
    "quota",
];

/// Returns whether a reply to `RCPT TO` means that there is no such recipient.
pub(super) fn is_no_recipient(code: u16, said: &str) -> bool {
    let first = said.split_whitespace().next().unwrap_or_default();
    if is_enhanced(first) {
        return NOBODY.contains(&first);
    }
    let said = said.to_ascii_lowercase();
    matches!(code, 550 | 551 | 553) && !ABOUT_US.iter().any(|word| said.contains(word))
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_that_nobody_is_there_ends_a_recipient() {
        let check = |code, said: &str, expect: bool| {
            assert_eq!(is_no_recipient(code, said), expect, "{code} {said}");
        };
        check(550, "5.1.1 <anne@corp.example>: user unknown", true);
        check(554, "5.1.10 recipient has a null MX", true);
        check(550, "5.2.1 mailbox disabled", true);
        check(552, "5.2.2 mailbox full", false);
        check(550, "5.7.1 blocked", false);
        check(554, "5.7.1 relay access denied", false);
        check(550, "No such user here", true);
        check(551, "user not local", true);
        check(550, "", true);
        check(550, "Blocked by policy, see https://example.org", false);
        check(550, "relaying to <anne@corp.example> prohibited", false);
        check(554, "no", false);
        check(550, "5.x.1 odd", true);
    }
}
