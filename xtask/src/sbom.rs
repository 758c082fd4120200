//! `cargo xtask sbom`: what the page and the program are made of, as CycloneDX.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::crates::{self, Crate};
use crate::folders::Folders;
use crate::{encoder, manifest, wasm};

/// Writes a bill of materials for the page and the npm package, and one for the program; returns their paths.
pub fn write(folders: &Folders) -> Result<[PathBuf; 2]> {
    let version = manifest::workspace_version(folders)?;
    let checksums = manifest::locked_checksums(folders)?;
    let list = |package, target| -> Result<Vec<Value>> {
        Ok(components(
            &crates::linked(folders, package, target)?,
            |one| checksums.get(&(one.name.clone(), one.version.clone())),
        ))
    };
    let mut page = list("spanlight_web", Some(wasm::TARGET))?;
    page.push(encoder::component());
    let program = list("spanlight", None)?;
    let dir = folders.root.join("sbom");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let paths = [dir.join("page.cdx.json"), dir.join("program.cdx.json")];
    for (path, components) in paths.iter().zip([page, program]) {
        let bill = json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "component": {
                    "type": "application",
                    "name": "spanlight",
                    "version": version,
                    "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                }
            },
            "components": components,
        });
        fs::write(path, format!("{bill:#}\n"))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(paths)
}

fn components<'a>(
    crates: &BTreeSet<Crate>,
    checksum: impl Fn(&Crate) -> Option<&'a String>,
) -> Vec<Value> {
    crates
        .iter()
        .map(|one| {
            // `+` of a version means a space in an address.
            let address = format!("pkg:cargo/{}@{}", one.name, one.version.replace('+', "%2B"));
            let hashes: Vec<Value> = checksum(one)
                .map(|sum| json!({ "alg": "SHA-256", "content": sum }))
                .into_iter()
                .collect();
            json!({
                "type": "library",
                "bom-ref": address,
                "name": one.name,
                "version": one.version,
                "purl": address,
                "hashes": hashes,
                "licenses": [{ "expression": one.licence }],
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_names_its_source_sum_and_licence() {
        let zstd = Crate {
            name: "zstd-sys".into(),
            version: "2.1.3+zstd.1.5.7".into(),
            licence: "MIT".into(),
        };
        let sum = "8a".repeat(32);
        let components = components(&BTreeSet::from([zstd]), |_| Some(&sum));
        assert_eq!(
            components[0]["purl"],
            "pkg:cargo/zstd-sys@2.1.3%2Bzstd.1.5.7"
        );
        assert_eq!(components[0]["hashes"][0]["content"], sum);
        assert_eq!(components[0]["licenses"][0]["expression"], "MIT");
    }
}
