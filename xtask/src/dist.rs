//! `cargo xtask dist`: what is installed. The binary, a tarball, a Debian package and a Dockerfile, each with its sum,
//! in `target/dist`. The same sources and SOURCE_DATE_EPOCH give the same archives around the same binary.
//!
//! Deliberately not here: publishing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::{ci, say};

const UNIT: &str = include_str!("../dist/zephyr.service");
const POSTINST: &str = include_str!("../dist/postinst");
const PRERM: &str = include_str!("../dist/prerm");
const POSTRM: &str = include_str!("../dist/postrm");
const DOCKERFILE: &str = include_str!("../dist/Dockerfile");

/// Makes everything; `false` when the build failed, which it has said itself.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    if !ci::cargo(root, &["build", "--profile", "dist", "--locked", "--package", "zephyr"], &[])? {
        return Ok(false);
    }
    let dist = root.join("target/dist-out");
    package(root, &root.join("target/dist/zephyr"), &dist)?;
    say::print(&format!("in {}:", dist.display()));
    say::print(fs::read_to_string(dist.join("SHA256SUMS"))?.trim_end());
    Ok(true)
}

/// Packs a binary.
fn package(root: &Path, binary: &Path, dist: &Path) -> anyhow::Result<()> {
    if dist.exists() {
        fs::remove_dir_all(dist).context("cannot empty the folder of the last time")?;
    }
    fs::create_dir_all(dist)?;
    let said = Command::new(binary).arg("--version").output().context("the binary does not run")?;
    let said = String::from_utf8(said.stdout)?;
    let version = said.trim().strip_prefix("zephyr ").context("the binary does not say its version")?.to_owned();
    let epoch = epoch(root)?;
    put(&dist.join("zephyr"), &fs::read(binary)?, 0o755)?;
    put(&dist.join("Dockerfile"), DOCKERFILE.as_bytes(), 0o644)?;
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?;
    let tree = dist.join("tree");
    lay_out(root, binary, &tree)?;
    let tarball = format!("zephyr-{version}-linux-{architecture}.tar.gz");
    archive(&tree, &dist.join(&tarball), epoch)?;
    let deb = format!("zephyr_{version}_{architecture}.deb");
    debian(&tree, &version, &architecture, &dist.join(&deb), epoch)?;
    fs::remove_dir_all(&tree)?;
    let sums = output(Command::new("sha256sum").args(["Dockerfile", &tarball, "zephyr", &deb]).current_dir(dist))?;
    fs::write(dist.join("SHA256SUMS"), sums + "\n")?;
    Ok(())
}

/// What is installed, where it is installed.
fn lay_out(root: &Path, binary: &Path, tree: &Path) -> anyhow::Result<()> {
    put(&tree.join("usr/bin/zephyr"), &fs::read(binary)?, 0o755)?;
    put(&tree.join("usr/lib/systemd/system/zephyr.service"), UNIT.as_bytes(), 0o644)?;
    let example = fs::read(root.join("examples/acme/zephyr.toml"))?;
    put(&tree.join("usr/share/doc/zephyr/examples/zephyr.toml"), &example, 0o644)?;
    put(&tree.join("usr/share/doc/zephyr/README.md"), &fs::read(root.join("README.md"))?, 0o644)?;
    fs::create_dir_all(tree.join("etc/zephyr"))?;
    for (shell, place) in [
        ("bash", "usr/share/bash-completion/completions/zephyr"),
        ("zsh", "usr/share/zsh/vendor-completions/_zephyr"),
        ("fish", "usr/share/fish/vendor_completions.d/zephyr.fish"),
    ] {
        let script = output(Command::new(binary).args(["completions", shell]))?;
        put(&tree.join(place), format!("{script}\n").as_bytes(), 0o644)?;
    }
    let pages = tree.join("usr/share/man/man1");
    output(Command::new(binary).args(["man", "--out"]).arg(&pages))?;
    let mut names: Vec<PathBuf> = fs::read_dir(&pages)?.map(|page| Ok(page?.path())).collect::<anyhow::Result<_>>()?;
    names.sort();
    // Without name and time inside, so that the same page is the same bytes.
    output(Command::new("gzip").args(["-9", "-n"]).args(names)).map(drop)
}

/// The newest version of the C library that the binary asks for, `2.34`: the names of versions are text in it.
fn c_library(binary: &[u8]) -> Option<String> {
    let names = binary.split(|byte| *byte == 0).filter_map(|name| name.strip_prefix(b"GLIBC_2."));
    let minor = names.filter_map(|minor| std::str::from_utf8(minor).ok()?.parse::<u32>().ok()).max()?;
    Some(format!("2.{minor}"))
}

