//! docs/laso.json, and the tables of docs/laso.md that are made from it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Found;
use super::proof::{Episode, Figure, NAMES};
use crate::Result;
use crate::docs::with_table;

/// Forms in the order of the tables, with their titles.
const FORMS: [(&str, &str); 7] = [
    ("copy_a", "copy A"),
    ("extremes", "min, max, relu(a - b)"),
    ("analytic", "analytic"),
    ("mlp", "the paper's perceptron"),
    ("code", "code path"),
    ("token", "token path"),
    ("oracle", "oracle"),
];

/// Of the learnt forms, those that may ship.
const OURS: [&str; 2] = ["code", "token"];

/// The form that the library computes every operation in (`anolis::laso::Operation`).
const SHIPPED: &str = "analytic";

/// Writes both files.
///
/// # Errors
/// When they cannot be written.
pub fn write(found: &Found, episodes: &[Episode], folder: &Path) -> Result<()> {
    let figures: BTreeMap<&String, BTreeMap<&String, Figure>> = found
        .iter()
        .map(|(form, measures)| {
            (form, measures.iter().map(|(name, values)| (name, Figure::of(values))).collect())
        })
        .collect();
    let figure = |form: &str, name: &str| {
        figures.get(&form.to_owned()).and_then(|measures| measures.get(&name.to_owned()))
    };
    let mean = |form: &str, name: &str| figure(form, name).map_or(f64::NAN, |figure| figure.mean);
    let (mut unseen, mut best) = (BTreeMap::new(), BTreeMap::new());
    for operation in NAMES {
        let name = format!("unseen {operation}");
        let ours = OURS.into_iter().max_by(|a, b| mean(a, &name).total_cmp(&mean(b, &name)));
        let ours = ours
            .filter(|ours| mean(ours, &name) > mean("analytic", &name).max(mean("copy_a", &name)));
        best.insert(operation, ours.unwrap_or("analytic"));
        let mut row: BTreeMap<&str, Value> =
            ["copy_a", "analytic", "mlp", "code", "token", "oracle"]
                .into_iter()
                .map(|form| (form, json!(mean(form, &name))))
                .collect();
        row.insert("ours", json!(mean(best[operation], &name)));
        unseen.insert(operation, row);
    }
    let shipped: BTreeMap<&str, &str> = NAMES.map(|operation| (operation, SHIPPED)).into();
    let augmentation: BTreeMap<&str, Value> = ["1", "2", "5"]
        .into_iter()
        .map(|shots| {
            let gain = figure("token", &format!("augmentation {shots}"));
            let bounds = gain.map(|g| json!({"gain": g.mean, "lower95": g.mean - 1.96 * g.error, "form": "token", "episodes": g.runs}));
            (shots, json!(bounds))
        })
        .collect();
    let all = json!({
        "unseen_map": unseen, "augmentation": augmentation, "best": best, "shipped": shipped, "measures": figures,
        "episodes": episodes,
    });
    fs::write(folder.join("laso.json"), serde_json::to_string_pretty(&all)? + "\n")?;
    let file = folder.join("laso.md");
    let prose = fs::read_to_string(&file).unwrap_or_default();
    let cell = |form: &str, name: &str| match figure(form, name) {
        Some(Figure { mean, error, runs }) if *runs > 1 => format!("{mean:.2} ± {error:.2}"),
        Some(Figure { mean, .. }) => format!("{mean:.2}"),
        None => "–".to_owned(),
    };
    Ok(fs::write(&file, with_table(&prose, "laso", "train laso", &tables(cell)?))?)
}

/// Every table: a row a form, a column a measure.
fn tables(cell: impl Fn(&str, &str) -> String) -> Result<String> {
    let mut out = String::new();
    let mut table = |title: &str, columns: Vec<(String, String)>, forms: &[&str]| -> Result<()> {
        let heads: Vec<_> = columns.iter().map(|(head, _)| head.as_str()).collect();
        writeln!(out, "\n### {title}\n\n| form | {} |", heads.join(" | "))?;
        writeln!(out, "|---|{}", "---:|".repeat(columns.len()))?;
        for (form, name) in
            FORMS.iter().filter(|(form, _)| forms.is_empty() || forms.contains(form))
        {
            let cells: Vec<_> = columns.iter().map(|(_, measure)| cell(form, measure)).collect();
            writeln!(out, "| {name} | {} |", cells.join(" | "))?;
        }
        Ok(())
    };
    let each = |prefix: &str, suffix: &str| -> Vec<(String, String)> {
        NAMES.map(|name| (name.to_owned(), format!("{prefix}{name}{suffix}"))).into()
    };
    let plain = |columns: &[(&str, &str)]| -> Vec<(String, String)> {
        columns.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    table("1. Labels nobody trained on: mAP", each("unseen ", ""), &[])?;
    table("2. Labels that were trained on, other pictures: mAP", each("seen ", ""), &[])?;
    let permuted = [
        ("∩ with another pair's picture, mAP", "permuted intersection"),
        ("\\ with another pair's picture, mAP of a's labels", "permuted difference as a"),
    ];
    table("3. Leakage", plain(&permuted), &[])?;
    let algebra = [
        ("a ∩ a = a", "algebra a and a"),
        ("a ∪ a = a", "algebra a or a"),
        ("a \\ a = origin", "algebra a minus a"),
        ("(a \\ b) ∪ (a ∩ b) = a", "algebra (a minus b) or (a and b)"),
        ("∩ symmetric", "algebra symmetry intersection"),
        ("∪ symmetric", "algebra symmetry union"),
    ];
    let made = ["extremes", "analytic", "mlp", "code", "token"];
    table("4. Algebra: error relative to the distance from the origin", plain(&algebra), &made)?;
    table("5. Realism: AUC of real against made, 0.5 is best", each("realism ", ""), &made)?;
    for at in [1, 3, 5] {
        let suffix = format!(" @{at}");
        table(
            &format!("6. Retrieval: label overlap in the best {at}"),
            each("retrieval ", &suffix),
            &[],
        )?;
    }
    let shots = ["1", "2", "5"];
    let gains = shots.map(|n| (format!("{n} shots"), format!("augmentation {n}")));
    let worst =
        shots.map(|n| (format!("worst label, {n}"), format!("augmentation {n} worst label")));
    let columns = gains.into_iter().chain(worst).collect();
    table("7. Augmentation: gain in mAP", columns, &["analytic", "token"])?;
    let analytic = each("analytic more objects ", "").into_iter();
    let analytic = analytic.map(|(head, measure)| (format!("analytic {head}"), measure));
    let columns = each("more objects ", "").into_iter().chain(analytic).collect();
    table("8. Trained on up to 3 objects, tested on more: mAP", columns, &["token"])?;
    Ok(out)
}
