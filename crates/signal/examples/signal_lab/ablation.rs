//! Changes of the configuration by name, to see what each part earns.

use std::collections::HashMap;

use signal::Config;

pub(crate) fn change(
    config: &mut Config,
    set: &HashMap<String, String>,
) -> Result<(), Box<dyn std::error::Error>> {
    for (key, value) in set {
        let value: f64 = value.parse()?;
        let calibration = &mut config.calibration;
        match key.as_str() {
            "block" => calibration.block_cycles = value,
            "shift" => calibration.shift = value,
            "bend" => calibration.bend = value,
            "half_life" => calibration.half_life = value as f32,
            "weight" => calibration.weight = value as f32,
            "level" => config.level_cycles = value,
            "season" => config.season_cycles = value,
            "season_prior" => config.season_prior_cycles = value,
            "clip" => config.clip = value,
            "lasting" => config.lasting_from = value as usize,
            "spread" => config.spread = value,
            // The shortest windows only, and all but the shortest.
            "windows" => config.windows.truncate(value as usize),
            "first" => drop(config.windows.drain(..value as usize)),
            _ => return Err(format!("no such key: {key}").into()),
        }
    }
    Ok(())
}
