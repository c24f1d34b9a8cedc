//! Generates `licences.html`, a page with the licences of everything that is in the page; it is shipped with it.
//!
//! The contents are determined from the build, not from a list: the crates that Cargo links into the two programs and
//! into the examples, and the npm packages that the bundler has read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::project;
use crate::step::{cargo, output};

/// The bundler's list of the files that it has read; the pre-build hook has it written.
pub const BUNDLED: &str = "editor.meta.json";

/// A crate or package, and its licence.
struct Part {
    name: String,
    version: String,
    /// As an SPDX expression.
    licence: String,
    texts: Vec<String>,
}

/// Returns `licences.html`.
pub fn page() -> Result<String> {
    let mut parts = crates()?;
    parts.extend(packages()?);
    parts.sort_by_key(|part| (part.name.to_lowercase(), part.version.clone()));
    Ok(render(&own_texts()?, &standard_library()?, &parts))
}

fn own_texts() -> Result<Vec<String>> {
    ["LICENSE-MIT", "LICENSE-APACHE"].iter().map(|name| read(&project::root().join(name))).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// The programs that are built for the browser, with their arguments of `cargo tree`.
const PROGRAMS: [(&str, &[&str]); 3] = [
    (
        "Cargo.toml",
        &[
            "--package",
            "wasmoscope",
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--features",
            "page",
        ],
    ),
    (
        "Cargo.toml",
        &[
            "--package",
            "wasmoscope",
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--features",
            "engine",
        ],
    ),
    ("tests/guests/Cargo.toml", &["--package", "hello", "--package", "wordcount", "--target", "wasm32-wasip1"]),
];

/// The crates that are linked into the programs, with the licence texts that they contain.
fn crates() -> Result<Vec<Part>> {
    let mut linked = BTreeSet::new();
    for (manifest, arguments) in PROGRAMS {
        let manifest = project::root().join(manifest);
        let mut tree = cargo(&["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"]);
        tree.args(["--format", "{p}"]).args(arguments).arg("--manifest-path").arg(manifest);
        let listed = output(&mut tree).context("`cargo tree` failed")?;
        for line in listed.lines() {
            let mut words = line.split(' ');
            // Crates followed by a path are the project's own.
            if let (Some(name), Some(version), None | Some("(*)")) = (words.next(), words.next(), words.next()) {
                linked.insert((name.to_owned(), version.trim_start_matches('v').to_owned()));
            }
        }
    }
    let mut metadata = cargo(&["metadata", "--locked", "--format-version", "1"]);
    let metadata = output(&mut metadata).context("`cargo metadata` failed")?;
    let metadata: Value = serde_json::from_str(&metadata).context("`cargo metadata` writes JSON")?;
    let mut parts = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let (name, version) = (text("name"), text("version"));
        if !linked.remove(&(name.clone(), version.clone())) {
            continue;
        }
        let folder = PathBuf::from(text("manifest_path")).with_file_name("");
        let authors = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let authors: Vec<&str> = authors.collect();
        let mut texts = texts_in(&folder, package["license_file"].as_str())?;
        if texts.is_empty() {
            texts.push(usual_text(&text("license"), &name, &authors)?);
        }
        parts.push(Part { name, version, licence: text("license"), texts });
    }
    match linked.is_empty() {
        true => Ok(parts),
        false => bail!("`cargo metadata` does not know {linked:?}"),
    }
}

/// The npm packages whose files are in the bundle.
fn packages() -> Result<Vec<Part>> {
    let bundled = project::generated().join(BUNDLED);
    let bundled: Value = serde_json::from_str(&read(&bundled)?).context("the bundler writes JSON")?;
    let inputs = bundled["inputs"].as_object().context("the bundler tells what it has read")?;
    let names: BTreeSet<&str> = inputs.keys().filter_map(|path| package_of(path)).collect();
    names.into_iter().map(package).collect()
}

/// The package of a bundled file; the project's own files have none.
fn package_of(path: &str) -> Option<&str> {
    let (_, path) = path.rsplit_once("node_modules/")?;
    let parts = if path.starts_with('@') { 2 } else { 1 };
    path.match_indices('/').nth(parts - 1).map(|(end, _)| &path[..end])
}

fn package(name: &str) -> Result<Part> {
    let folder = project::root().join("node_modules").join(name);
    let manifest: Value = serde_json::from_str(&read(&folder.join("package.json"))?)
        .with_context(|| format!("package.json of {name}"))?;
    let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
    let author = manifest["author"]["name"].as_str().or(manifest["author"].as_str()).unwrap_or_default();
    let mut texts = texts_in(&folder, None)?;
    if texts.is_empty() {
        texts.push(usual_text(&text("license"), name, &[author])?);
    }
    Ok(Part { name: name.to_owned(), version: text("version"), licence: text("license"), texts })
}

