//! Dependencies: what Chart.yaml names and what charts/ holds must be the same, each name once.

use std::collections::HashSet;

use pintle_chart::{Chart, load};

use super::{LintOptions, Linter, Severity};

pub(super) fn check(linter: &mut Linter, o: &LintOptions<'_>) {
    let chart = match load::load_any_version(&linter.chart_dir, o.log) {
        Ok(c) => c,
        Err(e) => {
            linter.rule(Severity::Error, "", Some(format!("unable to load chart\n\t{e}")));
            return;
        }
    };
    let path = linter.chart_dir.to_string_lossy().into_owned();
    linter.rule(Severity::Error, &path, not_in_metadata(&chart));
    linter.rule(Severity::Error, &path, shadowing(&chart));
    linter.rule(Severity::Warning, &path, not_in_folder(&chart));
}

fn listed(chart: &Chart) -> &[pintle_chart::Dependency] {
    chart.metadata.dependencies.as_deref().unwrap_or_default()
}

fn not_in_metadata(chart: &Chart) -> Option<String> {
    let names: HashSet<&str> = listed(chart).iter().map(|d| d.name.as_str()).collect();
    let missing: Vec<&str> = chart.dependencies().iter().map(Chart::name).filter(|n| !names.contains(n)).collect();
    (!missing.is_empty()).then(|| format!("chart metadata is missing these dependencies: {}", missing.join(",")))
}

fn shadowing(chart: &Chart) -> Option<String> {
    let mut seen = HashSet::new();
    let twice: Vec<&str> = listed(chart)
        .iter()
        .map(|d| if d.alias.is_empty() { d.name.as_str() } else { d.alias.as_str() })
        .filter(|key| !seen.insert(*key))
        .collect();
    (!twice.is_empty()).then(|| format!("multiple dependencies with name or alias: {}", twice.join(",")))
}

fn not_in_folder(chart: &Chart) -> Option<String> {
    let there: HashSet<&str> = chart.dependencies().iter().map(Chart::name).collect();
    let missing: Vec<&str> = listed(chart).iter().map(|d| d.name.as_str()).filter(|n| !there.contains(n)).collect();
    (!missing.is_empty()).then(|| format!("chart directory is missing these dependencies: {}", missing.join(",")))
}
