//! What touches the browser: storage, download, upload, the address, JavaScript interop. Logic belongs in `state`.

pub mod share_url;