/// The files in a folder with the name of a licence file.
fn texts_in(folder: &Path, named: Option<&str>) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let is_licence = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let begins = ["license", "licence", "copying", "notice", "unlicense", "copyright"];
        path.is_file() && begins.iter().any(|begin| name.starts_with(begin)) && !name.ends_with(".rs")
    };
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_licence(path)).collect();
    paths.extend(named.map(|name| folder.join(name)).filter(|path| path.is_file() && !paths.contains(path)));
    paths.sort();
    let texts = paths.iter().map(|path| Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned()));
    texts.collect::<Result<Vec<String>>>().with_context(|| format!("could not read {}", folder.display()))
}

/// The text of a licence that a package names but does not include.
fn usual_text(licence: &str, name: &str, authors: &[&str]) -> Result<String> {
    let [mit, apache] = &own_texts()?[..] else { bail!("there are two licences") };
    if licence.contains("MIT") {
        let authors: Vec<&str> = authors.iter().copied().filter(|author| !author.is_empty()).collect();
        let by = if authors.is_empty() { format!("the authors of {name}") } else { authors.join(", ") };
        let lines = mit.lines().map(|line| {
            if line.starts_with("Copyright") { format!("Copyright (c) {by}\n") } else { format!("{line}\n") }
        });
        return Ok(lines.collect());
    }
    if licence.contains("Apache-2.0") {
        return Ok(apache.clone());
    }
    bail!("{name} is under {licence:?} but includes no text of it")
}

/// The crates that the standard library is linked with on these targets.
const IN_THE_STANDARD_LIBRARY: [&str; 6] =
    ["cfg-if", "dlmalloc", "hashbrown", "memchr", "rustc-demangle", "rustc_demangle"];

/// The toolchain's notices for its standard library, as HTML.
fn standard_library() -> Result<String> {
    let mut sysroot = crate::step::command("rustc", &["--print", "sysroot"]);
    let sysroot = output(&mut sysroot).context("`rustc --print sysroot` failed")?;
    let path = Path::new(&sysroot).join("share/doc/rust/COPYRIGHT-library.html");
    // Some distributions leave documentation out; the licence is that of the project itself.
    let Ok(notices) = fs::read_to_string(&path) else { return Ok(String::new()) };
    Ok(notices
        .split("<h3>")
        .skip(1)
        .filter(|notice| {
            let title = notice.split("</h3>").next().unwrap_or_default().trim_start_matches(|c: char| !c.is_ascii());
            let name = title.trim().rsplit_once('-').map_or(title, |(name, _)| name);
            IN_THE_STANDARD_LIBRARY.contains(&name)
        })
        .map(|notice| format!("<h3>{}", notice.split("<h2>").next().unwrap_or_default()))
        .collect())
}

fn render(own: &[String], standard_library: &str, parts: &[Part]) -> String {
    // A text that many packages share is included once, with the numbers of those packages.
    let mut texts: Vec<&str> = Vec::new();
    let mut numbers = BTreeMap::new();
    let mut number = |text| {
        let key: String = str::split_whitespace(text).collect::<Vec<_>>().join(" ");
        *numbers.entry(key).or_insert_with(|| {
            texts.push(text);
            texts.len()
        })
    };
    let mut rows = String::new();
    let own: Vec<usize> = own.iter().map(|text| number(text)).collect();
    row(&mut rows, "Wasmoscope", "", "MIT OR Apache-2.0", &own);
    row(&mut rows, "The Rust standard library", "", "MIT OR Apache-2.0", &own);
    for part in parts {
        let numbers: Vec<usize> = part.texts.iter().map(|text| number(text)).collect();
        row(&mut rows, &part.name, &part.version, &part.licence, &numbers);
    }
    let mut sections = String::new();
    for (index, text) in texts.iter().enumerate() {
        let number = index + 1;
        let _ = write!(sections, "<h2 id=\"text-{number}\">Text {number}</h2>\n<pre>{}</pre>\n", escaped(text.trim()));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Licences of Wasmoscope</title>\n\
         <style>body {{ max-width: 60rem; margin: auto; padding: 1rem; font-family: sans-serif }} \
         pre {{ white-space: pre-wrap }} td, th {{ padding-right: 1.5rem; text-align: left }}</style>\n</head>\n<body>\n\
         <h1>Licences</h1>\n<p>Wasmoscope is made of these parts. Each is under its own terms, whose texts follow.</p>\n\
         <table>\n<thead><tr><th>Part</th><th>Version</th><th>Licence</th><th>Texts</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n{sections}\
         <h2>Parts of the Rust standard library by others</h2>\n{standard_library}\n</body>\n</html>\n"
    )
}