fn debian(tree: &Path, version: &str, architecture: &str, to: &Path, epoch: u64) -> anyhow::Result<()> {
    let needs = match c_library(&fs::read(tree.join("usr/bin/zephyr"))?) {
        Some(version) => format!("libc6 (>= {version}), libgcc-s1, passwd"),
        None => "passwd".to_owned(),
    };
    let control = format!(
        "Package: zephyr\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: zephyr\nSection: admin\n\
         Priority: optional\nDepends: {needs}\nDescription: incident response and on-call\n One binary that \
         pages, commands, informs and learns.\n"
    );
    put(&tree.join("DEBIAN/control"), control.as_bytes(), 0o644)?;
    for (name, script) in [("postinst", POSTINST), ("prerm", PRERM), ("postrm", POSTRM)] {
        put(&tree.join("DEBIAN").join(name), script.as_bytes(), 0o755)?;
    }
    let mut build = Command::new("dpkg-deb");
    build.args(["--build", "--root-owner-group", "-Zxz"]).arg(tree).arg(to);
    output(build.env("SOURCE_DATE_EPOCH", epoch.to_string())).map(drop)
}

fn archive(tree: &Path, to: &Path, epoch: u64) -> anyhow::Result<()> {
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--use-compress-program=gzip -n"]);
    tar.arg(format!("--mtime=@{epoch}")).arg("-cf").arg(to).arg("-C").arg(tree).arg(".");
    output(&mut tar).map(drop)
}

/// The time of everything that is packed: what the caller says, else that of the last commit.
#[expect(clippy::disallowed_methods, reason = "xtask is a composition root of its own")]
fn epoch(root: &Path) -> anyhow::Result<u64> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(given) => given.parse().context("SOURCE_DATE_EPOCH is no number"),
        Err(_) => {
            let mut git = Command::new("git");
            output(git.args(["log", "-1", "--format=%ct"]).current_dir(root))?.parse().context("git says no time")
        }
    }
}

fn put(path: &PathBuf, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that says a version, completes nothing and has one page.
    const STUB: &str = "#!/bin/sh\ncase \"$1\" in --version) echo 'zephyr 9.8.7';; completions) echo \"# $2\";; \
                        man) mkdir -p \"$3\"; echo .TH zephyr 1 >\"$3/zephyr.1\";; *) exit 1;; esac\n";

    #[test]
    fn a_package_holds_what_is_installed_and_is_the_same_twice() {
        let place = std::env::temp_dir().join(format!("zephyr-dist-{}", std::process::id()));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let stub = place.join("stub");
        put(&stub, STUB.as_bytes(), 0o755).unwrap();
        let [one, two] = ["one", "two"].map(|name| place.join(name));
        package(root, &stub, &one).unwrap();
        package(root, &stub, &two).unwrap();
        let sums = fs::read_to_string(one.join("SHA256SUMS")).unwrap();
        assert_eq!(sums, fs::read_to_string(two.join("SHA256SUMS")).unwrap());
        let deb = sums.split_whitespace().find(|word| word.ends_with(".deb")).unwrap();
        let listed = output(Command::new("dpkg-deb").arg("--contents").arg(one.join(deb))).unwrap();
        for path in [
            "./usr/bin/zephyr",
            "./usr/lib/systemd/system/zephyr.service",
            "./etc/zephyr/",
            "./usr/share/man/man1/zephyr.1.gz",
            "./usr/share/bash-completion/completions/zephyr",
        ] {
            assert!(listed.contains(path), "{path}: {listed}");
        }
        let out = place.join("out");
        output(Command::new("dpkg-deb").arg("--extract").arg(one.join(deb)).arg(&out)).unwrap();
        assert_eq!(output(Command::new(out.join("usr/bin/zephyr")).arg("--version")).unwrap(), "zephyr 9.8.7");
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn the_newest_c_library_that_is_asked_for_is_the_one_needed() {
        let binary = b"\0GLIBC_2.3.4\0GLIBC_2.9\0__libc_start_main\0GLIBC_2.34\0GLIBC_2.17\0";
        assert_eq!(c_library(binary), Some("2.34".to_owned()));
        assert_eq!(c_library(b"a script"), None);
    }

    #[test]
    fn systemd_understands_the_unit() {
        let unit = std::env::temp_dir().join(format!("zephyr-{}.service", std::process::id()));
        // The program need not be installed where this is tested.
        put(&unit, UNIT.replace("/usr/bin/zephyr", "/bin/true").as_bytes(), 0o644).unwrap();
        match Command::new("systemd-analyze").arg("verify").arg(&unit).output() {
            Ok(said) => {
                let text = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(said.status.success() && !text.contains("Unknown"), "{text}");
            }
            Err(error) => say::print(&format!("SKIPPED: systemd_understands_the_unit — {error}")),
        }
        fs::remove_file(&unit).unwrap();
    }
}
