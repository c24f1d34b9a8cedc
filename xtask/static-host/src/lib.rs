//! A static host for `dist/` on loopback: plain files, one thread per connection, no configuration.
//!
//! `cargo xtask serve` serves the page to a user with it. The end-to-end tests serve the page as a minimal public host
//! would, inspect what was sent ([`Server::transfers`]), make files unavailable ([`Server::lose`]), and run a script
//! before those of the page ([`Server::inject`]).

use flate2::{Compression, write::GzEncoder};
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Serves a folder at `/` and also below [`Server::SUB_PATH`], until it is dropped.
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
}

/// A response that was sent.
#[derive(Debug, Clone)]
pub struct Transfer {
    pub path: String,
    pub status: u16,
    /// The compressed size of the body, as sent.
    pub bytes: u64,
}

/// The path of the script set with [`Server::inject`].
const INJECTED: &str = "/injected.js";

/// A path, and the hash of the contents.
type CacheKey = (String, u64);

struct Shared {
    folder: PathBuf,
    stopped: AtomicBool,
    transfers: Mutex<Vec<Transfer>>,
    /// Paths that are answered with 404, to test how the page reacts.
    missing: Mutex<Vec<String>>,
    /// A script that runs on every page before its own scripts.
    injected: Mutex<String>,
    /// By path and contents: compressing takes longer than sending, and needs to be done only once.
    compressed: Mutex<HashMap<CacheKey, Arc<Vec<u8>>>>,
}

impl Server {
    /// The path below which the folder is served a second time.
    pub const SUB_PATH: &'static str = "/some/where/";

    /// Serves `folder` on a free port.
    ///
    /// # Panics
    /// If loopback has no free port.
    pub fn start(folder: &Path) -> Self {
        Self::start_on(folder, 0).expect("loopback has a free port")
    }

    /// Serves `folder` on `port`; 0 means any free port.
    ///
    /// # Errors
    /// If the port is taken, or needs rights that this process does not have.
    pub fn start_on(folder: &Path, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            stopped: AtomicBool::new(false),
            transfers: Mutex::default(),
            missing: Mutex::default(),
            injected: Mutex::default(),
            compressed: Mutex::default(),
        });
        let for_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if for_thread.stopped.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&for_thread);
                // A browser that disconnects midway is not a failure of the server.
                std::thread::spawn(move || drop(shared.converse(&stream)));
            }
        });
        Ok(Self { port, shared })
    }

    /// Such as `http://127.0.0.1:1234`.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The responses sent so far.
    pub fn transfers(&self) -> Vec<Transfer> {
        self.shared.transfers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on, every path that contains `part` is answered with 404.
    pub fn lose(&self, part: &str) {
        self.shared.missing.lock().unwrap_or_else(PoisonError::into_inner).push(part.to_string());
    }

    /// No path is unavailable any more.
    pub fn find_again(&self) {
        self.shared.missing.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// From now on, every page runs these statements before its own scripts, each time it is loaded.
    pub fn inject(&self, script: &str) {
        let mut injected = self.shared.injected.lock().unwrap_or_else(PoisonError::into_inner);
        injected.push_str(&format!("{{{script}}}\n"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a connection; if that fails, it has ended already.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    /// Answers the requests of one connection, one after another.
    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut request = String::new();
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
            let mut takes_gzip = false;
            loop {
                let mut header = String::new();
                if reader.read_line(&mut header)? == 0 {
                    return Ok(());
                }
                let header = header.trim().to_ascii_lowercase();
                if header.is_empty() {
                    break;
                }
                takes_gzip |= header.starts_with("accept-encoding:") && header.contains("gzip");
            }
            let target = request.split_whitespace().nth(1).unwrap_or("/");
            let path = target.split(['?', '#']).next().unwrap_or("/").to_string();
            self.answer(stream, &path, takes_gzip)?;
        }
    }

    fn answer(&self, mut stream: &TcpStream, path: &str, takes_gzip: bool) -> io::Result<()> {
        let (status, kind, body) = match self.read(path) {
            Some((kind, body)) => (200, kind, body),
            None => (404, "text/plain; charset=utf-8", format!("there is no {path}").into_bytes()),
        };
        let (body, encoding) = if takes_gzip && status == 200 && body.len() > 200 {
            (self.compress(path, &body)?, "Content-Encoding: gzip\r\n")
        } else {
            (Arc::new(body), "")
        };
        let reason = if status == 200 { "OK" } else { "Not Found" };
        let transfer = Transfer { path: path.to_string(), status, bytes: body.len() as u64 };
        self.transfers.lock().unwrap_or_else(PoisonError::into_inner).push(transfer);
        // The names of the other files change with their contents; the page that names them must be up to date.
        let cache = if kind.starts_with("text/html") { "no-cache" } else { "max-age=60" };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{encoding}\
             Cache-Control: {cache}\r\nX-Content-Type-Options: nosniff\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body)
    }

    fn compress(&self, path: &str, body: &[u8]) -> io::Result<Arc<Vec<u8>>> {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let key = (path.to_string(), hasher.finish());
        let mut compressed = self.compressed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compressed.get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body)?;
        let fresh = Arc::new(encoder.finish()?);
        compressed.insert(key, Arc::clone(&fresh));
        Ok(fresh)
    }

    fn read(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.iter().any(|part| path.contains(part.as_str())) {
            return None;
        }
        drop(missing);
        let injected = self.injected.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if path == INJECTED && !injected.is_empty() {
            return Some((media_type(Path::new(path)), injected.into_bytes()));
        }
        let relative = path.strip_prefix(Server::SUB_PATH).or_else(|| path.strip_prefix('/'))?;
        let relative = Path::new(if relative.is_empty() { "index.html" } else { relative });
        if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
            return None;
        }
        let body = fs::read(self.folder.join(relative)).ok()?;
        let kind = media_type(relative);
        let is_page = kind.starts_with("text/html") && !injected.is_empty();
        Some((kind, if is_page { with_injected(&body) } else { body }))
    }
}

