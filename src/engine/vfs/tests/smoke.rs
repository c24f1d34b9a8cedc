use crate::engine::vfs::Vfs;

#[test]
fn a_file_is_written_and_read() {
    let mut vfs = Vfs::new();
    vfs.write_file("a/b.txt", b"hello").unwrap();
    assert_eq!(vfs.read_file("/a/b.txt").unwrap(), b"hello");
}
