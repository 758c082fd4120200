//! The crates that others wrote and that are linked into a crate of this workspace.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::folders::Folders;
use crate::{cargo, process};

/// A published crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub licence: String,
}

/// The crates linked into `package` when it is built for `target`, or else for this machine.
pub fn linked(folders: &Folders, package: &str, target: Option<&str>) -> Result<BTreeSet<Crate>> {
    let mut command = cargo::native(folders);
    command
        .args(["tree", "--locked", "--package", package])
        .args(["--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}\t{l}"]);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    Ok(parse(&process::output(&mut command)?))
}

fn parse(tree: &str) -> BTreeSet<Crate> {
    tree.lines()
        .filter_map(|line| {
            let (package, licence) = line.split_once('\t')?;
            let mut words = package.split(' ');
            let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
            // What may follow is "(proc-macro)", or the folder of a crate of this workspace.
            let published = words.all(|word| word == "(proc-macro)");
            published.then(|| Crate {
                name: name.into(),
                version: version.into(),
                // The repeated line of a crate ends with "(*)"; old crates write "/" for "OR".
                licence: licence.trim_end_matches(" (*)").replace('/', " OR "),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_crates_are_listed_once() {
        let tree = "spanlight_web v0.1.0 (/home/a b/web)\tMIT OR Apache-2.0\n\
                    paste v1.0.15 (proc-macro)\tMIT OR Apache-2.0\n\
                    spanlight-core v0.1.0 (C:\\a\\core)\tMIT OR Apache-2.0\n\
                    snap v1.1.2\tBSD-3-Clause\n\
                    snap v1.1.2\tBSD-3-Clause (*)\n\
                    old v1.0.0\tMIT/Apache-2.0\n";
        let found: Vec<String> = parse(tree)
            .into_iter()
            .map(|one| format!("{} {}: {}", one.name, one.version, one.licence))
            .collect();
        assert_eq!(
            found,
            [
                "old 1.0.0: MIT OR Apache-2.0",
                "paste 1.0.15: MIT OR Apache-2.0",
                "snap 1.1.2: BSD-3-Clause"
            ]
        );
    }
}
