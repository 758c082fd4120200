//! Folders named after what they hold, and found again by its identity.

use std::{fs, io, path::Path};

use spanlight::store::StoreError;

use super::identity::Identity;

/// Names in a folder.
#[derive(Debug, Default)]
pub struct Folders(Vec<String>);

impl Folders {
    /// Lists a folder, which need not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn list(folder: &Path) -> Result<Self, StoreError> {
        let list = || -> io::Result<Self> {
            let mut names = Vec::new();
            for entry in fs::read_dir(folder)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            Ok(Self(names))
        };
        match list() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            result => result.map_err(|e| StoreError::io("list", folder, e)),
        }
    }

    /// The name that belongs to an identity, whatever it begins with; else a new one.
    pub fn name(&self, stem: &str, identity: &Identity) -> String {
        let suffix = format!("-{}", identity.suffix());
        let known = self.0.iter().find(|name| name.ends_with(&suffix));
        known.cloned().unwrap_or_else(|| format!("{stem}{suffix}"))
    }
}
