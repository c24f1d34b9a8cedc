//! What touches the browser: storage, download, upload, the address, JavaScript interop. Logic belongs in `state`.

#[cfg(target_arch = "wasm32")]
pub mod download;
#[cfg(target_arch = "wasm32")]
pub mod indexed_db;
pub mod share_url;
#[cfg(target_arch = "wasm32")]
pub mod storage;
#[cfg(target_arch = "wasm32")]
pub mod upload;
pub mod zip;
