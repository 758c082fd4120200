//! The stage `supply`: the licences, sources and known faults of what others wrote.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::folders::Folders;
use crate::setup::Part;
use crate::tool::Tool;
use crate::{notices, process};

/// Parts that the stage needs.
pub const PARTS: &[Part] = &[Part::CargoDeny, Part::NodePackages];

/// The levels of npm's advisories from which the stage fails; the npm packages only build and test the page.
const SEVERE: [&str; 2] = ["high", "critical"];

/// Checks all and returns a closing line for each check; a database that cannot be reached is named there.
pub fn check(folders: &Folders) -> Result<Vec<String>> {
    process::run(deny(folders)?.args(["check", "licenses", "bans", "sources"]))
        .context("change the dependency, or deny.toml with a reason")?;
    notices::check(folders)?;
    Ok(vec![
        "licences, sources and notices: checked".into(),
        format!("advisories on crates: {}", crates(folders)?),
        format!("advisories on npm packages: {}", npm(folders)?),
    ])
}

/// Checks the crates against the database of RustSec.
fn crates(folders: &Folders) -> Result<String> {
    if let Err(error) = process::output(deny(folders)?.args(["fetch", "db"])) {
        return Ok(unchecked(&error.to_string()));
    }
    process::run(deny(folders)?.args(["check", "advisories"]))
        .context("update the crate, or name the advisory in deny.toml with a reason")?;
    Ok("checked".into())
}

fn deny(folders: &Folders) -> Result<Command> {
    let mut command = Tool::cargo_deny().command(folders)?;
    command.current_dir(&folders.root).arg("--locked");
    Ok(command)
}

/// Checks the npm packages against the database of the registry.
fn npm(folders: &Folders) -> Result<String> {
    let npm = process::find("npm").or_else(|| process::find("npm.cmd"));
    let output = Command::new(npm.context("npm is missing: run `cargo xtask setup`")?)
        .current_dir(&folders.root)
        .args(["audit", "--json"])
        .output()
        .context("cannot run npm")?;
    // npm exits with an error for findings as well as for a registry that does not answer.
    verdict(&String::from_utf8_lossy(&output.stdout))
}

/// The closing line for a report of `npm audit --json`; an error for severe findings.
fn verdict(report: &str) -> Result<String> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let Some(counts) = report
        .pointer("/metadata/vulnerabilities")
        .and_then(Value::as_object)
    else {
        let reason = report["message"]
            .as_str()
            .unwrap_or("npm printed no report");
        return Ok(unchecked(reason));
    };
    let count = |level: &str| counts.get(level).and_then(Value::as_u64).unwrap_or(0);
    let severe: u64 = SEVERE.into_iter().map(count).sum();
    if severe > 0 {
        bail!("{severe} severe advisories on npm packages: see `npm audit`, update package.json");
    }
    Ok(format!("checked, {} minor", count("total")))
}

fn unchecked(reason: &str) -> String {
    format!(
        "NOT CHECKED, the database cannot be reached: {}",
        reason.lines().next_back().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNREACHABLE: &str = r#"{
        "message": "405 Method Not Allowed - POST https://registry.npmjs.org/-/npm/v1/security/advisories/bulk",
        "error": {"summary": "audit endpoint returned an error", "detail": ""}
    }"#;

    fn report(low: u64, high: u64) -> String {
        format!(
            r#"{{"auditReportVersion": 2, "vulnerabilities": {{}}, "metadata": {{"vulnerabilities":
            {{"info": 0, "low": {low}, "moderate": 0, "high": {high}, "critical": 0, "total": {}}}}}}}"#,
            low + high
        )
    }

    #[test]
    fn severe_advisories_fail_and_minor_ones_are_counted() {
        assert_eq!(verdict(&report(0, 0)).unwrap(), "checked, 0 minor");
        assert_eq!(verdict(&report(2, 0)).unwrap(), "checked, 2 minor");
        let error = verdict(&report(2, 1)).unwrap_err().to_string();
        assert!(error.starts_with("1 severe"), "{error}");
    }

    #[test]
    fn a_registry_without_an_answer_is_never_silent() {
        for report in [UNREACHABLE, "", "{}", "<html>", "null"] {
            let line = verdict(report).unwrap();
            assert!(line.starts_with("NOT CHECKED"), "{line}");
        }
        assert!(verdict(UNREACHABLE).unwrap().contains("405"));
    }
}
