//! The minimum of a smooth function: L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4)
//! with a backtracking search. One thread, one order of additions: the same input is the same result.

/// How many steps back the curvature is remembered.
const MEMORY: usize = 8;
/// Armijo's condition: a step must lead down by at least this share of what the slope promises.
const DESCENT: f64 = 1e-4;
const HALVINGS_MAX: usize = 30;

/// Moves `x` to the minimum of a function that returns its value and writes its gradient. It stops where
/// the gradient has shrunk to `tolerance` of its first length, or after `steps_max`.
pub(super) fn minimize(
    x: &mut [f64],
    steps_max: usize,
    tolerance: f64,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) {
    let mut gradient = vec![0.0; x.len()];
    let mut value = function(x, &mut gradient);
    let goal = tolerance * length(&gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..steps_max {
        if length(&gradient) <= goal {
            return;
        }
        let direction = direction(&gradient, &memory);
        let slope = dot(&gradient, &direction);
        let start = x.to_vec();
        let mut next_gradient = vec![0.0; x.len()];
        let mut step = if memory.is_empty() { 1.0 / length(&gradient).max(1.0) } else { 1.0 };
        let mut moved = false;
        for _ in 0..HALVINGS_MAX {
            for ((x, start), direction) in x.iter_mut().zip(&start).zip(&direction) {
                *x = start + step * direction;
            }
            let next = function(x, &mut next_gradient);
            if next <= value + DESCENT * step * slope {
                value = next;
                moved = true;
                break;
            }
            step /= 2.0;
        }
        if !moved {
            x.copy_from_slice(&start);
            return;
        }
        let s: Vec<f64> = x.iter().zip(&start).map(|(x, start)| x - start).collect();
        let y: Vec<f64> =
            next_gradient.iter().zip(&gradient).map(|(next, last)| next - last).collect();
        let curvature = dot(&s, &y);
        if curvature > 1e-12 {
            if memory.len() == MEMORY {
                memory.remove(0);
            }
            memory.push((s, y, 1.0 / curvature));
        }
        gradient = next_gradient;
    }
}

/// Returns the way down: the gradient turned by what is remembered of the curvature.
fn direction(gradient: &[f64], memory: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut alphas = Vec::with_capacity(memory.len());
    for (s, y, rho) in memory.iter().rev() {
        let alpha = rho * dot(s, &direction);
        add(&mut direction, -alpha, y);
        alphas.push(alpha);
    }
    if let Some((_, y, rho)) = memory.last() {
        let scale = 1.0 / (rho * dot(y, y));
        for value in &mut direction {
            *value *= scale;
        }
    }
    for ((s, y, rho), alpha) in memory.iter().zip(alphas.iter().rev()) {
        let beta = rho * dot(y, &direction);
        add(&mut direction, alpha - beta, s);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bent_valley_is_walked_to_its_lowest_point() {
        // Rosenbrock's function: its minimum is at (1, 1).
        let mut x = [-1.2, 1.0];
        minimize(&mut x, 200, 1e-10, |x, gradient| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            gradient[0] = -2.0 * a - 400.0 * x[0] * b;
            gradient[1] = 200.0 * b;
            a * a + 100.0 * b * b
        });
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
    }
}