/// The page with a reference to the injected script before all others.
fn with_injected(page: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    let head = ["<head>", "<!doctype html>"].into_iter().find_map(|tag| Some(text.find(tag)? + tag.len()));
    let (before, after) = text.split_at(head.unwrap_or_default());
    format!("{before}<script src=\"{INJECTED}\"></script>{after}").into_bytes()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wat") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn get(server: &Server, path: &str, gzip: bool) -> (u16, Vec<u8>) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.get(format!("{}{path}", server.origin()));
        if gzip {
            request = request.header("Accept-Encoding", "gzip");
        }
        let mut response = request.call().expect("the server answers");
        (response.status().as_u16(), response.body_mut().read_to_vec().expect("the body comes whole"))
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("index.html"), "page ".repeat(100)).expect("it can be written to");
        folder
    }

    #[test]
    fn a_folder_is_served_at_both_places_and_nothing_beside_it() {
        let folder = folder();
        let server = Server::start(folder.path());
        assert_eq!(get(&server, "/", false).1, "page ".repeat(100).as_bytes());
        assert_eq!(get(&server, "/some/where/index.html", false).0, 200);
        assert_eq!(get(&server, "/../Cargo.toml", false).0, 404);
        assert_eq!(get(&server, "/none", false).0, 404);
    }

    #[test]
    fn a_client_that_takes_gzip_gets_it() {
        let folder = folder();
        let server = Server::start(folder.path());
        let (_, body) = get(&server, "/", true);
        let mut text = String::new();
        GzDecoder::new(&body[..]).read_to_string(&mut text).expect("the body is gzip");
        assert_eq!(text, "page ".repeat(100));
        assert!(server.transfers()[0].bytes < 100, "{:?}", server.transfers());
    }

    #[test]
    fn an_injected_script_is_the_first_of_the_page() {
        let folder = folder();
        let page = "<!doctype html><html><head><script src=own.js></script></head></html>";
        fs::write(folder.path().join("index.html"), page).expect("it can be written");
        let server = Server::start(folder.path());
        assert_eq!(get(&server, "/", false).1, page.as_bytes());
        assert_eq!(get(&server, "/injected.js", false).0, 404);
        server.inject("const one = 1;");
        server.inject("const one = 2;");
        let text = String::from_utf8(get(&server, "/", false).1).expect("it is text");
        assert_eq!(text, page.replace("<head>", "<head><script src=\"/injected.js\"></script>"));
        assert_eq!(get(&server, "/injected.js", false), (200, b"{const one = 1;}\n{const one = 2;}\n".to_vec()));
    }

    #[test]
    fn a_lost_file_is_gone() {
        let folder = folder();
        let server = Server::start(folder.path());
        server.lose("index");
        assert_eq!(get(&server, "/index.html", false).0, 404);
        server.find_again();
        assert_eq!(get(&server, "/index.html", false).0, 200);
    }
}