fn row(rows: &mut String, name: &str, version: &str, licence: &str, texts: &[usize]) {
    let links: Vec<String> = texts.iter().map(|text| format!("<a href=\"#text-{text}\">{text}</a>")).collect();
    let (name, version, licence, links) = (escaped(name), escaped(version), escaped(licence), links.join(", "));
    let _ = writeln!(rows, "<tr><td>{name}</td><td>{version}</td><td>{licence}</td><td>{links}</td></tr>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dependencies for the browser in the `Cargo.toml` of the page and of its crates, parsed independently of the
    /// code that made the page.
    fn dependencies() -> Vec<String> {
        let crates = fs::read_dir(project::root().join("crates")).expect("it is there");
        let crates = crates.map(|folder| folder.expect("it can be read").path());
        let manifests = crates
            .chain([project::root().to_path_buf()])
            .map(|folder| fs::read_to_string(folder.join("Cargo.toml")).expect("each package has a manifest"));
        let manifests: Vec<String> = manifests.collect();
        let mut names = Vec::new();
        let mut is_linked = false;
        for line in manifests.iter().flat_map(|manifest| manifest.lines()) {
            if line.starts_with('[') {
                is_linked = ["[dependencies]", "[target.'cfg(target_arch = \"wasm32\")'.dependencies]"].contains(&line);
            } else if is_linked
                && let Some((name, _)) = line.split_once(" = ")
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    #[test]
    fn each_crate_that_is_linked_is_named_with_a_text() {
        let parts = crates().expect("Cargo knows its crates");
        let dependencies = dependencies();
        assert!(dependencies.len() > 25, "{dependencies:?}");
        // The project's own crates have its licence.
        for name in dependencies.into_iter().filter(|name| !name.starts_with("wasmoscope-")) {
            let part = parts.iter().find(|part| part.name == name);
            assert!(part.is_some_and(|part| !part.licence.is_empty()), "{name} is not among the licences");
        }
        for part in &parts {
            assert!(!part.texts.is_empty() && part.texts.iter().all(|text| text.trim().len() > 100), "{}", part.name);
        }
        // Dependencies that only build or test the page are not in it.
        for name in ["syn", "serde_derive", "proptest", "insta", "wasm-smith", "clap"] {
            assert!(parts.iter().all(|part| part.name != name), "{name} is not linked");
        }
    }

    /// Only where the bundle has been created, as every build does.
    #[test]
    fn each_package_that_is_bundled_is_named_with_a_text() {
        if !project::generated().join(BUNDLED).is_file() {
            return;
        }
        let parts = packages().expect("the packages are there");
        for name in ["@codemirror/view", "@codemirror/lang-wast", "@lezer/lr", "style-mod", "w3c-keyname"] {
            let part = parts.iter().find(|part| part.name == name);
            assert!(part.is_some_and(|part| part.texts.iter().any(|text| text.contains("Copyright"))), "{name}");
        }
        let html = page().expect("all texts are there");
        assert!(html.contains("<td>wasmi</td>") && html.contains("<td>@codemirror/view</td>"));
        assert!(html.contains("dlmalloc"), "the standard library is linked with others' crates");
    }

    #[test]
    fn a_bundled_file_is_of_its_package() {
        assert_eq!(package_of("node_modules/@codemirror/view/dist/index.js"), Some("@codemirror/view"));
        assert_eq!(package_of("node_modules/crelt/index.js"), Some("crelt"));
        assert_eq!(package_of("node_modules/a/node_modules/b/c/d.js"), Some("b"));
        assert_eq!(package_of("editor/index.js"), None);
    }

    #[test]
    fn a_text_that_many_bring_is_there_once() {
        let part = |name: &str, text: &str| Part {
            name: name.into(),
            version: "1.0.0".into(),
            licence: "MIT".into(),
            texts: vec![text.into()],
        };
        let parts = [part("a", "some  text"), part("b<c", "some\ntext"), part("d", "another text")];
        let html = render(&["own text".into()], "", &parts);
        assert_eq!(html.matches("<pre>").count(), 3, "{html}");
        assert!(html.contains("<tr><td>b&lt;c</td><td>1.0.0</td><td>MIT</td><td><a href=\"#text-2\">2</a></td></tr>"));
    }

    #[test]
    fn a_text_that_is_not_brought_names_its_authors() {
        assert!(usual_text("MIT/Apache-2.0", "a", &["A. Author"]).unwrap().contains("Copyright (c) A. Author\n"));
        assert!(usual_text("MIT", "a", &[]).unwrap().contains("Copyright (c) the authors of a\n"));
        assert!(usual_text("Apache-2.0", "a", &[]).unwrap().contains("Apache License"));
        assert!(usual_text("CC0-1.0", "a", &[]).is_err());
    }
}
