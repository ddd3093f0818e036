//! Whether the owner's templates will do: each mail is written with them in every language, once with all
//! that it can hold and once with nothing that it can lack.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{BUILT_IN, Fault, Set, TemplateProblem, Templates, engine, sample};

/// No template is longer.
pub const TEMPLATE_BYTES_MAX: usize = 64_000;
const TEMPLATES_MAX: usize = 64;

/// Compiles templates, and tells what is wrong with them.
pub(super) fn checked(files: &BTreeMap<String, String>) -> (Arc<Set>, Vec<TemplateProblem>) {
    let mut faults: Vec<Fault> =
        files.iter().filter_map(|(name, text)| unfit(name, text)).collect();
    if files.len() > TEMPLATES_MAX {
        faults.push(Fault::of_whole("templates", "are more than 64", "put fewer files there"));
        let (set, _) = Set::new(&BTreeMap::new());
        return (Arc::new(set), problems(faults));
    }
    faults.extend(files.keys().filter(|name| !is_used(name, files)).map(|name| unused(name)));
    let (set, broken) = Set::new(files);
    let set = Arc::new(set);
    let can_be_tried = faults.is_empty() && broken.is_empty();
    faults.extend(broken);
    // What is missing or too long would only be told again in other words.
    if can_be_tried {
        faults.extend(tried(&set).into_iter().map(|fault| blamed(fault, files)));
    }
    (set, problems(faults))
}

/// Writes all samples, and returns what failed.
fn tried(set: &Arc<Set>) -> Vec<Fault> {
    let faults = Arc::new(Mutex::new(Vec::new()));
    let owners = Some(Arc::clone(set));
    sample::write_all(&Templates { owners, faults: Some(Arc::clone(&faults)) });
    let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut faults)
}

/// Finds which of the owner's templates spoils a whole mail: what a mail must hold at its end may be missing
/// because of what the mail includes.
fn blamed(mut fault: Fault, files: &BTreeMap<String, String>) -> Fault {
    if fault.line.is_some() {
        return fault;
    }
    let ending = if engine::is_html(&fault.template) { "html" } else { "txt" };
    let closing = format!("closing.{ending}");
    let includes = files.get(&fault.template).is_none_or(|text| text.contains(&closing));
    let layout = format!("layout.{ending}");
    let suspects = [includes.then_some(closing), Some(fault.template.clone()), Some(layout)];
    let owners = suspects.into_iter().flatten().find(|name| files.contains_key(name));
    fault.template = owners.unwrap_or(fault.template);
    fault
}

fn unfit(name: &str, text: &str) -> Option<Fault> {
    (text.len() > TEMPLATE_BYTES_MAX).then(|| {
        let message = format!("is {} bytes long", text.len());
        Fault::of_whole(name, message, "a template has at most 64,000; a mail at most 100,000")
    })
}

/// Whether it stands for a built-in one, or another names it.
fn is_used(name: &str, files: &BTreeMap<String, String>) -> bool {
    let named = |text: &String| {
        text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'"))
    };
    is_built_in(name) || files.values().any(named)
}

fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == name)
}

fn unused(name: &str) -> Fault {
    let kind = engine::is_html(name);
    let known: Vec<&str> = BUILT_IN
        .iter()
        .map(|(known, _)| *known)
        .filter(|known| engine::is_html(known) == kind)
        .collect();
    let hint = format!("the templates that can be replaced are {}", known.join(", "));
    Fault::of_whole(name, "is used by nothing", hint)
}

/// Each once, however many samples it spoils.
fn problems(faults: Vec<Fault>) -> Vec<TemplateProblem> {
    let mut problems: Vec<TemplateProblem> = Vec::new();
    for fault in faults {
        let problem = TemplateProblem {
            place: fault.place(),
            message: fault.message,
            hint: fault.hint.into_owned(),
        };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}
