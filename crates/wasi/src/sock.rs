//! Sockets: there are none, so no descriptor is a socket.

use super::HostCall;
use super::errno::Errno;
use super::suspend::CallResult;

impl HostCall<'_> {
    pub(super) fn sock_accept(&mut self, fd: u32, _flags: u32, _new_fd: u32) -> CallResult {
        self.no_socket(fd)
    }

    pub(super) fn sock_recv(
        &mut self,
        fd: u32,
        _data: u32,
        _data_len: u32,
        _flags: u32,
        _received: u32,
        _out_flags: u32,
    ) -> CallResult {
        self.no_socket(fd)
    }

    pub(super) fn sock_send(&mut self, fd: u32, _data: u32, _data_len: u32, _flags: u32, _sent: u32) -> CallResult {
        self.no_socket(fd)
    }

    pub(super) fn sock_shutdown(&mut self, fd: u32, _how: u32) -> CallResult {
        self.no_socket(fd)
    }

    fn no_socket(&self, fd: u32) -> CallResult {
        self.ctx.descriptors.get(fd)?;
        Err(Errno::Notsock.into())
    }
}
