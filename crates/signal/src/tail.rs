//! Tails of the negative binomial distribution.

/// ln Γ(x) for x > 0, to about 1e-13: Lanczos with g = 607/128 and 15 terms (Godfrey).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 14] = [
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        0.339_946_499_848_118_9e-4,
        0.465_236_289_270_485_8e-4,
        -0.983_744_753_048_796e-4,
        0.158_088_703_224_912_5e-3,
        -0.210_264_441_724_104_9e-3,
        0.217_439_618_115_212_6e-3,
        -0.164_318_106_536_763_9e-3,
        0.844_182_239_838_527_4e-4,
        -0.261_908_384_015_814_1e-4,
        0.368_991_826_595_316_2e-5,
    ];
    let mut sum = 0.999_999_999_999_997_1;
    for (place, term) in TERMS.iter().enumerate() {
        sum += term / (x + place as f64 + 1.0);
    }
    let shifted = x + 5.242_187_5;
    (x + 0.5) * shifted.ln() - shifted + (2.506_628_274_631_000_5 * sum / x).ln()
}

/// How many terms of a tail are added at most.
const TERMS_MAX: u32 = 20_000;

/// −log10 P(Y ≥ y) of a negative binomial of the given mean and size (variance = mean + mean²/size).
pub(crate) fn upper_tail(y: f64, mean: f64, size: f64) -> f64 {
    if y <= 0.0 {
        return 0.0;
    }
    let mean = mean.max(1e-9);
    let p = size / (size + mean);
    if y > mean {
        let first = ln_gamma(y + size) - ln_gamma(size) - ln_gamma(y + 1.0)
            + size * p.ln()
            + y * (-p).ln_1p();
        let (mut sum, mut term, mut j) = (1.0, 1.0, y);
        for _ in 0..TERMS_MAX {
            term *= (j + size) / (j + 1.0) * (1.0 - p);
            sum += term;
            j += 1.0;
            if term < 1e-12 * sum {
                break;
            }
        }
        return -(first + f64::ln(sum)).min(0.0) / std::f64::consts::LN_10;
    }
    let mut term = (size * p.ln()).exp();
    let (mut below, mut j) = (term, 0.0);
    while j < y - 1.0 && j < f64::from(TERMS_MAX) {
        term *= (j + size) / (j + 1.0) * (1.0 - p);
        below += term;
        j += 1.0;
    }
    -(1.0 - below).max(1e-300).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(y: f64, mean: f64, size: f64, expect: f64) {
        let found = upper_tail(y, mean, size);
        assert!((found - expect).abs() < 1e-9 * expect.max(1.0), "{found} instead of {expect}");
    }

    #[test]
    fn the_logarithm_of_factorials_is_exact() {
        let mut sum = 0.0;
        for n in 1..60 {
            sum += f64::from(n).ln();
            assert!((ln_gamma(f64::from(n) + 1.0) - sum).abs() < 1e-10 * sum.max(1.0), "{n}!");
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
    }

    #[test]
    fn a_size_of_one_is_the_geometric_distribution() {
        // P(Y ≥ y) = (mean / (1 + mean))^y.
        check(3.0, 1.0, 1.0, 3.0 * 2_f64.log10());
        check(10.0, 1.0, 1.0, 10.0 * 2_f64.log10());
        check(2.0, 9.0, 1.0, 2.0 * (10.0 / 9.0_f64).log10());
    }

    #[test]
    fn no_count_at_all_is_sure() {
        check(0.0, 5.0, 2.0, 0.0);
    }

    #[test]
    fn a_million_at_once_is_cheap_and_a_number() {
        assert!(upper_tail(1e9, 1.0, 5.0).is_finite());
        assert!(upper_tail(1e6, 1e7, 5.0).is_finite());
    }
}
