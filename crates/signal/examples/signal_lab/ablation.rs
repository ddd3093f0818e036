//! Changes of the configuration by name, to see what each part earns.

use std::collections::HashMap;

use signal::Config;

/// Keys that say what is measured and change nothing.
const OTHERS: [&str; 5] = ["country", "say", "days", "minutes", "truth"];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) fn change(config: &mut Config, set: &HashMap<String, String>) -> Result<()> {
    for (key, value) in set.iter().filter(|(key, _)| !OTHERS.contains(&key.as_str())) {
        match key.as_str() {
            // Lengths of windows, joined by colons.
            "windows" => config.windows = lengths(value)?,
            "slow" => config.patience.slow.windows = lengths(value)?,
            "silence" => config.patience.silence.windows = lengths(value)?,
            _ => change_number(config, key, value.parse()?)?,
        }
    }
    Ok(())
}

fn lengths(value: &str) -> Result<Vec<usize>> {
    Ok(value.split(':').map(str::parse).collect::<std::result::Result<_, _>>()?)
}

fn change_number(config: &mut Config, key: &str, value: f64) -> Result<()> {
    let rise = &mut config.calibration;
    let slow = &mut config.patience.slow.calibration;
    let silence = &mut config.patience.silence.calibration;
    match key {
        "block" => rise.block_cycles = value,
        "half_life" => rise.half_life = value as f32,
        "weight" => rise.weight = value as f32,
        "shift" => rise.shift = value,
        "bend" => rise.bend = value,
        "excess" => rise.excess = value as f32,
        "excess_weight" => rise.excess_weight = value as f32,
        "slow_shift" => slow.shift = value,
        "slow_bend" => slow.bend = value,
        "slow_excess" => slow.excess = value as f32,
        "slow_excess_weight" => slow.excess_weight = value as f32,
        "silence_shift" => silence.shift = value,
        "silence_excess" => silence.excess = value as f32,
        "slow_spread" => config.patience.slow.spread = value,
        "silence_spread" => config.patience.silence.spread = value,
        "silence_min" => config.patience.silence.expected_min = value,
        "level" => config.level_cycles = value,
        "season" => config.season_cycles = value,
        "season_prior" => config.season_prior_cycles = value,
        "weekdays" => config.weekdays = value > 0.0,
        "clip" => config.clip = value,
        "lasting" => config.lasting_from = value as usize,
        "spread" => config.spread = value,
        "shortest" => config.windows.truncate(value as usize),
        "longest" => drop(config.windows.drain(..value as usize)),
        _ => return Err(format!("no such key: {key}").into()),
    }
    Ok(())
}
