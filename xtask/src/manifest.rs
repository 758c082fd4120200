//! Facts read from the workspace's TOML files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::Table;

use crate::folders::Folders;

/// Name of the cargo profile for the web crate, which the workspace may define.
pub const WEB_PROFILE: &str = "web";

/// The version of `package` in `Cargo.lock`.
pub fn locked_version(folders: &Folders, package: &str) -> Result<String> {
    let lock = read(&folders.root.join("Cargo.lock"))?;
    version_in(&lock, package).with_context(|| {
        format!("Cargo.lock has no single version of {package}: run `cargo update -p {package}`")
    })
}

/// SHA-256 sums of the published crates in `Cargo.lock`, by name and version.
pub fn locked_checksums(folders: &Folders) -> Result<BTreeMap<(String, String), String>> {
    Ok(checksums_in(&read(&folders.root.join("Cargo.lock"))?))
}

/// The version that all crates of the workspace share.
pub fn workspace_version(folders: &Folders) -> Result<String> {
    let path = folders.root.join("Cargo.toml");
    text_at(&read(&path)?, &["workspace", "package", "version"]).with_context(|| {
        format!(
            "{} has no workspace.package.version: add it",
            path.display()
        )
    })
}

/// Whether the workspace defines [`WEB_PROFILE`].
pub fn has_web_profile(folders: &Folders) -> Result<bool> {
    Ok(has_profile(
        &read(&folders.root.join("Cargo.toml"))?,
        WEB_PROFILE,
    ))
}

/// The flags of the compiler for `target` in `.cargo/config.toml`.
pub fn rustflags(folders: &Folders, target: &str) -> Result<Vec<String>> {
    let config = read(&folders.root.join(".cargo").join("config.toml"))?;
    Ok(rustflags_in(&config, target))
}

/// The package name of the web crate, if the crate exists.
pub fn web_package(folders: &Folders) -> Result<Option<String>> {
    let path = folders.web().join("Cargo.toml");
    if !path.exists() {
        return Ok(None);
    }
    let name = text_at(&read(&path)?, &["package", "name"]);
    Ok(Some(name.with_context(|| {
        format!("{} has no package.name: add it", path.display())
    })?))
}

/// The folder into which trunk writes the page.
pub fn dist(folders: &Folders) -> Result<PathBuf> {
    let path = folders.www().join("Trunk.toml");
    let dist = if path.exists() {
        text_at(&read(&path)?, &["build", "dist"])
    } else {
        None
    };
    Ok(folders.www().join(dist.as_deref().unwrap_or("dist")))
}

fn read(path: &Path) -> Result<Table> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse()
        .with_context(|| format!("{} is not valid TOML", path.display()))
}

/// The version of `package` in a lock file; `None` if the package is absent or has several versions.
fn version_in(lock: &Table, package: &str) -> Option<String> {
    let mut versions = lock
        .get("package")?
        .as_array()?
        .iter()
        .filter(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))
        .filter_map(|entry| entry.get("version")?.as_str());
    let version = versions.next()?;
    versions.next().is_none().then(|| version.to_owned())
}

fn checksums_in(lock: &Table) -> BTreeMap<(String, String), String> {
    let packages = lock.get("package").and_then(toml::Value::as_array);
    packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let text = |key| Some(package.get(key)?.as_str()?.to_owned());
            Some(((text("name")?, text("version")?), text("checksum")?))
        })
        .collect()
}

fn rustflags_in(config: &Table, target: &str) -> Vec<String> {
    let flags = config
        .get("target")
        .and_then(|targets| targets.get(target)?.get("rustflags")?.as_array());
    flags
        .into_iter()
        .flatten()
        .filter_map(|flag| flag.as_str().map(str::to_owned))
        .collect()
}

fn has_profile(manifest: &Table, profile: &str) -> bool {
    manifest
        .get("profile")
        .and_then(|profiles| profiles.get(profile))
        .is_some()
}

/// The text under nested keys; `None` if a key is absent or its value is no text.
fn text_at(table: &Table, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = rest
        .iter()
        .try_fold(table.get(*first)?, |value, key| value.get(*key))?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "rand"
        version = "0.9.2"
        checksum = "6db2770f06117d490610c7488547d543617b21bfa07796d7a12f6f1bd53850d1"
        [[package]]
        name = "rand"
        version = "0.10.0"
        [[package]]
        name = "wasm-bindgen"
        version = "0.2.130"
        [[package]]
        name = "wasm-bindgen-macro"
        version = "0.2.129"
    "#;

    #[test]
    fn the_locked_version_is_of_exactly_that_package() {
        assert_eq!(
            version_in(&table(LOCK), "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
    }

    #[test]
    fn absent_and_ambiguous_packages_have_no_version() {
        assert_eq!(version_in(&table(LOCK), "trunk"), None);
        assert_eq!(version_in(&table(LOCK), "rand"), None);
    }

    #[test]
    fn only_published_crates_have_a_checksum() {
        let checksums = checksums_in(&table(LOCK));
        assert_eq!(checksums.len(), 1);
        assert!(checksums[&("rand".into(), "0.9.2".into())].starts_with("6db2770f"));
    }

    #[test]
    fn flags_belong_to_their_target() {
        let config =
            table("[target.wasm32-unknown-unknown]\nrustflags = [\"-C\", \"opt-level=1\"]");
        assert_eq!(
            rustflags_in(&config, "wasm32-unknown-unknown"),
            ["-C", "opt-level=1"]
        );
        assert!(rustflags_in(&config, "wasm32-wasip1").is_empty());
    }

    #[test]
    fn profiles_are_found_by_name() {
        let manifest =
            table("[profile.release]\ndebug = false\n[profile.web]\ninherits = \"release\"");
        assert!(has_profile(&manifest, "web"));
        assert!(!has_profile(&manifest, "bench"));
        assert!(!has_profile(&table("[workspace]"), "web"));
    }

    #[test]
    fn text_is_read_by_path() {
        let trunk = table("[build]\ndist = \"../dist\"\nrelease = true");
        assert_eq!(
            text_at(&trunk, &["build", "dist"]).as_deref(),
            Some("../dist")
        );
        assert_eq!(text_at(&trunk, &["build", "release"]), None);
        assert_eq!(text_at(&trunk, &["serve", "port"]), None);
    }
}
