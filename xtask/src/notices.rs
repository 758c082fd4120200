//! The licences of what others wrote in the page and the npm package.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::folders::Folders;
use crate::tool::Tool;
use crate::{crates, process, wasm};

/// The file that the page and the npm package carry.
pub const FILE: &str = "THIRD_PARTY_NOTICES.txt";
const OUTDATED: &str = "run `cargo xtask notices`";

/// Writes the file from the licences in the sources of the crates.
pub fn write(folders: &Folders) -> Result<()> {
    let text = process::output(
        Tool::cargo_about()
            .command(folders)?
            .current_dir(&folders.root)
            .args(["generate", "--locked", "--fail", "--manifest-path"])
            .arg(folders.web().join("Cargo.toml"))
            .arg("about.hbs"),
    )?;
    // Crates bring the line ends of all systems, and spaces at the ends of lines.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let path = path(folders);
    fs::write(&path, lines.join("\n") + "\n")
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Checks that the file lists the crates that are linked into the page. It does not read the licences again,
/// because those of a published version never change.
pub fn check(folders: &Folders) -> Result<()> {
    let path = path(folders);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}: {OUTDATED}", path.display()))?;
    let listed = listed(&text);
    let linked = crates::linked(folders, "spanlight_web", Some(wasm::TARGET))?
        .into_iter()
        .map(|one| format!("{} {}", one.name, one.version))
        .collect();
    let missing: Vec<&String> = BTreeSet::difference(&linked, &listed).collect();
    let gone: Vec<&String> = listed.difference(&linked).collect();
    ensure!(
        missing.is_empty() && gone.is_empty(),
        "{FILE} lacks {missing:?} and has {gone:?} too many: {OUTDATED}"
    );
    Ok(())
}

fn path(folders: &Folders) -> PathBuf {
    folders.root.join(FILE)
}

/// Names and versions in the list of crates at the head of the file.
fn listed(notices: &str) -> BTreeSet<String> {
    notices
        .lines()
        .skip_while(|line| !line.starts_with("The crates"))
        .skip(1)
        .map_while(|line| line.strip_prefix("  ")?.split_once(": "))
        .map(|(krate, _)| krate.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_ends_before_the_licences() {
        let notices = "Notices\n\n  Licence: MIT\n\nThe crates, from crates.io:\n  adler2 2.0.1: MIT\n  \
                       zip 9.8.1: MIT\n\n=====\nMIT\n  not 1.0.0: a crate\n";
        let expected = ["adler2 2.0.1", "zip 9.8.1"].map(str::to_owned);
        assert_eq!(listed(notices), BTreeSet::from(expected));
    }
}
