//! Tables in documents that are otherwise written by hand.

/// `prose` with `table` between its marks `<!-- NAME: written by … -->` and `<!-- /NAME -->`; at its end where it has none.
pub fn with_table(prose: &str, name: &str, command: &str, table: &str) -> String {
    let start = format!("<!-- {name}: written by `cargo xtask {command}` -->\n");
    let end = format!("<!-- /{name} -->");
    let (before, after) = match prose.split_once(&start) {
        Some((before, rest)) => (before, rest.split_once(&end).map_or("\n", |(_, after)| after)),
        None => (prose, "\n"),
    };
    format!("{before}{start}{table}{end}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_by_hand_stays() {
        let with = |prose: &str, table| with_table(prose, "scores", "report", table);
        let once = with("# Quality\n", "one\n");
        let twice = with(&format!("{once}after\n"), "two\n");
        assert!(twice.starts_with("# Quality\n") && twice.ends_with("after\n"), "{twice}");
        assert!(twice.contains("two") && !twice.contains("one"), "{twice}");
    }
}
