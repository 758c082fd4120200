//! Debian's package manager, where we may use it.

use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::process;
use crate::step::Step;

pub struct Apt {
    sudo: bool,
}

static UPDATED: AtomicBool = AtomicBool::new(false);

impl Apt {
    /// Apt on a Debian system, as root or through sudo.
    pub fn find(step: &Step) -> Option<Self> {
        let release = fs::read_to_string("/etc/os-release").ok()?;
        if !is_debian(&release) || process::find("apt-get").is_none() {
            return None;
        }
        let root = process::output(Command::new("id").arg("-u")).ok()? == "0";
        if root {
            return Some(Self { sudo: false });
        }
        process::find("sudo")?;
        let mut ask = Command::new("sudo");
        if stdin().is_terminal() {
            ask.arg("-v");
        } else {
            ask.args(["-n", "true"]).stderr(Stdio::null());
        }
        let granted = step.paused(|| ask.status()).ok()?.success();
        granted.then_some(Self { sudo: true })
    }

    pub fn install(&self, packages: &[&str], step: &Step, log: &Path) -> Result<()> {
        let wanted: Vec<&str> = packages
            .iter()
            .copied()
            .filter(|package| !installed(package))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        step.say(&format!("apt-get install {}", wanted.join(" ")));
        if !UPDATED.swap(true, Ordering::Relaxed) {
            process::logged(self.apt_get().arg("update"), log)?;
        }
        process::logged(
            self.apt_get()
                .args(["install", "-y", "--no-install-recommends"])
                .args(&wanted),
            log,
        )
        .with_context(|| {
            format!(
                "install these Debian packages by hand: {}",
                wanted.join(" ")
            )
        })
    }

    /// A command with the rights to change the system.
    pub fn privileged(&self, program: &str) -> Command {
        if self.sudo {
            let mut command = Command::new("sudo");
            command.args(["-n", program]);
            command
        } else {
            Command::new(program)
        }
    }

    fn apt_get(&self) -> Command {
        let mut command = self.privileged("env");
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    }
}

fn installed(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn is_debian(release: &str) -> bool {
    release.lines().any(|line| line.trim() == "ID=debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_recognised_and_its_derivatives_are_not() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
    }
}
